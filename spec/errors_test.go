package spec_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/spec"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Each file in testdata/errors has mistakes, and behind them, after ###, what
// Open and Resolve say of them: the message, and after -- the hint. There is one
// such remark for each problem, on its line, and none without.
func TestErrors(t *testing.T) {
	paths, err := filepath.Glob("testdata/errors/*.spec")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files with mistakes", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			problems := problemsOf(t, filepath.Base(path), text)
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
		})
	}
}

// problemsOf are those of a file and of all its platforms, each once.
func problemsOf(t *testing.T, name string, text []byte) []dsl.Problem {
	t.Helper()
	file, problems := dsl.Parse(name, text)
	for _, p := range problems {
		t.Fatalf("does not parse: %v", p)
	}
	document, problems := spec.Open(file)
	known := map[string]bool{}
	for _, platform := range document.Platforms {
		_, more := document.Resolve(platform.Name)
		for _, p := range more {
			if k := remarkOf(p) + p.Error(); !known[k] {
				known[k] = true
				problems = append(problems, p)
			}
		}
	}
	return problems
}

func remarkOf(p dsl.Problem) string {
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

// remark replaces the remarks in a text.
func remark(text []byte, problems []dsl.Problem) []byte {
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		line, _, _ = strings.Cut(line, "### ")
		lines[i] = strings.TrimRight(line, " ")
	}
	for _, p := range problems {
		lines[p.Pos.Line-1] += "  ### " + remarkOf(p)
	}
	return []byte(strings.Join(lines, "\n"))
}
