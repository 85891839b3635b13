package golden

import (
	"strings"
	"testing"
)

// mark stands before each remark, behind the line that it is about.
const mark = "### "

// A Remark is what is said of a line of a text.
type Remark struct {
	Line int // from 1
	Text string
}

// Say is the remark of a message, and of a hint if there is one.
func Say(line int, message, hint string) Remark {
	if hint != "" {
		message += " -- " + hint
	}
	return Remark{line, message}
}

// Remarks fails the test unless each remark stands in the file, behind its line,
// in the order given, and the file has no others.
func Remarks(t testing.TB, path string, said []Remark) {
	t.Helper()
	if *update {
		Write(t, path, remarked(Read(t, path), said))
	}
	want := remarks(Read(t, path))
	for _, remark := range said {
		wanted := want[remark.Line]
		if len(wanted) == 0 || wanted[0] != remark.Text {
			t.Errorf("%s:%d: %s\nwant %q", path, remark.Line, remark.Text, wanted)
			continue
		}
		want[remark.Line] = wanted[1:]
	}
	for line, missing := range want {
		for _, text := range missing {
			t.Errorf("%s:%d: not said: %s", path, line, text)
		}
	}
}

// remarks gives those of each line.
func remarks(text []byte) map[int][]string {
	found := map[int][]string{}
	for i, line := range strings.Split(string(text), "\n") {
		for _, remark := range strings.Split(line, mark)[1:] {
			found[i+1] = append(found[i+1], strings.TrimSpace(remark))
		}
	}
	return found
}

// WithoutRemarks is a text as it is before anything is said of it.
func WithoutRemarks(text []byte) []byte {
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if bare, _, any := strings.Cut(line, mark); any {
			lines[i] = strings.TrimRight(bare, " ")
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

// remarked is a text with other remarks.
func remarked(text []byte, said []Remark) []byte {
	lines := strings.Split(string(WithoutRemarks(text)), "\n")
	for _, remark := range said {
		lines[remark.Line-1] += "  " + mark + remark.Text
	}
	return []byte(strings.Join(lines, "\n"))
}
