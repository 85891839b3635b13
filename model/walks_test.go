package model_test

import (
	"os"
	"slices"
	"testing"

	"connectspec/dsl"
	"connectspec/model"
	"connectspec/spec"
)

// connect is connect.spec, indexed.
func connect(t testing.TB) *spec.Document {
	t.Helper()
	const name = "../connect.spec"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, problems := dsl.Parse(name, text)
	document, more := spec.Open(file)
	for _, problem := range append(problems, more...) {
		t.Fatal(problem)
	}
	return document
}

// TestEveryWalkShowsItsOutcome follows each walk of the exploration through the
// judge, with every answer that may come: one of the ways must end with the
// outcome that it is said to lead to.
func TestEveryWalkShowsItsOutcome(t *testing.T) {
	document := connect(t)
	for _, platform := range document.Platforms {
		t.Run(platform.Name, func(t *testing.T) {
			machine, err := model.Load(document, platform.Name)
			if err != nil {
				t.Fatal(err)
			}
			x := machine.Explore(model.Limits{})
			for _, rule := range machine.Spec.Rules {
				for i := range rule.Cases {
					for _, outcome := range rule.Cases[i].Outcomes {
						if walk := x.Walks[outcome.ID]; walk != nil && !slices.Contains(model.Shows(machine, walk), outcome.ID) {
							t.Errorf("%s, line %d, is not shown by\n%s", rule.Name, outcome.Pos.Line, machine.Format(model.Trace{Script: walk}))
						}
					}
				}
			}
		})
	}
}
