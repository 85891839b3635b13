package model

import "connectspec/spec"

// A test is a condition, or one of its alternatives, made ready for stepping.
// Most ask whether one byte of a record is one of a set.
type test struct {
	kind     testKind
	not      bool    // the condition must not hold
	or       bool    // the next test is an alternative to this one
	variable uint8   // bound by names, argues and some
	left     operand // what is asked about
	right    operand // of equal
	set      uint16  // of inSet: an index into the machine's sets
}

// testKind tells the forms of tests apart.
type testKind uint8

const (
	inSet    testKind = iota // left is one of a set
	equal                    // left and right are the same
	isHandle                 // the variable is the handle that stands in left
	names                    // left names a socket, which the variable becomes
	argues                   // the argument is a socket, which the variable becomes
	threadIs                 // the thread that is asleep in the call has become one of a set
	some                     // there is a socket so that all tests behind this one pass
)

// An operand is a value of the specification, made ready for stepping.
type operand struct {
	kind     spec.ValueKind
	variable uint8
	at       uint8 // an offset in the record; which argument
	constant uint8 // a constant; of a field or an argument: its type
}

// worldVariable stands for the world where a variable of a rule does.
const worldVariable = spec.MaxVars

// A set is a set of the values that a byte can have.
type set [4]uint64

func (s *set) add(value uint8) { s[value/64] |= 1 << (value % 64) }
func (s *set) join(other *set) {
	for i := range s {
		s[i] |= other[i]
	}
}

func (s *set) meets(other *set) bool {
	return s[0]&other[0]|s[1]&other[1]|s[2]&other[2]|s[3]&other[3] != 0
}

func (s *set) has(value uint8) bool { return s[value/64]&(1<<(value%64)) != 0 }

// A guard is what must hold for a case to apply.
type guard struct {
	tests []test
	main  int // the first so many are about main fields of the subject alone
}

// A compiler makes tests of conditions and steps of effects.
type compiler struct {
	sets      []set
	numbers   map[set]uint16 // where they stand in sets
	addresses set            // offsets of addresses
	main      set            // offsets of the fields that menus go by
	changes   map[*spec.Change]*change
}

func (c *compiler) set(s set) uint16 {
	number, known := c.numbers[s]
	if !known {
		number = uint16(len(c.sets))
		c.numbers[s] = number
		c.sets = append(c.sets, s)
	}
	return number
}

// A piece is what becomes of one condition: it stays together.
type piece struct {
	tests []test
	reads uint16 // the variables that it looks at
	binds uint8  // the variable that it binds, if binding
	// binding pieces come as late as they can: what comes first need not look
	// at other sockets.
	binding bool
	main    bool // it asks for one of the main fields of the subject alone
}

// guard orders the conditions of a case: those about main fields of the subject
// come first, then those about what is known, and each that looks at another
// socket as late as can be. The conditions that the arguments decide are left
// out: see admits.
func (c *compiler) guard(conditions []spec.Condition) guard {
	var g guard
	pieces := make([]piece, 0, len(conditions)+1)
	for i := range conditions {
		pieces = c.condition(pieces, &conditions[i])
	}
	for i := range pieces {
		if pieces[i].main {
			g.tests = append(g.tests, pieces[i].tests...)
		}
	}
	g.main = len(g.tests)
	bound := uint16(1<<spec.VarSubject | 1<<spec.VarMade | 1<<worldVariable)
	done := make([]bool, len(pieces))
	for range pieces {
		at := nextPiece(pieces, done, bound)
		done[at] = true
		if p := &pieces[at]; !p.main {
			g.tests = append(g.tests, p.tests...)
			if p.binding {
				bound |= 1 << p.binds
			}
		}
	}
	return g
}

// nextPiece is the first piece that needs no more variables than are bound, and
// binds none if it can be helped.
func nextPiece(pieces []piece, done []bool, bound uint16) int {
	best := -1
	for i := range pieces {
		switch ready := pieces[i].reads&^bound == 0; {
		case done[i]:
		case ready && !pieces[i].binding:
			return i
		case best < 0 || ready && pieces[best].reads&^bound != 0:
			best = i
		}
	}
	return best
}

