//go:build linux

package linux

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"connectspec/runner/agent"
)

const agentPage = "../../docs/agent.md"

func readPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(agentPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestSessionsOfThePage plays what the page says a client writes and holds the
// answers against what it says the agent writes.
func TestSessionsOfThePage(t *testing.T) {
	var in, want []string
	for line := range strings.Lines(readPage(t)) {
		line = strings.TrimSuffix(line, "\n")
		if text, ok := strings.CutPrefix(line, "    > "); ok {
			in = append(in, text)
		} else if text, ok := strings.CutPrefix(line, "    < "); ok {
			want = append(want, text)
		}
	}
	var out bytes.Buffer
	room := openLoopback(t)
	if err := agent.Serve(context.Background(), strings.NewReader(strings.Join(in, "\n")+"\n"), &out, room); err != nil {
		t.Fatal(err)
	}
	// Versions differ, and so does what this machine lacks.
	ours := func(lines []string) (kept []string) {
		for _, line := range lines {
			if !strings.HasPrefix(line, "version ") && !strings.HasPrefix(line, "lacks ") {
				kept = append(kept, line)
			}
		}
		return kept
	}
	got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if g, w := strings.Join(ours(got), "\n"), strings.Join(ours(want), "\n"); g != w {
		t.Errorf("the page's sessions answer\n%s\nand not\n%s", g, w)
	}
}

// TestAgentOfThePage runs scripts on the agent that the page shows.
func TestAgentOfThePage(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("NOT TESTED: the agent in Python of docs/agent.md: %v", err)
	}
	_, code, found := strings.Cut(readPage(t), "```python\n")
	code, _, ended := strings.Cut(code, "```")
	if !found || !ended {
		t.Fatalf("%s shows no agent", agentPage)
	}
	path := filepath.Join(t.TempDir(), "agent.py")
	if err := os.WriteFile(path, []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	client := newClient(t, agent.Child(func(context.Context) (*exec.Cmd, error) {
		return exec.Command(python, path), nil
	}))
	if name := client.Hello().Name; name != "python" {
		t.Errorf("its name is %s", name)
	}
	cases := []struct{ script, want string }{
		{"s0 = socket stream inet blocking\nconnect s0\nconnect s0\nclose s0", "ok ok EISCONN ok"},
		{"s0 = socket stream inet blocking\nconnect s0 refuser\nconnect s0 listener", "ok ECONNREFUSED ok"},
		{"s0 = socket datagram inet nonblocking\nconnect s0 refuser", "ok ok"},
		{"s0 = socket stream inet nonblocking\nsing s0\nclose s0", "ok protocol"},
	}
	for _, c := range cases {
		var names []string
		for _, answer := range runOne(t, client, strings.Split(c.script, "\n")) {
			names = append(names, answer.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%q answers %s, not %s", c.script, got, c.want)
		}
	}
}
