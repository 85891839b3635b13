package model_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/dsl/golden"
	"connectspec/model"
)

// Each file in testdata/findings has mistakes, and behind them, after ###, what
// Check says of them: the severity and the check, the message, and after -- the
// hint. There is one such remark for each finding, on its line, and none
// without. Beside it stands what a person is shown.
func TestFindings(t *testing.T) {
	for _, path := range golden.Files(t, "testdata/findings/*.spec") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text := golden.WithoutRemarks(golden.Read(t, path))
			file, problems := dsl.Parse(filepath.Base(path), text)
			for _, p := range problems {
				t.Fatal(p)
			}
			var said []golden.Remark
			var shown bytes.Buffer
			for _, c := range model.Check(file).Complaints {
				said = append(said, golden.Say(c.Pos.Line, c.Severity+" "+c.Check+": "+c.Message, c.Hint))
				dsl.Show(&shown, text, c.Problem)
			}
			golden.Remarks(t, path, said)
			golden.Check(t, strings.TrimSuffix(path, ".spec")+".shown", shown.Bytes())
		})
	}
}
