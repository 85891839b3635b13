package model_test

import (
	"os"
	"testing"

	"connectspec/dsl"
	"connectspec/model"
	"connectspec/spec"
)

// BenchmarkExplore is one platform of the real specification: loaded, resolved,
// planned, and explored.
func BenchmarkExplore(b *testing.B) {
	const name = "../connect.spec"
	text, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	for _, platform := range []string{"winsock", "posix", "linux"} {
		b.Run(platform, func(b *testing.B) {
			var states, reached int
			for b.Loop() {
				file, problems := dsl.Parse(name, text)
				if len(problems) > 0 {
					b.Fatal(problems[0])
				}
				document, _ := spec.Open(file)
				machine, err := model.Load(document, platform)
				if err != nil {
					b.Fatal(err)
				}
				x := machine.Explore(model.Limits{})
				states, reached = x.States, 0
				for _, walk := range x.Walks {
					if walk != nil {
						reached++
					}
				}
			}
			b.ReportMetric(float64(states), "states")
			b.ReportMetric(float64(reached), "outcomes")
		})
	}
}
