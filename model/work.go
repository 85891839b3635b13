package model

import (
	"slices"

	"connectspec/spec"
)

// A worker works out one edge.
type worker struct {
	*Judge
	op       Op
	seen     Seen
	next     []possible
	index    map[State]bool
	hits     map[int]bool
	laters   uint32 // later rules that every accepting state needed
	accepted bool
	doubt    bool
}

func (j *Judge) work(at uint32, op Op, seen Seen) *edge {
	w := worker{Judge: j, op: op, seen: seen, index: map[State]bool{}, hits: map[int]bool{}, laters: ^uint32(0)}
	from := j.beliefs[at].states
	for i := range from {
		w.from(&from[i])
	}
	e := &edge{call: op.Call, seen: seen, doubtful: w.doubt}
	if !w.accepted {
		e.divergence = j.divergence(from, op, seen)
		w.goOn(from)
	} else {
		e.hits = w.result(from)
	}
	e.next = j.intern(w.next)
	return e
}

// from takes the step from one possible state, if what was seen fits it.
func (w *worker) from(p *possible) {
	prospect := w.machine.prospect(&p.state, w.op, w.choices)
	w.choices = prospect.choices[:0]
	if prospect.verdict == idle {
		if w.seen.Code == spec.OK {
			w.accept(p)
			w.add(p.state)
		}
		return
	}
	if prospect.verdict != decided && w.seen.Code < seenHang {
		w.accept(p)
		w.doubt = true
		if prospect.silent != nil {
			w.hits[prospect.silent.ID] = true
		}
		w.add(w.unknown(&p.state))
		return
	}
	for i := range prospect.choices {
		c := &prospect.choices[i]
		if !w.machine.allows(&p.state, w.op, c, w.seen) {
			continue
		}
		w.accept(p)
		w.hits[c.outcome.ID] = true
		w.add(w.machine.apply(&p.state, w.op, c, w.seen.Code == spec.OK))
	}
}

func (w *worker) accept(p *possible) {
	w.accepted = true
	w.laters &= p.laters
}

func (w *worker) add(s State) {
	if !w.index[s] {
		w.index[s] = true
		w.next = append(w.next, possible{state: s})
	}
}

// unknown is the state after a call of which the specification does not say
// what it does: the socket, and what it touches, is not judged any more.
func (w *worker) unknown(s *State) State {
	next := *s
	if w.op.Made < spec.MaxSockets && w.seen.Code == spec.OK {
		next.create(w.op.Made)
		w.machine.forget(&next, w.op.Made)
	}
	w.machine.forget(&next, w.op.Subject)
	for _, argument := range w.op.Args {
		if argument >= spec.SocketArg && argument < spec.SocketArg+spec.MaxSockets {
			w.machine.forget(&next, argument-spec.SocketArg)
		}
	}
	return next
}

// result lists the hits. An outcome is exercised if what was seen could not
// have been accepted without it.
func (w *worker) result(from []possible) []hit {
	var hits []hit
	for id := range w.hits {
		hits = append(hits, hit{id, len(w.hits) == 1 && !w.doubt})
	}
	slices.SortFunc(hits, func(a, b hit) int { return a.outcome - b.outcome })
	for r, later := range w.machine.laters {
		if w.laters&(1<<r) == 0 {
			continue
		}
		for i := range later.cases {
			for _, outcome := range later.cases[i].outcomes {
				hits = append(hits, hit{outcome.ID, len(later.cases) == 1})
			}
		}
	}
	return w.levelHits(from, hits)
}

// levelHits adds the ready rules that account for the levels that were seen.
func (w *worker) levelHits(from []possible, hits []hit) []hit {
	call := w.machine.Spec.Calls[w.op.Call]
	if call.Answers != spec.AnswersLevels || !w.seen.Valued || w.doubt {
		return hits
	}
	for level, rule := range call.Ready {
		if rule == nil || w.seen.Value&(1<<level) == 0 {
			continue
		}
		cases := w.levelCases(from, rule)
		for _, id := range cases {
			hits = append(hits, hit{id, len(cases) == 1})
		}
	}
	return hits
}

func (w *worker) levelCases(from []possible, rule *spec.Rule) []int {
	var ids []int
	for i := range from {
		e := w.machine.environment(&from[i].state, w.op)
		for c := range rule.Cases {
			id := rule.Cases[c].Outcomes[0].ID
			if e.holds(rule.Cases[c].Guard) && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// goOn finds states to go on from after a divergence: where a rule of the call
// has the outcome that was seen, guards ignored; otherwise a failure is taken
// to have changed nothing, and a success to have changed the socket in ways
// that are not known.
func (w *worker) goOn(from []possible) {
	for i := range from {
		if w.seen.Code == spec.OK || w.seen.Code >= seenHang {
			w.add(w.unknown(&from[i].state))
			continue
		}
		if !w.ignoringGuards(&from[i].state) {
			w.add(from[i].state)
		}
	}
}

func (w *worker) ignoringGuards(s *State) bool {
	any := false
	call := w.machine.Spec.Calls[w.op.Call]
	for _, rule := range slices.Concat(call.Refusals, call.Acts, call.Mays) {
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				if aboutSubject(outcome) && hasResult(outcome, w.seen.Code) {
					c := choice{outcome: outcome, slots: w.machine.slots(w.op)}
					w.add(w.machine.apply(s, w.op, &c, false))
					any = true
				}
			}
		}
	}
	return any
}

func (m *Machine) slots(op Op) [spec.MaxVars]uint8 {
	e := m.environment(nil, op)
	return e.slots
}

func hasResult(outcome *spec.Outcome, code uint8) bool {
	return slices.ContainsFunc(outcome.Results, func(r spec.Result) bool { return r.Code == code })
}

// aboutSubject says whether an outcome changes nothing but the socket that is
// called upon.
func aboutSubject(outcome *spec.Outcome) bool {
	return !slices.ContainsFunc(outcome.Effects, func(e spec.Effect) bool {
		return e.Var != spec.VarSubject || e.Kind == spec.ForEach || e.Value.Var >= spec.VarFree
	})
}
