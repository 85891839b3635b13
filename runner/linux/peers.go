//go:build linux

package linux

import (
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// ask makes getsockname or getpeername; r.nameBytes and r.length have the
// answer.
func (r *Room) ask(trap, fd uintptr) unix.Errno {
	r.length = uint32(len(r.nameBytes))
	_, _, errno := unix.RawSyscall(trap, fd, uintptr(unsafe.Pointer(&r.nameBytes)), uintptr(unsafe.Pointer(&r.length)))
	return errno
}

// called is what a socket of the script is called now.
func (r *Room) called(p room.Place) room.Called {
	s := &r.sockets[p]
	called := room.Called{State: s.state, Family: s.family}
	if s.state == room.StateOpen && r.ask(unix.SYS_GETSOCKNAME, uintptr(s.fd)) == 0 {
		called.Name = r.nameBytes[:r.length]
	}
	return called
}

func (r *Room) getsockname(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	if errno := r.ask(unix.SYS_GETSOCKNAME, fd); errno != 0 {
		return failure(errno), nil
	}
	return room.HostAnswer(r.nameBytes[:r.length]), nil
}

func (r *Room) getpeername(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	if errno := r.ask(unix.SYS_GETPEERNAME, fd); errno != 0 {
		return failure(errno), nil
	}
	return r.addresses.Peer(r.nameBytes[:r.length]), nil
}
