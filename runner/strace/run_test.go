//go:build linux

package strace

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnRun records a run of connectspec itself, whose scripts go into the corners of
// the specification. What that run allows by the platform linux, with all of the world
// before its eyes, its log must allow as well.
func TestOwnRun(t *testing.T) {
	for _, program := range []string{"strace", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no program %s here", program)
		}
	}
	folder := t.TempDir()
	program, name := filepath.Join(folder, "connectspec"), filepath.Join(folder, "run.log")
	if text, err := exec.Command("go", "build", "-o", program, "../../cmd/connectspec").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	checks := "1500"
	if testing.Short() {
		checks = "200"
	}
	run := exec.Command("strace", "-f", "-o", name, program, "run", "--jobs", "1", "--checks", checks, "--seed", "3")
	// What such a run finds concerns several sockets, and is no matter of its log.
	if text, err := run.CombinedOutput(); err != nil && run.ProcessState.ExitCode() != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	j := newJudge(t)
	late := beginsLate(j)
	for _, name := range append([]string{name}, network(t, []string{name})...) {
		log, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Log(filepath.Base(name), log); err != nil {
			t.Error(err)
		}
		log.Close()
		r := j.Report()
		t.Logf("%d lines, %d sockets, %d calls, %d judged", r.Lines, r.Sockets, r.Calls, r.Judged)
	}
	// All sockets may have been there before.
	before := j.Report().Judged
	if err := j.Log("late", strings.NewReader(late.String())); err != nil {
		t.Error(err)
	}
	if judged := j.Report().Judged - before; judged < before/4 {
		t.Errorf("of sockets that are older than the log %d calls are judged, and %d of others", judged, before)
	}
	for _, d := range j.Report().Divergences[:min(20, len(j.Report().Divergences))] {
		t.Errorf("%s:%d: %s\n  %s, allowed %v", d.File, d.Line, d.Call, d.Observed, d.Allowed)
	}
	if r := j.Report(); r.Sockets < 300 || r.Judged*3 < r.Calls {
		t.Errorf("of %d calls upon %d sockets %d are judged", r.Calls, r.Sockets, r.Judged)
	}
}
