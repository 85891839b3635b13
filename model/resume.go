package model

import (
	"slices"

	"connectspec/spec"
)

// As soon as a resume rule applies to a call that a thread is asleep in, the
// thread wakes up: the model takes it that this has happened before the next call
// of the script, and agents make sure of it.

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
	ids := m.again[rule.Calls[0].Index]
	if rule.Rank == spec.Resume || len(ids) != 1 {
		return 0, false
	}
	for _, other := range rule.Calls[1:] {
		if !slices.Equal(m.again[other.Index], ids) {
			return 0, false // a rule of any call
		}
	}
	return ids[0], true
}

// sleeps says whether a thread is asleep in any call.
func (m *Machine) sleeps(s *State) bool {
	if m.resumes == nil {
		return false
	}
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		r := s.record(slot)
		for thread := range uint8(spec.MaxThreads) {
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
		for thread := range uint8(spec.MaxThreads) {
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
