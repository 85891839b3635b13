package room

import (
	"fmt"
	"net/netip"
	"unsafe"

	"connectspec/runner/agent"
)

// SocketState is what has become of a place of a script.
type SocketState int8

const (
	StateAbsent SocketState = iota // never was
	StateOpen
	StateClosed
)

// A Called is what a room knows of a place when it is asked for its address.
type Called struct {
	State  SocketState
	Family Family
	Name   []byte // what getsockname writes for an open socket; nil: it fails
}

// Addresses are what the addresses of a script stand for: those that it names, and
// those that its sockets have, or had when they were last looked up.
type Addresses struct {
	*NameBook
	Lab bool // there is one: without it no other host is named

	ask     func(Place) Called
	peers   *peers
	recalls bool // somebody asks for addresses that sockets had
	last    [Places]netip.AddrPort
}

// NewAddresses writes the names for these ports. Ask is how to find out what a
// socket of the script is called now. Without the lab no other host is named.
func NewAddresses(memory Memory, ports Ports, lab bool, ask func(Place) Called) (*Addresses, error) {
	book, err := newNameBook(memory, ports)
	return &Addresses{NameBook: book, Lab: lab, ask: ask, peers: newPeers(ports)}, err
}

// Expect looks over a line of the script that is about to begin.
func (a *Addresses) Expect(line *Line) { a.recalls = a.recalls || line.Recalls }

// Forget forgets the script's sockets.
func (a *Addresses) Forget() {
	a.recalls = false
	a.last = [Places]netip.AddrPort{}
	a.peers.forget()
}

// Recall remembers the address that a socket has now, if the script asks for such
// things.
func (a *Addresses) Recall(p Place) {
	if !a.recalls || p < 0 {
		return
	}
	if address, ok := DecodeName(a.ask(p).Name); ok {
		a.last[p] = address
		a.peers.recall(p, address)
	}
}

// Peer is what getpeername answers when it wrote this name.
func (a *Addresses) Peer(name []byte) agent.Answer { return a.peers.answer(name, &a.last) }

// Local is where the name of a bind stands, of a socket of that family.
func (a *Addresses) Local(line *Line, caller Family) (unsafe.Pointer, error) {
	if line.Local == LocalSocket {
		return a.of(line.To, caller)
	}
	return a.Locals[caller][line.Local], nil
}

// Destination is where the name of a connect or sendto stands, of a socket of that
// family. Null pointers are among them. Fixed says that it is no socket's address.
func (a *Addresses) Destination(line *Line, caller Family) (name unsafe.Pointer, fixed bool, err error) {
	switch line.Class {
	case ClassNull:
		return nil, false, nil
	case ClassOwn:
		name, err = a.of(line.On, caller)
		return name, false, err
	case ClassSocket:
		name, err = a.of(line.To, caller)
		return name, false, err
	}
	if name = a.Names[caller][line.Class]; name == nil {
		return nil, false, fmt.Errorf("%s is no address of this family", NameRows[line.Class].Word)
	}
	return name, true, nil
}

// of writes the address of a socket as a name: where others reach it. One that is
// closed has the last one it was seen with, one without a local name that of
// loopback with port 0. The error is that of a socket which is somewhere that the
// room must not send to.
func (a *Addresses) of(p Place, caller Family) (unsafe.Pointer, error) {
	address := netip.AddrPortFrom(caller.Loopback(), 0)
	if p >= 0 {
		if called := a.ask(p); called.State != StateAbsent {
			address = a.own(p, called)
		}
	}
	return a.ofSocket(address, a.Lab)
}

func (a *Addresses) own(p Place, called Called) netip.AddrPort {
	own, ok := DecodeName(called.Name)
	if called.State == StateClosed {
		own, ok = a.last[p], a.last[p].IsValid() && a.last[p].Port() != 0
	}
	if !ok {
		own = netip.AddrPortFrom(called.Family.Loopback(), 0)
	}
	return own
}
