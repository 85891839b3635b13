//go:build linux

package linux

import (
	"fmt"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"github.com/gopacket/gopacket/layers"
	"golang.org/x/sys/unix"
)

// actions are what the far side can be told to do.
var actions = map[string]action{
	"network accepts": (*farSide).accept,
	"network refuses": (*farSide).refuse,
	room.EventReports: (*farSide).report,
	"peer opens":      (*farSide).open,
	room.EventSends:   (*farSide).send,
	"peer finishes":   (*farSide).finish,
	"peer resets":     (*farSide).reset,
}

// An action says something about a flow.
type action func(far *farSide, e ends, what saying) error

// A saying is what an action says besides that it happens.
type saying struct {
	code  uint16 // of an ICMP error
	token byte   // data
}

// eventMethods are the methods of lines that have the network do something about
// a socket. Where there is nothing to be said, nothing is sent, and the line
// succeeds all the same. When it has, the kernel has dealt with what was said.
func eventMethods() map[string]method {
	made := map[string]method{}
	for name := range actions {
		made[name] = method{do: func(r *Room, c *call) (agent.Answer, error) { return room.OK, r.event(c) },
			also: func(c *call) { c.networked = true }}
	}
	return made
}

func (r *Room) event(c *call) error {
	what := c.Number
	if c.Sends {
		r.sent++
		what = r.sent
	}
	fd, s := r.upon(c)
	e, ok := r.reach(fd, s)
	if !ok {
		return nil
	}
	r.networked = true
	return r.far.bring(room.FarEvent{Verb: c.Verb, Family: e.family, Stream: e.stream, Near: e.near, Far: e.far, What: what})
}

// bring brings an event about. It hears what this host has said before and because
// of it.
func (far *farSide) bring(event room.FarEvent) error {
	act, ok := actions[event.Verb]
	if !ok {
		return fmt.Errorf("no event %q", event.Verb)
	}
	what := saying{token: byte(event.What)}
	if event.Verb == room.EventReports {
		if what.code = room.Reports[event.What].Codes[event.Family]; what.code == 0 {
			return nil // nobody in a network of this family can say so
		}
	}
	if err := far.attend(); err != nil {
		return err
	}
	if err := act(far, ends{family: event.Family, stream: event.Stream, near: event.Near, far: event.Far}, what); err != nil {
		return err
	}
	return far.attend()
}

// reach looks up where the silent host reaches a socket. It reports false if it
// cannot: the socket has no port, the address of another link, or another peer.
func (r *Room) reach(fd uintptr, s *socket) (e ends, ok bool) {
	if r.ask(unix.SYS_GETSOCKNAME, fd) != 0 {
		return ends{}, false
	}
	e = ends{family: s.family, stream: s.stream}
	if e.near, ok = room.NearPort(s.family, r.nameBytes[:r.length]); !ok {
		return ends{}, false
	}
	if s.stream && r.inform(fd) && r.info.State == inListen {
		e.far = r.far.ownPort() // nothing that is under way at its port concerns it
		return e, true
	}
	if r.ask(unix.SYS_GETPEERNAME, fd) != 0 {
		return e, true
	}
	e.far, ok = room.FarPort(s.family, r.nameBytes[:r.length])
	return e, ok
}

// accept answers the SYN of an attempt with a SYN of its own.
func (far *farSide) accept(e ends, _ saying) error {
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
func (far *farSide) refuse(e ends, _ saying) error {
	f := far.find(e)
	if f == nil || f.phase != flowAsked {
		return nil
	}
	f.phase = flowGone
	return far.say(f, layers.TCP{RST: true, ACK: true})
}

// report sends an ICMP error about the last packet of a socket.
func (far *farSide) report(e ends, what saying) error {
	f := far.find(e)
	if f == nil || f.phase == flowGone {
		return nil
	}
	frame, err := far.writer.report(f.family, what.code, f.last[:f.lastBytes])
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
func (far *farSide) open(e ends, _ saying) error {
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
func (far *farSide) send(e ends, what saying) error {
	far.data[0] = what.token
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
func (far *farSide) finish(e ends, _ saying) error {
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
func (far *farSide) reset(e ends, _ saying) error {
	f := far.find(e)
	if f == nil || f.phase != flowOpen {
		return nil
	}
	f.phase = flowGone
	return far.say(f, layers.TCP{RST: true, ACK: true})
}
