package model

import (
	"hash/maphash"
	"math/bits"

	"connectspec/spec"
)

// An Exploration visits the states of a socket under test and those around it,
// and tries every call with every class of input upon the first. Two states in
// which all conditions of a call come out the same are one case of that call; a
// state that is no new case of any call is not gone on from.
type Exploration struct {
	States   int
	Cases    int
	Results  int // allowed, over all cases
	Gaps     []Case
	Overlaps []Case
	// Walks hold a shortest script that leads to each outcome, by its id; nil
	// where none does.
	Walks []Script

	machine *Machine
	limits  Limits
	nodes   []node
	index   map[State]int32
	seen    map[string]bool // gaps and overlaps that were noted already
	found   []found
	cases   map[caseKey]bool
	reads   []reads           // by call
	digests []map[uint64]bool // by call: of states that it was tried in
	seed    maphash.Seed
	fresh   []bool // by call: it was never tried in a state that agrees with this
	choices []choice
	trials  []trial
}

// A caseKey identifies a case: a call and how its conditions come out.
type caseKey struct {
	op   Op
	path uint64
}

// A trial is a call tried in the state at hand.
type trial struct {
	op    Op
	p     prospect
	from  int // its choices
	until int
	novel bool
}

// A Case is a call in a state, with the script that leads there.
type Case struct {
	Script Script // its last call is the one
	Rules  []string
}

// Limits bound an exploration.
type Limits struct {
	Lacks  map[string]bool // capabilities, calls, classes and words that are not to be had
	States int             // at most; 0: no bound
}

type node struct {
	state  State
	parent int32
	op     Op
	later  bool // reached by a later step, not by op
}

type found struct {
	node int32
	op   Op
	is   bool
}

// Explore visits every state, breadth first.
func (m *Machine) Explore(limits Limits) *Exploration {
	x := &Exploration{
		machine: m, limits: limits, index: map[State]int32{}, seen: map[string]bool{},
		found: make([]found, m.Spec.Outcomes), Walks: make([]Script, m.Spec.Outcomes), cases: map[caseKey]bool{},
		seed: maphash.MakeSeed(), fresh: make([]bool, len(m.Spec.Calls)),
	}
	for _, call := range m.Spec.Calls {
		x.reads = append(x.reads, readsOf(call, m.local))
		x.digests = append(x.digests, map[uint64]bool{})
	}
	x.visit(m.Initial(), -1, Op{}, false)
	for i := int32(0); int(i) < len(x.nodes) && (limits.States == 0 || len(x.nodes) < limits.States); i++ {
		x.expand(i)
	}
	x.States = len(x.nodes)
	for id, f := range x.found {
		if f.is {
			x.Walks[id] = x.script(f.node, f.op)
		}
	}
	return x
}

func (x *Exploration) visit(s State, parent int32, op Op, later bool) {
	if _, known := x.index[s]; known {
		return
	}
	x.index[s] = int32(len(x.nodes))
	x.nodes = append(x.nodes, node{s, parent, op, later})
}

// script is the walk to a node, and one call more.
func (x *Exploration) script(at int32, last Op) Script {
	var reversed Script
	if last.Call != noCall {
		reversed = append(reversed, last)
	}
	for ; at > 0; at = x.nodes[at].parent {
		if !x.nodes[at].later {
			reversed = append(reversed, x.nodes[at].op)
		}
	}
	script := make(Script, 0, len(reversed))
	for i := len(reversed) - 1; i >= 0; i-- {
		script = append(script, reversed[i])
	}
	return x.machine.retoken(script)
}

// noCall marks an Op that is none.
const noCall = 255

// retoken numbers what a script sends.
func (m *Machine) retoken(script Script) Script {
	token := uint8(0)
	for i := range script {
		if m.Spec.Calls[script[i].Call].Sends {
			token = min(token+1, 250)
			script[i].Token = token
		}
	}
	return script
}

// expand tries every call in a state, and goes on from it if any is new.
func (x *Exploration) expand(at int32) {
	s := x.nodes[at].state
	x.laters(at, &s)
	if !x.tryAll(at, &s) {
		return
	}
	for i := range x.trials {
		t := &x.trials[i]
		x.follow(at, &s, t.op, x.choices[t.from:t.until])
	}
}

