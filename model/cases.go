package model

import (
	"fmt"
	"math/bits"
	"slices"

	"connectspec/spec"
)

// judge notes what a case shows: a gap, an overlap, outcomes reached. It says
// whether the case is new. The call is shown with other places of its sockets
// than it was tried with.
func (x *explorer) judge(s *State, o *offer, tried, shown Op, p *prospect) bool {
	if p.isNone(o) {
		return false
	}
	if p.overlap && !o.later() {
		x.overlap(s, o, tried, shown)
	}
	if p.verdict == decided {
		x.levels(s, o, tried, shown)
	}
	x.rank(s, o, tried)
	if !x.seen.cases.add(uint64(caseOf(o, tried, p))) {
		return false
	}
	if o.later() {
		for i := range p.choices {
			if x.machine.apply(s, tried, &p.choices[i], false) != *s {
				x.note(p.choices[i].outcome.ID, Op{Call: noCall})
			}
		}
		return true
	}
	x.first(o, shown)
	switch p.verdict {
	case gap:
		for _, arguments := range o.alike {
			x.complain(&x.Gaps, "gap", shown.with(arguments), nil)
		}
	case unstated:
		x.note(p.silent.ID, shown)
	case decided:
		x.count(o, shown, p)
	}
	return true
}

// first counts a case, of each call that is alike, and notes where it was met.
func (x *explorer) first(o *offer, op Op) {
	x.Cases += len(o.alike)
	x.keeps = true
	for _, arguments := range o.alike {
		x.firsts = append(x.firsts, found{x.at, op.with(arguments), true})
	}
}

// with is a call with other arguments, sockets aside.
func (op Op) with(arguments [3]uint8) Op {
	for i, argument := range arguments {
		if argument < spec.SocketArg {
			op.Args[i] = argument
		}
	}
	return op
}

// isNone says that a prospect is no case: something is not known, or nothing is
// there to happen.
func (p *prospect) isNone(o *offer) bool {
	return p.verdict == doubtful || p.verdict == idle || o.later() && p.verdict != decided
}

// caseOf identifies a case: a call, and how the tests of its rules came out. Of
// gaps, in which nothing applies, those with other arguments are others.
func caseOf(o *offer, op Op, p *prospect) digest {
	d := digest(p.path)
	d.add(uint64(op.Call))
	if p.verdict == gap && !o.later() {
		arguments := alikeArguments(op)
		d.add(uint64(arguments[0])<<16 | uint64(arguments[1])<<8 | uint64(arguments[2]))
	}
	return d
}

// isNew says whether judge would find anything.
func (x *explorer) isNew(o *offer, op Op, p *prospect) bool {
	if p.isNone(o) {
		return false
	}
	return p.overlap && !o.later() || !x.seen.cases.has(uint64(caseOf(o, op, p)))
}

// note notes where an outcome can be had, unless that is known.
func (x *explorer) note(outcome int, op Op) {
	if !x.found[outcome].is {
		x.found[outcome] = found{x.at, op, true}
		x.keeps = true
	}
}

// count counts the different results that are allowed.
func (x *explorer) count(o *offer, op Op, p *prospect) {
	var codes [4]uint64
	for i := range p.choices {
		outcome := p.choices[i].outcome
		x.note(outcome.ID, op)
		for _, result := range outcome.Results {
			codes[result.Code/64] |= 1 << (result.Code % 64)
		}
	}
	for _, set := range codes {
		x.Results += len(o.alike) * bits.OnesCount64(set)
	}
}

// levels notes the lines of ready rules that apply.
func (x *explorer) levels(s *State, o *offer, tried, shown Op) {
	if len(o.plan.ready) == 0 {
		return
	}
	e := x.machine.environment(s, tried)
	e.decided = o.plan.decided
	for i := range o.plan.ready {
		for _, one := range o.plan.ready[i].cases {
			if e.holdsOf(one) {
				x.note(one.outcomes[0].ID, shown)
				break
			}
		}
	}
}

// overlap notes two acts that apply in one case. The first that does hides the
// others from the case, so every state in which a call is tried is asked.
func (x *explorer) overlap(s *State, o *offer, tried, shown Op) {
	e := x.machine.environment(s, tried)
	e.decided = o.plan.decided
	x.bench.spare = x.bench.spare[:0]
	var names []string
	for i := range o.plan.acts {
		if e.applies(&o.plan.acts[i], &x.bench.spare) {
			names = append(names, o.plan.acts[i].rule.Name)
		}
	}
	if len(names) > 1 && !e.doubtful {
		x.complain(&x.Overlaps, "overlap", shown, names)
	}
}

// rank notes that it matters in which order the refusals of a call are asked. A
// case tells of the first that applies alone, so the others are looked for in
// each state.
func (x *explorer) rank(s *State, o *offer, op Op) {
	if o.later() || x.Ranked[op.Call] || !o.plan.ordered {
		return
	}
	refusals := x.machine.plan(op).refusals // an offer's end with one that is sure to apply
	e := x.machine.environment(s, op)
	var first []choice
	for i := range refusals {
		var choices []choice
		switch {
		case !e.applies(&refusals[i], &choices):
		case first == nil:
			first = choices
		case !sameResults(first, choices):
			x.Ranked[op.Call] = true
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
func (x *explorer) complain(list *[]Case, what string, op Op, rules []string) {
	k := what + x.machine.Spec.Calls[op.Call].Name
	for _, name := range rules {
		k += " " + name
	}
	if rules == nil {
		k += fmt.Sprint(alikeArguments(op))
	}
	if x.noted[k] {
		return
	}
	x.noted[k] = true
	*list = append(*list, Case{x.script(x.at, op), rules})
}

// alikeArguments are the arguments of a call, all sockets being alike.
func alikeArguments(op Op) [3]uint8 {
	for i, argument := range op.Args {
		if argument >= spec.SocketArg {
			op.Args[i] = spec.SocketArg
		}
	}
	return op.Args
}
