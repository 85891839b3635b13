//go:build linux

package connectspec

import "strconv"

func (h *byHand) streamActions(s *handSocket) []handAction {
	connect := handAction{8, func() { h.streamConnect(s) }}
	dissolve := handAction{1, func() { h.dissolveStream(s) }}
	send := handAction{3, func() { h.streamSend(s) }}
	wrong := handAction{1, func() { h.wrongArguments(s) }}
	switch s.phase {
	case handFresh:
		return []handAction{connect, dissolve, send, wrong,
			{2, func() { h.bind(s) }},
			{4, func() { h.listen(s) }},
			{1, func() { h.call("ENOTCONN", "getpeername", s.name) }},
			{1, func() {
				if !h.takesError(s, "recv") {
					h.call("ENOTCONN", "recv", s.name)
				}
			}},
		}
	case handPending:
		return []handAction{dissolve, wrong,
			{4, func() { h.call("EALREADY", "connect", s.name) }},
			{1, func() { h.call("ok nothing", "select", s.name, "now") }},
			{1, func() { h.call("EAGAIN", "recv", s.name) }},
		}
	case handConnected:
		return []handAction{connect, dissolve, send, wrong,
			{3, func() { h.receive(s) }},
			{2, func() { h.getpeername(s) }},
		}
	case handFailed:
		return []handAction{{8, func() { h.told(s) }}, send,
			{2, func() { h.call("ok readable+writable", "select", s.name, "now") }},
		}
	case handListening:
		return []handAction{dissolve, wrong,
			{2, func() { h.call("EISCONN", "connect", s.name) }},
			{6, func() { h.accept(s) }},
		}
	default: // broken
		return []handAction{wrong,
			{2, func() { h.call("EISCONN", "connect", s.name) }},
			{2, func() {
				if len(s.inbox) > 0 || s.ended || !h.takesError(s, "recv") {
					h.brokenReceive(s)
				}
			}},
		}
	}
}

func (h *byHand) brokenReceive(s *handSocket) {
	if len(s.inbox) > 0 {
		h.receive(s)
		return
	}
	h.call("ok end", "recv", s.name)
}

// streamConnect connects a fresh socket, or one that has a connection.
func (h *byHand) streamConnect(s *handSocket) {
	if s.phase == handConnected {
		want := "EISCONN"
		if s.untold {
			want = "ok"
		}
		s.untold = false
		h.call(want, "connect", s.name)
		return
	}
	if s.crossed {
		h.unheard(s, "listener")
		return
	}
	actions := []handAction{
		{4, func() { h.connects(s, "listener", "listener") }},
		{4, func() { h.refused(s, "refuser") }},
		{1, func() { h.refused(s, "zero_port") }},
		{1, func() { h.call("ENETUNREACH", "connect", s.name, "no_route") }},
		{1, func() { h.call("EHOSTUNREACH", "connect", s.name, "unreachable") }},
		{1, func() { h.call("EACCES", "connect", s.name, "prohibited") }},
		{1, func() { h.call("EINVAL", "connect", s.name, "listener short") }},
		{1, func() { h.call("EAFNOSUPPORT", "connect", s.name, "other_family") }},
	}
	if s.nonblocking && !s.placed {
		actions = append(actions, handAction{2, func() {
			s.phase, s.held, s.site, s.err = handPending, true, "labhost", ""
			h.call("EINPROGRESS", "connect", s.name, "silent")
		}})
	}
	if s.six {
		actions = append(actions, handAction{1, func() { h.connects(s, "listener truncated", "listener") }})
		if !s.placed {
			actions = append(actions, handAction{2, func() {
				h.connects(s, "mapped", "mapped")
				s.crossed, s.site = true, "mapped"
			}})
		}
	}
	if listeners := h.others(s, func(t *handSocket) bool { return t.phase == handListening && t.six == s.six && !t.crossed }); len(listeners) > 0 {
		actions = append(actions, handAction{12, func() {
			t := listeners[h.below(len(listeners))]
			if t.tiny && len(t.waiting) > 0 {
				h.unheard(s, t.name)
				return
			}
			t.waiting = append(t.waiting, s)
			h.connects(s, t.name, t.name)
		}})
	}
	h.pick(actions)
}

