package program

import (
	"fmt"
	"regexp"
	"strings"
)

// goWinsock declares what the calls of Winsock in a text use.
func goWinsock(text string) string {
	var w writer
	w.indent = "\t"
	for _, name := range found(goObjects, text) {
		w.line("%s := newEvent()", name)
	}
	for _, name := range found(requests, text) {
		w.line("%s := newRequest()", name)
	}
	for _, name := range found(goExtensions, text) {
		w.line("%s := extension(WSAID_%s)", name, strings.ToUpper(name))
	}
	if regexp.MustCompile(`\bwindow`).MatchString(goStrings.ReplaceAllString(text, "")) {
		w.line("openWindow()")
	}
	return w.String()
}

// goObjects and goExtensions are the event objects and functions that a program in
// Go has.
var (
	goObjects    = regexp.MustCompile(`\b(s\d+|file|never)Event\b`)
	goExtensions = regexp.MustCompile(`\b(disconnectEx|connectEx)\b`)
)

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
		if s.resets {
			g.line(`kernel32.NewProc("ResetEvent").Call(%s)`, goObject(s.selects))
		}
	}
	return g.makes(s, "", "call", `"WSAEventSelect"`, s.on, goObject(s.selects), events), nil
}

func (g *goProgram) networkEvents(s *step) (string, error) {
	if s.awaits() {
		g.line("await(%s, %d)", goObject(s.selects), g.patience())
	}
	return fmt.Sprintf("networkEvents(%s, %s)", s.on, goObject(s.selects)), nil
}

func (g *goProgram) connectEx(s *step) (string, error) {
	name, err := g.name(s)
	request := "0"
	if s.request != "" {
		request = "at(" + s.request + ")"
	}
	return g.makes(s, "", "extended", "connectEx", s.on, name, lengths["exact"][s.family], 0, 0, 0, request), err
}

func (g *goProgram) overlappedResult(s *step) (string, error) {
	if s.awaits() {
		g.line("await(uintptr(%s.HEvent), %d)", s.request, g.patience())
	}
	return fmt.Sprintf("overlappedResult(%s, %s)", s.on, s.request), nil
}

func (g *goProgram) updateContext(s *step) (string, error) {
	return g.system(s, "", "setsockopt", s.on, "syscall.SOL_SOCKET", "0x7010 /* SO_UPDATE_CONNECT_CONTEXT */", 0, 0), nil
}

func (g *goProgram) disconnectEx(s *step) (string, error) {
	flags := "0"
	if s.args[0] == "reuse" {
		flags = "2 /* TF_REUSE_SOCKET */"
	}
	return g.makes(s, "", "extended", "disconnectEx", s.on, 0, flags, 0), nil
}

func (g *goProgram) asyncSelect(s *step) (string, error) {
	events := "0"
	if s.args[0] == "connect" {
		events = "0x10 /* FD_CONNECT */"
	}
	return g.makes(s, "", "call", `"WSAAsyncSelect"`, s.on, "window", fmt.Sprintf("WM_APP+%d", s.message), events), nil
}

func (g *goProgram) windowMessage(s *step) (string, error) {
	if s.awaits() {
		g.line("awaitMessage(%d)", g.patience())
	}
	return fmt.Sprintf("windowMessage(%s, WM_APP+%d)", s.on, s.message), nil
}
