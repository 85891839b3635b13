package dsl

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"connectspec/dsl/golden"
)

// What testdata/format/NAME.spec becomes stands in NAME.golden; the comments in
// the files say what is to be seen there.
func TestFormatGolden(t *testing.T) {
	for _, path := range golden.Files(t, "testdata/format/*.spec") {
		out := checkFormat(t, golden.Read(t, path))
		for i, line := range strings.Split(string(out), "\n") {
			if utf8.RuneCountInString(line) > lineWidth {
				t.Errorf("%s: line %d is wider than %d columns: %s", path, i+1, lineWidth, line)
			}
		}
		golden.Check(t, strings.TrimSuffix(path, ".spec")+".golden", out)
	}
}

// The example is in canonical form, and so shows what that is.
func TestExampleIsFormatted(t *testing.T) {
	golden.Check(t, "testdata/example.spec", checkFormat(t, golden.Read(t, "testdata/example.spec")))
}

func TestFormatSpecification(t *testing.T) {
	checkFormat(t, golden.Read(t, "../connect.spec"))
}

// checkFormat formats text and checks what is true of all formatted text.
func checkFormat(t testing.TB, text []byte) []byte {
	t.Helper()
	before := mustParse(t, "", text)
	out, problems := Format(text)
	if len(problems) > 0 {
		t.Fatalf("Parse finds nothing, Format finds %v", problems)
	}
	after, problems := Parse("", out)
	if len(problems) > 0 {
		t.Fatalf("formatted text has problems: %v\n%s", problems, out)
	}
	if !reflect.DeepEqual(withoutPositions(before), withoutPositions(after)) {
		t.Fatalf("formatting changed the meaning:\n%s\nbecame\n%s", text, out)
	}
	if again, _ := Format(out); !bytes.Equal(out, again) {
		t.Fatalf("formatting is not idempotent: %s\nof %q", golden.Difference(again, out), text)
	}
	if got, want := comments(out), comments(text); !reflect.DeepEqual(got, want) {
		t.Fatalf("comments are %q, were %q", got, want)
	}
	checkWhiteSpace(t, out)
	return out
}

func checkWhiteSpace(t testing.TB, out []byte) {
	t.Helper()
	lines := strings.Split(string(out), "\n")
	for i, line := range lines {
		if strings.TrimRight(line, " \t\r") != line {
			t.Fatalf("line %d ends in white space: %q", i+1, line)
		}
		if line == "" && i > 0 && lines[i-1] == "" {
			t.Fatalf("line %d: two empty lines", i+1)
		}
	}
	if len(out) > 0 && (lines[0] == "" || lines[len(lines)-1] != "") {
		t.Fatalf("empty lines at the ends of %q", out)
	}
}

// comments gives the comments of a text, in order.
func comments(text []byte) []string {
	var found []string
	var problems problemList
	s := newScanner("", string(text), &problems)
	for t := s.next(); t.Type >= 0; t = s.next() {
		if t.Type == commentToken {
			found = append(found, strings.TrimRight(t.Value, " \t"))
		}
	}
	return found
}

func TestFormatReportsProblems(t *testing.T) {
	out, problems := Format([]byte("flag a\nflga b\n"))
	if out != nil || len(problems) != 1 || problems[0].Pos.Line != 2 {
		t.Errorf("Format gives %q, %v", out, problems)
	}
}
