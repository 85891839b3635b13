//go:build linux

package linux

import (
	"fmt"
	"net/netip"
	"os"
	"unsafe"

	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// ports are the fixed ports of a room, outside the range from which the kernel
// takes ports: a closed port inside it may be given to the very socket that
// connects to it.
type ports struct {
	room.Ports
	taken uint16 // of the system's choice, and nobody can have it: for sockets that shall find no port
}

// fixtures are the sockets that scripts meet.
type fixtures struct {
	ports
	has       [families]bool
	listeners [families]int
	held      []int  // everything else that must stay open
	next      uint16 // the port that was tried last
	last      uint16
}

// backlog of the fixture's listeners, which are emptied after each script.
const fixtureBacklog = 128

// newFixtures finds three free ports after first and up to last, for each family
// that this system has. The system's own choice is from low to high.
func newFixtures(first, last, low, high uint16) (*fixtures, error) {
	f := &fixtures{next: first, last: last}
	for family := range families {
		fd, err := boundSocket(family, unix.SOCK_STREAM, netip.AddrPortFrom(family.Loopback(), 0))
		if err == nil {
			unix.Close(fd)
			f.has[family] = true
		}
	}
	if !f.has[inet] {
		return nil, fmt.Errorf("no socket can be bound to 127.0.0.1")
	}
	takePort := func() error { return f.takeFrom(low, high) }
	steps := []func() error{f.makeListener, f.makeRefuser, f.chooseFixed, takePort}
	for _, step := range steps {
		if err := step(); err != nil {
			f.close()
			return nil, err
		}
	}
	return f, nil
}

// boundSocket is a nonblocking socket that is bound to an address.
func boundSocket(family family, kind int, local netip.AddrPort) (int, error) {
	fd, err := unix.Socket(int(family.Domain()), kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	if family == inet6 {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
	}
	if err == nil {
		err = unix.Bind(fd, socketAddress(local))
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func socketAddress(address netip.AddrPort) unix.Sockaddr {
	if address.Addr().Is6() {
		return &unix.SockaddrInet6{Port: int(address.Port()), Addr: address.Addr().As16()}
	}
	return &unix.SockaddrInet4{Port: int(address.Port()), Addr: address.Addr().As4()}
}

// A bound pair of sockets of one family on one port.
type boundPair struct {
	family           family
	stream, datagram int
}

// take binds sockets of both kinds and all families to the next free port.
func (f *fixtures) take() (port uint16, pairs []boundPair, err error) {
	for f.next < f.last {
		f.next++
		if pairs, err = f.bindAll(f.next, family.Loopback); err == nil {
			return f.next, pairs, nil
		}
	}
	return 0, nil, fmt.Errorf("no free port on loopback up to %d: %w", f.last, err)
}

// bindAll binds sockets to a port and the address of each family.
func (f *fixtures) bindAll(port uint16, of func(family) netip.Addr) (pairs []boundPair, err error) {
	defer func() {
		if err != nil {
			closePairs(pairs)
		}
	}()
	for family := range families {
		if !f.has[family] {
			continue
		}
		local := netip.AddrPortFrom(of(family), port)
		stream, err := boundSocket(family, unix.SOCK_STREAM, local)
		if err != nil {
			return pairs, err
		}
		datagram, err := boundSocket(family, unix.SOCK_DGRAM, local)
		if err != nil {
			unix.Close(stream)
			return pairs, err
		}
		pairs = append(pairs, boundPair{family, stream, datagram})
	}
	return pairs, nil
}

func closePairs(pairs []boundPair) {
	for _, pair := range pairs {
		unix.Close(pair.stream)
		unix.Close(pair.datagram)
	}
}

func (f *fixtures) makeListener() error {
	port, pairs, err := f.take()
	if err != nil {
		return err
	}
	f.ports.Listener = port
	for _, pair := range pairs {
		f.held = append(f.held, pair.stream, pair.datagram)
		f.listeners[pair.family] = pair.stream
		// What is accepted inherits this: closing it sends a reset and leaves
		// nothing behind, neither here nor at the other end.
		if err := abortOnClose(pair.stream); err != nil {
			return err
		}
		if err := unix.Listen(pair.stream, fixtureBacklog); err != nil {
			return err
		}
		if err := swallow(pair.datagram); err != nil {
			return err
		}
	}
	return nil
}

// makeRefuser keeps a TCP port from being used by others, without listening.
func (f *fixtures) makeRefuser() error {
	port, pairs, err := f.take()
	if err != nil {
		return err
	}
	f.ports.Refuser = port
	for _, pair := range pairs {
		f.held = append(f.held, pair.stream)
		unix.Close(pair.datagram)
	}
	return nil
}

// chooseFixed finds a port for scripts to bind.
func (f *fixtures) chooseFixed() error {
	port, pairs, err := f.take()
	if err != nil {
		return err
	}
	f.ports.Fixed = port
	closePairs(pairs)
	return nil
}

// takeFrom takes a port of the system's choice, whatever the local address.
func (f *fixtures) takeFrom(low, high uint16) error {
	for port := high; port >= low && port > high-100; port-- {
		pairs, err := f.bindAll(port, family.Wildcard)
		if err != nil {
			continue
		}
		f.ports.taken = port
		for _, pair := range pairs {
			f.held = append(f.held, pair.stream, pair.datagram)
		}
		return nil
	}
	return fmt.Errorf("no free port among the last ones before %d", high)
}

// drain takes what scripts left in the listeners' queues.
func (f *fixtures) drain() error {
	for family, listener := range f.listeners {
		for f.has[family] {
			fd, _, errno := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(listener), 0, 0, unix.SOCK_CLOEXEC, 0, 0)
			if errno == unix.EAGAIN {
				break
			}
			if errno == unix.ECONNABORTED || errno == unix.EINTR {
				continue
			}
			if errno != 0 {
				return fmt.Errorf("fixture: accept: %w", errno)
			}
			unix.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
		}
	}
	return nil
}

func (f *fixtures) close() {
	for _, fd := range f.held {
		unix.Close(fd)
	}
	f.held = nil
}

// abortOnClose lets close send a reset instead of waiting for the peer.
func abortOnClose(fd int) error {
	return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 0})
}

// swallow lets the kernel drop whatever arrives, so that nothing piles up.
func swallow(fd int) error {
	drop := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &drop})
}

