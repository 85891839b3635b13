// Package gen draws scripts from a model.
//
// Its phases:
//
//  1. New explores the model once, and keeps a shortest walk to every outcome
//     that the target can show (goals);
//  2. Draw takes randomness from rapid, one draw for each call (source.go);
//  3. a plan decides whether to head for a goal, with detours, or to roam
//     (plan.go);
//  4. each call is drawn from those that make sense where the model stands,
//     with the weights of the specification (call.go), and a share of calls
//     that will be turned away.
//
// Decode makes a script of any bytes, for fuzzing.
package gen

import (
	"errors"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"connectspec/model"
	"connectspec/spec"
)

// Options say what to draw.
type Options struct {
	MaxCalls int  // of a script that roams; 0: 14
	Slow     bool // only scripts that need the capability `slow`
}

// slow is the capability of inputs that take about a second.
const slow = "slow"

// A Generator draws scripts. It is not for concurrent use; Clone is.
type Generator struct {
	machine *model.Machine
	judge   *model.Judge
	options Options
	table   *table
	goals   []goal
	cases   []model.Script // shortest walks to each case of each call
	script  model.Script
	rapid   *rapid.Generator[model.Script]
	turn    uint64 // of the script that is drawn; see plan
}

// A goal is an outcome and a shortest walk to it.
type goal struct {
	outcome int
	walk    model.Script
}

// New makes a generator for a target that lacks those capabilities, calls,
// handles, classes of input and words. It fails if the model has no call that
// such a target can run.
func New(machine *model.Machine, lacks map[string]bool, options Options) (*Generator, error) {
	return newGenerator(machine, lacks, options, explore(machine, lacks))
}

// explore visits the states that the target can come to.
func explore(machine *model.Machine, lacks map[string]bool) *model.Exploration {
	return machine.Explore(model.Limits{Lacks: lacks, States: maxExplored})
}

func newGenerator(machine *model.Machine, lacks map[string]bool, options Options, found *model.Exploration) (*Generator, error) {
	if options.MaxCalls == 0 {
		options.MaxCalls = 14
	}
	without := maps.Clone(lacks)
	if !options.Slow {
		if without == nil {
			without = map[string]bool{}
		}
		without[slow] = true
	}
	g := &Generator{machine: machine, options: options, table: newTable(machine.Spec, without)}
	for outcome, walk := range found.Walks {
		if walk != nil && options.Slow == needsSlow(machine.Spec, walk) {
			g.goals = append(g.goals, goal{outcome, walk})
		}
	}
	for _, walk := range found.CaseWalks {
		if options.Slow == needsSlow(machine.Spec, walk) {
			g.cases = append(g.cases, walk)
		}
	}
	shuffle(g.cases)
	if len(g.goals) == 0 || len(g.table.makers.items) == 0 {
		return nil, errors.New("there is nothing that this target could run")
	}
	return g.Clone(), nil
}

// shuffle puts walks into an order in which those that are alike, which were
// found one after the other, are far from each other.
func shuffle(walks []model.Script) {
	var d dice
	for i := len(walks) - 1; i > 0; i-- {
		k := d.below(i + 1)
		walks[i], walks[k] = walks[k], walks[i]
	}
}

// maxExplored bounds the states that are visited in search of goals. All of
// connect.spec takes half as many; it is there for specifications without end.
const maxExplored = 50_000

func needsSlow(s *spec.Spec, walk model.Script) bool {
	return model.Missing(s, walk, map[string]bool{slow: true}) != ""
}

// Clone is a generator of the same scripts for another goroutine.
func (g *Generator) Clone() *Generator { return g.With(g.machine.NewJudge("")) }

// Source draws the scripts of Draw, with a judge whose goroutine it is for.
func (g *Generator) Source(judge *model.Judge) func(seed uint64) model.Script {
	return g.With(judge).Draw
}

// With is a generator of the same scripts that shares what a judge has worked
// out, and must be used by the same goroutine.
func (g *Generator) With(judge *model.Judge) *Generator {
	copied := *g
	copied.judge = judge
	copied.script = nil
	copied.rapid = rapid.Custom(func(t *rapid.T) model.Script {
		return copied.plan(&drawn{t: t}, copied.turn)
	})
	return &copied
}

// Rapid is the generator for use in a property; what it draws is the caller's.
func (g *Generator) Rapid() *rapid.Generator[model.Script] {
	return rapid.Custom(func(t *rapid.T) model.Script {
		from := &drawn{t: t}
		turn, _ := from.word()
		return slices.Clone(g.plan(from, turn))
	})
}

// Draw is the script of a seed. It is valid until the next one is drawn. Seeds
// that follow each other head for all goals in turn.
func (g *Generator) Draw(seed uint64) model.Script {
	g.turn = seed
	return g.rapid.Example(int(seed))
}

// Goals are the ids of the outcomes that the target can show, as far as the
// exploration of the model tells.
func (g *Generator) Goals() []int {
	ids := make([]int, len(g.goals))
	for i, goal := range g.goals {
		ids[i] = goal.outcome
	}
	return ids
}
