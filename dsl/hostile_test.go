package dsl

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// Whatever a file holds, it ends in declarations or in problems that say why
// not; never in a crash, and never in more than can be read.
func TestHostileInput(t *testing.T) {
	tests := []struct {
		name, text, want string // the first problem, or "" for none
	}{
		{"nothing", "", ""},
		{"a comment only", "# nothing", ""},
		{"a mark only", "\ufeff", ""},
		{"byte-order mark", "\ufeffflag a\n", ""},
		{"byte-order mark within", "flag a\n\ufeffflag b\n", "2:1: the character U+FEFF means nothing here"},
		{"CRLF", "flag a \"x\"\r\nfield b\r\n  c\r\n# d\r\n", ""},
		{"CR alone", "flag a\rflag b\n", "1:7: control character U+000D"},
		{"no end of line", "flag a", ""},
		{"NUL", "flag a\x00b\n", "1:7: control character U+0000"},
		{"NUL in prose", "flag a \"\x00\"\n", "1:9: control character U+0000"},
		{"NUL in a comment", "flag a # \x00\n", "1:10: control character U+0000"},
		{"bad UTF-8", "flag \xff\xfe\n", "1:6: this byte is not UTF-8"},
		{"bad UTF-8 in prose", "flag ä \"\xc3\"\n", "1:6: names are made of the letters a to z and A to Z, digits and `_`"},
		{"unterminated prose", "flag a \"x\nflag b\n", "1:8: this quotation does not end on its line"},
		{"unterminated escape", "flag a \"x\\\nflag b\n", "1:8: this quotation does not end on its line"},
		{"escape", "flag a \"\\x\"\nflag b\n", "1:9: in a quotation only `\\\"` and `\\\\` may start with a backslash"},
		{"unterminated at the end", "flag a \"", "1:8: this quotation does not end on its line"},
		{"indented first line", "  flag a\nflag b\n", "1:3: a declaration starts in column 1, but the first one is indented"},
		{"tab first", "\tflag a\n", "1:2: a declaration starts in column 1, but the first one is indented"},
		{"parentheses", "act a.b\n  -> ok ; " + strings.Repeat("each u in t.q (\n ", 100_000) + "\nflag b\n",
			"18:16: parentheses are nested more than 16 deep"},
		{"open parentheses", strings.Repeat("(\n ", 100_000), "17:2: parentheses are nested more than 16 deep"},
		{"closed parentheses", strings.Repeat(")", 15_000), "1:1: expected a declaration, found `)`"},
		{"a line of 50 MB", strings.Repeat("a ", 25<<20), fmt.Sprintf("1:1: this file is larger than %d bytes", maxFile)},
		{"a long line", "flag a\n" + strings.Repeat("a ", 1<<20) + "\nflag b\n", "2:1: this line is longer than 65536 bytes"},
		{"a long declaration", "field a\n" + strings.Repeat("  b\n", 100_000), "10001:3: this declaration has more than 20000 words"},
		{"many pieces of prose", "flag a" + strings.Repeat("\n \"x\"", 500_000), ""},
		{"many arrows", "act a.b" + strings.Repeat("\n -> ok", 9_000), ""},
		{"many problems", strings.Repeat("what\n", 500_000), "1:1: no declaration starts with `what`"},
		{"many NULs", strings.Repeat("\x00", 4<<20), "1:1: this line is longer than 65536 bytes"},
		{"many quotes", strings.Repeat("\"\n", 1<<20), "1:1: this quotation does not end on its line"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file, problems := Parse("", []byte(test.text))
			got := ""
			if len(problems) > 0 {
				got = problems[0].Error()
			}
			if got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
			if file == nil || len(problems) > maxProblems+1 {
				t.Errorf("%d problems", len(problems))
			}
			formatted, more := Format([]byte(test.text))
			if (len(more) > 0) != (len(problems) > 0) || (formatted == nil) != (len(more) > 0) {
				t.Errorf("Format gives %d bytes and %d problems", len(formatted), len(more))
			}
			for _, p := range problems {
				Show(&bytes.Buffer{}, []byte(test.text), p)
			}
		})
	}
}

// What follows a declaration that was given up is read again.
func TestParseAfterOverflow(t *testing.T) {
	deep := "act a.b\n  -> ok ; " + strings.Repeat("each u in t.q (", 50) + "\nflag b\n"
	file, problems := Parse("", []byte(deep))
	if len(file.Declarations) != 1 || len(problems) != 1 {
		t.Errorf("%d declarations, problems %v", len(file.Declarations), problems)
	}
}

func TestTooManyProblems(t *testing.T) {
	_, problems := Parse("", []byte(strings.Repeat("what\n", 60)))
	if len(problems) != maxProblems+1 {
		t.Fatalf("%d problems", len(problems))
	}
	if last := problems[maxProblems]; last.Pos.Line != 51 || !strings.HasPrefix(last.Message, "too many") {
		t.Errorf("the last problem is %v", last)
	}
}
