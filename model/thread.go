package model

import (
	"slices"

	"connectspec/spec"
)

// A call that a thread makes and that blocks stays where it is while the script
// goes on. Its socket's record says so, in spec.ThreadSize bytes for each thread:
//
//	asleep, or what wakes it up: the call, its first argument, and what it makes or
//	                             sends or, if that is nothing, its second argument
//	back:                        the outcome (2 bytes), what it told
//
// As soon as a resume rule of the call applies, the thread wakes up: the model
// takes it that this has happened before the next call of the script, and agents
// make sure of it. What the call came to is seen when the script asks for it.
const (
	asleep      = spec.ThreadAsleep
	back        = 2 // its call has returned, and nobody has asked for the result
	lost        = 3 // nothing is known of it
	asleepWords = 4 // and above: asleep, and has become one of spec.ThreadWords
)

// compileResumes makes the resume rules ready for stepping.
func (m *Machine) compileResumes(p *planner) {
	m.resumes, m.outcomes, m.again = nil, nil, nil
	if !slices.ContainsFunc(m.Spec.Calls, (*spec.Call).OnThread) {
		return
	}
	m.outcomes = make([]*spec.Outcome, m.Spec.Outcomes)
	for _, rule := range m.Spec.Rules {
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				m.outcomes[outcome.ID] = outcome
			}
		}
	}
	for _, call := range m.Spec.Calls {
		m.resumes = append(m.resumes, p.rules(call.Resumes, [3]uint8{}))
		m.again = append(m.again, againOf(call))
	}
}

// againOf are the outcomes of a call's resume rules that have it answer again.
func againOf(call *spec.Call) []int {
	var ids []int
	for _, rule := range call.Resumes {
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				if hasResult(outcome, spec.Again) {
					ids = append(ids, outcome.ID)
				}
			}
		}
	}
	return ids
}

// againFor is the outcome of a resume rule without which a thread could not have
// come to an outcome of its call.
func (m *Machine) againFor(outcome int) (again int, any bool) {
	rule := m.outcomes[outcome].Rule
	if rule.Rank == spec.Resume || len(rule.Calls) > 1 {
		return 0, false
	}
	if ids := m.again[rule.Calls[0].Index]; len(ids) == 1 {
		return ids[0], true
	}
	return 0, false
}

// answersResult says whether a call asks what the call of a thread came to.
func (m *Machine) answersResult(op Op) bool {
	return m.Spec.Calls[op.Call].Answers == spec.AnswersResult
}

// thread is what a thread does upon the socket of a record.
func (r *record) thread(thread uint8) []uint8 {
	at := spec.ThreadsOffset + int(thread)*spec.ThreadSize
	return r[at : at+spec.ThreadSize]
}

// thread is what the thread that is the first argument of a call does; nil if it
// is in no call.
func (s *State) thread(thread uint8) []uint8 {
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		if doing := s.record(slot).thread(thread); doing[0] != 0 && doing[0] != spec.Absent {
			return doing
		}
	}
	return nil
}

// isBusy says whether a thread is in a call, or back from one that nobody has
// asked about.
func (s *State) isBusy(thread uint8) bool { return s.thread(thread) != nil }

// enter leaves a thread in the call that it made, if that blocks.
func (s *State) enter(op Op, seen Seen) {
	if op.Thread == 0 || seen.Code != spec.Blocks || !s.exists(op.Subject) {
		return
	}
	doing := s.record(op.Subject).thread(op.Thread - 1)
	copy(doing, []uint8{asleep, op.Call, op.Args[0], op.Args[1]})
	switch {
	case op.Made != NoSocket:
		doing[3] = op.Made
	case op.Token != 0:
		doing[3] = op.Token
	}
	if s.isUnknown(op.Subject) {
		copy(doing, []uint8{lost, 0, 0, 0})
	}
}

// callOf is the call that a thread is asleep in.
func (m *Machine) callOf(doing []uint8, slot uint8) Op {
	call := m.Spec.Calls[doing[1]]
	op := Op{Call: doing[1], Subject: slot, Args: [3]uint8{doing[2]}, Made: NoSocket}
	switch {
	case call.Makes != "":
		op.Made = doing[3]
	case call.Sends:
		op.Token = doing[3]
	default:
		op.Args[1] = doing[3]
	}
	return op
}

// signal is what a signal to the thread that is the first argument does; word is
// one of spec.ThreadWords.
func (s *State) signal(op Op, word uint8) {
	if doing := s.thread(op.Args[0]); doing != nil && doing[0] == asleep {
		doing[0] = asleepWords + word
	}
}

// disconnect is what happens to threads when the socket of a record is
// disconnected under them.
func (r *record) disconnect() {
	if r[0] != live {
		return
	}
	for thread := range spec.ThreadNames {
		if doing := r.thread(uint8(thread)); doing[0] == asleep {
			doing[0] = asleepWords + spec.Disconnected
		}
	}
}

// dismiss forgets what the thread that is the first argument has done.
func (s *State) dismiss(op Op) { clear(s.thread(op.Args[0])) }

// told is what came with the result of the thread that is the first argument.
func (s *State) told(op Op) uint8 { return s.thread(op.Args[0])[3] }

// loseThreads makes a socket unknown, and with it what threads do upon it.
func loseThreads(r *record) {
	before := *r
	*r = record{unknown}
	for thread := range spec.ThreadNames {
		if before.thread(uint8(thread))[0] != 0 {
			r.thread(uint8(thread))[0] = lost
		}
	}
}

