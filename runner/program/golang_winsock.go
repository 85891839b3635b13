package program

import (
	"bytes"
	"fmt"
	"regexp"
)

// goObjects are the event objects that a program in Go has.
var goObjects = regexp.MustCompile(`\b(s\d+|file|never)Event\b`)

// goObject is the event object of a socket, if of any.
func goObject(socket string) string {
	if socket == "" {
		return "0"
	}
	return socket + "Event"
}

func (g *goProgram) eventSelect(s *step) (string, error) {
	events := "0"
	if s.selects != "" {
		events = "0x10 /* FD_CONNECT */"
		if bytes.Contains(g.Bytes(), []byte(goObject(s.selects))) { // it may be set
			g.line(`kernel32.NewProc("ResetEvent").Call(%s)`, goObject(s.selects))
		}
	}
	return g.makes(s, "", `"WSAEventSelect"`, s.on, goObject(s.selects), events), nil
}

func (g *goProgram) networkEvents(s *step) (string, error) {
	if s.selects != "" && s.args[0] == "soon" {
		g.line("await(%s, %d)", goObject(s.selects), patience(g.script, g.winsock))
	}
	return fmt.Sprintf("networkEvents(%s, %s)", s.on, goObject(s.selects)), nil
}
