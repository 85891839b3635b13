//go:build linux

package linux

import (
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// setFastOpen says whether connect leaves its SYN to the first send. The lab lets
// that be so without a cookie, which a server must have sent before.
func (r *Room) setFastOpen(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	errno := r.setInt(fd, unix.IPPROTO_TCP, unix.TCP_FASTOPEN_CONNECT, c.Number)
	s.fast = s.fast || errno == 0
	return answer(errno), nil
}

// unsent says that a socket has an attempt whose SYN waits for the first send.
// It shows as writable then, and yet a connect that waits for it has no reason to
// return.
func (r *Room) unsent(fd uintptr) bool {
	return r.inform(fd) && r.info.State == synSent && r.info.Segs_out == 0
}

// States of TCP_INFO: TCP_SYN_SENT, of an attempt that is pending, and TCP_LISTEN.
const (
	synSent  = 2
	inListen = 10
)

// inform asks for TCP_INFO, which is in r.info then.
func (r *Room) inform(fd uintptr) bool {
	r.length = uint32(unsafe.Sizeof(r.info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, fd, unix.IPPROTO_TCP, unix.TCP_INFO,
		uintptr(unsafe.Pointer(&r.info)), uintptr(unsafe.Pointer(&r.length)), 0)
	return errno == 0
}

// awaitSend makes a connect that waits for another call to send: no time ends it.
func (r *Room) awaitSend(c *call, w *waiting, s *socket) (agent.Answer, error) {
	const never = 0 // level
	_, errno, blocked := r.makePatient(w, never, s.sendHorizon())
	if blocked {
		return room.Blocks, nil
	}
	return r.connected(c, 0, errno), nil
}

// sendFast makes a send that may be the one that makes the attempt, and takes as
// long as a connect would. No signal may come if the attempt ends by itself: a
// send that was interrupted leaves the end to be told by a connect.
func (r *Room) sendFast(w *waiting, s *socket) (errno unix.Errno, blocked bool, err error) {
	switch {
	case s.nonblocking:
		_, errno = w.raw()
		r.letRetry(w.fd)
	case s.answered && r.unsent(w.fd):
		_, _, errno = unix.Syscall6(w.trap, w.fd, w.a2, w.a3, w.a4, w.a5, w.a6)
		r.letRetry(w.fd) // after a short send timeout
	default:
		return r.attempt(w, s)
	}
	return errno, false, nil
}
