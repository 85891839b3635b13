package model

import (
	"slices"

	"connectspec/spec"
)

// A node is a state that is gone on from. Its script makes all sockets of the
// state; what it is about are those in focus, which are linked with no others.
type node struct {
	state stateKey
	focus uint8
	path
	length uint8 // calls of its script
}

// A path leads to a node.
type path struct {
	from   place
	op     Op
	later  bool // it is a later step, not op
	touchy bool // a step depends on what other sockets there are
}

// A place is where a call is made: the state of a node, or of two side by side.
type place struct{ node, other int32 }

// nowhere stands for a node that is none.
const nowhere = -1

// A step is a call of a script, or a later step, and the state that it leads to.
type step struct {
	op    Op
	later bool
	state stateKey
}

// lengthOf is how many calls the script of a path has.
func (x *explorer) lengthOf(w *path) uint8 {
	if w.from.node == nowhere {
		return 0
	}
	length := int(x.nodes[w.from.node].length)
	if w.from.other != nowhere {
		length += int(x.nodes[w.from.other].length)
	}
	if !w.later {
		length++
	}
	return uint8(min(length, maxLength))
}

// maxLength is that of the longest scripts that are told apart.
const maxLength = 100

// steps are those on the way to a place.
func (x *explorer) steps(at place) []step {
	if at.node == nowhere {
		return nil
	}
	n := &x.nodes[at.node]
	steps := x.steps(n.from)
	if n.from.node != nowhere {
		steps = append(steps, step{n.op, n.later, n.state})
	}
	if at.other == nowhere {
		return steps
	}
	return append(steps, x.stepsBeside(at)...)
}

// stepsBeside are the steps on the way to the second node of a place, where the
// first one stands already.
func (x *explorer) stepsBeside(at place) []step {
	before := x.nodes[at.node].state
	steps := x.steps(place{at.other, nowhere})
	for i := range steps {
		steps[i].op.shift(before.sockets())
		steps[i].state = before.beside(steps[i].state)
	}
	return steps
}

// shift moves all sockets of a call by some places.
func (op *Op) shift(by uint8) {
	if op.Subject < spec.MaxSockets {
		op.Subject += by
	}
	if op.Made < spec.MaxSockets {
		op.Made += by
	}
	for i, argument := range op.Args {
		if argument >= spec.SocketArg {
			op.Args[i] += by
		}
	}
}

// script is the walk to a place, and one call more, unless it is noCall.
func (x *explorer) script(at place, last Op) Script {
	var script Script
	for _, step := range x.steps(at) {
		if !step.later {
			script = append(script, step.op)
		}
	}
	if last.Call != noCall {
		script = append(script, last)
	}
	return x.machine.retoken(script)
}

// retoken numbers what a script sends.
func (m *Machine) retoken(script Script) Script {
	token := uint8(0)
	for i := range script {
		if m.Spec.Calls[script[i].Call].Sends {
			token = min(token+1, MaxToken)
			script[i].Token = token
		}
	}
	return script
}

// canStand says whether the second node of a place can come about where the
// first stands: a step of it may go otherwise there.
func (x *explorer) canStand(at place) bool {
	before := x.nodes[at.node].state
	for _, step := range x.stepsBeside(at) {
		if !x.canStep(before, step) {
			return false
		}
		before = step.state
	}
	return true
}

func (x *explorer) canStep(before stateKey, step step) bool {
	var from, to State
	x.roster.state(before, &from)
	x.roster.state(step.state, &to)
	if step.later {
		return x.canFollow(&from, &to)
	}
	p := x.machine.prospect(&from, step.op, nil)
	for i := range p.choices {
		if x.machine.apply(&from, step.op, &p.choices[i], hasResult(p.choices[i].outcome, spec.OK)) == to {
			return true
		}
	}
	return false
}

// canFollow says whether a state follows another by itself.
func (x *explorer) canFollow(from, to *State) bool {
	return slices.ContainsFunc(x.machine.laterWays(from), func(w way) bool { return w.next == *to })
}

// scenarios looks for outcomes that were not found in the scenarios of the
// specification: somebody has thought of these.
func (x *explorer) scenarios() {
	judge := x.machine.NewJudge("")
	for _, scenario := range x.machine.Spec.Scenarios {
		trace, _, err := x.machine.Scenario(scenario)
		if err != nil {
			continue // which is told elsewhere
		}
		judge.exercised(trace, func(step, outcome int) {
			if script := trace.Script[:step+1]; x.Walks[outcome] == nil && !x.isLacking(script) {
				x.Walks[outcome] = slices.Clone(script)
			}
		})
	}
}

// isLacking says whether a script needs what is not to be had.
func (x *explorer) isLacking(script Script) bool {
	return slices.ContainsFunc(script, func(op Op) bool {
		call := x.machine.Spec.Calls[op.Call]
		return !slices.ContainsFunc(x.openings, func(o opening) bool {
			return o.call == call && alikeArguments(o.op) == alikeArguments(op)
		}) || op.Subject >= spec.MaxSockets && op.Subject != NoSocket && x.lacks[x.machine.Spec.Handles[op.Subject-spec.MaxSockets].Name]
	})
}
