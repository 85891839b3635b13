package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"connectspec/dsl/golden"
	"connectspec/model"
	"connectspec/runner/agent"
)

// sample is a report with something of everything in it.
func sample(t *testing.T) *Report {
	return sampleOf(t, "odd")
}

func sampleOf(t *testing.T, platform string) *Report {
	t.Helper()
	m := small(t, platform)
	renamed := injury{name: "another name for what is right", harmless: true, wrong: func(m *moment) (model.Answer, bool) {
		if m.right.Name == "WSAEWOULDBLOCK" && strings.HasPrefix(m.line, "connect") {
			return failing("EINPROGRESS")
		}
		return m.right, false
	}}
	wrongly := injury{name: "would block where it should be refused", wrong: func(m *moment) (model.Answer, bool) {
		if m.right.Name == "WSAECONNREFUSED" && m.lines[0] == "s0 = socket stream nonblocking" {
			return failing("EINPROGRESS")
		}
		return m.right, false
	}}
	config := imitated(m)
	config.Agent.Lacks = []agent.Lack{{What: "lab", Why: "no network namespace: operation not permitted; run as root"}}
	config.Save = t.TempDir()
	config.Command = func(file string) string { return "connectspec replay " + filepath.Base(file) }
	// One divergence in a script at most, and no chance: then a run finds the
	// same in whatever order its goroutines come to it.
	config.Open = func(context.Context) (Target, error) {
		target := imitate(m, 7, wrongly, injuries[1], injuries[4], renamed)
		target.settled, target.once = true, true
		return target, nil
	}
	for id := range m.Spec.Outcomes {
		config.Goals = append(config.Goals, id)
	}
	report := mustRun(t, config)
	report.Seconds = 1.25
	for i := range report.Divergences {
		report.Divergences[i].File = "found/" + filepath.Base(report.Divergences[i].File)
	}
	return report
}

func TestTextForPeople(t *testing.T) {
	report := sample(t)
	var text bytes.Buffer
	if err := report.Text(&text, Style{}); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/report.golden", text.Bytes())
	keepsToColumns(t, text.String())
}

// TestTextForWinsock is the same of a platform whose errors have Winsock's names.
func TestTextForWinsock(t *testing.T) {
	report := sampleOf(t, "base")
	text := report.Summary()
	for i := range report.Divergences {
		text += "\n" + report.One(&report.Divergences[i]) + "\n"
	}
	golden.Check(t, "testdata/report_winsock.golden", []byte(text))
	keepsToColumns(t, text)
}

func keepsToColumns(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Error("colours without being asked")
	}
}

func TestColours(t *testing.T) {
	report := sample(t)
	var plain, painted bytes.Buffer
	report.Text(&plain, Style{})
	report.Text(&painted, Style{Color: true})
	stripped := painted.String()
	for _, color := range []string{red, yellow, green} {
		stripped = strings.ReplaceAll(stripped, "\x1b["+color+"m", "")
	}
	stripped = strings.ReplaceAll(stripped, "\x1b[0m", "")
	if plain.String() != stripped {
		t.Errorf("colours change more than colours:\n%s", stripped)
	}
	if plain.String() == painted.String() {
		t.Error("no colours")
	}
}

// TestJSON holds the fields that programs rely upon.
func TestJSON(t *testing.T) {
	report := sample(t)
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/report.json.golden", append(text, '\n'))
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"spec", "version", "platform", "target", "seed", "sequences", "calls", "seconds",
		"rules", "codes", "not_exercised", "divergences"} {
		if fields[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
	first := fields["divergences"].([]any)[0].(map[string]any)
	for _, name := range []string{"id", "call", "rules", "observed", "allowed", "script", "steps", "executions", "reproduced", "file"} {
		if first[name] == nil {
			t.Errorf("a divergence has no %s", name)
		}
	}
}

// TestListsAreNeverNull: who reads the JSON need not ask whether a list is one.
func TestListsAreNeverNull(t *testing.T) {
	config := imitated(small(t, "base"))
	config.Checks = 1
	text, err := json.Marshal(mustRun(t, config))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "null") {
		t.Errorf("%s", text)
	}
}

