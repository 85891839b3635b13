package runner

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A ProgressLine shows on a terminal how far a run has come, in one line that
// is written over again.
type ProgressLine struct {
	Terminal io.Writer
	shown    bool
}

// Show writes the line. It fits Config.Progress.
func (l *ProgressLine) Show(p Progress) {
	doing := "running"
	if !p.Drawing {
		doing = "shrinking"
	}
	text := fmt.Sprintf("%s %s  %s, %s", doing, secondsText(p.Elapsed.Seconds()),
		counted(p.Sequences, "sequence"), counted(p.Calls, "call"))
	if p.Divergences > 0 || p.Shrinking > 0 {
		text += fmt.Sprintf("  %s, %d to shrink", counted(uint64(p.Divergences), "divergence"), p.Shrinking)
	}
	text += strings.Repeat(" ", max(0, columns-1-utf8.RuneCountInString(text)))
	fmt.Fprint(l.Terminal, "\r"+text)
	l.shown = true
}

// Clear takes the line away.
func (l *ProgressLine) Clear() {
	if l.shown {
		fmt.Fprint(l.Terminal, "\r"+strings.Repeat(" ", columns-1)+"\r")
	}
}