func (h *byHand) connects(s *handSocket, name, peer string) {
	s.phase, s.held, s.peer, s.err = handConnected, true, peer, ""
	s.site = "loopback"
	s.end, s.ended, s.inbox, s.early = nil, false, nil, nil
	s.untold = s.nonblocking
	if s.nonblocking {
		h.call("EINPROGRESS", "connect", s.name, name)
		return
	}
	h.call("ok", "connect", s.name, name)
}

// unheard is an attempt that nobody answers.
func (h *byHand) unheard(s *handSocket, name string) {
	want := "EINPROGRESS"
	if !s.nonblocking {
		if want = "blocks"; h.chance(80) { // it costs milliseconds
			return
		}
	}
	s.phase = handLost
	h.call(want, "connect", s.name, name)
}

func (h *byHand) refused(s *handSocket, name string) {
	s.held = s.kept
	if s.nonblocking {
		s.phase, s.err, s.site = handFailed, "ECONNREFUSED", "loopback"
		h.call("EINPROGRESS", "connect", s.name, name)
		return
	}
	s.err = ""
	if !s.placed {
		s.site = "anyhost"
	}
	h.call("ECONNREFUSED", "connect", s.name, name)
}

// told is the connect that says how an attempt ended.
func (h *byHand) told(s *handSocket) {
	want := s.err
	if want == "" {
		want = "ECONNABORTED"
	}
	s.err = ""
	h.startOver(s)
	h.call(want, "connect", s.name)
}

func (h *byHand) startOver(s *handSocket) {
	s.phase, s.untold, s.held, s.ended, s.inbox, s.end = handFresh, false, s.kept, false, nil, nil
	if !s.placed && s.site != "unnamed" {
		s.site = "anyhost"
	}
}

// dissolveStream is connect with AF_UNSPEC.
func (h *byHand) dissolveStream(s *handSocket) {
	if s.phase == handConnected && s.end == nil && s.peer != "listener" && s.peer != "mapped" {
		return // what stays in the listener's queue is beyond this machine
	}
	h.call("ok", "connect", s.name, "unspec")
	if t := s.end; t != nil && s.phase == handConnected && t.phase == handConnected {
		t.breaks()
	}
	switch s.phase {
	case handConnected, handPending:
		s.err = "ECONNRESET"
	case handListening:
		h.resetWaiting(s)
		s.phase, s.held = handFresh, s.kept
		for _, other := range h.sockets {
			if other.peer == s.name {
				other.peer = ""
			}
		}
		return
	}
	h.startOver(s)
}

// getpeername asks for the peer. What was accepted has the address of a listener
// that gave it up, and may be the one that is told.
func (h *byHand) getpeername(s *handSocket) {
	want := ""
	if s.peer != "" {
		want = "ok " + s.peer
	}
	h.call(want, "getpeername", s.name)
}

func (h *byHand) listen(s *handSocket) {
	if s.listened {
		return // those who were accepted may have its address
	}
	s.listened = true
	s.phase, s.held = handListening, true
	if s.site == "unnamed" {
		s.site = "anyhost"
	}
	s.tiny = h.chance(30)
	if s.tiny {
		h.call("ok", "listen", s.name, "tiny")
		return
	}
	h.call("ok", "listen", s.name)
}

func (h *byHand) accept(s *handSocket) {
	if len(h.sockets) == 4 {
		return
	}
	if len(s.waiting) == 0 {
		if s.nonblocking {
			h.call("EAGAIN", "s"+strconv.Itoa(len(h.sockets)), "=", "accept", s.name)
			h.sockets = append(h.sockets, &handSocket{phase: handClosed})
		}
		return
	}
	c := s.waiting[0]
	s.waiting = s.waiting[1:]
	u := &handSocket{
		name: "s" + strconv.Itoa(len(h.sockets)), stream: true, phase: handConnected, held: true, placed: s.placed, pinned: s.pinned, reuse: s.reuse,
		six: s.six, site: "loopback", peer: c.name, end: c, inbox: c.early,
	}
	c.end = u
	if c.phase != handConnected {
		u.phase = handLost
	}
	h.sockets = append(h.sockets, u)
	h.call("ok", u.name, "=", "accept", s.name)
}

func (h *byHand) streamSend(s *handSocket) {
	if s.phase != handConnected {
		if !h.takesError(s, "send") {
			h.sent++
			h.call("EPIPE", "send", s.name)
		}
		return
	}
	h.sent++
	switch t := s.end; {
	case t == nil:
		s.early = append(s.early, h.sent)
	case t.phase == handConnected:
		t.inbox = append(t.inbox, h.sent)
	default:
		s.phase = handLost // it is answered by a reset
	}
	h.call("ok", "send", s.name)
}

