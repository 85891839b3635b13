package model_test

import (
	"testing"

	"connectspec/model"
	"connectspec/model/modeltest"
)

// BenchmarkExplore is one platform of the real specification: loaded, resolved,
// planned, and explored.
func BenchmarkExplore(b *testing.B) {
	for _, platform := range []string{"winsock", "windows", "posix", "linux"} {
		b.Run(platform, func(b *testing.B) {
			var states, reached int
			for b.Loop() {
				machine := modeltest.Load(b, "../connect.spec", platform)
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
