package model

import (
	"hash/maphash"

	"connectspec/spec"
)

// An Exploration visits the states of a socket under test and those around it,
// and tries every call with every class of input upon the first. Two states in
// which all conditions of a call come out the same are one case of that call; a
// state that is no new case of any call is not gone on from. Among many sockets
// (see crowded) less counts as new. So an outcome without a walk is one that was
// not reached within these bounds, and not always one that cannot be.
type Exploration struct {
	States   int
	Cases    int
	Results  int // allowed, over all cases
	Gaps     []Case
	Overlaps []Case
	// Walks hold a shortest script that leads to each outcome, by its id; nil
	// where none does.
	Walks []Script
	// Ranked says of each call whether two of its refusals were met that apply in
	// one case with different results.
	Ranked []bool

	machine *Machine
	limits  Limits
	nodes   []node
	index   map[uint64]bool // the digests of the states that were met
	seen    map[string]bool // gaps and overlaps that were noted already
	found   []found
	firsts  []found // of each case
	cases   map[caseKey]bool
	units   []unit
	kinds   map[uint64]bool // calls and sets of outcomes that were met in a crowd
	crowd   uint8           // how many sockets there are in the state at hand
	seed    maphash.Seed
	ops     []tryable
	choices []choice
	spare   []choice
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
	plan  *plan
	p     prospect
	from  int // its choices
	until int
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
		machine: m, limits: limits, index: map[uint64]bool{}, seen: map[string]bool{},
		found: make([]found, m.Spec.Outcomes), Walks: make([]Script, m.Spec.Outcomes),
		Ranked: make([]bool, len(m.Spec.Calls)), cases: map[caseKey]bool{},
		kinds: map[uint64]bool{}, seed: maphash.MakeSeed(), units: m.units(limits.Lacks),
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

// CaseWalks are shortest scripts that lead to each case: its last call is the
// one.
func (x *Exploration) CaseWalks() []Script {
	walks := make([]Script, len(x.firsts))
	for i, first := range x.firsts {
		walks[i] = x.script(first.node, first.op)
	}
	return walks
}

func (x *Exploration) visit(s State, parent int32, op Op, later bool) {
	digest := maphash.Bytes(x.seed, s[:])
	if !x.index[digest] {
		x.index[digest] = true
		x.nodes = append(x.nodes, node{s, parent, op, later})
	}
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
	if !x.refresh(at, s) {
		return false
	}
	x.trials, x.choices = x.trials[:0], x.choices[:0]
	if !x.tryUnits(at, s, true) {
		return false
	}
	x.tryUnits(at, s, false)
	return true
}

func (x *Exploration) tryUnits(at int32, s *State, fresh bool) bool {
	any := false
	for i := range x.units {
		u := &x.units[i]
		if u.fresh != fresh {
			continue
		}
		x.ops = x.machine.opsOf(x.ops[:0], s, u)
		for k := range x.ops {
			if x.try(at, s, &x.ops[k]) {
				any = true
			}
			if fresh {
				x.overlap(at, s, &x.trials[len(x.trials)-1])
			}
		}
	}
	return any
}

// refresh finds the calls that were never tried in a state that agrees with
// this one in all that they look at. A call that looks at nothing that has
// changed since the state before is none of them.
func (x *Exploration) refresh(at int32, s *State) bool {
	var changed places
	parent := x.nodes[at].parent
	if parent >= 0 {
		changed = difference(&x.nodes[parent].state, s)
	}
	any, sockets := false, s.sockets()
	x.crowd = sockets
	for i := range x.units {
		u := &x.units[i]
		u.fresh = false
		if u.possible(sockets) && (parent < 0 || u.mask.meets(&changed)) && u.refresh(s, x.seed) {
			any = true
		}
	}
	return any
}

// try tries a call, and says whether it is a new case.
func (x *Exploration) try(at int32, s *State, one *tryable) bool {
	t := trial{op: one.op, plan: one.plan, from: len(x.choices)}
	t.p = x.machine.prospectOf(one.plan, s, one.op, x.choices[t.from:])
	x.choices = append(x.choices[:t.from], t.p.choices...)
	t.until = len(x.choices)
	x.trials = append(x.trials, t)
	novel := x.crowd < crowded || x.newKind(&t)
	k := caseKey{one.op, t.p.path}
	if x.cases[k] {
		return false
	}
	x.cases[k] = true
	if t.p.verdict != doubtful {
		x.firsts = append(x.firsts, found{at, one.op, true})
	}
	x.judge(at, s, &t)
	return novel
}

// crowded is the number of sockets from which on states are gone on from only
// if a call has outcomes that it had with none like them before: how conditions
// come out for each of many sockets has too many combinations.
const crowded = 3

// newKind says whether a call has a set of outcomes that it never had, whatever
// sockets they are about.
func (x *Exploration) newKind(t *trial) bool {
	k := keyOf(t.op)
	kind := uint64(k.call)<<24 | uint64(k.args[0])<<16 | uint64(k.args[1])<<8 | uint64(k.args[2])
	e := environment{path: kind}
	e.note(uint64(t.p.verdict))
	for i := t.from; i < t.until; i++ {
		e.note(uint64(x.choices[i].outcome.ID))
	}
	known := x.kinds[e.path]
	x.kinds[e.path] = true
	return !known
}

func (x *Exploration) laters(at int32, s *State) {
	for _, way := range x.machine.laterWays(s) {
		x.visit(way.next, at, Op{}, true)
		x.note(way.outcome.ID, at, Op{Call: noCall})
	}
}

func (x *Exploration) note(outcome int, at int32, op Op) {
	if !x.found[outcome].is {
		x.found[outcome] = found{at, op, true}
	}
}

// follow visits the states that a call leads to.
func (x *Exploration) follow(at int32, s *State, op Op, choices []choice) {
	for i := range choices {
		made := hasResult(choices[i].outcome, spec.OK)
		x.visit(x.machine.apply(s, op, &choices[i], made), at, op, false)
	}
}
