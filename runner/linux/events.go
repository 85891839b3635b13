//go:build linux

package linux

import (
	"connectspec/runner/agent"
	"connectspec/runner/room"
	"github.com/gopacket/gopacket/layers"
	"golang.org/x/sys/unix"
)

// What the far side can be told to do. The name of an event is two words.
var (
	eventForms = map[string]room.Form{
		"network accepts": {Event: true},
		"network refuses": {Event: true},
		"network reports": {Event: true, Words: []room.WordReader{readReport}},
		"peer opens":      {Event: true},
		"peer sends":      {Event: true, Sends: true},
		"peer finishes":   {Event: true},
		"peer resets":     {Event: true},
	}
	eventMethods = map[string]method{
		"network accepts": event((*farSide).accept),
		"network refuses": event((*farSide).refuse),
		"network reports": reporting(event((*farSide).report)),
		"peer opens":      event((*farSide).open),
		"peer sends":      event((*farSide).send),
		"peer finishes":   event((*farSide).finish),
		"peer resets":     event((*farSide).reset),
	}
)

// An action says something about a flow; token is what it may send.
type action func(far *farSide, e ends, c *call, token byte) error

// event is the method of a line that has the network do something about a socket.
// Where there is nothing to be said, nothing is sent, and the line succeeds all
// the same. When it has, the kernel has dealt with what was said.
func event(act action) method {
	do := func(r *Room, c *call) (agent.Answer, error) {
		if c.Sends {
			r.sent++
		}
		fd, s := r.upon(c)
		if c.report != nil && c.report.codes[s.family] == 0 {
			return room.OK, nil // nobody in a network of this family can say so
		}
		e, ok := r.reach(fd, s)
		if !ok {
			return room.OK, nil
		}
		r.networked = true
		return room.OK, r.far.do(act, e, c, byte(r.sent))
	}
	return method{do: do, also: func(c *call) { c.networked = true }}
}

// do hears what this host has said before an action and because of it.
func (far *farSide) do(act action, e ends, c *call, token byte) error {
	if err := far.attend(); err != nil {
		return err
	}
	if err := act(far, e, c, token); err != nil {
		return err
	}
	return far.attend()
}

// reporting is the method of an event that reports an error.
func reporting(m method) method {
	m.also = func(c *call) { c.networked, c.report = true, &reports[c.Number] }
	return m
}

// reach looks up where the silent host reaches a socket. It reports false if it
// cannot: the socket has no port, the address of another link, or another peer.
func (r *Room) reach(fd uintptr, s *socket) (e ends, ok bool) {
	if r.ask(unix.SYS_GETSOCKNAME, fd) != 0 {
		return ends{}, false
	}
	own, ok := room.DecodeName(r.nameBytes[:r.length])
	if !ok || own.Port() == 0 || !own.Addr().IsUnspecified() && own.Addr() != room.LabHostAddress(s.family) {
		return ends{}, false
	}
	e = ends{family: s.family, stream: s.stream, near: own.Port()}
	if s.stream && r.inform(fd) && r.info.State == inListen {
		e.far = r.far.ownPort() // nothing that is under way at its port concerns it
		return e, true
	}
	if r.ask(unix.SYS_GETPEERNAME, fd) != 0 {
		return e, true
	}
	peer, ok := room.DecodeName(r.nameBytes[:r.length])
	e.far = peer.Port()
	return e, ok && peer.Addr() == room.LabSilentAddress(s.family)
}

// accept answers the SYN of an attempt with a SYN of its own.
func (far *farSide) accept(e ends, _ *call, _ byte) error {
	f := far.find(e)
	if f == nil || f.phase != flowAsked {
		return nil
	}
	f.phase = flowOpen
	err := far.say(f, layers.TCP{SYN: true, ACK: true})
	f.next++
	return err
}

// refuse answers the SYN of an attempt as a host does where nobody listens.
func (far *farSide) refuse(e ends, _ *call, _ byte) error {
	f := far.find(e)
	if f == nil || f.phase != flowAsked {
		return nil
	}
	f.phase = flowGone
	return far.say(f, layers.TCP{RST: true, ACK: true})
}

// report sends an ICMP error about the last packet of a socket.
func (far *farSide) report(e ends, c *call, _ byte) error {
	f := far.find(e)
	if f == nil || f.phase == flowGone {
		return nil
	}
	frame, err := far.writer.report(f.family, c.report.codes[f.family], f.last[:f.lastBytes])
	if err != nil {
		return err
	}
	return far.tap.send(frame)
}

// ownPort is a port of the silent host that nobody in the script has met.
func (far *farSide) ownPort() uint16 {
	far.opened++
	return far.port + far.opened
}

// open has the silent host connect: to a socket that is connecting to it from
// the port to which it connects, to any other from a port of its own. It
// acknowledges the SYN that answers its own.
func (far *farSide) open(e ends, _ *call, _ byte) error {
	if !e.stream {
		return nil
	}
	f := far.find(e)
	if f == nil || f.phase != flowAsked {
		e.far = far.ownPort()
		f = far.begin(e)
		f.next = firstNumber
	}
	f.phase = flowOpening
	return far.say(f, layers.TCP{SYN: true})
}

// send sends a token: in a connection, or as a datagram.
func (far *farSide) send(e ends, _ *call, token byte) error {
	far.data[0] = token
	if !e.stream {
		frame, err := far.writer.datagram(e.family, far.port, e.near, far.data[:])
		if err != nil {
			return err
		}
		return far.tap.send(frame)
	}
	f := far.find(e)
	if f == nil || f.phase != flowOpen || f.finished {
		return nil
	}
	err := far.say(f, layers.TCP{PSH: true, ACK: true}, far.data[:]...)
	f.next++
	return err
}

// finish says in a connection that no more data comes.
func (far *farSide) finish(e ends, _ *call, _ byte) error {
	f := far.find(e)
	if f == nil || f.phase != flowOpen || f.finished {
		return nil
	}
	f.finished = true
	err := far.say(f, layers.TCP{FIN: true, ACK: true})
	f.next++
	return err
}

// reset breaks a connection off.
func (far *farSide) reset(e ends, _ *call, _ byte) error {
	f := far.find(e)
	if f == nil || f.phase != flowOpen {
		return nil
	}
	f.phase = flowGone
	return far.say(f, layers.TCP{RST: true, ACK: true})
}
