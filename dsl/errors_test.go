package dsl

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each file in testdata/errors has mistakes, and behind them, after ###, what
// Parse says of them: the message, and after -- the hint. There is one such
// remark for each problem, on its line, and none without.
func TestErrors(t *testing.T) {
	for _, path := range errorFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text := read(t, path)
			_, problems := Parse(filepath.Base(path), text)
			if *update {
				text = remark(text, problems)
				if err := os.WriteFile(path, text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want := remarks(text)
			for _, p := range problems {
				line := p.Pos.Line
				if len(want[line]) == 0 || want[line][0] != remarkOf(p) {
					t.Errorf("%v\nwant %q", p, want[line])
					continue
				}
				want[line] = want[line][1:]
			}
			for line, missing := range want {
				for _, message := range missing {
					t.Errorf("line %d: not reported: %s", line, message)
				}
			}
			var shown bytes.Buffer
			for _, p := range problems {
				Show(&shown, withoutRemarks(text), p)
			}
			golden(t, strings.TrimSuffix(path, ".spec")+".shown", shown.Bytes())
		})
	}
}

func errorFiles(t testing.TB) []string {
	paths, err := filepath.Glob("testdata/errors/*.spec")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files with mistakes", err)
	}
	return paths
}

func remarkOf(p Problem) string {
	if p.Hint == "" {
		return p.Message
	}
	return p.Message + " -- " + p.Hint
}

// remarks gives the remarks of each line.
func remarks(text []byte) map[int][]string {
	found := map[int][]string{}
	for i, line := range strings.Split(string(text), "\n") {
		for _, remark := range strings.Split(line, "### ")[1:] {
			found[i+1] = append(found[i+1], strings.TrimSpace(remark))
		}
	}
	return found
}

func withoutRemarks(text []byte) []byte {
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		line, _, _ = strings.Cut(line, "### ")
		lines[i] = strings.TrimRight(line, " ")
	}
	return []byte(strings.Join(lines, "\n"))
}

// remark replaces the remarks in a text.
func remark(text []byte, problems []Problem) []byte {
	lines := strings.Split(string(withoutRemarks(text)), "\n")
	for _, p := range problems {
		lines[p.Pos.Line-1] += "  ### " + remarkOf(p)
	}
	return []byte(strings.Join(lines, "\n"))
}