// Overlapping are the calls that threads are in, as far as a trace tells, when its
// last call is made, by their places in it.
func (m *Machine) Overlapping(t Trace) []int {
	var in []int
	leave := func(thread uint8) {
		in = slices.DeleteFunc(in, func(i int) bool { return t.Script[i].Thread == thread+1 })
	}
	for i := range len(t.Answers) - 1 {
		switch op := t.Script[i]; {
		case t.Answers[i].Name == "blocks" && op.Thread > 0:
			in = append(in, i)
		case m.answersResult(op) && t.Answers[i].Name != "blocks":
			leave(op.Args[0])
		}
	}
	return in
}

// ofThread is the prospect of a call that is about a thread, unless it is for
// rules to say: they say what comes while the thread is asleep.
func (m *Machine) ofThread(s *State, op Op, p *prospect) (done bool) {
	doing := s.thread(op.Args[0])
	switch {
	case doing == nil, doing[0] == back && !m.answersResult(op):
		p.verdict = idle
	case doing[0] == back:
		p.verdict = doubtful
		// A machine that has other rules does not know the outcome.
		if outcome := m.outcomes[int(doing[1])|int(doing[2])<<8]; outcome != nil {
			p.verdict, p.choices = decided, append(p.choices, choice{outcome: outcome})
		}
	case doing[0] == lost:
		p.verdict = doubtful
	default:
		return false
	}
	return true
}

// sleeps says whether a thread is asleep in any call.
func (m *Machine) sleeps(s *State) bool {
	if m.resumes == nil {
		return false
	}
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		r := s.record(slot)
		for thread := range uint8(len(spec.ThreadNames)) {
			if doing := r.thread(thread)[0]; r[0] == live && (doing == asleep || doing >= asleepWords) {
				return true
			}
		}
	}
	return false
}

// settle calls yield with the states that a state passes into as threads wake up
// in it, whichever is the first; with the state itself, if none has to.
func (m *Machine) settle(s State, yield func(State)) {
	if !m.sleeps(&s) {
		yield(s)
		return
	}
	woken, stays := m.wake(&s)
	if stays {
		yield(s)
	}
	for _, next := range woken {
		m.settle(next, yield)
	}
}

// wake are the states in which one of the threads has woken up. It says whether
// the state stays possible if no call is made.
func (m *Machine) wake(s *State) (next []State, stays bool) {
	stays = true
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		r := s.record(slot)
		if r[0] != live {
			continue
		}
		for thread := range uint8(len(spec.ThreadNames)) {
			if doing := r.thread(thread); doing[0] == asleep || doing[0] >= asleepWords {
				a := awakening{m, s, m.callOf(doing, slot), thread, next, false}
				before := len(next)
				a.resume(doing[0])
				next, stays = a.next, stays && (a.stays || len(a.next) == before)
			}
		}
	}
	return next, stays
}

// An awakening works out what becomes of one thread.
type awakening struct {
	*Machine
	state  *State
	op     Op
	number uint8 // of the thread
	next   []State
	stays  bool // it may sleep on
}

// resume adds the states in which the call has returned. What woke the thread up
// has passed if it sleeps on.
func (a *awakening) resume(doing uint8) {
	before := len(a.next)
	e := a.environment(a.state, a.op)
	e.thread = doing
	var choices []choice
	for i := range a.resumes[a.op.Call] {
		if e.applies(&a.resumes[a.op.Call][i], &choices) {
			break
		}
	}
	if e.doubtful {
		a.lose()
		return
	}
	for i := range choices {
		if choices[i].outcome.Results[0].Code == spec.Again {
			a.again(doing)
		} else {
			a.resumed(a.state, &choices[i])
		}
	}
	if doing != asleep && (a.stays || len(a.next) == before) {
		after := *a.state
		a.thread(&after)[0] = asleep
		a.next, a.stays = append(a.next, after), false
	}
}

// again adds what the call would come to if it were made now: in the mode that
// it was made in, which was blocking, unless it is really made again.
func (a *awakening) again(doing uint8) {
	s := *a.state
	clear(a.thread(&s))
	mode := &s.record(a.op.Subject)[a.mode]
	was := *mode
	if doing != asleepWords+spec.Restarted && a.mode > 0 {
		*mode = 0
	}
	p := a.prospect(&s, a.op, nil)
	if p.verdict != decided {
		a.lose()
		return
	}
	for i := range p.choices {
		if hasResult(p.choices[i].outcome, spec.Blocks) {
			a.stays = true
			continue
		}
		a.resumed(&s, &p.choices[i])
		a.next[len(a.next)-1].record(a.op.Subject)[a.mode] = was
	}
}

// resumed adds the state after the call has returned.
func (a *awakening) resumed(s *State, c *choice) {
	told := uint8(0)
	for _, result := range c.outcome.Results {
		if result.Value != nil {
			e := a.answering(s, a.op, c)
			told = e.answer(result.Value)
		}
	}
	after := a.apply(s, a.op, c, hasResult(c.outcome, spec.OK))
	id := c.outcome.ID
	copy(a.thread(&after), []uint8{back, uint8(id), uint8(id >> 8), told})
	if after.isUnknown(a.op.Subject) {
		copy(a.thread(&after), []uint8{lost, 0, 0, 0})
	}
	a.next = append(a.next, after)
}

// lose adds the state in which nothing is known of the socket, nor of the thread.
func (a *awakening) lose() {
	after := *a.state
	a.forget(&after, a.op.Subject)
	a.next = append(a.next, after)
}

// thread is what a state says of the thread.
func (a *awakening) thread(s *State) []uint8 {
	return s.record(a.op.Subject).thread(a.number)
}
