package program

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A script is what a program does.
type script struct {
	steps []step
	needs
}

// A step is a line of the script, taken apart, with what is known of the socket
// that it is about.
type step struct {
	*Step
	call  string
	makes string   // the socket that it makes
	on    string   // a socket or a handle
	args  []string // the other words
	token int      // what it sends
	last  bool

	*socket         // that it is called upon, or makes
	to      *socket // whose address is an argument; nil if it never was
	waits   bool    // it blocks, or might

	thread   string // that makes the call, or that it is about
	returned *step  // of `return`: whose call has come back; nil if none has
	overlaps bool   // a thread is in a call then

	selects string // the socket whose event object is set, or was asked for; "": none
	resets  bool   // that object may be set already
	request string // of overlapped I/O that it is given, as the program calls it; "": none
	fresh   bool   // no call has made it
	message int    // the number of messages from WM_APP on
	letters bool   // such messages may come
}

// A socket is a place of the script.
type socket struct {
	name     string
	family   string // inet, inet6
	kind     string // stream, datagram
	blocking bool
	made     bool // it is there

	selected string // the socket whose event object network events set; "": none
	request  string // of overlapped I/O that was made last; "": none
	told     string // the socket of whose number its messages are; "": none come
}

// read takes the lines of a fault apart.
func read(fault *Fault) (*script, error) {
	if len(fault.Steps) == 0 {
		return nil, errors.New("there is no call in it")
	}
	r := reader{sockets: map[string]*socket{}, threads: map[string]*step{}, objects: map[string]bool{},
		winsock: fault.Winsock}
	s := &script{steps: make([]step, len(fault.Steps))}
	for i := range fault.Steps {
		one := &s.steps[i]
		*one = step{Step: &fault.Steps[i], last: i == len(fault.Steps)-1}
		if err := r.step(one); err != nil {
			return nil, fmt.Errorf("`%s`: %w", one.Line, err)
		}
	}
	s.needs.of(s.steps)
	return s, nil
}

type reader struct {
	sockets map[string]*socket
	threads map[string]*step // that are in a call
	winsock bool
	sent    int
	begun   int             // requests
	objects map[string]bool // event objects that a call was given, by socket
}

func (r *reader) step(s *step) error {
	words := strings.Fields(s.Line)
	if thread, found := strings.CutSuffix(words[0], ":"); found && len(words) > 1 {
		s.thread, words = thread, words[1:]
	}
	if len(words) > 2 && words[1] == "=" {
		s.makes, words = words[0], words[2:]
	}
	s.call, s.args = words[0], words[1:]
	if err := possible(s, r.winsock); err != nil {
		return err
	}
	if (s.Observed == accessViolation || s.Observed == "crash") && !s.last {
		return Unwritable("an exception in the midst of a script ends the program")
	}
	if s.call == "socket" {
		s.socket = r.make(s, s.args[1], s.args[0], s.args[2] == "blocking")
		return nil
	}
	if aboutThread(s.call) {
		r.about(s)
		return nil
	}
	if len(s.args) > 0 { // all the others are called upon a socket, if upon anything
		s.on, s.args = s.args[0], s.args[1:]
		s.socket = r.find(s.on)
	}
	if len(s.args) > 0 {
		s.to = r.sockets[s.args[0]]
	}
	s.waits = s.thread == "" && s.blocks()
	r.follow(s)
	if s.thread != "" && s.blocked() {
		r.threads[s.thread] = s
	}
	s.overlaps = len(r.threads) > 0
	return nil
}

// aboutThread says that a call is not made upon a socket, but about a thread.
func aboutThread(call string) bool {
	return call == "return" || call == "interrupt" || call == "restart"
}

// about follows a call about a thread.
func (r *reader) about(s *step) {
	s.thread, s.args, s.socket = s.args[0], nil, &socket{}
	if s.call != "return" || s.blocked() {
		return
	}
	s.returned = r.threads[s.thread]
	delete(r.threads, s.thread)
	if back := s.returned; back != nil && back.makes != "" {
		r.sockets[back.makes].made = strings.HasPrefix(s.Observed, "ok")
	}
}

// find is the socket, or the handle, of a name.
func (r *reader) find(name string) *socket {
	if r.sockets[name] == nil {
		r.sockets[name] = &socket{name: name, family: "inet"}
	}
	return r.sockets[name]
}

func (r *reader) make(s *step, family, kind string, blocking bool) *socket {
	made := &socket{name: s.makes, family: family, kind: kind, blocking: blocking, made: s.Observed == "ok"}
	r.sockets[s.makes] = made
	return made
}

