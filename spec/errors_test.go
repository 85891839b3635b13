package spec_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/dsl/golden"
	"connectspec/spec"
)

// Each file in testdata/errors has mistakes, and behind them, after ###, what
// Open and Resolve say of them: the message, and after -- the hint. There is one
// such remark for each problem, on its line, and none without. Beside it stands
// what a person is shown.
func TestErrors(t *testing.T) {
	for _, path := range golden.Files(t, "testdata/errors/*.spec") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text := golden.WithoutRemarks(golden.Read(t, path))
			var said []golden.Remark
			var shown bytes.Buffer
			for _, p := range problemsOf(t, filepath.Base(path), text) {
				said = append(said, golden.Say(p.Pos.Line, p.Message, p.Hint))
				dsl.Show(&shown, text, p)
			}
			golden.Remarks(t, path, said)
			golden.Check(t, strings.TrimSuffix(path, ".spec")+".shown", shown.Bytes())
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
	known := map[dsl.Problem]bool{}
	for _, p := range problems {
		known[p] = true
	}
	for _, platform := range document.Platforms {
		_, more := document.Resolve(platform.Name)
		for _, p := range more {
			if !known[p] {
				known[p] = true
				problems = append(problems, p)
			}
		}
	}
	return problems
}
