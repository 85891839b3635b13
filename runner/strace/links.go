package strace

import "connectspec/model"

// Two sockets of a log may be the two ends of one connection. Then what the one has
// sent, and that it has not ended, is known of the other: the specification is told so
// (set_other in log.spec), and what nobody has sent cannot be received.
//
// That they are is certain if, in one network namespace and over loopback, each is
// called what the other one's peer is called, and both were alive at the same time: the
// kernel has no two sockets with the same two addresses. One that was accepted may be
// dead already, with a namesake in the place of the client; so each must have been seen
// alive after the other one was made.

// A pair is the two addresses of a connection, from one end.
type pair struct{ local, peer name }

// A link is what a stream socket tells of its connection to the socket at the other
// end.
type link struct {
	other    *socket // nil: it is not known
	sent     int64   // bytes
	received int64
	joined   int   // the line where a client was first seen connected; 0: never
	alive    int   // the line where the latest call began that found it connected
	told     uint8 // what the specification was told of the other end
	stirring int   // calls upon it that have not returned, and may send or end
	silenced bool  // it has said, or is about to say, that nothing more comes
	obscure  bool  // how much it sent or received is not known
}

// What the specification may be told of the other end: the words of the input `other`.
const (
	anybody = iota
	atWork
	atRest
	gone
)

// receivesOnly are the calls that neither send nor end.
var receivesOnly = map[string]bool{
	"read": true, "readv": true, "preadv2": true, "recv": true, "recvfrom": true, "recvmsg": true, "recvmmsg": true, "recvmmsg_time64": true,
	"getsockname": true, "getpeername": true, "getsockopt": true, "setsockopt": true, "accept": true, "accept4": true,
}

// part ends what is known of the connection of a socket.
func (s *socket) part() {
	if other := s.link.other; other != nil {
		other.link.other, s.link.other = nil, nil
	}
}

// restart is that connect begins a connection, or ends one.
func (s *socket) restart() {
	s.part()
	s.link = link{told: s.link.told, stirring: s.link.stirring, obscure: s.link.obscure}
}

// meets notes that a call has found a socket connected, and looks for the other end.
func (j *Judge) meets(c call, s *socket) {
	l, n := &s.link, &s.names
	if l.alive = c.first; l.joined == 0 {
		l.joined = c.last
	}
	if j.apart || !j.processes.whole || s.kind != stream || l.other != nil || l.obscure || !n.local.isLoopback() || !n.peer.isLoopback() {
		return
	}
	j.connections.put(pair{n.local, n.peer}, s)
	other := j.connections.sockets[pair{n.peer, n.local}]
	if other == nil || other == s || other.born == s.born || other.link.other != nil || other.link.obscure || other.aside != "" {
		return
	}
	client, accepted := s, other
	if s.born {
		client, accepted = other, s
	}
	if client.link.alive > accepted.line && accepted.link.alive > client.link.joined {
		s.link.other, other.link.other = other, s
		j.report.Linked++
	}
}

// isLoopback says whether a name is known, and one that no packet leaves this host for.
func (n name) isLoopback() bool { return n.port > 0 && n.host.IsLoopback() }

// connections are sockets, by their two addresses. Those that are closed are dropped now and
// then.
type connections struct {
	sockets map[pair]*socket
	enough  int
}

func (e *connections) put(p pair, s *socket) {
	if len(e.sockets) >= e.enough {
		for p, s := range e.sockets {
			if s.file.uses == 0 {
				delete(e.sockets, p)
			}
		}
		e.enough = 2*len(e.sockets) + 16
	}
	if e.sockets == nil {
		e.sockets = map[pair]*socket{}
	}
	e.sockets[p] = s
}

// known is what can be said of the other end of a socket now, and so for all the time
// up to now.
func (j *Judge) known(l *link) uint8 {
	other := l.other
	if j.apart || other == nil || other.aside != "" || other.link.obscure {
		return anybody
	}
	quiet := other.link.stirring == 0 && other.link.sent == l.received
	attended := other.link.stirring == 0 && !other.link.silenced && other.file.uses > 0
	switch {
	case attended && quiet:
		return atRest
	case attended:
		return atWork
	case quiet:
		return gone
	}
	return anybody
}

// tell tells the specification of the other end. It says whether that is possible.
func (j *Judge) tell(s *socket, what uint8) bool {
	if s.link.told == what {
		return true
	}
	op := j.words.setOther
	op.Args[0] = j.words.others[what]
	kept := 0
	for _, p := range s.at {
		if p.walk.Follow(op, model.Seen{}).Divergence == nil {
			s.at[kept] = p
			kept++
		}
	}
	if kept > 0 {
		s.at, s.link.told = s.at[:kept], what
	}
	return kept > 0
}

// advanceLinked takes a socket on by a call, with what is known of the other end. Who
// is killed ends its connections before the log tells of it: so an end that should not
// be there yet is a suspicion, until the other end is used once more.
func (j *Judge) advanceLinked(s *socket, a act) model.Fact {
	what := j.known(&s.link)
	if !j.tell(s, what) {
		s.part()
		return j.advance(s, a)
	}
	fact := j.advance(s, a)
	if fact.Divergence == nil || what != atWork && what != atRest {
		return fact
	}
	other := s.link.other
	j.tell(s, map[uint8]uint8{atWork: anybody, atRest: gone}[what])
	again := j.advance(s, a)
	if again.Divergence == nil && len(j.suspicions) < maxSuspicions {
		j.suspicions = append(j.suspicions, suspicion{s, other.file, a.last, j.divergenceOf(a, fact.Divergence)})
		s.part()
	}
	return again
}

// A suspicion is an answer that is impossible if a file was open then.
type suspicion struct {
	socket *socket
	other  *file
	line   int
	found  Divergence
}

// maxSuspicions bounds what is kept.
const maxSuspicions = 100

// confirm keeps the suspicions that a call confirms: one that begins later, in a process
// that has the file still.
func (j *Judge) confirm(c call) {
	kept := j.suspicions[:0]
	who := j.processes.byID[c.pid]
	for _, one := range j.suspicions {
		switch {
		case one.other.uses == 0:
		case who != nil && c.first > one.line && who.table.has(one.other):
			j.keep(one.found)
			one.socket.aside = becauseImpossible
		default:
			kept = append(kept, one)
		}
	}
	j.suspicions = kept
}

// receivedTooMuch is a call that received more than the other end has sent.
func (j *Judge) receivedTooMuch(c call, s *socket) bool {
	other := s.link.other
	if j.known(&s.link) == anybody || other.link.stirring > 0 || c.value <= other.link.sent-s.link.received {
		return false
	}
	j.keep(Divergence{
		File: j.file, Line: c.last, Call: act{line: c.line}.shown(), Observed: "received " + bytesOf(c.value),
		Allowed: []string{"at most " + bytesOf(other.link.sent-s.link.received) + " (what the other end has sent)"}, Rules: []string{},
	})
	s.aside = becauseImpossible
	return true
}
