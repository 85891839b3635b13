package runner

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"connectspec/dsl/golden"
	"connectspec/model"
	"connectspec/model/modeltest"
)

// explained is a run judged by a platform on sockets that do what another one
// says, which accounts for what is found.
func explained(t *testing.T, own string) *Report {
	t.Helper()
	load := func(platform string) *model.Machine {
		return modeltest.Load(t, "../model/testdata/departures.spec", platform)
	}
	sockets := load("odd")
	config := imitated(load("base"))
	config.Own = load(own)
	config.Checks = 3000
	config.Open = func(context.Context) (Target, error) {
		target := imitate(sockets, 7)
		target.settled, target.once = true, true
		return target, nil
	}
	report := mustRun(t, config)
	report.Seconds = 1.25
	return report
}

// TestExplained: what a platform departs in is found where the one that it
// departs from judges, and each divergence is due to such a departure.
func TestExplained(t *testing.T) {
	report := explained(t, "odd")
	var due []string
	for _, d := range report.Divergences {
		if !d.OwnAllows || len(d.DueTo) == 0 {
			t.Errorf("%s is due to nothing:\n%s", d.ID, d.Script)
		}
		for _, one := range d.DueTo {
			if one.Because == "" || one.Platform != "odd" {
				t.Errorf("%+v", one)
			}
			due = append(due, one.Rule)
		}
	}
	for _, departure := range []string{"connect.again", "mark.marks", "select.readable", "listen.datagram", "bind.datagram"} {
		if !slices.Contains(due, departure) {
			t.Errorf("nothing is due to %s; %v", departure, due)
		}
	}
	var text bytes.Buffer
	if err := report.Text(&text, Style{}); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/explained.golden", text.Bytes())
}

// TestNothingExplains: what the target's own platform forbids as well is due to
// nothing, and comes first.
func TestNothingExplains(t *testing.T) {
	report := explained(t, "base")
	for _, d := range report.Divergences {
		if d.OwnAllows || len(d.DueTo) > 0 {
			t.Errorf("%+v", d)
		}
	}
	if report.accounted() != 0 || len(report.partings()) != len(report.Divergences) {
		t.Error("divergences that nothing accounts for stand together")
	}
}
