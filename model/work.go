package model

import (
	"slices"

	"connectspec/spec"
)

// A worker works out one edge.
type worker struct {
	*Judge
	op      Op
	seen    Seen
	next    []possible // some of them twice
	hits    []int      // outcomes, each once
	laters  uint64     // later outcomes that every accepting state needed
	fitting []*State
	doubt   bool // one of them is not judged
	vague   bool // and no rule says so
	ways    []way
	list    []hit
}

// A way is an outcome that accounts for what was seen in a state, and the state
// that it leads to. It is nil where the state is not judged and no rule says so.
type way struct {
	outcome *spec.Outcome
	next    State
}

// work works out where a call leads to from a belief if that is seen.
func (j *Judge) work(e *edge, at uint32, op Op, seen Seen) {
	w := &j.bench.worker
	*w = worker{
		Judge: j, op: op, seen: seen, laters: ^uint64(0),
		next: w.next[:0], hits: w.hits[:0], fitting: w.fitting[:0], ways: w.ways, list: w.list,
	}
	from := j.beliefs[at].states
	for i := range from {
		w.from(&from[i])
	}
	e.call, e.seen, e.doubtful, e.narrows = op.Call, seen, w.doubt, len(w.fitting) < len(from)
	if len(w.fitting) == 0 {
		e.divergence = j.divergence(from, op, seen)
		w.goOn(from)
	} else {
		w.result(e)
		e.call = w.credited(op.Call, e.hits)
	}
	e.next = j.intern(w.next)
}

// from takes the step from one possible state, if what was seen fits it.
func (w *worker) from(p *possible) {
	doubt := false
	w.ways, doubt = w.waysFrom(&p.state, w.op, w.seen, w.ways[:0])
	w.doubt = w.doubt || doubt
	if len(w.ways) > 0 {
		w.fitting = append(w.fitting, &p.state)
		w.laters &= p.laters
	}
	for i := range w.ways {
		if outcome := w.ways[i].outcome; outcome != nil {
			if !slices.Contains(w.hits, outcome.ID) {
				w.hits = append(w.hits, outcome.ID)
			}
		} else {
			w.vague = true
		}
		w.add(w.ways[i].next)
	}
}

// waysFrom are the ways that account for what was seen in a state. It is in
// doubt if the call is not judged there.
func (j *Judge) waysFrom(s *State, op Op, seen Seen, ways []way) (all []way, doubt bool) {
	prospect := j.machine.prospect(s, op, j.bench.choices)
	j.bench.choices = prospect.choices[:0]
	if prospect.verdict == idle {
		if seen.Code == idleCode(op) {
			ways = append(ways, way{nil, *s})
		}
		return ways, false
	}
	if prospect.verdict != decided && seen.Code < seenHang {
		return append(ways, way{prospect.silent, j.machine.unknown(s, op, seen)}), true
	}
	for i := range prospect.choices {
		c := &prospect.choices[i]
		if j.machine.allows(s, op, c, seen) {
			next := j.machine.apply(s, op, c, seen.Code == spec.OK)
			next.enter(op, seen)
			ways = append(ways, way{c.outcome, next})
		}
	}
	return ways, false
}

// idleCode is what a call answers that does nothing: one for a thread that is
// busy is not made.
func idleCode(op Op) uint8 {
	if op.Thread > 0 {
		return seenBusy
	}
	return spec.OK
}

// add adds what a state passes into; most have nobody asleep in them.
func (w *worker) add(s State) {
	if !w.machine.sleeps(&s) {
		w.next = append(w.next, possible{state: s})
		return
	}
	w.machine.settle(s, func(s State) { w.next = append(w.next, possible{state: s}) })
}

// unknown is the state after a call of which the specification does not say
// what it does: the socket, and what it touches, is not judged any more.
func (m *Machine) unknown(s *State, op Op, seen Seen) State {
	next := *s
	if op.Made < spec.MaxSockets && seen.Code == spec.OK {
		next.create(op.Made)
		m.forget(&next, op.Made)
	}
	m.forget(&next, op.Subject)
	if m.answersResult(op) && seen.Code != spec.Blocks {
		next.dismiss(op)
	}
	for _, argument := range op.Args {
		if argument >= spec.SocketArg && argument < spec.SocketArg+spec.MaxSockets {
			m.forget(&next, argument-spec.SocketArg)
		}
	}
	next.enter(op, seen)
	return next
}