// tryAll tries every call in a state, and says whether any of them is new. If
// none can be, or is, the trials are not complete.
func (x *Exploration) tryAll(at int32, s *State) bool {
	if !x.refresh(s) {
		return false
	}
	ops := x.machine.opsFor(s, x.limits.Lacks)
	x.trials, x.choices = x.trials[:0], x.choices[:0]
	any := false
	for _, op := range ops {
		if x.fresh[op.Call] && x.try(at, s, op) {
			any = true
		}
	}
	if !any {
		return false
	}
	for _, op := range ops {
		if !x.fresh[op.Call] {
			x.try(at, s, op)
		}
	}
	return true
}

// refresh finds the calls that were never tried in a state that agrees with
// this one in all that they look at.
func (x *Exploration) refresh(s *State) bool {
	any := false
	for i := range x.reads {
		digest := x.reads[i].digest(s, x.seed)
		x.fresh[i] = !x.digests[i][digest]
		if x.fresh[i] {
			x.digests[i][digest] = true
			any = true
		}
	}
	return any
}

// try tries a call, and says whether it is a new case.
func (x *Exploration) try(at int32, s *State, op Op) bool {
	t := trial{op: op, from: len(x.choices)}
	t.p = x.machine.prospect(s, op, x.choices[t.from:])
	x.choices = append(x.choices[:t.from], t.p.choices...)
	t.until = len(x.choices)
	x.trials = append(x.trials, t)
	k := caseKey{op, t.p.path}
	if x.cases[k] {
		return false
	}
	x.cases[k] = true
	x.judge(at, s, &t)
	return true
}

func (x *Exploration) laters(at int32, s *State) {
	for r := range x.machine.laters {
		later := &x.machine.laters[r]
		for slot := uint8(0); slot < spec.MaxSockets; slot++ {
			for _, next := range x.machine.laterSteps(s, later, slot) {
				x.visit(next, at, Op{}, true)
				for i := range later.cases {
					for _, outcome := range later.cases[i].outcomes {
						x.note(outcome.ID, at, Op{Call: noCall})
					}
				}
			}
		}
	}
}

func (x *Exploration) note(outcome int, at int32, op Op) {
	if !x.found[outcome].is {
		x.found[outcome] = found{at, op, true}
	}
}

// judge notes what a new case shows: a gap, an overlap, outcomes reached.
func (x *Exploration) judge(at int32, s *State, t *trial) {
	x.Cases++
	switch t.p.verdict {
	case gap:
		x.complain(&x.Gaps, "gap", at, t.op, nil)
	case unstated:
		x.note(t.p.silent.ID, at, t.op)
	case decided:
		x.overlap(at, s, t.op)
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

// follow visits the states that a call leads to.
func (x *Exploration) follow(at int32, s *State, op Op, choices []choice) {
	for i := range choices {
		made := hasResult(choices[i].outcome, spec.OK)
		x.visit(x.machine.apply(s, op, &choices[i], made), at, op, false)
	}
}

// overlap notes two acts that apply in one case.
func (x *Exploration) overlap(at int32, s *State, op Op) {
	m := x.machine
	plan := m.plan(op)
	if len(plan.acts) < 2 {
		return
	}
	e := m.environment(s, op)
	var choices []choice
	if e.anyApplies(plan.refusals, &choices) {
		return
	}
	var names []string
	for i := range plan.acts {
		if e.applies(&plan.acts[i], &choices) {
			names = append(names, plan.acts[i].rule.Name)
		}
	}
	if len(names) > 1 {
		x.complain(&x.Overlaps, "overlap", at, op, names)
	}
}

// complain notes one case for each call and set of rules.
func (x *Exploration) complain(list *[]Case, what string, at int32, op Op, rules []string) {
	k := what + x.machine.Spec.Calls[op.Call].Name
	for _, name := range rules {
		k += " " + name
	}
	if rules == nil {
		for i := range x.machine.Spec.Calls[op.Call].Parameters {
			k += " " + string(rune(op.Args[i]))
		}
	}
	if x.seen[k] {
		return
	}
	x.seen[k] = true
	*list = append(*list, Case{x.script(at, op), rules})
}
