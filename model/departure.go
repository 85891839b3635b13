package model

import (
	"slices"

	"connectspec/spec"
)

// Evidence is what traces tell of a departure: of each, how it compares with
// what the platform would be without it (see spec.Spec.Without). The first call
// that is allowed with it alone, or without it alone, is what counts.
type Evidence struct {
	Needed  int // it is allowed with the departure alone
	Refuted int // it is allowed without the departure alone
	Missed  int // there is none; one might have been Needed
	Held    int // there is none; one might have been Refuted, and none Needed
}

// Weigh compares traces of a target with what a platform would allow without a
// departure. It stops at the first that needs the departure.
func (m *Machine) Weigh(d *spec.Departure, target string, traces []Trace) Evidence {
	var e Evidence
	s := scale{m.NewJudge(target), m.variant(m.Spec.Without(d)).NewJudge("")}
	for _, trace := range traces {
		if s.weigh(trace, &e); e.Needed > 0 {
			break
		}
	}
	return e
}

// A scale weighs what is allowed with a departure, and without.
type scale struct{ with, without *Judge }

// weigh follows a trace on both sides until one of them rejects it. What comes
// after a call that neither allows may be due to that, and is left aside.
func (s *scale) weigh(t Trace, e *Evidence) {
	var (
		with, without uint32
		reader        reader
		missed, held  bool
	)
	for i := range t.Answers {
		op := t.Script[i]
		seen := s.with.seens[reader.seen(s.with, op, t.Answers[i])]
		a, b := s.with.step(with, op, s.with.seenID(seen)), s.without.step(without, op, s.without.seenID(seen))
		if a.doubtful { // it is not judged
			with, without = a.next, b.next
			continue
		}
		allowed := a.divergence == nil
		rejected := b.divergence != nil || b.doubtful && s.without.isGap(without, op)
		switch {
		case allowed && rejected:
			e.Needed++
			return
		case !allowed && !rejected:
			e.Refuted++
			return
		case !allowed:
			e.count(missed, held)
			return
		}
		missed = missed || s.with.allowsMore(with, s.without, without, op)
		held = held || s.without.allowsMore(without, s.with, with, op)
		with, without = a.next, b.next
	}
	e.count(missed, held)
}

// count counts a trace that told nothing for certain.
func (e *Evidence) count(missed, held bool) {
	switch {
	case missed:
		e.Missed++
	case held:
		e.Held++
	}
}

// isGap says whether no rule says what a call answers, in some possible state.
func (j *Judge) isGap(at uint32, op Op) bool {
	return slices.ContainsFunc(j.beliefs[at].states, func(p possible) bool {
		return j.machine.prospect(&p.state, op, nil).verdict == gap
	})
}

// allowsMore says whether a call may answer something that another judge, where
// it stands, would reject.
func (j *Judge) allowsMore(at uint32, other *Judge, there uint32, op Op) bool {
	var outlook Outlook
	j.look(&outlook, at, op)
	for _, answer := range outlook.may {
		if other.step(there, op, other.seenID(j.seens[answer.seen])).divergence != nil {
			return true
		}
	}
	return false
}

// A Watch finds the departures that are at work in traces: rules of theirs that
// account for an answer, or that would apply if the platform did not depart from
// them. It shares what a judge has worked out, and is used with it.
type Watch struct {
	judge     *Judge
	shadow    *Machine
	byOutcome map[int]int        // of the platform and of what it departs from
	byRule    map[*spec.Rule]int // of the platform
	byLevel   [][]int            // those about levels, by call
	known     map[*edge][]int
}

// Watch makes a watch of a judge. The numbers that it tells are those of
// departures in the specification.
func (j *Judge) Watch() *Watch {
	s := j.machine.Spec
	w := &Watch{
		judge: j, shadow: j.machine.variant(s.Departed()), byOutcome: map[int]int{}, byRule: map[*spec.Rule]int{},
		byLevel: make([][]int, len(s.Calls)), known: map[*edge][]int{},
	}
	for i, d := range s.Departures {
		for _, rule := range []*spec.Rule{d.Rule, d.Parent} {
			if rule == nil {
				continue
			}
			w.byRule[rule] = i
			for k := range rule.Cases {
				for _, outcome := range rule.Cases[k].Outcomes {
					w.byOutcome[outcome.ID] = i
				}
			}
			if rule.Rank == spec.Ready {
				call := rule.Calls[0].Index
				w.byLevel[call] = append(w.byLevel[call], i)
			}
		}
	}
	return w
}

// maxKnown bounds what a watch remembers.
const maxKnown = 1 << 16

// AtWork are the departures that are at work in a trace, each once.
func (w *Watch) AtWork(t Trace) []int {
	var all []int
	w.steps(t, func(_ int, here []int) {
		for _, departure := range here {
			if !slices.Contains(all, departure) {
				all = append(all, departure)
			}
		}
	})
	return all
}

// steps yields the departures that are at work in each step of a trace. Their
// list is the watch's.
func (w *Watch) steps(t Trace, yield func(step int, departures []int)) {
	if len(w.known) > maxKnown {
		clear(w.known)
	}
	var (
		at     uint32
		reader reader
	)
	for i := range t.Answers {
		op := t.Script[i]
		e := w.judge.step(at, op, reader.seen(w.judge, op, t.Answers[i]))
		here, known := w.known[e]
		if !known {
			here = w.at(at, op, e)
			w.known[e] = here
		}
		yield(i, here)
		at = e.next
	}
}

// at are the departures that are at work in one step.
func (w *Watch) at(at uint32, op Op, e *edge) []int {
	found := map[int]bool{}
	note := func(outcome int) {
		if departure, any := w.byOutcome[outcome]; any {
			found[departure] = true
		}
	}
	for _, hit := range e.hits {
		note(hit.outcome)
	}
	if e.divergence != nil {
		for _, allowed := range e.divergence.Allowed {
			if departure, any := w.byRule[allowed.Rule]; any {
				found[departure] = true
			}
		}
	}
	for _, outcome := range w.judge.beliefs[at].laters {
		note(outcome)
	}
	for i := range w.judge.beliefs[at].states {
		s := &w.judge.beliefs[at].states[i].state
		for _, choice := range w.shadow.prospect(s, op, nil).choices {
			note(choice.outcome.ID)
		}
		for _, way := range w.shadow.laterWays(s) {
			note(way.outcome.ID)
		}
	}
	for _, departure := range w.byLevel[op.Call] {
		found[departure] = true
	}
	var list []int
	for departure := range found {
		list = append(list, departure)
	}
	slices.Sort(list)
	return list
}