// result lists the hits. An outcome is exercised if what was seen could not
// have been accepted without it.
func (w *worker) result(e *edge) {
	slices.Sort(w.hits)
	list := w.list[:0]
	for _, id := range w.hits {
		list = append(list, hit{id, len(w.hits) == 1 && !w.vague})
	}
	for bit, id := range w.machine.laterIDs {
		if w.laters&(1<<bit) != 0 {
			list = append(list, hit{id, true})
		}
	}
	w.list = w.levelHits(w.againHits(list))
	e.hits = cut(&w.bench.hits, w.list)
	for _, hit := range e.hits {
		if !hit.exercised {
			e.open = append(e.open, hit.outcome)
		}
	}
}

// credited is the call that a result is counted for: what a thread came to is a
// result of the call that it was in.
func (w *worker) credited(call uint8, hits []hit) uint8 {
	if len(hits) > 0 && w.machine.answersResult(w.op) {
		return uint8(w.machine.outcomes[hits[0].outcome].Rule.Calls[0].Index)
	}
	return call
}

// againHits adds the outcome of the resume rule that had a call answer again.
func (w *worker) againHits(hits []hit) []hit {
	if w.doubt || len(hits) != 1 || !w.machine.answersResult(w.op) {
		return hits
	}
	if again, any := w.machine.againFor(hits[0].outcome); any {
		hits = append(hits, hit{again, hits[0].exercised})
	}
	return hits
}

// levelHits adds the ready rules that account for the levels that were seen.
func (w *worker) levelHits(hits []hit) []hit {
	if w.doubt {
		return hits
	}
	for _, rule := range w.machine.levelRules(w.op, w.seen) {
		var cases []int
		for _, state := range w.fitting {
			for _, id := range w.machine.levelCases(state, w.op, rule) {
				if !slices.Contains(cases, id) {
					cases = append(cases, id)
				}
			}
		}
		for _, id := range cases {
			hits = append(hits, hit{id, len(cases) == 1})
		}
	}
	return hits
}

// levelRules are the ready rules of the levels that were seen.
func (m *Machine) levelRules(op Op, seen Seen) []planRule {
	if m.Spec.Calls[op.Call].Answers != spec.AnswersLevels || !seen.Valued {
		return nil
	}
	var rules []planRule
	for level, rule := range m.plan(op).ready {
		if seen.Value&(1<<level) != 0 {
			rules = append(rules, rule)
		}
	}
	return rules
}

// levelCases are the outcomes of a ready rule by which its level shows in a
// state.
func (m *Machine) levelCases(s *State, op Op, rule planRule) []int {
	var ids []int
	e := m.environment(s, op)
	for _, one := range rule.cases {
		if e.holds(one.tests) {
			ids = append(ids, one.outcomes[0].ID)
		}
	}
	return ids
}

// levelOutcomes are those of ready rules without which the levels that were seen
// could not show in a state.
func (m *Machine) levelOutcomes(s *State, op Op, seen Seen) []int {
	var ids []int
	for _, rule := range m.levelRules(op, seen) {
		if cases := m.levelCases(s, op, rule); len(cases) == 1 {
			ids = append(ids, cases[0])
		}
	}
	return ids
}

// goOn finds states to go on from after a divergence: where a rule of the call
// has the outcome that was seen, guards ignored; otherwise a failure is taken
// to have changed nothing, and a success to have changed the socket in ways
// that are not known. So is all that threads do.
func (w *worker) goOn(from []possible) {
	for i := range from {
		if w.seen.Code == spec.OK || w.seen.Code >= seenHang || w.op.Thread > 0 || w.machine.answersResult(w.op) {
			w.add(w.machine.unknown(&from[i].state, w.op, w.seen))
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
	return [spec.MaxVars]uint8{spec.VarSubject: op.Subject, spec.VarMade: op.Made}
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
