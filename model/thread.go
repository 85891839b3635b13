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
// What the call came to is seen when the script asks for it.
const (
	asleep      = spec.ThreadAsleep
	back        = 2 // its call has returned, and nobody has asked for the result
	lost        = 3 // nothing is known of it
	asleepWords = 4 // and above: asleep, and has become one of spec.ThreadWords
)

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
	if op.Thread == 0 || seen.Code != spec.Blocks || op.Subject >= spec.MaxSockets {
		return
	}
	if !s.exists(op.Subject) { // it was made when nobody judged
		*s.record(op.Subject) = record{unknown}
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
	for thread := range uint8(spec.MaxThreads) {
		if doing := r.thread(thread); doing[0] == asleep {
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
	for thread := range uint8(spec.MaxThreads) {
		if before.thread(thread)[0] != 0 {
			r.thread(thread)[0] = lost
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
