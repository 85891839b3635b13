// Package program writes a fault as a program of its own: the calls of a script,
// in C or in Go, with what each should have answered, and nothing else.
//
// Its phases: the lines of the script become steps (script.go), what they need of
// the machine is found out (needs.go), and each language writes its statements
// (c.go, golang.go) behind those helpers of its prelude that they use
// (prelude.go).
package program

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// A Fault is what a program shows.
type Fault struct {
	Remarks []string // what to say of it at the head of the program
	Steps   []Step   // the last one is at fault
	Winsock bool     // the calls are those of Winsock, not of Linux
}

// A Step is a call of a script, and its answers as agents put them.
type Step struct {
	Line     string // with all its arguments
	Observed string
	// Allowed are the answers that may come. `ok` alone stands for any value.
	Allowed []string
}

// An Unwritable says what a program cannot do.
type Unwritable string

func (u Unwritable) Error() string { return string(u) }

// Languages are those that a fault can be written in.
var Languages = []string{"c", "go"}

// Write is a fault as a program, which answers by its exit status: 1 if the fault
// shows, 0 if the last call answers what is allowed, 2 if things took another way
// before. Its error wraps an Unwritable where no program can do that.
func Write(language string, fault *Fault) ([]byte, error) {
	script, err := read(fault)
	if err != nil {
		return nil, err
	}
	switch {
	case language == "c":
		return writeC(fault, script)
	case language == "go":
		return writeGo(fault, script)
	}
	return nil, fmt.Errorf("a script can be written in %s, not in %q", strings.Join(Languages, " or "), language)
}

// A writer gathers the statements of a program.
type writer struct {
	bytes.Buffer
	indent string
}

func (w *writer) line(format string, arguments ...any) {
	w.WriteString(w.indent)
	fmt.Fprintf(w, format, arguments...)
	w.WriteByte('\n')
}

// found are the words of a pattern in a text, each once, in their order.
func found(pattern *regexp.Regexp, text string) []string {
	return distinct(pattern.FindAllString(text, -1))
}

// alternatives are the answers that are allowed, as a program compares them.
func (s *Step) alternatives() string {
	if len(s.Allowed) == 0 {
		return "nothing"
	}
	return strings.Join(distinct(s.Allowed), " or ")
}
