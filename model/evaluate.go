package model

import "connectspec/spec"

// An environment is what the tests of a case and the effects of an outcome
// refer to.
type environment struct {
	machine *Machine
	state   *State
	op      Op
	slots   [spec.MaxVars]uint8
	records [spec.MaxVars + 1]*record // of slots, and the world behind them
	// doubtful is set when a test looked at a socket that is unknown, or that
	// the script names but the system never made.
	doubtful bool
	thread   uint8 // what the thread does that is asleep in the call
	// touched is set when a test or an effect looked at a socket other than the
	// one called upon, or changed it.
	touched  bool
	renamed  bool // a socket gave up its own address
	thorough bool // it matters whether more than one act applies
	decided  bool // the tests about main fields were made before
	// question is what is asked of other sockets; nil: it is answered. Otherwise
	// every test that looks at another socket fails.
	question *question
	at       *planCase // the case at hand
	// failed is how many tests a case got behind itself before one failed.
	failed int
	// path is a number for how the tests came out: evaluations with the same path
	// have the same result.
	path uint64
}

// environment is that of a call. Variables that nothing has bound are no sockets.
func (m *Machine) environment(s *State, op Op) environment {
	e := environment{machine: m, state: s, op: op}
	for i := range e.records {
		e.records[i] = &absent
	}
	e.slots[spec.VarSubject], e.slots[spec.VarMade] = op.Subject, op.Made
	if s != nil {
		e.records[spec.VarSubject], e.records[spec.VarMade] = s.record(op.Subject), s.record(op.Made)
		e.records[worldVariable] = (*record)(s[:recordSize])
	}
	return e
}

// note adds to the path.
func (e *environment) note(value uint64) {
	e.path = (e.path ^ value) * 0x9e3779b97f4a7c15
	e.path ^= e.path >> 32
}

// holds says whether all tests pass, and binds the variables they name.
func (e *environment) holds(tests []test) bool {
	for i := 0; i < len(tests); i++ {
		t := &tests[i]
		if t.kind == inSet && t.left.kind == spec.FieldOf && !t.or { // most are like this
			if e.machine.sets[t.set].has(e.records[t.left.variable][t.left.at]) == t.not {
				e.failed = i
				return false
			}
			continue
		}
		if e.question != nil && e.opens(t) {
			e.ask(tests[i:])
			e.failed = i
			return false
		}
		if t.kind == some {
			return e.some(tests, i)
		}
		passed, at := e.passes(t), i
		for t.or {
			i++
			t = &tests[i]
			passed = passed || e.passes(t)
		}
		if passed == t.not {
			e.failed = at
			return false
		}
	}
	return true
}

// some looks for a socket that makes all tests behind this one pass.
func (e *environment) some(tests []test, at int) bool {
	e.touched = true
	variable, furthest := tests[at].variable, at
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		r := e.state.record(slot)
		if slot == e.op.Subject || r[0] == spec.Absent {
			continue
		}
		if r[0] == unknown {
			e.doubtful = true
			continue
		}
		e.slots[variable], e.records[variable] = slot, r
		if e.holds(tests[at+1:]) {
			return true
		}
		furthest = max(furthest, at+1+e.failed)
	}
	e.failed = furthest
	return false
}

func (e *environment) passes(t *test) bool {
	switch t.kind {
	case inSet:
		if t.left.kind == spec.FieldOf {
			return e.machine.sets[t.set].has(e.records[t.left.variable][t.left.at])
		}
		return e.machine.sets[t.set].has(e.value(&t.left))
	case equal:
		return e.value(&t.left) == e.value(&t.right)
	case isHandle:
		return e.slots[t.variable] == t.left.constant
	case names:
		slot, names := socketOf(e.value(&t.left), spec.FieldType(t.left.constant))
		if names {
			e.bind(t.variable, slot)
		}
		return names
	case threadIs:
		return e.machine.sets[t.set].has(e.thread)
	case argues:
		argument := e.op.Args[t.left.at]
		if argument < spec.SocketArg {
			return false
		}
		e.bind(t.variable, argument-spec.SocketArg)
		return true
	}
	return false
}

func (e *environment) bind(variable, slot uint8) {
	r := e.state.record(slot)
	e.slots[variable], e.records[variable] = slot, r
	e.touched = e.touched || slot != e.op.Subject
	e.doubtful = e.doubtful || r[0] != live
}

// socketOf is the socket that an address or a socket field names.
func socketOf(value uint8, t spec.FieldType) (uint8, bool) {
	if t == spec.Address {
		return spec.WhoseAddress(value)
	}
	const first = spec.SocketBase
	return value - first, value >= first && value < first+spec.MaxSockets
}

// value is what an operand comes to in this environment.
func (e *environment) value(o *operand) uint8 {
	switch o.kind {
	case spec.Constant:
		return o.constant
	case spec.FieldOf:
		return e.records[o.variable][o.at]
	case spec.OwnOf:
		return o.constant + e.slots[o.variable]
	case spec.FirstOf:
		if e.records[o.variable][o.at] == 0 {
			return 0
		}
		return e.records[o.variable][o.at+1]
	case spec.TheToken:
		return e.op.Token
	case spec.Argument:
		return e.argument(o)
	case spec.TheSocket:
		if spec.FieldType(o.constant) == spec.Address {
			return spec.OwnAddress + e.slots[o.variable]
		}
		return spec.SocketBase + e.slots[o.variable]
	}
	return 0
}

// argument is an argument as an address or a word.
func (e *environment) argument(o *operand) uint8 {
	argument := e.op.Args[o.at]
	switch t := spec.FieldType(o.constant); {
	case t == spec.Enumeration || t == spec.Flag:
		return argument
	case argument >= spec.SocketArg:
		return e.state.record(argument - spec.SocketArg)[e.machine.local]
	case e.machine.Spec.Classes[argument].Own:
		return e.records[spec.VarSubject][e.machine.local]
	default:
		return spec.ClassAddress + argument
	}
}
