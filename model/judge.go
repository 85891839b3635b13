package model

import (
	"connectspec/spec"
)

// A Judge follows traces through the model. It remembers every step that it
// has worked out, so that it soon only looks them up. Not for concurrent use.
type Judge struct {
	machine  *Machine
	names    dictionary
	ops      keyMap // numbers of calls
	answers  map[answerKey]uint32
	seens    []Seen
	seenIDs  map[Seen]uint32
	beliefs  []belief
	index    keyMap // numbers of beliefs, by what identifies their states
	steps    keyMap // numbers of edges
	edges    store[edge]
	looks    keyMap // numbers of outlooks
	outlooks store[Outlook]
	coverage *Coverage
	settled  []bool // by outcome: it was exercised
	age      int    // how often it has forgotten what it knew
	bench    workbench
}

// A workbench is memory that is used again, and memory that is cut from.
type workbench struct {
	worker  worker
	choices []choice
	first   []uint32   // what may be seen in the first possible state
	seens   []uint32   // what may be seen in the one at hand
	answers []expected // what may be seen in any of them
	states  []possible
	kept    []expected
	hits    []hit
}

type answerKey struct {
	call, kind uint8
	answer     Answer
}

// maxBeliefs bounds what a judge remembers; past it, it starts afresh. A belief
// and what leads on from it take about 1 KiB.
const maxBeliefs = 1 << 16

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
		answers: map[answerKey]uint32{}, seenIDs: map[Seen]uint32{},
		coverage: newCoverage(m.Spec), settled: make([]bool, m.Spec.Outcomes),
	}
	j.forget()
	return j
}

// forget starts the memory afresh, after counting what it holds.
func (j *Judge) forget() {
	j.count()
	j.beliefs = nil
	j.age++
	for _, numbers := range [...]*keyMap{&j.index, &j.steps, &j.looks} {
		numbers.empty()
	}
	j.edges, j.outlooks, j.bench = store[edge]{}, store[Outlook]{}, workbench{}
	j.intern([]possible{{state: j.machine.Initial()}})
}

// count counts what the edges have met since they were counted last.
func (j *Judge) count() {
	for i := range j.edges.count {
		j.coverage.add(j.edges.at(i))
	}
}

// intern numbers a belief by the states that it has before later steps. They are
// the caller's, and may come in any order.
func (j *Judge) intern(states []possible) uint32 {
	states = sorted(states)
	for d := digestOf(states); ; d.add(1) {
		id, isNew := j.index.number(uint64(d))
		if isNew {
			j.beliefs = append(j.beliefs, j.machine.close(cut(&j.bench.states, states), len(states)))
			return uint32(id)
		}
		if j.beliefs[id].is(states) {
			return uint32(id)
		}
	}
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
	threads [spec.MaxThreads]Op
}

// seen numbers an answer.
func (r *reader) seen(j *Judge, op Op, answer Answer) uint32 {
	if op.Made < spec.MaxSockets {
		r.make(j.machine, op)
	}
	if op.Thread > 0 {
		r.threads[op.Thread-1] = op
	}
	if j.machine.answersResult(op) && r.threads[op.Args[0]] != (Op{}) {
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
	id, _ := j.ops.number(uint64(op.Thread)<<56 | uint64(op.Call)<<48 | uint64(op.Subject)<<40 | uint64(op.Args[0])<<32 |
		uint64(op.Args[1])<<24 | uint64(op.Args[2])<<16 | uint64(op.Made)<<8 | uint64(op.Token))
	return uint32(id)
}

// step is the edge for a call and what was seen, worked out once.
func (j *Judge) step(at uint32, op Op, seen uint32) *edge {
	// Different beliefs are fewer than 2^25, calls than 2^22, and answers than 2^16.
	id, isNew := j.steps.number(uint64(at)<<38 | uint64(j.opID(op))<<16 | uint64(seen))
	if isNew {
		j.work(j.edges.add(), at, op, j.seens[seen])
	}
	return j.edges.at(int(id))
}
