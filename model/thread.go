package model

import (
	"slices"

	"connectspec/spec"
)

// A call that a thread makes and that blocks stays where it is while the script
// goes on. Its socket's record says so, in spec.ThreadSize bytes for each thread:
//
//	asleep, or what wakes it up: the call, the socket that it makes
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
	m.resumes, m.outcomes = nil, nil
	if !slices.ContainsFunc(m.Spec.Calls, (*spec.Call).OnThread) {
		return
	}
	m.outcomes = make([]*spec.Outcome, m.Spec.Outcomes)
	for _, call := range m.Spec.Calls {
		m.resumes = append(m.resumes, p.rules(call.Resumes, [3]uint8{}))
		for _, rule := range call.Resumes {
			for i := range rule.Cases {
				for _, outcome := range rule.Cases[i].Outcomes {
					m.outcomes[outcome.ID] = outcome
				}
			}
		}
	}
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
	copy(doing, []uint8{asleep, op.Call, op.Made, 0})
	if s.isUnknown(op.Subject) {
		copy(doing, []uint8{lost, 0, 0, 0})
	}
}

// signal is what the signal to the thread that is the first argument does.
func (s *State) signal(op Op) {
	if doing := s.thread(op.Args[0]); doing != nil && doing[0] == asleep {
		doing[0] = asleepWords + spec.Interrupted
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

// wake are the states that a state passes into because a thread wakes up in it,
// one for each that does: in which order two of them go on is open.
func (m *Machine) wake(s *State) []State {
	if m.resumes == nil {
		return nil
	}
	var next []State
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		r := s.record(slot)
		if r[0] != live {
			continue
		}
		for thread := range uint8(len(spec.ThreadNames)) {
			if doing := r.thread(thread); doing[0] == asleep || doing[0] >= asleepWords {
				next = m.resume(s, Op{Call: doing[1], Subject: slot, Made: doing[2], Thread: thread + 1}, next)
			}
		}
	}
	return next
}

// resume adds the states in which a call that a thread is asleep in has returned.
func (m *Machine) resume(s *State, op Op, next []State) []State {
	e := m.environment(s, op)
	doing := s.record(op.Subject).thread(op.Thread - 1)
	e.thread = doing[0]
	var choices []choice
	for i := range m.resumes[op.Call] {
		if e.applies(&m.resumes[op.Call][i], &choices) {
			break
		}
	}
	if e.doubtful {
		after := *s
		copy(after.record(op.Subject).thread(op.Thread-1), []uint8{lost, 0, 0, 0})
		return append(next, after)
	}
	for i := range choices {
		next = append(next, m.resumed(s, op, &choices[i]))
	}
	return next
}

// resumed is the state after a call has returned to a thread.
func (m *Machine) resumed(s *State, op Op, c *choice) State {
	told := uint8(0)
	for _, result := range c.outcome.Results {
		if result.Value != nil {
			e := m.answering(s, op, c)
			told = e.answer(result.Value)
		}
	}
	after := m.apply(s, op, c, hasResult(c.outcome, spec.OK))
	id := c.outcome.ID
	if after.record(op.Subject)[0] == live {
		copy(after.record(op.Subject).thread(op.Thread-1), []uint8{back, uint8(id), uint8(id >> 8), told})
	}
	return after
}
