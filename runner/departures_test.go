package runner

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"connectspec/model"
	"connectspec/model/modeltest"
)

// departed is a run judged by a platform that departs from another in every way,
// on sockets that do what one of the two says: whatever that allows, or always the
// first of it.
func departed(t *testing.T, does string, settled bool, jobs int) *Report {
	t.Helper()
	load := func(platform string) *model.Machine {
		return modeltest.Load(t, "../model/testdata/departures.spec", platform)
	}
	machine, sockets := load("odd"), load(does)
	config := imitated(machine)
	config.Jobs, config.Checks = jobs, 3000
	config.Open = func(context.Context) (Target, error) {
		target := imitate(sockets, 7)
		target.settled = settled
		return target, nil
	}
	return mustRun(t, config)
}

func verdicts(report *Report) string {
	var list []string
	for _, one := range report.Departures {
		list = append(list, one.Rule+" "+one.Verdict)
	}
	return strings.Join(list, "\n")
}

// TestDeparturesThatAreSo: sockets that depart as the platform says need its
// departures, or show nothing of what they rule out.
func TestDeparturesThatAreSo(t *testing.T) {
	report := departed(t, "odd", false, 1)
	if len(report.Divergences) > 0 {
		t.Fatalf("%+v", report.Divergences)
	}
	const want = `connect.again needed
accept.works needed
send.works held
mark.marks needed
select.readable needed
listen.datagram needed
bind.datagram needed
attempt.ends held`
	if got := verdicts(report); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestStaleDepartures: of sockets that do what the documentation says no departure
// is needed, and each is reported as stale: where the two exclude each other, what
// comes is a divergence as well.
func TestStaleDepartures(t *testing.T) {
	report := departed(t, "base", false, 1)
	if len(report.Divergences) == 0 {
		t.Error("no divergences")
	}
	for _, one := range report.Departures {
		if one.Verdict != Stale {
			t.Errorf("%s is %s", one.Rule, one.Verdict)
		}
		if wider := one.Rule == "accept.works"; wider != (one.Refuted == 0) {
			t.Errorf("%s was refuted %d times", one.Rule, one.Refuted)
		}
		if one.Weighed < one.Refuted || one.Weighed > maxWeighed {
			t.Errorf("%s was looked at in %d sequences", one.Rule, one.Weighed)
		}
	}
	var text bytes.Buffer
	report.Text(&text, Style{})
	for _, part := range []string{
		"stale on Imitation 1 (is it still so?):\n",
		"\n  bind.datagram (departures.spec:49) because \"dropped: no refusal any more\": in",
		"sequences came what would hold without it",
		"\n  accept.works (departures.spec:59) because \"wider: a result more\": it never\n    showed in 32 sequences in which it could have",
		"of 8\n  departures from the documentation, 0 needed.",
	} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("%q is not in\n%s", part, text.String())
		}
	}
}

// TestDeparturesDoNotDependOnJobs: which sequences are looked at again is a matter
// of the seed alone.
func TestDeparturesDoNotDependOnJobs(t *testing.T) {
	one, three := departed(t, "base", true, 1), departed(t, "base", true, 3)
	if a, b := fmt.Sprint(one.Departures), fmt.Sprint(three.Departures); a != b {
		t.Errorf("one worker:\n%s\nthree:\n%s", a, b)
	}
}

// TestUntrueReasons: an error that cannot be provoked, as the platform says, and
// that comes all the same is told, and not counted among what was not exercised.
func TestUntrueReasons(t *testing.T) {
	const reason = "nobody is connected long enough"
	for _, comes := range []bool{false, true} {
		machine := modeltest.Load(t, "../model/testdata/departures.spec", "base")
		e := machine.Spec.Error("WSAEISCONN")
		e.Cannot, e.CannotPos.File, e.CannotPos.Line = reason, "departures.spec", 8
		config := imitated(machine, injury{name: "nobody is connected", wrong: func(m *moment) (model.Answer, bool) {
			return model.Answer{Name: "WSAEINVAL"}, !comes && m.right.Name == e.Name
		}})
		config.Checks = 300
		report := mustRun(t, config)
		var text bytes.Buffer
		report.Text(&text, Style{})
		told := strings.Contains(text.String(), "no longer true: WSAEISCONN cannot be provoked (departures.spec:8) because\n  \""+reason+"\": it came ")
		excused := slices.Contains(report.NotExercised, NotExercised{e.Name, reason})
		if told != comes || excused == comes || len(report.Untrue) > 0 != comes {
			t.Errorf("it comes: %v; told: %v; among what was not exercised: %v; %+v\n%s", comes, told, excused, report.Untrue, text.String())
		}
		if comes && report.Untrue[0].Hits == 0 {
			t.Errorf("%+v", report.Untrue)
		}
	}
}
