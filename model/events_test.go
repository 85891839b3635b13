package model_test

import (
	"testing"

	"connectspec/model"
	"connectspec/model/modeltest"
)

// TestEvents: an event changes what its first case says, or nothing, and always
// answers ok.
func TestEvents(t *testing.T) {
	const connect = `
		s0 = socket -> ok
		connect s0 -> ok`
	for _, c := range []struct {
		name, platform, trace string
		step                  int
	}{
		{"it happens", "base", connect + `
			network accepts s0 -> ok
			recv s0 -> ok end`, -1},
		{"it was to happen", "base", connect + `
			network accepts s0 -> ok
			recv s0 -> ENOTCONN`, 3},
		{"it has a token", "base", connect + `
			network accepts s0 -> ok
			peer sends s0 -> ok
			recv s0 -> ok #1
			recv s0 -> ok #1`, 5},
		{"it finds nothing", "base", `
			s0 = socket -> ok
			network accepts s0 -> ok
			recv s0 -> ENOTCONN
			recv s0 -> ok end`, 3},
		{"it answers nothing but ok", "base", `
			s0 = socket -> ok
			network accepts s0 -> ENOTCONN`, 1},
		{"a platform has another", "odd", connect + `
			network accepts s0 -> ok
			recv s0 -> ENOTCONN`, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			divergesAt(t, modeltest.Load(t, "testdata/events.spec", c.platform), c.trace, c.step)
		})
	}
}

// divergesAt makes sure at which step a trace diverges; -1: at none.
func divergesAt(t *testing.T, machine *model.Machine, text string, want int) {
	t.Helper()
	trace, err := machine.Parse("trace", text)
	if err != nil {
		t.Fatal(err)
	}
	step := -1
	if findings := machine.NewJudge("").Trace(trace); len(findings) > 0 {
		step = findings[0].Step
	}
	if step != want {
		t.Errorf("diverges at step %d, and not %d", step, want)
	}
}

// TestEventsExplored: where an event finds nothing is no gap.
func TestEventsExplored(t *testing.T) {
	x := modeltest.Load(t, "testdata/events.spec", "base").Explore(model.Limits{})
	if len(x.Gaps) > 0 {
		t.Errorf("%d gaps", len(x.Gaps))
	}
	for outcome, walk := range x.Walks {
		if walk == nil {
			t.Errorf("nothing leads to outcome %d", outcome)
		}
	}
}
