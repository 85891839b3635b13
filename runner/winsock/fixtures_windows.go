package winsock

import (
	"fmt"
	"net/netip"
	"unsafe"

	"connectspec/runner/room"
)

// fixtures are the sockets that scripts meet. Where the lab has a keeper they are
// sockets of the system below Wine, which to take a connection from costs a
// fraction of what it costs Wine.
type fixtures struct {
	room.Ports
	has       [room.Families]bool
	alive     bool
	last      uint16 // port that was tried
	held      []uintptr
	listeners [room.Families]uintptr
	queued    [room.Families]int // attempts that may wait there
}

const (
	// Ports of fixtures lie outside the range from which the system takes ports.
	firstPort = 7000
	lastPort  = 16000

	// fixtureBacklog is that of the listeners. They are emptied before it is
	// used up.
	fixtureBacklog = 128
	mostQueued     = 64
)

func (r *Room) newFixtures() (*fixtures, error) {
	f := &fixtures{}
	for family := range room.Families {
		handle, err := r.boundSocket(family, kindStream, netip.AddrPortFrom(family.Loopback(), 0))
		if err == nil {
			f.has[family] = true
			r.call(fnClose, handle)
		}
	}
	if !f.has[room.Inet] {
		return nil, fmt.Errorf("no socket can be bound to 127.0.0.1")
	}
	if r.keeper != nil {
		var err error
		f.Ports, err = r.keeper.fixturePorts()
		f.last, f.alive = f.Fixed, true
		return f, err
	}
	f.last = firstPort
	for _, wanted := range []*uint16{&f.Listener, &f.Refuser, &f.Fixed} {
		var err error
		if *wanted, err = f.take(r); err != nil {
			return nil, err
		}
	}
	return f, f.restore(r)
}

// take is the next free port.
func (f *fixtures) take(r *Room) (uint16, error) {
	for f.last++; f.last < lastPort; f.last++ {
		if f.free(r, f.last) {
			return f.last, nil
		}
	}
	return 0, fmt.Errorf("no free port on loopback up to %d", lastPort)
}

// keepFixed makes sure that scripts have a fixed port. Wine 8 never takes a send
// that has faulted out of its queue, and the socket, with its port, outlives its
// handle.
func (r *Room) keepFixed() (err error) {
	if r.fixtures.free(r, r.fixtures.Fixed) {
		return nil
	}
	if r.fixtures.Fixed, err = r.fixtures.take(r); err != nil {
		return err
	}
	r.addresses.MoveFixed(r.fixtures.Fixed)
	return nil
}

// free says whether sockets of all kinds can be bound to a port of loopback.
func (f *fixtures) free(r *Room, port uint16) bool {
	for family := range room.Families {
		for _, kind := range []uintptr{kindStream, kindDatagram} {
			if !f.has[family] {
				continue
			}
			handle, err := r.boundSocket(family, kind, netip.AddrPortFrom(family.Loopback(), port))
			if err != nil {
				return false
			}
			r.call(fnClose, handle)
		}
	}
	return true
}

// restore makes the fixtures: a listener, beside it a datagram socket whose
// queue is full before long, and a port that is held without listening.
func (f *fixtures) restore(r *Room) error {
	if r.keeper != nil {
		f.alive = true
		return nil
	}
	f.held, f.queued = f.held[:0], [room.Families]int{}
	for family := range room.Families {
		if !f.has[family] {
			continue
		}
		at := func(port uint16) netip.AddrPort { return netip.AddrPortFrom(family.Loopback(), port) }
		listener, err := r.boundSocket(family, kindStream, at(f.Listener))
		if err != nil {
			return err
		}
		f.held, f.listeners[family] = append(f.held, listener), listener
		// What is accepted inherits this: closing it sends a reset and leaves
		// nothing behind, neither here nor at the other end.
		r.lingerNot(listener, 1)
		r.setModeOf(listener, 1)
		if _, number := r.call(fnListen, listener, fixtureBacklog); number != 0 {
			return fmt.Errorf("fixture: listen: %s", errorName(number))
		}
		for _, other := range []struct {
			kind uintptr
			port uint16
		}{{kindDatagram, f.Listener}, {kindStream, f.Refuser}} {
			handle, err := r.boundSocket(family, other.kind, at(other.port))
			if err != nil {
				return err
			}
			f.held = append(f.held, handle)
		}
	}
	f.alive = true
	return nil
}

// boundSocket is a socket that is bound to an address.
func (r *Room) boundSocket(family room.Family, kind uintptr, local netip.AddrPort) (uintptr, error) {
	handle, number := r.call(fnSocket, family.Domain(), kind, 0)
	if handle == failed {
		return 0, fmt.Errorf("fixture: socket: %s", errorName(number))
	}
	room.EncodeName(r.nameBytes[:], local)
	if _, number := r.call(fnBind, handle, uintptr(unsafe.Pointer(&r.nameBytes)), uintptr(family.Exact())); number != 0 {
		r.call(fnClose, handle)
		return 0, fmt.Errorf("fixture: bind to %v: %s", local, errorName(number))
	}
	return handle, nil
}

// drain takes what scripts left in the listeners' queues: at once where they
// have closed sockets, of which the system keeps one end as long as the other is
// open; otherwise before a queue is full. Below Wine such an end is in nobody's
// way, but for one that has the fixed port.
func (f *fixtures) drain(r *Room, closed bool) error {
	if r.keeper != nil {
		queued := f.queued[room.Inet] + f.queued[room.Inet6]
		if queued == 0 || queued < mostQueued && !(closed && r.pinned) {
			return nil
		}
		f.queued = [room.Families]int{}
		_, err := r.keeper.ask(room.KeeperDrain)
		return err
	}
	for family, listener := range f.listeners {
		if f.queued[family] == 0 || !closed && f.queued[family] < mostQueued {
			continue
		}
		for ; f.queued[family] > 0; f.queued[family]-- {
			handle, number := r.call(fnAccept, listener, 0, 0)
			if handle != failed {
				r.call(fnClose, handle)
				continue
			}
			name := errorName(number)
			if name == "WSAEWOULDBLOCK" {
				f.queued[family] = 0
				break
			}
			if name != "WSAECONNRESET" && name != "WSAECONNABORTED" {
				return fmt.Errorf("fixture: accept: %s", name)
			}
		}
	}
	return nil
}

func (f *fixtures) close(r *Room) {
	for _, handle := range f.held {
		r.call(fnClose, handle)
	}
	f.held, f.alive = nil, false
}