// follow notes what a call changes.
func (r *reader) follow(s *step) {
	switch s.call {
	case "accept":
		// Linux makes blocking sockets, Winsock those of the listener's mode.
		made := r.make(s, s.family, s.kind, !r.winsock || s.blocking)
		made.selected, made.told = s.selected, s.told
	case "set_mode":
		s.blocking = s.args[0] == "blocking"
	case "event_select":
		if s.args[0] == "connect" {
			s.selects = s.on
			s.resets = r.objects[s.on]
			r.objects[s.on] = true
		}
		if s.Observed == "ok" {
			s.selected, s.blocking = s.selects, false
		}
	case "async_select":
		s.message = messageOf(s.on)
		if s.Observed == "ok" {
			s.selected, s.blocking = "", false
			if s.args[0] == "connect" {
				s.told = s.on
			}
		}
	case "window_message":
		s.message, s.letters = messageOf(s.on), s.told != ""
		if s.letters {
			s.message = messageOf(s.told)
		}
	case "network_events":
		s.selects = s.selected
	case "connect_ex":
		if s.args[1] == "given" {
			s.request = r.begin()
		}
		if s.Observed == "ok" || s.Observed == "WSA_IO_PENDING" {
			s.socket.request = s.request
		}
	case "overlapped_result":
		if s.request = s.socket.request; s.request == "" {
			s.request, s.fresh = r.begin(), true
		}
	case "send", "sendto":
		r.sent++
		s.token = r.sent
	}
}

// messageOf is the number of the messages about a socket, or a handle.
func messageOf(name string) int {
	if place, err := strconv.Atoi(strings.TrimPrefix(name, "s")); err == nil {
		return place
	}
	return 16 // no socket gets one
}

// begin is a request that no call has been given.
func (r *reader) begin() string {
	r.begun++
	return fmt.Sprintf("request%d", r.begun)
}

// requests are those of a program.
var requests = regexp.MustCompile(`\brequest\d+\b`)

// calls says that the script makes a call.
func (s *script) calls(call string) bool {
	return slices.ContainsFunc(s.steps, func(one step) bool { return one.call == call })
}

// awaits says that the program waits, for an event object, a request or a message,
// before it makes a call: if the script does, and something may come.
func (s *step) awaits() bool {
	switch s.call {
	case "network_events":
		return s.selects != "" && s.args[0] == "soon"
	case "overlapped_result":
		return !s.fresh && s.args[0] == "soon"
	case "window_message":
		return s.letters && s.args[0] == "soon"
	}
	return false
}

// blocks says that a call may not return by itself.
func (s *step) blocks() bool {
	switch s.call {
	case "accept", "recv", "recvfrom":
		return s.blocking
	case "disconnect_ex": // which has no place for a result
		return isSocket(s.on)
	case "connect", "wsa_connect", "send", "sendto":
		return s.blocking && s.kind == "stream"
	}
	return false
}

// raises says that the call may raise an exception of Windows.
func (s *step) raises() bool {
	switch {
	case len(s.args) == 0:
		return false
	case s.args[0] == "null", s.args[0] == "unreadable", s.args[0] == "torn":
		return true
	}
	return s.Observed == accessViolation
}

// accessViolation is what Windows calls the exception that bad memory raises.
const accessViolation = "EXCEPTION_ACCESS_VIOLATION"

// moved are the sockets that may have another address now: those of the call, or of
// the one that has come back.
func (s *step) moved() (names []string) {
	moved := s
	if s.returned != nil {
		moved = s.returned
	}
	if !slices.Contains([]string{"bind", "listen", "accept", "connect", "wsa_connect", "connect_ex", "disconnect_ex", "send", "sendto",
		"shutdown"}, moved.call) {
		return nil
	}
	for _, name := range []string{moved.on, moved.makes} {
		if isSocket(name) && (name != moved.makes || !s.blocked()) {
			names = append(names, name)
		}
	}
	return names
}

// reached is the family in which a socket is called that has no address yet: its
// own, or that of the caller if it is not there.
func (s *step) reached() string {
	if s.to != nil && s.to.made {
		return s.to.family
	}
	return s.family
}

// blocked says that this is what was seen.
func (s *step) blocked() bool { return s.Observed == "blocks" || s.Observed == "hang" }

// systemCalls are the calls that block, as Linux names them.
var systemCalls = map[string]string{"accept": "accept", "connect": "connect", "recv": "recvfrom", "recvfrom": "recvfrom",
	"send": "sendto", "sendto": "sendto"}

// winsockAlone are calls that only Winsock has.
var winsockAlone = []string{"startup", "cleanup", "wsa_connect", "event_select", "network_events", "connect_ex",
	"overlapped_result", "update_context", "disconnect_ex", "async_select", "window_message"}

// possible says why a line cannot be part of a program.
func possible(s *step, winsock bool) error {
	switch {
	case s.Observed == "busy" || strings.HasPrefix(s.Observed, "protocol"):
		return fmt.Errorf("the agent did not make this call: it answered `%s`", s.Observed)
	case s.call == "network" || s.call == "peer":
		return Unwritable("what the network does cannot be written as a program")
	case s.thread != "" && winsock:
		return Unwritable("calls of several threads cannot be written as a program of Winsock")
	case s.thread != "" && systemCalls[s.call] == "":
		return Unwritable("a program gives no " + s.call + " to a thread")
	case aboutThread(s.call):
		return nil
	case winsock && (s.call == "set_no_port" || s.call == "set_timeout" || s.call == "set_send_timeout"),
		!winsock && slices.Contains(winsockAlone, s.call):
		return Unwritable("there is no " + s.call + " on this system")
	}
	if _, known := cCalls[s.call]; !known {
		return Unwritable("a program cannot make the call " + s.call)
	}
	for _, word := range s.args {
		switch word {
		case "irda", "service":
			return Unwritable("no program here has infrared")
		}
	}
	return nil
}
