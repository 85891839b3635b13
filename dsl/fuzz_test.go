package dsl

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"connectspec/dsl/golden"
)

// seed adds each declaration of the files of testdata by itself: small inputs
// are what fuzzing makes most of.
func seed(f *testing.F) {
	paths := append(golden.Files(f, errorFiles), "testdata/example.spec", "testdata/format/comments.spec",
		"testdata/format/lines.spec", "testdata/format/space.spec")
	for _, path := range paths {
		for _, block := range bytes.Split(golden.Read(f, path), []byte("\n\n")) {
			f.Add(append(block[:min(len(block), 1000)], '\n'))
		}
	}
	f.Add([]byte("\ufeffflag a\r\n  \"x\" # y\r\n"))
}

func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		file, problems := Parse("x", text)
		if len(problems) > maxProblems+1 {
			t.Fatalf("%d problems", len(problems))
		}
		if utf8.Valid(text) && len(problems) == 0 {
			checkPositions(t, text, file)
		}
		for _, p := range problems {
			if p.Message == "" || strings.ContainsAny(p.Message+p.Hint, "\n\r\x00\x1b") {
				t.Fatalf("message %q, hint %q", p.Message, p.Hint)
			}
			if p.Pos.Offset < 0 || p.Pos.Offset > len(text) || p.Pos.File != "x" {
				t.Fatalf("%v: offset %d of %d", p, p.Pos.Offset, len(text))
			}
			if want := place(text, p.Pos.Offset); want.Line != p.Pos.Line || want.Column != p.Pos.Column {
				t.Fatalf("%v: want %d:%d", p, want.Line, want.Column)
			}
			var shown bytes.Buffer
			Show(&shown, text, p)
			if !utf8.Valid(shown.Bytes()) {
				t.Fatalf("shown as %q", shown.String())
			}
		}
	})
}

func FuzzFormat(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, problems := Parse("", text); len(problems) == 0 {
			checkFormat(t, text)
		}
	})
}

// A line is a step by itself just if it is one in a scenario, and the same one.
func FuzzParseStep(f *testing.F) {
	for _, text := range []string{"s = socket stream inet blocking -> ok", "recv s1 -> ok #3", "select s -> ok a + b # c", "a -> \"b\"", "#1 -> #2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "\n\r\ufeff") || len(text) > maxLine/2 {
			return
		}
		step, err := ParseStep(text)
		file, problems := Parse("", []byte("scenario \"x\"\n  close s\n  "+text+"\n"))
		if err != nil {
			// A line with nothing on it is none, and one that starts so belongs to the one above.
			if start := strings.TrimLeft(text, " \t"); len(problems) == 0 && start != "" && start[0] != '#' && start[0] != '|' && !strings.HasPrefix(start, "->") {
				t.Fatalf("%q is no step: %v", text, err)
			}
			return
		}
		if len(problems) > 0 {
			t.Fatalf("%q is a step, but %v", text, problems)
		}
		steps := file.Declarations[0].Node.(*Scenario).Steps
		if len(steps) != 2 || !reflect.DeepEqual(bare(step), bare(steps[1])) {
			t.Fatalf("%q is %+v, and in a scenario %+v", text, step, steps)
		}
	})
}
