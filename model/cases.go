package model

import (
	"fmt"
	"math/bits"
	"slices"

	"connectspec/spec"
)

// judge notes what a new case shows: a gap, an overlap, outcomes reached.
func (x *Exploration) judge(at int32, s *State, t *trial) {
	if t.p.verdict == idle {
		return // nothing is asked, so nothing can be missing
	}
	x.Cases++
	x.rank(s, t)
	switch t.p.verdict {
	case gap:
		x.complain(&x.Gaps, "gap", at, t.op, nil)
	case unstated:
		x.note(t.p.silent.ID, at, t.op)
	case decided:
		x.count(at, t)
	}
}

// count counts the different results that are allowed.
func (x *Exploration) count(at int32, t *trial) {
	var codes [4]uint64
	for i := t.from; i < t.until; i++ {
		outcome := x.choices[i].outcome
		x.note(outcome.ID, at, t.op)
		for _, result := range outcome.Results {
			codes[result.Code/64] |= 1 << (result.Code % 64)
		}
	}
	for _, set := range codes {
		x.Results += bits.OnesCount64(set)
	}
}

// overlap notes two acts that apply in one case. The first that does hides the
// others from the case, so every state in which a call is tried anew is asked.
func (x *Exploration) overlap(at int32, s *State, t *trial) {
	m, op, plan := x.machine, t.op, t.plan
	if len(plan.acts) < 2 || t.p.verdict != decided || t.p.refused {
		return
	}
	e := m.environment(s, op)
	choices := x.spare[:0]
	count := 0
	for i := range plan.acts {
		if e.applies(&plan.acts[i], &choices) {
			count++
		}
	}
	x.spare = choices
	if count < 2 {
		return
	}
	var names []string
	for i := range plan.acts {
		if e.applies(&plan.acts[i], &choices) {
			names = append(names, plan.acts[i].rule.Name)
		}
	}
	if !e.doubtful {
		x.complain(&x.Overlaps, "overlap", at, op, names)
	}
}

// rank notes that it matters in which order the refusals of a call are asked.
func (x *Exploration) rank(s *State, t *trial) {
	if x.Ranked[t.op.Call] || len(t.plan.refusals) < 2 {
		return
	}
	e := x.machine.environment(s, t.op)
	var first []choice
	for i := range t.plan.refusals {
		var choices []choice
		switch {
		case !e.applies(&t.plan.refusals[i], &choices):
		case first == nil:
			first = choices
		case !sameResults(first, choices):
			x.Ranked[t.op.Call] = true
			return
		}
	}
}

// sameResults says whether two lists of outcomes answer and do the same.
func sameResults(a, b []choice) bool {
	return slices.EqualFunc(a, b, func(a, b choice) bool {
		return len(a.outcome.Effects) == 0 && len(b.outcome.Effects) == 0 &&
			slices.Equal(codesOf(a.outcome), codesOf(b.outcome))
	})
}

func codesOf(outcome *spec.Outcome) []uint8 {
	var codes []uint8
	for _, result := range outcome.Results {
		codes = append(codes, result.Code)
	}
	slices.Sort(codes)
	return codes
}

// complain notes one case for each call and set of rules; of gaps, for each
// call and its arguments, all sockets being alike.
func (x *Exploration) complain(list *[]Case, what string, at int32, op Op, rules []string) {
	k := what + x.machine.Spec.Calls[op.Call].Name
	for _, name := range rules {
		k += " " + name
	}
	if rules == nil {
		k += fmt.Sprint(keyOf(op))
	}
	if x.seen[k] {
		return
	}
	x.seen[k] = true
	*list = append(*list, Case{x.script(at, op), rules})
}