// condition adds the pieces of a condition.
func (c *compiler) condition(pieces []piece, from *spec.Condition) []piece {
	switch from.Kind {
	case spec.HasWord:
		return append(pieces, c.words(from))
	case spec.Equals:
		return append(pieces, c.equals(from))
	case spec.Filled:
		return append(pieces, newPiece(from.Not, c.filled(from)))
	case spec.ThreadIs:
		return append(pieces, newPiece(from.Not, test{kind: threadIs, set: c.set(set{from.Mask << asleepWords})}))
	case spec.ArgumentNames:
		if from.Not {
			return pieces
		}
		p := newPiece(false, test{kind: argues, variable: uint8(from.Var), left: operand{at: uint8(from.Argument)}})
		p.binding, p.binds = true, uint8(from.Var)
		return append(pieces, p)
	case spec.Some:
		p := newPiece(false, test{kind: some, variable: uint8(from.Var)})
		p.binding, p.binds = true, uint8(from.Var)
		return append(pieces, p, c.words(from))
	}
	return pieces
}

// newPiece joins tests, of which one has to pass, or none if not is set.
func newPiece(not bool, tests ...test) piece {
	p := piece{tests: tests}
	for i := range tests {
		tests[i].not = not
		tests[i].or = i < len(tests)-1
		p.reads |= tests[i].reads()
	}
	return p
}

// reads are the variables that a test looks at.
func (t *test) reads() uint16 {
	switch t.kind {
	case isHandle:
		return 1 << t.variable
	case argues, some, threadIs:
		return 0
	case equal:
		return t.left.reads() | t.right.reads()
	}
	return t.left.reads()
}

func (o *operand) reads() uint16 {
	switch o.kind {
	case spec.FieldOf, spec.FirstOf, spec.OwnOf, spec.TheSocket:
		return 1 << o.variable
	case spec.Argument:
		return 1 << spec.VarSubject
	}
	return 0
}

// words: the record has one of them. A test that can not pass stands for none.
func (c *compiler) words(from *spec.Condition) piece {
	tests := make([]test, 0, 1)
	for _, word := range from.Words {
		variable := variableOf(from.Var)
		switch {
		case word.Handle != 0:
			tests = append(tests, test{kind: isHandle, variable: variable, left: operand{constant: uint8(spec.MaxSockets + word.Handle - 1)}})
			continue
		case word.World:
			variable = worldVariable
		}
		tests = append(tests, test{
			kind: inSet, set: c.set(set{word.Mask}),
			left: operand{kind: spec.FieldOf, variable: variable, at: uint8(word.Offset)},
		})
	}
	if len(tests) == 0 {
		tests = append(tests, test{kind: inSet, set: c.set(set{})})
	}
	p := newPiece(from.Not, tests...)
	p.main = len(tests) == 1 && tests[0].left.kind == spec.FieldOf && tests[0].left.variable == spec.VarSubject && c.main.has(tests[0].left.at)
	return p
}

func variableOf(variable int) uint8 {
	if variable == spec.VarWorld {
		return worldVariable
	}
	return uint8(variable)
}

func (c *compiler) filled(from *spec.Condition) test {
	var counts set
	if from.Full {
		for count := from.Queue.Holds; count < spec.Absent; count++ {
			counts.add(uint8(count))
		}
	} else {
		counts.add(0)
	}
	return test{kind: inSet, set: c.set(counts), left: operand{
		kind: spec.FieldOf, variable: variableOf(from.Var), at: uint8(from.Queue.Offset),
	}}
}

// equals: the constants that a value is held against become one set.
func (c *compiler) equals(from *spec.Condition) piece {
	var (
		tests     []test
		constants set
		left      = compileValue(&from.Left)
		binds     = -1
	)
	for i := range from.Values {
		value := &from.Values[i]
		switch value.Kind {
		case spec.Constant:
			constants.add(value.Byte)
		case spec.BindsSocket:
			left.constant = uint8(value.Type)
			tests = append(tests, test{kind: names, variable: uint8(value.Var), left: left})
			binds = value.Var
		default:
			tests = append(tests, test{kind: equal, left: left, right: compileValue(value)})
		}
	}
	if constants != (set{}) {
		tests = append(tests, test{kind: inSet, set: c.set(constants), left: left})
	}
	p := newPiece(from.Not, tests...)
	if binds >= 0 {
		p.binding, p.binds = true, uint8(binds)
	}
	return p
}

func compileValue(value *spec.Value) operand {
	o := operand{kind: value.Kind, variable: variableOf(value.Var), at: uint8(value.Offset), constant: uint8(value.Type)}
	switch value.Kind {
	case spec.Constant, spec.OwnOf:
		o.constant = value.Byte
	case spec.Argument:
		o.at = uint8(value.Argument)
	}
	return o
}

// asks says whether a test looks at an argument besides finding a socket there.
func (t *test) asks() bool {
	return t.left.kind == spec.Argument && t.kind != argues && t.kind != some && t.kind != isHandle ||
		t.kind == equal && t.right.kind == spec.Argument
}
