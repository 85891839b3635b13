package dsl

import (
	"bytes"
	"strings"
	"testing"
)

func TestShow(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	tests := []struct {
		name, text   string
		line, column int
		length       int
		want         string // from the second line on
	}{
		{"plain", "flag a b\n", 1, 8, 1, "  flag a b\n         ^\n"},
		{"several columns", "flag abc\n", 1, 6, 3, "  flag abc\n       ^^^\n"},
		{"no length", "flag abc\n", 1, 6, 0, "  flag abc\n       ^\n"},
		{"behind the line", "flag a\n", 1, 7, 0, "  flag a\n        ^\n"},
		{"past the line", "flag a\n", 1, 70, 9, "  flag a\n        ^\n"},
		{"longer than the line", "flag a\n", 1, 6, 99, "  flag a\n       ^\n"},
		{"second line, CRLF", "a\r\nb c\r\nd", 2, 3, 1, "  b c\n    ^\n"},
		{"byte-order mark", "\ufeffab\n", 1, 2, 1, "  ab\n   ^\n"},
		{"tab", "a\tb\n", 1, 3, 1, "  a    b\n       ^\n"},
		{"wide", "日本x\n", 1, 3, 1, "  日本x\n      ^\n"},
		{"wide marked", "a日本\n", 1, 2, 2, "  a日本\n   ^^^^\n"},
		{"combining", "e\u0301x\n", 1, 3, 1, "  e\u0301x\n   ^\n"},
		{"control", "a\x1b[0mb\n", 1, 6, 1, "  a\ufffd[0mb\n       ^\n"},
		{"direction", "a\u202eb\n", 1, 3, 1, "  a\ufffdb\n    ^\n"},
		{"bad UTF-8", "a\xffb\n", 1, 3, 1, "  a\ufffdb\n    ^\n"},
		{"long, at the start", long + "\n", 1, 3, 2, "  " + long[:72] + "...\n    ^^\n"},
		{"long, within", long + "\n", 1, 101, 1, "  ..." + long[76:148] + "...\n" + strings.Repeat(" ", 29) + "^\n"},
		{"long, at the end", long + "\n", 1, 200, 1, "  ..." + long[128:] + "\n" + strings.Repeat(" ", 76) + "^\n"},
		{"no such line", "a\n", 7, 1, 1, ""},
		{"no line", "a\n", 0, 0, 0, ""},
		{"no text", "", 1, 1, 1, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := Problem{Pos: Position{File: "x.spec", Line: test.line, Column: test.column}, Length: test.length,
				Message: "message", Hint: "mend it"}
			var out bytes.Buffer
			Show(&out, []byte(test.text), p)
			first, rest, _ := strings.Cut(out.String(), "\n")
			if first != p.Error() {
				t.Errorf("first line is %q", first)
			}
			if want := test.want + "  hint: mend it\n"; rest != want {
				t.Errorf("got\n%swant\n%s", rest, want)
			}
			for line := range strings.Lines(rest) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > showWidth {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		})
	}
}

func TestProblemError(t *testing.T) {
	p := Problem{Pos: Position{File: "a.spec", Line: 3, Column: 7}, Message: "wrong"}
	if got := p.Error(); got != "a.spec:3:7: wrong" {
		t.Error(got)
	}
	p.Pos.File = ""
	if got := p.Error(); got != "3:7: wrong" {
		t.Error(got)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"refuse", "act", "may", "connected", "connecting", "WSAEFAULT", "is", "ok", "listener"}
	for word, want := range map[string]string{
		"refuze":     "refuse",
		"rfuse":      "refuse",
		"reufse":     "refuse",
		"refuses":    "refuse",
		"atc":        "act",
		"mai":        "may",
		"si":         "is",
		"wsaefault":  "WSAEFAULT",
		"WSAFAULT":   "WSAEFAULT",
		"conected":   "connected",
		"connectin":  "connecting",
		"conectting": "connecting",
		"lisener":    "listener",
		"x":          "",
		"":           "",
		"refuse":     "",
		"table":      "",
		"fu":         "",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := Suggest("word", nil); got != "" {
		t.Errorf("nothing known, and %q suggested", got)
	}
}

// distance agrees with its definition, computed without any shortcut.
func TestDistance(t *testing.T) {
	words := []string{"", "a", "ab", "ba", "abc", "acb", "bca", "connect", "conenct", "cnonetc", "refuse", "fuse"}
	for _, a := range words {
		for _, b := range words {
			want := plainDistance(a, b)
			for limit := range 9 {
				if got := distance([]byte(a), []byte(b), limit); got != min(want, limit) {
					t.Errorf("distance(%q, %q, %d) = %d, want %d", a, b, limit, got, min(want, limit))
				}
			}
		}
	}
}

func plainDistance(a, b string) int {
	switch {
	case a == "" || b == "":
		return len(a) + len(b)
	case a[0] == b[0]:
		return plainDistance(a[1:], b[1:])
	}
	least := 1 + min(plainDistance(a[1:], b), plainDistance(a, b[1:]), plainDistance(a[1:], b[1:]))
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		least = min(least, 1+plainDistance(a[2:], b[2:]))
	}
	return least
}
