package main

import (
	"strings"
	"testing"
)

// TestParts reads a file of many traces: each line is in one part, once, with
// its number. So what there is to read grows with the file, and no faster.
func TestParts(t *testing.T) {
	const traces = 1000
	text := strings.Repeat("s0 = socket -> ok\nclose s0 -> ok\n---\n", traces) + "s0 = socket"
	line, bytes, count := 1, 0, 0
	for first, part := range parts(text) {
		if first != line {
			t.Fatalf("part %d starts with line %d, want %d", count, first, line)
		}
		count++
		bytes += len(part)
		line += strings.Count(part, "\n") + 1
	}
	if want := len(text) - len("---\n")*traces; count != traces+1 || bytes != want {
		t.Errorf("%d parts of %d bytes, want %d of %d", count, bytes, traces+1, want)
	}
}
