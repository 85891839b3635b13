//go:build darwin || dragonfly || freebsd || linux || netbsd

package posix

import (
	"net/netip"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// ask makes getsockname or getpeername; r.nameBytes and r.length have the
// answer.
func (r *Room) ask(trap uintptr, fd int) unix.Errno {
	r.length = uint32(len(r.nameBytes))
	_, _, errno := unix.RawSyscall(trap, uintptr(fd), uintptr(unsafe.Pointer(&r.nameBytes)), uintptr(unsafe.Pointer(&r.length)))
	return errno
}

// answered is what ask has been answered, if it is as long as it says.
func (r *Room) answered() []byte { return r.nameBytes[:min(int(r.length), len(r.nameBytes))] }

// recall remembers the address that a socket has now, if the script asks for
// such things.
func (r *Room) recall(p room.Place) {
	if !r.recalls || p < 0 {
		return
	}
	s := &r.sockets[p]
	if s.state != stateOpen || r.ask(unix.SYS_GETSOCKNAME, s.fd) != 0 {
		return
	}
	if address, ok := room.DecodeName(r.answered()); ok {
		s.last = address
		r.peers.Recall(p, address)
	}
}

// addressOf writes the address of a socket as a name: where others reach it. One
// that is closed has the last one it was seen with, one without a local name that
// of loopback with port 0. The error is that of a socket which is somewhere that
// the room must not send to.
func (r *Room) addressOf(p room.Place, caller room.Family) (unsafe.Pointer, error) {
	address := netip.AddrPortFrom(caller.Loopback(), 0)
	if p >= 0 && r.sockets[p].state != stateAbsent {
		address = r.ownAddress(&r.sockets[p])
	}
	return r.book.OfSocket(address, false)
}

func (r *Room) ownAddress(s *socket) netip.AddrPort {
	if s.state == stateClosed {
		return room.OfClosed(s.family, s.last)
	}
	if r.ask(unix.SYS_GETSOCKNAME, s.fd) == 0 {
		if own, ok := room.DecodeName(r.answered()); ok {
			return own
		}
	}
	return netip.AddrPortFrom(s.family.Loopback(), 0)
}

func (r *Room) getsockname(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	if errno := r.ask(unix.SYS_GETSOCKNAME, fd); errno != 0 {
		return outcome(errno), nil
	}
	return room.HostAnswer(r.answered()), nil
}

func (r *Room) getpeername(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	if errno := r.ask(unix.SYS_GETPEERNAME, fd); errno != 0 {
		return outcome(errno), nil
	}
	return r.peers.Answer(r.answered(), r.lastAddress), nil
}

func (r *Room) lastAddress(p room.Place) netip.AddrPort { return r.sockets[p].last }
