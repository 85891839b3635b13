package dsl

import (
	"fmt"
	"sort"
	"strings"
	"unicode"

	"github.com/alecthomas/participle/v2/lexer"
)

// A Problem is something that is wrong with a specification, and where.
type Problem struct {
	Pos     Position
	Length  int    // of the text concerned, in code points; 0 if there is none
	Message string // one line, in plain words
	Hint    string // one line on how to mend it, or ""
}

// Error gives `file:line:column: message`, without the file if it has no name.
func (p Problem) Error() string {
	if p.Pos.File == "" {
		return fmt.Sprintf("%d:%d: %s", p.Pos.Line, p.Pos.Column, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.Pos.File, p.Pos.Line, p.Pos.Column, p.Message)
}

// maxProblems bounds what one run reports; more would only be scrolled past.
const maxProblems = 50

// A problemList collects problems up to maxProblems and then one more, which
// says that there are others.
type problemList struct {
	all []Problem
}

func (l *problemList) add(p Problem) {
	switch {
	case len(l.all) < maxProblems:
		l.all = append(l.all, p)
	case len(l.all) == maxProblems:
		l.all = append(l.all, Problem{Pos: p.Pos, Message: "too many problems; what follows is not reported"})
	}
}

func (l *problemList) full() bool { return len(l.all) > maxProblems }

// sorted returns the problems in the order of the text.
func (l *problemList) sorted() []Problem {
	told := l.all[:min(len(l.all), maxProblems)]
	sort.SliceStable(told, func(i, j int) bool { return told[i].Pos.Offset < told[j].Pos.Offset })
	return l.all
}

func position(p lexer.Position) Position {
	return Position{File: p.Filename, Line: p.Line, Column: p.Column, Offset: p.Offset}
}

// clip shortens text for a message, and takes out what should not be written to
// a terminal.
func clip(text string) string {
	const most = 40
	var out strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > most {
			return out.String() + "..."
		}
		if unicode.IsControl(r) {
			r = unicode.ReplacementChar
		}
		out.WriteRune(r)
	}
	return out.String()
}