func (h *byHand) datagramActions(s *handSocket) []handAction {
	actions := []handAction{
		{8, func() { h.datagramConnect(s) }},
		{1, func() { h.wrongArguments(s) }},
		{1, func() { h.bind(s) }},
		{4, func() { h.datagramSend(s) }},
		{3, func() {
			if !h.takesError(s, "recv") {
				h.receive(s)
			}
		}},
		{1, func() { h.dissolveDatagram(s) }},
	}
	if s.phase == handDirected {
		return append(actions, handAction{2, func() { h.call("ok "+s.peer, "getpeername", s.name) }})
	}
	return append(actions, handAction{1, func() { h.call("ENOTCONN", "getpeername", s.name) }})
}

func (h *byHand) datagramConnect(s *handSocket) {
	fails := func(code, name string) handAction {
		return handAction{1, func() {
			if !s.held && s.site == "unnamed" {
				s.site = "anyhost"
			}
			s.held = true
			h.call(code, "connect", s.name, name)
		}}
	}
	actions := []handAction{
		{4, func() { h.directs(s, "listener", nil) }},
		{4, func() { h.directs(s, "refuser", nil) }},
		fails("EAFNOSUPPORT", "unknown_family"),
	}
	switch {
	case s.site == "portless_loopback":
		actions = actions[:2]
	case s.phase != handDirected: // a route that is not found changes the old destination's
		actions = append(actions, fails("ENETUNREACH", "no_route"))
		if !s.six {
			actions = append(actions, fails("EACCES", "broadcast"))
		}
	}
	if others := h.others(s, func(t *handSocket) bool { return !t.stream && t.held && t.six == s.six && t.phase != handLost }); len(others) > 0 {
		actions = append(actions, handAction{8, func() {
			t := others[h.below(len(others))]
			h.directs(s, t.name, t)
		}})
	}
	h.pick(actions)
}

func (h *byHand) directs(s *handSocket, name string, target *handSocket) {
	s.phase, s.held, s.site, s.peer, s.target = handDirected, true, "loopback", name, target
	h.call("ok", "connect", s.name, name)
}

func (h *byHand) dissolveDatagram(s *handSocket) {
	h.call("ok", "connect", s.name, "unspec")
	s.phase, s.target, s.held = handFresh, nil, s.kept
	switch {
	case s.kept:
		return
	case s.placed:
		s.site = "portless_loopback"
	default:
		s.site = "unnamed"
	}
	// Whoever has this socket for a destination keeps an address of nobody.
	for _, t := range h.sockets {
		if t.target == s && t.phase != handClosed {
			t.phase, t.target = handLost, nil
		}
	}
}

// datagramSend sends, with or without a name.
func (h *byHand) datagramSend(s *handSocket) {
	others := h.others(s, func(t *handSocket) bool { return !t.stream && t.held && t.six == s.six && t.phase != handLost })
	if len(others) > 0 && s.err == "" && s.site != "portless_loopback" && h.chance(60) {
		t := others[h.below(len(others))]
		if !s.held {
			s.held, s.site = true, "anyhost"
		}
		h.sent++
		h.arrives(s, t)
		h.call("ok", "sendto", s.name, t.name)
		return
	}
	if s.phase == handDirected && h.takesError(s, "send") {
		return
	}
	h.sent++
	switch {
	case s.phase != handDirected:
		if !s.held && s.site == "unnamed" {
			s.site = "anyhost"
		}
		if s.site == "portless_loopback" {
			s.site = "loopback"
		}
		s.held = true
		h.call("EDESTADDRREQ", "send", s.name)
		return
	case s.target != nil:
		h.arrives(s, s.target)
	case s.peer == "refuser":
		s.err = "ECONNREFUSED"
	}
	h.call("ok", "send", s.name)
}

// arrives delivers a datagram, or what ICMP says of it.
func (h *byHand) arrives(s, t *handSocket) {
	switch {
	case t.phase == handLost:
		s.phase = handLost
	case t.phase != handClosed && (t.phase != handDirected || t.target == s):
		t.inbox = append(t.inbox, h.sent)
	case s.target == t:
		s.err = "ECONNREFUSED"
	}
}
