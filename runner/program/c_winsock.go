package program

import (
	"fmt"
	"regexp"
	"strings"
)

// cWinsock declares what the calls of Winsock in a text use.
func cWinsock(text string) string {
	var w writer
	w.indent = "    "
	for _, name := range found(cObjects, text) {
		w.line("HANDLE %s = new_event();", name)
	}
	for _, name := range found(requests, text) {
		w.line("OVERLAPPED *%s = new_request();", name)
	}
	for _, call := range found(cExtensions, text) {
		w.line("LPFN_%s %s;", cExtension(call), call)
	}
	return w.String()
}

// cExtensions are functions that only a socket tells of, as a program in C calls
// them.
var cExtensions = regexp.MustCompile(`\b(dis)?connect_ex\b`)

// cExtension is what the name of such a function has after LPFN_ and WSAID_.
func cExtension(call string) string { return strings.ToUpper(strings.ReplaceAll(call, "_", "")) }

// prepare has the program look for the extensions that the script calls, and open
// a window if there shall be messages.
func (c *cProgram) prepare() {
	if c.script.calls("async_select") || c.script.calls("window_message") {
		c.line("open_window();")
	}
	for _, call := range []string{"connect_ex", "disconnect_ex"} {
		if c.script.calls(call) {
			c.line("%s = (LPFN_%s)extension((GUID)WSAID_%s);", call, cExtension(call), cExtension(call))
		}
	}
}

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
		if s.resets {
			c.line("ResetEvent(%s);", cObject(s.selects))
		}
	}
	return fmt.Sprintf("result(WSAEventSelect(%s, %s, %s))", s.on, cObject(s.selects), events), nil
}

func (c *cProgram) networkEvents(s *step) (string, error) {
	if s.awaits() {
		c.line("await(%s, %d);", cObject(s.selects), c.patience())
	}
	return fmt.Sprintf("network_events(%s, %s)", s.on, cObject(s.selects)), nil
}

func (c *cProgram) connectEx(s *step) (string, error) {
	name, err := c.name(s)
	request := "NULL"
	if s.request != "" {
		request = s.request
	}
	return fmt.Sprintf("succeeded(connect_ex(%s, %s, %d, NULL, 0, NULL, %s))", s.on, name, lengths["exact"][s.family], request), err
}

func (c *cProgram) overlappedResult(s *step) (string, error) {
	if s.awaits() {
		c.line("await(%s->hEvent, %d);", s.request, c.patience())
	}
	return fmt.Sprintf("overlapped_result(%s, %s)", s.on, s.request), nil
}

func (c *cProgram) disconnectEx(s *step) (string, error) {
	flags := "0"
	if s.args[0] == "reuse" {
		flags = "TF_REUSE_SOCKET"
	}
	return fmt.Sprintf("succeeded(disconnect_ex(%s, NULL, %s, 0))", s.on, flags), nil
}

func (c *cProgram) asyncSelect(s *step) (string, error) {
	events := "0"
	if s.args[0] == "connect" {
		events = "FD_CONNECT"
	}
	return fmt.Sprintf("result(WSAAsyncSelect(%s, window, WM_APP + %d, %s))", s.on, s.message, events), nil
}

func (c *cProgram) windowMessage(s *step) (string, error) {
	if s.awaits() {
		c.line("await_message(%d);", c.patience())
	}
	return fmt.Sprintf("window_message(%s, WM_APP + %d)", s.on, s.message), nil
}
