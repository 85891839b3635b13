package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectspec/runner"
)

// found runs the specification of the documentation, from which this machine
// departs in many ways.
func found(t *testing.T, arguments ...string) (report runner.Report, ids []string) {
	t.Helper()
	p := newProgram(t, append([]string{"run", "--json", "--platform", "winsock", "--checks", "600", "--seed", "7"}, arguments...)...)
	p.start(t)
	if status := p.status(); status != statusFound {
		t.Fatalf("status %d: %s", status, &p.stderr)
	}
	if err := json.Unmarshal(p.stdout.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Divergences {
		ids = append(ids, d.ID)
	}
	slices.Sort(ids)
	return report, ids
}

// TestSameSeedSameFindings: what a run finds is a matter of its seed, not of
// its workers; a saved trace shows the same when it is run again, and when it
// is judged.
func TestSameSeedSameFindings(t *testing.T) {
	folder := t.TempDir()
	one, ids := found(t, "--jobs", "1", "--save", folder)
	// On a machine that is busy with other things a call may take so long that
	// it counts as one that blocks; so one run of three may differ in that.
	differ := 0
	for range 3 {
		two, others := found(t, "--jobs", "2")
		if one.Sequences != two.Sequences || one.Calls != two.Calls {
			t.Errorf("one worker made %d calls in %d sequences, two made %d in %d", one.Calls, one.Sequences, two.Calls, two.Sequences)
		}
		if !slices.Equal(ids, others) {
			t.Logf("one worker found\n%v, two\n%v", ids, others)
			differ++
		}
	}
	if differ > 1 {
		t.Errorf("%d of 3 runs with two workers found something else than one worker", differ)
	}
	if other, others := found(t, "--seed", "8"); other.Calls == one.Calls && slices.Equal(ids, others) {
		t.Error("another seed makes no difference")
	}

	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != len(ids) || len(ids) < 10 {
		t.Fatalf("%d files for %d divergences (%v)", len(files), len(ids), err)
	}
	p := newProgram(t, append([]string{"replay", "--json", "--times", "3"}, files...)...)
	p.start(t)
	p.status()
	var replayed struct{ Replays []runner.Replay }
	if err := json.Unmarshal(p.stdout.Bytes(), &replayed); err != nil || len(replayed.Replays) != len(files) {
		t.Fatalf("%d replays: %v\n%s", len(replayed.Replays), err, &p.stderr)
	}
	for _, r := range replayed.Replays {
		if r.Shown == 0 { // a busy machine may be late once
			t.Errorf("replayed, %s shows in none of 3 runs, but %v", r.ID, r.Others)
		}
	}
	judgeEach(t, &one)
}

// judgeEach has the saved traces judged, and compares with what the run said.
func judgeEach(t *testing.T, report *runner.Report) {
	for i := range report.Divergences {
		d := &report.Divergences[i]
		p := newProgram(t, "judge", "--json", d.File)
		p.start(t)
		p.status()
		var judged judgeReport
		if err := json.Unmarshal(p.stdout.Bytes(), &judged); err != nil {
			t.Fatalf("%v: %s", err, &p.stderr)
		}
		if len(judged.Divergences) != 1 || judged.Calls != d.Steps {
			t.Errorf("%s: %d divergences in %d calls, not one in %d", d.File, len(judged.Divergences), judged.Calls, d.Steps)
			continue
		}
		j := judged.Divergences[0]
		if j.Call != d.Call || !slices.Equal(j.Rules, d.Rules) || strings.Fields(j.Observed)[0] != strings.Fields(d.Native)[0] {
			t.Errorf("%s: judged as %s -> %s by %v, and run as %s -> %s by %v", d.File, j.Call, j.Observed, j.Rules, d.Call, d.Native, d.Rules)
		}
	}
}
