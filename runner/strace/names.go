package strace

import (
	"fmt"
	"net/netip"
)

// A name is an address of a socket, as far as the log has told it.
type name struct {
	host netip.Addr // never a mapped one; not valid: not known
	port int        // -1: not known; 0: none
}

// unknown is a name of which nothing is known.
var unknown = name{port: -1}

// toldBy is the name that a structure sockaddr tells.
func toldBy(a address) name {
	if a.form != valueForm || a.short || a.family != 2 && a.family != 10 {
		return unknown
	}
	return name{a.host.Unmap(), a.port}
}

func (n name) String() string {
	host, port := "any host", "any port"
	if n.host.IsValid() {
		host = n.host.String()
	}
	if n.port >= 0 {
		port = fmt.Sprint(n.port)
	}
	return host + ", " + port
}

// allows says whether a socket that has a name may tell another one for it.
func (n name) allows(told name) bool {
	return (n.port < 0 || told.port < 0 || n.port == told.port) && (!n.host.IsValid() || !told.host.IsValid() || n.host == told.host)
}

// learn adds to a name what was told.
func (n *name) learn(told name) {
	if told.port >= 0 {
		n.port = told.port
	}
	if told.host.IsValid() {
		n.host = told.host
	}
}

// names are what a socket and its peer are called. The specification tells addresses
// apart by their kinds; which of a kind a socket has, these tell. A port changes only
// in calls that choose one: after it was given back, by an attempt that failed, by
// AF_UNSPEC, or by the end of listening.
type names struct {
	local   name
	kept    bool // bind was asked for that port: it stays
	loose   bool // the port may have been given back; what shows is the old one until another is chosen
	fixed   bool // bind was asked for that host: it stays
	peer    name
	pending bool // an attempt to reach the peer may go on
	listens bool
	foreign bool // what it accepts may have any address: IP_TRANSPARENT
}

// newNames are those of a new socket. Where the log does not show write, it may have
// got a port unseen.
func newNames(inet6, whole bool) names {
	n := names{local: name{host: netip.IPv4Unspecified()}, peer: unknown}
	if inet6 {
		n.local.host = netip.IPv6Unspecified()
	}
	if !whole {
		n.local.port = -1
	}
	return n
}

// forget is that calls overlapped: what they did to names is not known.
func (n *names) forget() { *n = names{local: unknown, peer: unknown} }

// bind is what bind did.
func (n *names) bind(a address, ok bool, failure string) {
	switch {
	case ok:
		n.local, n.kept, n.fixed, n.loose = toldBy(a), a.port > 0, !a.host.IsUnspecified(), false
		if a.port == 0 {
			n.local.port = -1
		}
		if a.host.Is4In6() && a.host.Unmap().IsUnspecified() {
			n.local.host, n.fixed = netip.Addr{}, false
		}
	case failure != "EINVAL" && !n.kept:
		n.local, n.fixed, n.loose = unknown, false, true
	}
}

// choose is that a port may have been chosen where none was held.
func (n *names) choose() {
	if n.local.port == 0 || n.loose {
		n.local.port = -1
	}
	n.loose = false
}

// giveBack is that a port of the system's choice may have been given back, and a host
// with it. An IPv6 socket has another host while it is connected over IPv4.
func (n *names) giveBack(inet6 bool) {
	if !n.kept {
		n.local.port, n.loose = -1, true
	}
	n.settle(inet6)
}

// settle is that connect may have chosen a host.
func (n *names) settle(inet6 bool) {
	if !n.fixed || inet6 {
		n.local.host, n.fixed = netip.Addr{}, false
	}
}

// connect is what connect did; the answer is "" for success. It says whether it has
// begun another connection, or ended one.
func (n *names) connect(s *socket, a address, answer string) (another bool) {
	to := toldBy(a)
	if !to.host.IsValid() || to.host.IsUnspecified() || to.port == 0 {
		to = unknown // this host, at some address
	}
	switch {
	case answer == "EALREADY", answer == "EISCONN":
		return false
	case answer == "", answer == "EINPROGRESS", interruptions[answer]:
		if a.family == 0 {
			n.peer, n.pending, n.listens = unknown, false, false
			n.giveBack(s.inet6)
			return true
		}
		n.choose()
		n.settle(s.inet6)
		if another = !n.pending; another {
			n.peer = to
		}
		n.pending = answer != "" && s.kind == stream
		return another
	default: // it may have ended an attempt, or turned away another one
		n.peer = unknown
		n.giveBack(s.inet6)
		return true
	}
}

// listen is what listen did.
func (n *names) listen(ok bool) {
	if n.choose(); ok {
		n.listens = true
	} else if !n.kept {
		n.local.port, n.loose = -1, true
	}
}

// shutdown ends an attempt, and listening.
func (n *names) shutdown(inet6 bool) {
	if n.pending || n.listens {
		n.peer, n.pending, n.listens = unknown, false, false
		n.giveBack(inet6)
	}
}

// accepted are the names of a socket that a listener has made.
func (n *names) accepted(from address) names {
	made := names{local: n.local, peer: toldBy(from)}
	if !n.fixed {
		made.local.host = netip.Addr{}
	}
	if n.foreign {
		made.local = unknown
	}
	return made
}

// checkName holds what a call told against what is known of a name. Where the log
// shows neither close nor fcntl a name that is not the socket's is that of another
// one, which fcntl gave the number of one that was closed.
func (j *Judge) checkName(c call, s *socket, known *name) {
	told := toldBy(addressOf(c.argument(1)))
	switch {
	case known.allows(told):
		known.learn(told)
		return
	case !j.processes.whole:
		j.putAside(becauseAmbiguous)
		s.aside = becauseAmbiguous
		return
	}
	j.keep(Divergence{
		File: j.file, Line: c.last, Call: act{line: c.line}.shown(), Observed: string(c.name) + " " + told.String(),
		Allowed: []string{known.String() + " (as the log has told)"}, Rules: []string{},
	})
	s.aside = becauseImpossible
}
