package model

import "connectspec/spec"

// An environment is what the conditions and effects of a rule refer to.
type environment struct {
	machine *Machine
	state   *State
	op      Op
	slots   [spec.MaxVars]uint8
	// doubtful is set when a condition looked at a socket that is unknown, or
	// that the script names but the system never made.
	doubtful bool
	// path is a number for how the conditions came out so far, and which
	// sockets they bound: evaluations with the same path have the same result.
	path uint64
}

// note adds to the path.
func (e *environment) note(value uint64) {
	e.path = (e.path ^ (value + 1)) * 0x9e3779b97f4a7c15
	e.path ^= e.path >> 29
}

func (m *Machine) environment(s *State, op Op) environment {
	e := environment{machine: m, state: s, op: op}
	e.slots[spec.VarSubject] = op.Subject
	e.slots[spec.VarMade] = op.Made
	return e
}

// holds says whether all conditions hold, and binds the variables they name.
func (e *environment) holds(conditions []spec.Condition) bool {
	for i := range conditions {
		c := &conditions[i]
		if c.Kind == spec.Some {
			return e.some(c, conditions[i+1:])
		}
		if e.condition(c) == c.Not {
			e.note(uint64(i))
			return false
		}
	}
	e.note(1 << 8)
	return true
}

// some looks for a socket that makes this and all later conditions hold.
func (e *environment) some(c *spec.Condition, rest []spec.Condition) bool {
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		if slot == e.op.Subject || !e.state.exists(slot) {
			continue
		}
		if e.state.isUnknown(slot) {
			e.doubtful = true
			continue
		}
		e.slots[c.Var] = slot
		if e.hasWord(c.Var, c.Words) != c.Not && e.holds(rest) {
			return true
		}
	}
	return false
}

func (e *environment) condition(c *spec.Condition) bool {
	switch c.Kind {
	case spec.HasWord:
		return e.hasWord(c.Var, c.Words)
	case spec.ArgumentIs:
		class := e.op.Args[c.Argument]
		return class < spec.SocketArg && c.Classes[class/64]&(1<<(class%64)) != 0
	case spec.ArgumentWord:
		return c.Mask&(1<<(e.op.Args[c.Argument]&63)) != 0
	case spec.ArgumentNames:
		argument := e.op.Args[c.Argument]
		return argument >= spec.SocketArg && e.bind(c.Var, argument-spec.SocketArg)
	case spec.Equals:
		return e.equals(c)
	case spec.Filled:
		return e.filled(c)
	}
	return false
}

func (e *environment) bind(variable int, slot uint8) bool {
	e.slots[variable] = slot
	e.note(uint64(slot) << 16)
	if !e.state.exists(slot) || e.state.isUnknown(slot) {
		e.doubtful = true
	}
	return true
}

func (e *environment) hasWord(variable int, words []spec.WordTest) bool {
	for i := range words {
		test := &words[i]
		switch {
		case test.World:
			if test.Mask&(1<<e.state[test.Offset]) != 0 {
				return true
			}
		case test.Handle != 0:
			if int(e.slots[variable]) == spec.MaxSockets+test.Handle-1 {
				return true
			}
		default:
			value := e.state.get(e.slots[variable], test.Offset)
			if value < 64 && test.Mask&(1<<value) != 0 {
				return true
			}
		}
	}
	return false
}

func (e *environment) equals(c *spec.Condition) bool {
	left := e.value(&c.Left)
	for i := range c.Values {
		right := &c.Values[i]
		if right.Kind == spec.BindsSocket {
			if slot, names := socketOf(left, right.Type); names && e.bind(right.Var, slot) {
				return true
			}
			continue
		}
		if left == e.value(right) {
			return true
		}
	}
	return false
}

// socketOf is the socket that an address or a socket field names.
func socketOf(value uint8, t spec.FieldType) (uint8, bool) {
	if t == spec.Address {
		return spec.WhoseAddress(value)
	}
	const first = spec.SocketBase
	return value - first, value >= first && value < first+spec.MaxSockets
}

func (e *environment) filled(c *spec.Condition) bool {
	count := e.state.get(e.slots[c.Var], c.Queue.Offset)
	if c.Full {
		return int(count) >= c.Queue.Holds && count != spec.Absent
	}
	return count == 0
}

// value is what a value comes to in this environment.
func (e *environment) value(v *spec.Value) uint8 {
	switch v.Kind {
	case spec.Constant:
		return v.Byte
	case spec.FieldOf:
		if v.Var == spec.VarWorld {
			return e.state[v.Offset]
		}
		return e.state.get(e.slots[v.Var], v.Offset)
	case spec.OwnOf:
		return v.Byte + e.slots[v.Var]
	case spec.FirstOf:
		if e.state.get(e.slots[v.Var], v.Offset) == 0 {
			return 0
		}
		return e.state.get(e.slots[v.Var], v.Offset+1)
	case spec.TheToken:
		return e.op.Token
	case spec.Argument:
		return e.argument(v)
	case spec.TheSocket:
		if v.Type == spec.Address {
			return spec.OwnAddress + e.slots[v.Var]
		}
		return spec.SocketBase + e.slots[v.Var]
	}
	return 0
}

// argument is an argument as an address or a word.
func (e *environment) argument(v *spec.Value) uint8 {
	argument := e.op.Args[v.Argument]
	switch {
	case v.Type == spec.Enumeration || v.Type == spec.Flag:
		return argument
	case argument >= spec.SocketArg:
		return e.state.get(argument-spec.SocketArg, e.machine.local)
	case e.machine.Spec.Classes[argument].Own:
		return e.state.get(e.op.Subject, e.machine.local)
	default:
		return spec.ClassAddress + argument
	}
}
