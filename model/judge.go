package model

import (
	"connectspec/spec"
)

// A Judge follows traces through the model. It remembers every step that it
// has worked out, so that it soon only looks them up. Not for concurrent use.
type Judge struct {
	machine  *Machine
	names    dictionary
	beliefs  []belief
	index    map[string]uint32
	ops      map[Op]uint32
	answers  map[answerKey]uint32
	seens    []Seen
	seenIDs  map[Seen]uint32
	edges    map[uint64]*edge
	outlooks map[uint64]*Outlook
	coverage *Coverage
	settled  []bool // by outcome: it was exercised
	choices  []choice
}

type answerKey struct {
	call, kind uint8
	answer     Answer
}

// maxBeliefs bounds what a judge remembers; past it, it starts afresh. A belief
// and what leads on from it take about 2 KiB.
const maxBeliefs = 1 << 15

// An edge leads from a belief to the next, by a call and what was seen.
type edge struct {
	next       uint32
	divergence *Divergence // nil: allowed
	hits       []hit
	open       []int // outcomes of those that are not exercised
	narrows    bool  // it rules a state out
	doubtful   bool  // it was accepted without being judged
	count      uint64
	call       uint8
	seen       Seen
}

// A hit is an outcome that accounts for what was seen.
type hit struct {
	outcome   int
	exercised bool // nothing else does
}

// NewJudge makes a judge for the answers of a target; the names of its answers
// are looked up in the dictionary of that name, if the specification has one.
func (m *Machine) NewJudge(target string) *Judge {
	j := &Judge{
		machine: m, names: dictionary{m, m.Spec.Target(target)},
		ops: map[Op]uint32{}, answers: map[answerKey]uint32{}, seenIDs: map[Seen]uint32{},
		coverage: newCoverage(m.Spec), settled: make([]bool, m.Spec.Outcomes),
	}
	j.forget()
	return j
}

// forget starts the memory afresh, after counting what it holds.
func (j *Judge) forget() {
	for _, e := range j.edges {
		j.coverage.add(e)
	}
	j.beliefs, j.index, j.edges = nil, map[string]uint32{}, map[uint64]*edge{}
	j.outlooks = map[uint64]*Outlook{}
	j.intern([]possible{{state: j.machine.Initial()}})
}

// intern numbers a belief.
func (j *Judge) intern(states []possible) uint32 {
	k := key(states)
	if id, known := j.index[k]; known {
		return id
	}
	id := uint32(len(j.beliefs))
	j.index[k] = id
	j.beliefs = append(j.beliefs, j.machine.close(states))
	return id
}

// exercised calls yield with every outcome that alone accounts for a step of a
// trace.
func (j *Judge) exercised(t Trace, yield func(step, outcome int)) {
	var (
		at     uint32
		reader reader
	)
	for i := range t.Answers {
		op := t.Script[i]
		e := j.step(at, op, reader.seen(j, op, t.Answers[i]))
		for _, hit := range e.hits {
			if hit.exercised {
				yield(i, hit.outcome)
			}
		}
		at = e.next
	}
}

// A Finding is a divergence and the step of the trace that shows it.
type Finding struct {
	Step int
	*Divergence
}

// Trace judges a trace. It goes on after a divergence; all are returned, the
// first of them first.
func (j *Judge) Trace(t Trace) []Finding {
	if len(j.beliefs) > maxBeliefs {
		j.forget()
	}
	var (
		findings []Finding
		at       uint32
		reader   reader
		passage  passage
	)
	for i := range t.Answers {
		op := t.Script[i]
		e := j.step(at, op, reader.seen(j, op, t.Answers[i]))
		if e.count++; e.count == 1 {
			j.settle(e)
		}
		if e.divergence != nil {
			findings = append(findings, Finding{i, e.divergence})
		} else if len(findings) == 0 {
			passage.note(j, i, at, e)
		}
		at = e.next
	}
	if passage.until > 0 {
		j.lookBack(t, passage)
	}
	return findings
}

// A reader reads the answers of a trace, call by call: what they mean depends on
// the kind of the socket, and, of the result of a thread, on the call it was in.
type reader struct {
	kinds   [spec.MaxSockets]uint8
	threads [2]Op
}

// seen numbers an answer.
func (r *reader) seen(j *Judge, op Op, answer Answer) uint32 {
	if op.Made < spec.MaxSockets {
		r.make(j.machine, op)
	}
	if op.Thread > 0 {
		r.threads[op.Thread-1] = op
	}
	if op.Call != noCall && j.machine.answersResult(op) && r.threads[op.Args[0]] != (Op{}) {
		op = r.threads[op.Args[0]]
	}
	kind := uint8(0)
	if op.Subject < spec.MaxSockets {
		kind = r.kinds[op.Subject]
	}
	return j.seen(op.Call, kind, answer)
}

// make notes the kind of a socket, as far as the call says that makes it.
func (r *reader) make(m *Machine, op Op) {
	kind := uint8(0)
	if op.Subject < spec.MaxSockets {
		kind = r.kinds[op.Subject]
	}
	for i, parameter := range m.Spec.Calls[op.Call].Parameters {
		if parameter.Field != nil && parameter.Field == m.kind {
			kind = op.Args[i]
		}
	}
	r.kinds[op.Made] = kind
}

// seen numbers an answer.
func (j *Judge) seen(call, kind uint8, answer Answer) uint32 {
	k := answerKey{call, kind, answer}
	if id, known := j.answers[k]; known {
		return id
	}
	id := j.seenID(j.names.seen(j.machine.Spec.Calls[call], kind, answer))
	j.answers[k] = id
	return id
}

func (j *Judge) seenID(seen Seen) uint32 {
	if id, known := j.seenIDs[seen]; known {
		return id
	}
	id := uint32(len(j.seens))
	j.seens = append(j.seens, seen)
	j.seenIDs[seen] = id
	return id
}

// opID numbers a call.
func (j *Judge) opID(op Op) uint32 {
	id, known := j.ops[op]
	if !known {
		id = uint32(len(j.ops))
		j.ops[op] = id
	}
	return id
}

// step is the edge for a call and what was seen, worked out once.
func (j *Judge) step(at uint32, op Op, seen uint32) *edge {
	k := uint64(at)<<32 | uint64(j.opID(op))<<16 | uint64(seen)
	e := j.edges[k]
	if e == nil {
		e = j.work(at, op, j.seens[seen])
		j.edges[k] = e
	}
	return e
}
