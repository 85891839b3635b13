//go:build darwin || dragonfly || freebsd || linux || netbsd

package posix

import (
	"fmt"
	"net/netip"
	"os"

	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// fixtures are the sockets that scripts meet.
type fixtures struct {
	room.Ports
	has       [room.Families]bool
	listeners [room.Families]int
	held      []int  // all that must stay open
	last      uint16 // the port that was tried last
}

const (
	// Ports of fixtures lie below those that systems choose by themselves, which
	// begin at 10000 or above. Rooms beside this one start elsewhere.
	firstPort = 3000
	lastPort  = 9900
	portStep  = 97

	// fixtureBacklog is that of the listeners, which are emptied after each script.
	fixtureBacklog = 64
)

func newFixtures() (*fixtures, error) {
	f := &fixtures{last: firstPort + uint16(os.Getpid()*portStep%((lastPort-firstPort)/2))}
	for family := range room.Families {
		if fd, err := boundSocket(family, unix.SOCK_STREAM, 0); err == nil {
			unix.Close(fd)
			f.has[family] = true
		}
	}
	if !f.has[room.Inet] {
		return nil, fmt.Errorf("no socket can be bound to 127.0.0.1")
	}
	for _, furnish := range []func(port uint16) error{f.makeListener, f.makeRefuser, f.chooseFixed} {
		if err := f.nextPort(furnish); err != nil {
			f.close()
			return nil, err
		}
	}
	return f, nil
}

// nextPort furnishes the next port that is free.
func (f *fixtures) nextPort(furnish func(port uint16) error) (err error) {
	for f.last++; f.last < lastPort; f.last++ {
		held := len(f.held)
		if err = furnish(f.last); err == nil {
			return nil
		}
		for _, fd := range f.held[held:] {
			unix.Close(fd)
		}
		f.held = f.held[:held]
	}
	return fmt.Errorf("no free port on loopback up to %d: %w", lastPort, err)
}

// hold binds a socket of each family to a port, and keeps it.
func (f *fixtures) hold(kind int, port uint16, each func(family room.Family, fd int) error) error {
	for family := range room.Families {
		if !f.has[family] {
			continue
		}
		fd, err := boundSocket(family, kind, port)
		if err != nil {
			return err
		}
		f.held = append(f.held, fd)
		if err := each(family, fd); err != nil {
			return err
		}
	}
	return nil
}

// makeListener makes listeners, and beside them datagram sockets whose queue is
// full before long.
func (f *fixtures) makeListener(port uint16) error {
	f.Listener = port
	err := f.hold(unix.SOCK_STREAM, port, func(family room.Family, fd int) error {
		f.listeners[family] = fd
		// What is accepted may inherit this: closing it sends a reset and leaves
		// nothing behind, neither here nor at the other end.
		if err := abortOnClose(fd, true); err != nil {
			return err
		}
		return unix.Listen(fd, fixtureBacklog)
	})
	if err != nil {
		return err
	}
	return f.hold(unix.SOCK_DGRAM, port, func(_ room.Family, fd int) error {
		const little = 2048
		return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, little)
	})
}

// makeRefuser keeps a port from being used by others, without listening.
func (f *fixtures) makeRefuser(port uint16) error {
	f.Refuser = port
	return f.hold(unix.SOCK_STREAM, port, func(room.Family, int) error { return nil })
}

// chooseFixed finds a port for scripts to bind.
func (f *fixtures) chooseFixed(port uint16) error {
	f.Fixed = port
	held := len(f.held)
	err := f.hold(unix.SOCK_STREAM, port, func(room.Family, int) error { return nil })
	if err != nil {
		return err
	}
	for _, fd := range f.held[held:] {
		unix.Close(fd)
	}
	f.held = f.held[:held]
	return nil
}

// inheritance finds out whether accept hands the listener's mode on: it does on
// the BSDs, and not on Linux.
func (f *fixtures) inheritance() (bool, error) {
	fd, err := boundSocket(room.Inet, unix.SOCK_STREAM, 0)
	if err != nil {
		return false, err
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, address(room.Inet, f.Listener)); err != nil && err != unix.EINPROGRESS {
		return false, err
	}
	const patience = 1000 * settle
	if !shows(f.listeners[room.Inet], unix.POLLIN, patience) {
		return false, fmt.Errorf("a connection over loopback is not there within %v", patience)
	}
	made, err := acceptOnce(f.listeners[room.Inet])
	if err != nil {
		return false, err
	}
	defer unix.Close(made)
	flags, err := unix.FcntlInt(uintptr(made), unix.F_GETFL, 0)
	return flags&unix.O_NONBLOCK != 0, err
}

// drain takes what scripts left in the listeners' queues.
func (f *fixtures) drain() error {
	for family, listener := range f.listeners {
		for f.has[family] {
			fd, err := acceptOnce(listener)
			if err == unix.EAGAIN {
				break
			}
			if err == unix.ECONNABORTED {
				continue
			}
			if err != nil {
				return fmt.Errorf("fixture: accept: %w", err)
			}
			abortOnClose(fd, true)
			unix.Close(fd)
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

// boundSocket is a nonblocking socket that is bound to a port of loopback; 0 is
// any.
func boundSocket(family room.Family, kind int, port uint16) (int, error) {
	fd, err := unix.Socket(int(family.Domain()), kind, 0)
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(fd)
	if family == room.Inet6 {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
	}
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err == nil {
		err = unix.Bind(fd, address(family, port))
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func address(family room.Family, port uint16) unix.Sockaddr {
	loopback := netip.AddrPortFrom(family.Loopback(), port)
	if family == room.Inet6 {
		return &unix.SockaddrInet6{Port: int(port), Addr: loopback.Addr().As16()}
	}
	return &unix.SockaddrInet4{Port: int(port), Addr: loopback.Addr().As4()}
}

// abortOnClose says whether close sends a reset instead of waiting for the peer.
func abortOnClose(fd int, on bool) error {
	linger := unix.Linger{}
	if on {
		linger.Onoff = 1
	}
	return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &linger)
}
