package runner

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectspec/dsl/golden"
	"connectspec/model"
)

// found is the only file in a folder.
func onlyFile(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Fatalf("%d files in the folder: %v", len(entries), entries)
	}
	return filepath.Join(folder, entries[0].Name())
}

func TestSaveAndReplay(t *testing.T) {
	m := small(t, "base")
	config := imitated(m, injuries[1])
	config.Save = filepath.Join(t.TempDir(), "new", "folder")
	d := only(t, mustRun(t, config))
	file := onlyFile(t, config.Save)
	if d.File != file {
		t.Errorf("the report names %s, and %s is there", d.File, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/saved.golden", text)
	h := ReadHeader(text)
	if h.ID != d.ID || h.Platform != "base" || h.Observed != "connect -> WSAEINVAL" {
		t.Errorf("the head says %+v", h)
	}
	trace, err := m.Parse(file, string(text))
	if err != nil || m.Format(trace) != d.Script {
		t.Errorf("it reads back as\n%s (%v)", m.Format(trace), err)
	}

	replays, err := Replays(context.Background(), config, []string{file}, 7)
	if err != nil {
		t.Fatal(err)
	}
	r := replays[0]
	if r.ID != d.ID || r.Tried != 7 || r.Shown != 7 || len(r.Others) != 0 || !r.Found() || r.Step != d.Steps {
		t.Errorf("%+v", r)
	}
}

func TestReplayOfWhatIsMended(t *testing.T) {
	m := small(t, "base")
	config := imitated(m, injuries[1])
	config.Save = t.TempDir()
	only(t, mustRun(t, config))
	file := onlyFile(t, config.Save)

	replays, err := Replays(context.Background(), imitated(m), []string{file}, 3)
	if err != nil {
		t.Fatal(err)
	}
	if r := replays[0]; r.Found() || r.Tried != 3 || r.Shown != 0 {
		t.Errorf("%+v", r)
	}

	other := injury{name: "another fault", wrong: func(m *moment) (model.Answer, bool) {
		if m.right.Name == "WSAEISCONN" {
			return failing("WSAENOTCONN")
		}
		return m.right, false
	}}
	replays, err = Replays(context.Background(), imitated(m, other), []string{file}, 3)
	if err != nil {
		t.Fatal(err)
	}
	r := replays[0]
	if !r.Found() || r.Shown != 0 || len(r.Others) != 1 || r.Others[0].Times != 3 || r.Others[0].Observed != "connect -> WSAENOTCONN" {
		t.Errorf("%+v", r)
	}
}

func TestReplayOfWhatIsNoScript(t *testing.T) {
	m := small(t, "base")
	for text, want := range map[string]string{
		"# nothing\n":       "no call in it",
		"s0 = sokcet\n":     "bad.trace:1:6: there is no call `sokcet`; did you mean `socket`?",
		"\n\nconnect s0 \n": "bad.trace:3:9",
	} {
		file := filepath.Join(t.TempDir(), "bad.trace")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Replays(context.Background(), imitated(m), []string{file}, 1)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v", text, err)
		}
	}
}

// TestALargerSetOfRulesIsTheSame: what was found with more rules goes, with its
// file, when it turns out that fewer will do.
func TestALargerSetOfRulesIsTheSame(t *testing.T) {
	m := small(t, "base")
	config := imitated(m)
	config.Save = t.TempDir()
	r, err := newRun(config)
	if err != nil {
		t.Fatal(err)
	}
	trace, err := m.Parse("", "s0 = socket stream blocking -> ok\nclose s0 -> EINVAL\n")
	if err != nil {
		t.Fatal(err)
	}
	findings := m.NewJudge("").Trace(trace)
	note := func(rules ...string) {
		s := r.ledger.sighting(fault{"close", rules, "WSAEINVAL"})
		s.count.Add(1)
		r.note(&found{
			fault: s.fault, divergence: findings[0].Divergence, trace: trace, origin: s,
		})
	}
	note("a", "b")
	first := onlyFile(t, config.Save)
	note("a", "b", "c")
	if onlyFile(t, config.Save) != first {
		t.Error("a larger set of rules was taken for another fault")
	}
	note("a")
	if onlyFile(t, config.Save) == first {
		t.Error("a smaller set of rules did not take the place of a larger one")
	}
	if n := r.ledger.sightingsOf(r.ledger.found[0]); len(r.ledger.found) != 1 || n != 3 {
		t.Errorf("%d found, seen %d times", len(r.ledger.found), n)
	}
	note("d")
	if len(r.ledger.found) != 2 {
		t.Error("another rule was taken for the same fault")
	}
}

// TestAFullDisk saves on a file system that has no room left, which takes a
// mount namespace.
func TestAFullDisk(t *testing.T) {
	if folder := os.Getenv("CONNECTSPEC_FULL"); folder != "" {
		saveOnFullDisk(t, folder)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	script := `mount -t tmpfs -o size=8k none "$CONNECTSPEC_FULL" && { head -c 9000 /dev/zero > "$CONNECTSPEC_FULL/filling"; exec "$0" -test.run '^TestAFullDisk$' -test.v; }`
	command := exec.Command("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, self)
	command.Env = append(os.Environ(), "CONNECTSPEC_FULL="+folder)
	output, err := command.CombinedOutput()
	if !bytes.Contains(output, []byte("=== RUN")) {
		t.Skipf("a full disk was not tried, for want of a mount namespace: %v: %s", err, output)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func saveOnFullDisk(t *testing.T, folder string) {
	config := imitated(small(t, "base"), injuries[1])
	config.Save = folder
	report, err := Run(context.Background(), config)
	if err == nil || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), "save") {
		t.Errorf("the error is %v", err)
	}
	if report == nil || len(report.Divergences) != 1 || report.Divergences[0].File != "" {
		t.Errorf("the report is %+v", report)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, []string{"filling"}) {
		t.Errorf("left behind: %v", names)
	}
}