func TestNativeNames(t *testing.T) {
	names := speak(small(t, "odd"), "linux")
	for _, one := range []struct{ call, result, want string }{
		{"connect", "WSAEWOULDBLOCK", "EINPROGRESS [WSAEWOULDBLOCK]"},
		{"accept", "WSAEWOULDBLOCK", "EWOULDBLOCK"},
		{"connect", "WSAECONNREFUSED", "ECONNREFUSED"},
		{"close", "WSAENOTSOCK", "EBADF [WSAENOTSOCK]"},
		{"recv", "ok #1", "ok #1"},
		{"connect", "blocks", "blocks"},
	} {
		if got := names.result(one.call, one.result); got != one.want {
			t.Errorf("%s of %s is shown as %q and not as %q", one.result, one.call, got, one.want)
		}
	}
	if got := names.answer("EINPROGRESS", "WSAEWOULDBLOCK"); got != "EINPROGRESS [WSAEWOULDBLOCK]" {
		t.Errorf("an answer is shown as %q", got)
	}
}

// TestWinsockNames: a platform whose errors have the names of Winsock speaks of
// them by these, and their numbers.
func TestWinsockNames(t *testing.T) {
	names := speak(small(t, "base"), "linux")
	for _, one := range []struct{ call, result, want string }{
		{"connect", "WSAEWOULDBLOCK", "WSAEWOULDBLOCK (10035) [EINPROGRESS]"},
		{"connect", "WSAECONNREFUSED", "WSAECONNREFUSED (10061)"},
		{"close", "WSAENOTSOCK", "WSAENOTSOCK (10038) [EBADF]"},
		{"recv", "ok end", "ok end"},
		{"connect", "blocks", "blocks"},
	} {
		if got := names.result(one.call, one.result); got != one.want {
			t.Errorf("%s of %s is shown as %q and not as %q", one.result, one.call, got, one.want)
		}
	}
	for _, one := range []struct{ native, means, want string }{
		{"EINVAL", "WSAEINVAL", "WSAEINVAL (10022)"},
		{"EINPROGRESS", "WSAEWOULDBLOCK", "WSAEWOULDBLOCK (10035) [EINPROGRESS]"},
		{"WSAEINVAL", "WSAEINVAL", "WSAEINVAL (10022)"},
		{"ok ECONNREFUSED", "ok WSAECONNREFUSED", "ok WSAECONNREFUSED (10061)"},
		{"ok #1", "ok #1", "ok #1"},
		{"EMULTIHOP", "EMULTIHOP", "EMULTIHOP"},
		{"protocol no such call", "protocol error", "protocol no such call"},
	} {
		if got := names.answer(one.native, one.means); got != one.want {
			t.Errorf("%s, which means %s, is shown as %q and not as %q", one.native, one.means, got, one.want)
		}
	}
}

func TestCoverage(t *testing.T) {
	report := sample(t)
	hits := map[string]RuleHits{}
	for _, rule := range report.Rules {
		hits[rule.Name] = rule
	}
	if hits["connect.accepted"].Exercised == 0 || hits["connect.broken"].Hits != 0 {
		t.Errorf("%+v\n%+v", hits["connect.accepted"], hits["connect.broken"])
	}
	i := slices.IndexFunc(report.Codes, func(c CodeHits) bool { return c.Name == "WSAEWOULDBLOCK" })
	if i < 0 || report.Codes[i].Native != "EINPROGRESS" || !slices.Contains(report.Codes[i].Rules, "connect.begun") {
		t.Errorf("%+v", report.Codes)
	}
	if len(report.Renamings) != 1 || report.Renamings[0].Native != "EINPROGRESS" {
		t.Errorf("%+v", report.Renamings)
	}
	if !slices.ContainsFunc(report.NeverSeen, func(n NeverSeen) bool { return n.Rule == "connect.broken" }) {
		t.Errorf("%+v", report.NeverSeen)
	}
	if report.NotExercised[0].What != "lab" {
		t.Errorf("what the target lacks does not come first: %+v", report.NotExercised)
	}
}
