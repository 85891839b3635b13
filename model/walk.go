package model

import (
	"bytes"
	"slices"
	"strings"

	"connectspec/spec"
)

// Sense says what sense a call makes at a place in a script.
type Sense uint8

// The senses.
const (
	Acts      Sense = iota // it does its work, in every state that is possible
	Turned                 // it is turned away, in some state at least
	Uncertain              // it is not judged, in some state at least
	Foolish                // its arguments cannot be meant for the socket
)

// An Outlook is what may come of a call.
type Outlook struct {
	Sense  Sense
	Blocks bool // it may not return
	Tells  bool // an answer may rule out a state that is possible here
	Acts   bool // it may change something
	may    []expected
}

// An expected answer is one that may come.
type expected struct {
	seen uint32
	next uint32 // the belief that it leads to, plus one; 0: not worked out
}

// Len is the number of different answers that may come.
func (o *Outlook) Len() int { return len(o.may) }

// A Walk goes through the model without running anything: what it meets is
// what the model expects. It is how a generator knows where it stands.
type Walk struct {
	judge  *Judge
	at     uint32
	before uint32 // where the last call was made
	age    int    // of the judge
}

// Walk starts a walk at the first call of a script.
func (j *Judge) Walk() Walk {
	if len(j.beliefs) > maxBeliefs {
		j.forget()
	}
	return Walk{judge: j, age: j.age}
}

// Look says what may come of a call here.
func (w *Walk) Look(op Op) *Outlook {
	j := w.judge
	id, isNew := j.looks.number(uint64(w.at)<<32 | uint64(j.opID(op)))
	if isNew {
		j.look(j.outlooks.add(), w.at, op)
	}
	return j.outlooks.at(int(id))
}

// Answer is the answer numbered i, in the words of the specification.
func (w *Walk) Answer(op Op, outlook *Outlook, i int) Answer {
	text := w.judge.machine.Text(w.judge.machine.Spec.Calls[op.Call].Name, w.judge.seens[outlook.may[i].seen])
	name, value, _ := strings.Cut(text, " ")
	return Answer{Name: name, Value: value}
}

// Take goes on to where the call leads if the answer numbered i comes.
func (w *Walk) Take(op Op, outlook *Outlook, i int) {
	if len(outlook.may) == 0 {
		return
	}
	answer := &outlook.may[i]
	if answer.next == 0 {
		answer.next = 1 + w.judge.step(w.at, op, answer.seen).next
	}
	w.before, w.at = w.at, answer.next-1
}

// Touched is a socket, other than the one called upon, that the last call did
// something to, as far as one of the possible states tells.
func (w *Walk) Touched(subject uint8) (slot uint8, any bool) {
	before := &w.judge.beliefs[w.before].states[0].state
	after := &w.judge.beliefs[w.at].states[0].state
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		from, to := base(slot), base(slot)+recordSize
		if slot != subject && before.exists(slot) && !bytes.Equal(before[from:to], after[from:to]) {
			return slot, true
		}
	}
	return 0, false
}

// Filled says whether something waits in a queue of a socket, as far as one of
// the possible states tells.
func (w *Walk) Filled(slot uint8, queue *spec.Field) bool {
	s := &w.judge.beliefs[w.at].states[0].state
	r := s.record(slot)
	return r[0] == live && r[queue.Offset] > 0
}

// Emptied says whether the last call has left nothing in a queue in which
// something waited, as far as one of the possible states tells.
func (w *Walk) Emptied(slot uint8, queue *spec.Field) bool {
	s := &w.judge.beliefs[w.before].states[0].state
	r := s.record(slot)
	return r[0] == live && r[queue.Offset] > 0 && !w.Filled(slot, queue)
}

// Busy says whether a thread may be in a call, or back from one that nobody has
// asked about.
func (w *Walk) Busy(thread uint8) bool {
	states := w.judge.beliefs[w.at].states
	return slices.ContainsFunc(states, func(p possible) bool { return p.state.isBusy(thread) })
}

// Open says whether more than one state is possible.
func (w *Walk) Open() bool { return len(w.judge.beliefs[w.at].states) > 1 }

// Exists says whether a socket is there, and may be judged, in every possible
// state.
func (w *Walk) Exists(slot uint8) bool {
	states := w.judge.beliefs[w.at].states
	return !slices.ContainsFunc(states, func(p possible) bool {
		return p.state.record(slot)[0] != live
	})
}

// look works out what may come of a call.
func (j *Judge) look(outlook *Outlook, at uint32, op Op) {
	m, b := j.machine, &j.bench
	states := j.beliefs[at].states
	if !m.makesSense(&states[0].state, op) {
		outlook.Sense = Foolish
		return
	}
	b.answers = b.answers[:0]
	for i := range states {
		s := &states[i].state
		p := m.prospect(s, op, b.choices)
		b.choices = p.choices[:0]
		switch {
		case p.verdict == idle:
			outlook.Sense = Foolish
		case p.verdict != decided:
			outlook.Sense = Uncertain
		case p.refused:
			outlook.Sense = Turned
		}
		if p.verdict != decided {
			break
		}
		b.seens = b.seens[:0]
		for k := range p.choices {
			outlook.Acts = outlook.Acts || len(p.choices[k].outcome.Effects) > 0
			j.expect(outlook, s, op, &p.choices[k])
		}
		if len(states) > 1 {
			j.compare(outlook, i)
		}
	}
	outlook.may = cut(&b.kept, b.answers)
}

// compare says whether the answers of a possible state tell it from the first.
func (j *Judge) compare(outlook *Outlook, i int) {
	b := &j.bench
	slices.Sort(b.seens)
	b.seens = slices.Compact(b.seens)
	if i == 0 {
		b.first, b.seens = b.seens, b.first
		return
	}
	outlook.Tells = outlook.Tells || !slices.Equal(b.first, b.seens)
}

// expect adds the answers of an outcome to what may be seen.
func (j *Judge) expect(outlook *Outlook, s *State, op Op, c *choice) {
	m, b := j.machine, &j.bench
	for _, result := range c.outcome.Results {
		seen := Seen{Code: result.Code}
		outlook.Blocks = outlook.Blocks || result.Code == spec.Blocks
		if result.Value != nil {
			seen.Valued = true
			seen.Value = m.expected(s, op, c, result.Value)
		}
		id := j.seenID(seen)
		b.seens = append(b.seens, id)
		if !slices.ContainsFunc(b.answers, func(e expected) bool { return e.seen == id }) {
			b.answers = append(b.answers, expected{seen: id})
		}
	}
}

func (m *Machine) expected(s *State, op Op, c *choice, v *spec.Value) uint8 {
	if m.answersResult(op) {
		return s.told(op)
	}
	e := m.answering(s, op, c)
	if v.Kind == spec.ReadyLevels {
		must, may := e.levels(m.plan(op))
		return must &^ may
	}
	return e.answer(v)
}

// Meet is what the judge says if that is seen here (nil: it is allowed), and
// goes on to where it leads.
func (w *Walk) Meet(op Op, seen Seen) *Divergence {
	e := w.judge.step(w.at, op, w.judge.seenID(seen))
	w.at = e.next
	return e.divergence
}
