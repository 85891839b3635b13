package model_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/model"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestFindings holds what Check says of testdata/findings/findings.spec: behind
// ### stands each finding of a line.
func TestFindings(t *testing.T) {
	const path = "testdata/findings/findings.spec"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, problems := dsl.Parse("findings.spec", text)
	for _, p := range problems {
		t.Fatal(p)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if i > 0 { // the first line speaks of remarks
			line, _, _ = strings.Cut(line, "### ")
			lines[i] = strings.TrimRight(line, " ")
		}
	}
	for _, c := range model.Check(file).Complaints {
		lines[c.Pos.Line-1] += "  ### " + c.Severity + " " + c.Check + ": " + c.Message
		if c.Hint != "" {
			lines[c.Pos.Line-1] += " -- " + c.Hint
		}
	}
	got := strings.Join(lines, "\n")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wanted := strings.Split(string(text), "\n")
	for i, line := range strings.Split(got, "\n") {
		if line != wanted[i] && !*update {
			t.Errorf("line %d:\n got %s\nwant %s", i+1, line, wanted[i])
		}
	}
}
