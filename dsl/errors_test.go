package dsl

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"connectspec/dsl/golden"
)

const errorFiles = "testdata/errors/*.spec"

// Each file in testdata/errors has mistakes, and behind them, after ###, what
// Parse says of them: the message, and after -- the hint. There is one such
// remark for each problem, on its line, and none without. Beside it stands what
// a person is shown.
func TestErrors(t *testing.T) {
	for _, path := range golden.Files(t, errorFiles) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, problems := Parse(filepath.Base(path), golden.Read(t, path))
			var said []golden.Remark
			for _, p := range problems {
				said = append(said, golden.Say(p.Pos.Line, p.Message, p.Hint))
			}
			golden.Remarks(t, path, said)
			var shown bytes.Buffer
			for _, p := range problems {
				Show(&shown, golden.WithoutRemarks(golden.Read(t, path)), p)
			}
			golden.Check(t, strings.TrimSuffix(path, ".spec")+".shown", shown.Bytes())
		})
	}
}
