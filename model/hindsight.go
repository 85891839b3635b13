package model

import "slices"

// Often more than one outcome accounts for an answer, and a later answer tells
// which it was. So where an answer rules states out, the calls since the first
// one that left something open are followed once more, with the outcomes that
// all ways to a state have in common. Those that all ways to the end have in
// common are exercised: without them the trace is rejected.

// A passage is the part of a trace that is worth following once more.
type passage struct {
	at    uint32 // the belief that it starts from
	from  int    // the first call that left something open, plus one; 0: none
	until int    // where it ends; 0: nothing was ruled out
}

// note notes what call number i came to.
func (p *passage) note(j *Judge, i int, at uint32, e *edge) {
	if p.from == 0 && j.leavesOpen(e) {
		p.from, p.at = i+1, at
	}
	if p.from > 0 && e.narrows {
		p.until = i + 1
	}
}

// leavesOpen says whether an outcome that nothing has exercised yet may have
// accounted for an answer, beside others, or may follow by itself.
func (j *Judge) leavesOpen(e *edge) bool {
	unsettled := func(id int) bool { return !j.settled[id] }
	return slices.ContainsFunc(e.open, unsettled) || slices.ContainsFunc(j.beliefs[e.next].laters, unsettled)
}

// settle notes what an answer exercises by itself.
func (j *Judge) settle(e *edge) {
	for _, hit := range e.hits {
		j.settled[hit.outcome] = j.settled[hit.outcome] || hit.exercised
	}
}

// lookBack counts the outcomes that a passage exercises as a whole, each once.
func (j *Judge) lookBack(t Trace, p passage) {
	var at []pathway
	for i := range j.beliefs[p.at].states {
		at = append(at, pathway{state: j.beliefs[p.at].states[i].state})
	}
	var reader reader
	for i, op := range t.Script[:p.until] {
		seen := reader.seen(j, op, t.Answers[i])
		if i >= p.from-1 {
			at = j.follow(at, op, j.seens[seen])
		}
	}
	for _, id := range common(at) {
		if j.settled[id] {
			continue
		}
		j.settled[id] = true
		j.coverage.Exercised[id]++
		if !slices.Contains(j.machine.laterIDs, id) {
			j.coverage.Reached[id]-- // which the edge has counted, or will
		}
	}
}

// A pathway is a state that fits what was observed, and the outcomes that every
// way to it has in common.
type pathway struct {
	state State
	needs []int
}

// common are the outcomes that all ways to all states have in common.
func common(at []pathway) []int {
	if len(at) == 0 {
		return nil
	}
	needs := at[0].needs
	for i := range at[1:] {
		needs = both(needs, at[i+1].needs)
	}
	return needs
}

// both are the outcomes that two lists have in common.
func both(a, b []int) []int {
	var list []int
	for _, id := range a {
		if slices.Contains(b, id) {
			list = append(list, id)
		}
	}
	return list
}

// follow takes a step from all states that it fits, and then all later steps.
func (j *Judge) follow(from []pathway, op Op, seen Seen) []pathway {
	var next pathways
	for i := range from {
		ways, _ := j.waysFrom(&from[i].state, op, seen, nil)
		for _, way := range ways {
			levels := j.machine.levelOutcomes(&from[i].state, op, seen)
			j.lead(&next, way, append(levels, from[i].needs...))
		}
	}
	for changed := true; changed; {
		changed = false
		for i := 0; i < len(next.list) && len(next.list) < maxStates; i++ {
			for _, way := range j.machine.laterWays(&next.list[i].state) {
				changed = j.lead(&next, way, next.list[i].needs) || changed
			}
		}
	}
	return next.list
}

// lead adds the states that a way leads to once threads have woken up.
func (j *Judge) lead(to *pathways, w way, needs []int) (changed bool) {
	j.machine.settle(w.next, func(s State) {
		changed = to.lead(way{w.outcome, s}, needs) || changed
	})
	return changed
}

// pathways are a list without duplicates.
type pathways struct {
	list  []pathway
	index map[State]int
}

// lead adds the state that a way leads to, from one with such needs. It says
// whether that told anything new.
func (p *pathways) lead(way way, needs []int) bool {
	needs = slices.Clone(needs)
	if way.outcome != nil && !slices.Contains(needs, way.outcome.ID) {
		needs = append(needs, way.outcome.ID)
	}
	if p.index == nil {
		p.index = map[State]int{}
	}
	at, known := p.index[way.next]
	if !known {
		p.index[way.next] = len(p.list)
		p.list = append(p.list, pathway{state: way.next, needs: needs})
		return true
	}
	before := len(p.list[at].needs)
	p.list[at].needs = both(p.list[at].needs, needs)
	return len(p.list[at].needs) < before
}