// handles are descriptors that are no sockets. Their numbers are high, where
// nothing else is opened, and below the size of the descriptor table, since
// select does not look beyond it.
type handles struct {
	spare int // what file is a duplicate of
	file  int
	never int
	mode  int32 // of file, as restore sets it
}

const highDescriptor = 200

func newHandles() (*handles, error) {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", os.DevNull, err)
	}
	defer unix.Close(null)
	h := &handles{}
	for _, fd := range []*int{&h.spare, &h.file, &h.never} {
		if *fd, err = unix.FcntlInt(uintptr(null), unix.F_DUPFD_CLOEXEC, highDescriptor); err != nil {
			return nil, fmt.Errorf("fcntl: %w", err)
		}
	}
	return h, unix.Close(h.never)
}

// restore puts file back after a script has closed it or changed its mode.
func (h *handles) restore() error {
	if _, _, errno := unix.RawSyscall(unix.SYS_DUP3, uintptr(h.spare), uintptr(h.file), unix.O_CLOEXEC); errno != 0 {
		return fmt.Errorf("dup3: %w", errno)
	}
	h.mode = 0
	if _, _, errno := unix.RawSyscall(unix.SYS_IOCTL, uintptr(h.file), setNonblocking, uintptr(unsafe.Pointer(&h.mode))); errno != 0 {
		return fmt.Errorf("ioctl: %w", errno)
	}
	return nil
}

func (h *handles) close() {
	unix.Close(h.spare)
	unix.Close(h.file)
}
