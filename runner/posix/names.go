//go:build darwin || dragonfly || freebsd || linux || netbsd

package posix

import (
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

// called is what a socket of the script is called now.
func (r *Room) called(p room.Place) room.Called {
	s := &r.sockets[p]
	called := room.Called{State: s.state, Family: s.family}
	if s.state == room.StateOpen && r.ask(unix.SYS_GETSOCKNAME, s.fd) == 0 {
		called.Name = r.answered()
	}
	return called
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
	return r.addresses.Peer(r.answered()), nil
}
