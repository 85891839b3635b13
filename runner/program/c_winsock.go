package program

import (
	"bytes"
	"fmt"
	"regexp"
)

// cObjects are the event objects that a program in C has.
var cObjects = regexp.MustCompile(`\b(s\d+|file|never)_event\b`)

// cObject is the event object of a socket, if of any.
func cObject(socket string) string {
	if socket == "" {
		return "NULL"
	}
	return socket + "_event"
}

func (c *cProgram) eventSelect(s *step) (string, error) {
	events := "0"
	if s.selects != "" {
		events = "FD_CONNECT"
		if bytes.Contains(c.Bytes(), []byte(cObject(s.selects))) { // it may be set
			c.line("ResetEvent(%s);", cObject(s.selects))
		}
	}
	return fmt.Sprintf("result(WSAEventSelect(%s, %s, %s))", s.on, cObject(s.selects), events), nil
}

func (c *cProgram) networkEvents(s *step) (string, error) {
	if s.selects != "" && s.args[0] == "soon" {
		c.line("await(%s, %d);", cObject(s.selects), c.patience())
	}
	return fmt.Sprintf("network_events(%s, %s)", s.on, cObject(s.selects)), nil
}
