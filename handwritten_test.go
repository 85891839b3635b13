//go:build linux

package connectspec

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"connectspec/runner/agent"
)

// What follows is a state machine as one writes it by hand with rapid, to hold
// the generated one against: it draws calls that make sense where a socket
// stands, with weights, makes them on real sockets in this process, and knows
// what each must answer.

// handSteps are the calls of a sequence.
const handSteps = 30

// A byHand is one sequence.
type byHand struct {
	t       *rapid.T
	room    agent.Room
	calls   map[string]agent.Call // prepared lines
	sockets []*handSocket
	sent    int
	lines   []string // what was called
	answers []agent.Answer
}

type handPhase int

const (
	handFresh     handPhase = iota // no peer
	handPending                    // an attempt is under way
	handConnected                  // a stream with a connection
	handDirected                   // a datagram socket with a destination
	handFailed                     // an attempt failed and no connect has said so
	handListening                  //
	handBroken                     // a connection that broke
	handLost                       // this machine has lost track of it
	handClosed
)

type handSocket struct {
	name        string
	stream      bool
	nonblocking bool
	phase       handPhase
	untold      bool // connected, and no connect has said so
	held        bool // it has a port
	placed      bool // bind gave it an address
	site        string
	peer        string // as getpeername says
	target      *handSocket
	end         *handSocket // at the other end of a connection
	ended       bool        // the other end sends no more
	waiting     []*handSocket
	inbox       []int
	early       []int // sent before the other end was accepted
	err         string
}

// run draws and makes the calls of a sequence.
func (h *byHand) run() {
	h.socket()
	for range handSteps - 1 {
		open := slices.DeleteFunc(slices.Clone(h.sockets), func(s *handSocket) bool { return s.phase == handClosed })
		if len(open) == 0 && len(h.sockets) == 4 {
			return
		}
		if len(open) == 0 || len(h.sockets) < 4 && h.chance(15) {
			h.socket()
			continue
		}
		h.upon(rapid.SampledFrom(open).Draw(h.t, "socket"))
	}
}

// chance is true in that many of 100 cases.
func (h *byHand) chance(percent int) bool {
	return rapid.IntRange(0, 99).Draw(h.t, "chance") < percent
}

// An action and how often it is drawn beside others.
type handAction struct {
	weight int
	do     func()
}

func (h *byHand) pick(actions []handAction) {
	total := 0
	for _, action := range actions {
		total += action.weight
	}
	at := rapid.IntRange(0, total-1).Draw(h.t, "action")
	for _, action := range actions {
		if at -= action.weight; at < 0 {
			action.do()
			return
		}
	}
}

// call makes a call; want is what it must answer, "" for anything.
func (h *byHand) call(want, format string, arguments ...any) {
	line := fmt.Sprintf(format, arguments...)
	call, known := h.calls[line]
	if !known {
		var err error
		if call, err = h.room.Prepare(line); err != nil {
			h.t.Fatal(err)
		}
		h.calls[line] = call
	}
	answer, err := h.room.Do(call)
	if err != nil {
		h.t.Fatal(err)
	}
	h.lines, h.answers = append(h.lines, line), append(h.answers, answer)
	if want != "" && answer.String() != want {
		h.t.Fatalf("%s answered %s, not %s, after %q", line, answer, want, h.lines)
	}
}

func (h *byHand) socket() {
	s := &handSocket{
		name: fmt.Sprintf("s%d", len(h.sockets)), stream: h.chance(60), nonblocking: h.chance(50), site: "unnamed",
	}
	kind, mode := "datagram", "blocking"
	if s.stream {
		kind = "stream"
	}
	if s.nonblocking {
		mode = "nonblocking"
	}
	h.sockets = append(h.sockets, s)
	h.call("ok", "%s = socket %s inet %s", s.name, kind, mode)
}

// upon makes a call upon a socket.
func (h *byHand) upon(s *handSocket) {
	actions := []handAction{
		{2, func() { h.call("ok "+s.site, "getsockname %s", s.name) }},
		{2, func() { h.soError(s) }},
		{1, func() { h.close(s) }},
	}
	switch {
	case s.phase == handLost:
		actions = []handAction{{1, func() { h.close(s) }}}
	case s.stream:
		actions = append(actions, h.streamActions(s)...)
	default:
		actions = append(actions, h.datagramActions(s)...)
	}
	h.pick(actions)
}

func (h *byHand) soError(s *handSocket) {
	want := "ok none"
	if s.err != "" {
		want = "ok " + s.err
	}
	s.err = ""
	h.call(want, "so_error %s", s.name)
}

// wrongArguments are calls of connect that never get past their arguments.
func (h *byHand) wrongArguments(s *handSocket) {
	h.pick([]handAction{
		{1, func() { h.call("EFAULT", "connect %s null", s.name) }},
		{1, func() { h.call("EFAULT", "connect %s unreadable", s.name) }},
		{1, func() { h.call("EINVAL", "connect %s listener huge", s.name) }},
		{1, func() { h.call("EINVAL", "connect %s listener negative", s.name) }},
		{1, func() { h.call("EINVAL", "connect %s listener one", s.name) }},
	})
}

func (h *byHand) bind(s *handSocket) {
	switch {
	case s.held:
		h.call("EINVAL", "bind %s any", s.name)
	case s.site != "unnamed":
		h.call("EADDRNOTAVAIL", "bind %s foreign", s.name)
	case h.chance(50):
		s.held, s.site = true, "anyhost"
		h.call("ok", "bind %s any", s.name)
	default:
		s.held, s.placed, s.site = true, true, "loopback"
		h.call("ok", "bind %s loopback", s.name)
	}
}

func (h *byHand) close(s *handSocket) {
	h.call("ok", "close %s", s.name)
	if t := s.end; t != nil && s.phase == handConnected && t.phase == handConnected {
		if len(s.inbox) > 0 {
			t.phase, t.untold, t.err, t.held = handBroken, false, "ECONNRESET", false
		}
		t.ended = true
	}
	h.resetWaiting(s)
	s.phase = handClosed
}

// resetWaiting is what becomes of those who wait for a listener that has gone.
func (h *byHand) resetWaiting(s *handSocket) {
	for _, t := range s.waiting {
		if t.phase == handConnected {
			t.phase, t.err, t.held = handBroken, "ECONNRESET", false
			if t.untold {
				t.phase, t.untold = handLost, false
			}
		}
	}
	s.waiting = nil
}

// receive is recv of a socket that has no error waiting.
func (h *byHand) receive(s *handSocket) {
	switch {
	case len(s.inbox) > 0:
		token := s.inbox[0]
		s.inbox = s.inbox[1:]
		h.call(fmt.Sprintf("ok #%d", token), "recv %s", s.name)
	case s.stream && s.ended:
		h.call("ok end", "recv %s", s.name)
	case s.nonblocking:
		h.call("EAGAIN", "recv %s", s.name)
	case h.chance(10): // it costs a wait
		h.call("blocks", "recv %s", s.name)
	}
}

// takesError is a call that tells an error which waits, and nothing else; false
// if there is none.
func (h *byHand) takesError(s *handSocket, call string) bool {
	if s.err == "" {
		return false
	}
	want := s.err
	s.err = ""
	if call == "send" {
		h.sent++
	}
	h.call(want, "%s %s", call, s.name)
	return true
}

// others are the open sockets that satisfy a condition.
func (h *byHand) others(s *handSocket, condition func(*handSocket) bool) []*handSocket {
	return slices.DeleteFunc(slices.Clone(h.sockets), func(t *handSocket) bool {
		return t == s || t.phase == handClosed || !condition(t)
	})
}
