package model

import "connectspec/spec"

// A question is what a call asks of other sockets, when nothing is known of
// them yet. Calls with the same question get the same answer from the same
// sockets.
type question struct {
	digest
	circle  circleKey
	outside bool // it is not only about sockets that the subject names
	links   bool // an answer makes a socket know another
}

// A circleKey says what is asked of other sockets: which patterns they have,
// and what is in the fields that an effect copies.
type circleKey struct{ patterns, copies set }

// opens says whether a test looks at another socket.
func (e *environment) opens(t *test) bool {
	switch t.kind {
	case some, argues:
		return true
	case names:
		slot, names := socketOf(e.value(&t.left), spec.FieldType(t.left.constant))
		return names && slot != e.op.Subject
	case equal:
		return e.elsewhere(&t.left) || e.elsewhere(&t.right)
	case inSet:
		return e.elsewhere(&t.left)
	}
	return false
}

// elsewhere says whether an operand is an argument that is another socket.
func (e *environment) elsewhere(o *operand) bool {
	return o.kind == spec.Argument && e.op.Args[o.at] >= spec.SocketArg
}

// ask notes what the tests of a case ask of other sockets.
func (e *environment) ask(tests []test) {
	e.touched = true
	q := e.question
	q.add(uint64(e.at.number)<<16 | uint64(len(tests)))
	q.circle.patterns.join(&e.at.looks)
	q.circle.copies.join(&e.at.copies)
	q.links = q.links || e.at.links
	for i := range tests {
		t := &tests[i]
		q.outside = q.outside || t.kind == some || t.kind == argues
		e.askOperand(&t.left)
		if t.kind == equal {
			e.askOperand(&t.right)
		}
	}
}

// askOperand notes what the subject, the world or the arguments give to a test.
func (e *environment) askOperand(o *operand) {
	switch {
	case o.kind == spec.Argument && !e.elsewhere(o),
		(o.kind == spec.FieldOf || o.kind == spec.FirstOf) && (o.variable == spec.VarSubject || o.variable == worldVariable):
		e.question.add(uint64(e.value(o)) + 1)
	}
}
