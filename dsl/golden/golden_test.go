package golden

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// An observer is a test that may fail without failing ours.
type observer struct {
	testing.TB
	failures []string
}

func (o *observer) Helper() {}

func (o *observer) Errorf(format string, arguments ...any) {
	o.failures = append(o.failures, fmt.Sprintf(format, arguments...))
}

// keep has nothing rewritten, whatever the flag says.
func keep(t *testing.T) {
	was := *update
	*update = false
	t.Cleanup(func() { *update = was })
}

func TestRemarksAreMatchedOneToOne(t *testing.T) {
	keep(t)
	path := filepath.Join(t.TempDir(), "text")
	Write(t, path, []byte("one  ### a  ### b\ntwo\nthree  ### c\n"))
	for name, one := range map[string]struct {
		said     []Remark
		failures int
	}{
		"all":              {[]Remark{{1, "a"}, {1, "b"}, {3, "c"}}, 0},
		"one missing":      {[]Remark{{1, "a"}, {3, "c"}}, 1},
		"one too many":     {[]Remark{{1, "a"}, {1, "b"}, {2, "x"}, {3, "c"}}, 1},
		"one twice":        {[]Remark{{1, "a"}, {1, "b"}, {3, "c"}, {3, "c"}}, 1},
		"another line":     {[]Remark{{1, "a"}, {1, "b"}, {2, "c"}}, 2},
		"other words":      {[]Remark{{1, "a"}, {1, "b"}, {3, "d"}}, 2},
		"nothing at all":   {nil, 3},
		"in another order": {[]Remark{{1, "b"}, {1, "a"}, {3, "c"}}, 2},
	} {
		seen := &observer{TB: t}
		Remarks(seen, path, one.said)
		if len(seen.failures) != one.failures {
			t.Errorf("%s: %d failures and not %d: %q", name, len(seen.failures), one.failures, seen.failures)
		}
	}
}

func TestRemarksAreRewritten(t *testing.T) {
	text := []byte("one  ### old\ntwo\n")
	got := string(remarked(text, []Remark{{2, "new"}, {2, "too"}}))
	if want := "one\ntwo  ### new  ### too\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCheckTellsTheFirstDifference(t *testing.T) {
	keep(t)
	path := filepath.Join(t.TempDir(), "file")
	Write(t, path, []byte("same\nold\n"))
	seen := &observer{TB: t}
	Check(seen, path, []byte("same\nold\n"))
	if len(seen.failures) > 0 {
		t.Errorf("equal files differ: %q", seen.failures)
	}
	Check(seen, path, []byte("same\nnew\n"))
	if len(seen.failures) != 1 || !strings.Contains(seen.failures[0], "line 2\n got: new\nwant: old") {
		t.Errorf("%q", seen.failures)
	}
}
