//go:build linux

package connectspec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	dice    uint64
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
	six         bool // IPv6
	nonblocking bool
	phase       handPhase
	untold      bool // connected, and no connect has said so
	held        bool // it has a port
	placed      bool // bind gave it an address
	kept        bool // and the fixed port
	pinned      bool // its port is the fixed one
	reuse       bool
	listened    bool
	tiny        bool // it listens with the smallest backlog
	crossed     bool // it was connected over IPv4, which leaves it deaf to IPv6
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
		h.upon(open[h.below(len(open))])
	}
}

// below is a number from 0 up to and without n. rapid favours small numbers,
// which is right for values and wrong for choices; so draws are mixed.
func (h *byHand) below(n int) int {
	h.dice ^= rapid.Uint64().Draw(h.t, "dice")
	h.dice += 0x9e3779b97f4a7c15
	x := h.dice
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int((x ^ x>>31) >> 32 * uint64(n) >> 32)
}

// chance is true in that many of 100 cases.
func (h *byHand) chance(percent int) bool { return h.below(100) < percent }

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
	at := h.below(total)
	for _, action := range actions {
		if at -= action.weight; at < 0 {
			action.do()
			return
		}
	}
}

// call makes a call; want is what it must answer, "" for anything.
func (h *byHand) call(want string, words ...string) {
	line := strings.Join(words, " ")
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
		name: "s" + strconv.Itoa(len(h.sockets)), site: "unnamed",
		stream: h.chance(60), six: h.chance(35), nonblocking: h.chance(50),
	}
	if len(h.sockets) > 0 && h.chance(75) { // so that they can do with each other
		s.stream, s.six = h.sockets[0].stream, h.sockets[0].six
	}
	line := s.name + " = socket datagram"
	if s.stream {
		line = s.name + " = socket stream"
	}
	line += map[bool]string{false: " inet", true: " inet6"}[s.six]
	line += map[bool]string{false: " blocking", true: " nonblocking"}[s.nonblocking]
	h.sockets = append(h.sockets, s)
	h.call("ok", line)
}

// upon makes a call upon a socket.
func (h *byHand) upon(s *handSocket) {
	actions := []handAction{
		{2, func() { h.call("ok "+s.site, "getsockname", s.name) }},
		{2, func() { h.soError(s) }},
		{1, func() { h.close(s) }},
	}
	if !s.reuse && s.phase == handFresh {
		actions = append(actions, handAction{3, func() { s.reuse = true; h.call("ok", "set_reuse", s.name, "on") }})
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
	h.call(want, "so_error", s.name)
}

// wrongArguments are calls of connect that never get past their arguments.
func (h *byHand) wrongArguments(s *handSocket) {
	h.pick([]handAction{
		{1, func() { h.call("EFAULT", "connect", s.name, "null") }},
		{1, func() { h.call("EFAULT", "connect", s.name, "unreadable") }},
		{1, func() { h.call("EINVAL", "connect", s.name, "listener huge") }},
		{1, func() { h.call("EINVAL", "connect", s.name, "listener negative") }},
		{1, func() { h.call("EINVAL", "connect", s.name, "listener one") }},
	})
}

func (h *byHand) bind(s *handSocket) {
	if s.held || s.site != "unnamed" {
		if s.held {
			h.call("EINVAL", "bind", s.name, "any")
		}
		return
	}
	actions := []handAction{
		{3, func() {
			s.held, s.site = true, "anyhost"
			h.call("ok", "bind", s.name, "any")
		}},
		{3, func() {
			s.held, s.placed, s.site = true, true, "loopback"
			h.call("ok", "bind", s.name, "loopback")
		}},
		{1, func() { h.call("EADDRNOTAVAIL", "bind", s.name, "foreign") }},
	}
	alike := func(t *handSocket) bool { return t.stream == s.stream && t.six == s.six }
	// Once only: a connection of the fixed port may outlast its socket.
	if !slices.ContainsFunc(h.sockets, func(t *handSocket) bool { return t.pinned }) {
		actions = append(actions, handAction{2, func() {
			s.held, s.placed, s.kept, s.pinned, s.site = true, true, true, true, "loopback"
			h.call("ok", "bind", s.name, "fixed")
		}})
	}
	if others := h.others(s, func(t *handSocket) bool { return alike(t) && t.held && t.phase == handFresh }); len(others) > 0 {
		actions = append(actions, handAction{3, func() { h.share(s, others[h.below(len(others))]) }})
	}
	h.pick(actions)
}

// share binds a socket to the address of another one.
func (h *byHand) share(s, t *handSocket) {
	if !s.reuse || !t.reuse {
		h.call("EADDRINUSE", "bind", s.name, t.name)
		return
	}
	h.call("ok", "bind", s.name, t.name)
	s.phase, t.phase = handLost, handLost // who gets what is anybody's guess
	for _, u := range h.sockets {
		if u.target == t && u.phase != handClosed {
			u.phase = handLost
		}
	}
}

func (h *byHand) close(s *handSocket) {
	h.call("ok", "close", s.name)
	if t := s.end; t != nil && s.phase == handConnected && t.phase == handConnected {
		if len(s.inbox) > 0 {
			t.breaks()
		} else {
			t.ended = true
		}
	}
	h.resetWaiting(s)
	s.phase = handClosed
}

// breaks is what a reset does to the other end: a success that no connect has
// told becomes a failure that one will tell.
func (t *handSocket) breaks() {
	t.phase, t.err, t.held = handBroken, "ECONNRESET", t.kept
	if t.untold {
		t.phase, t.untold = handFailed, false
	}
}

// resetWaiting is what becomes of those who wait for a listener that has gone.
func (h *byHand) resetWaiting(s *handSocket) {
	for _, t := range s.waiting {
		if t.phase == handConnected {
			t.breaks()
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
		h.call(fmt.Sprintf("ok #%d", token), "recv", s.name)
	case s.stream && s.ended:
		h.call("ok end", "recv", s.name)
	case s.nonblocking:
		h.call("EAGAIN", "recv", s.name)
	case h.chance(10): // it costs a wait
		h.call("blocks", "recv", s.name)
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
	h.call(want, call, s.name)
	return true
}

// others are the open sockets that satisfy a condition.
func (h *byHand) others(s *handSocket, condition func(*handSocket) bool) []*handSocket {
	return slices.DeleteFunc(slices.Clone(h.sockets), func(t *handSocket) bool {
		return t == s || t.phase == handClosed || !condition(t)
	})
}
