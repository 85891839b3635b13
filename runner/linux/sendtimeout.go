//go:build linux

package linux

import (
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// settleSend is for calls upon sockets with the short send timeout, which ends
// them with the next tick of the kernel's clock or the one after it: 20 ms where
// that is slow. The rest is for busy machines.
const settleSend = 500 * time.Millisecond

// sendHorizon is the horizon of calls that a send timeout ends.
func (s *socket) sendHorizon() time.Duration {
	if s.sendTimed {
		return max(s.horizon(), settleSend)
	}
	return s.horizon()
}

// Send timeouts. Short is the shortest that there is, long is longer than any
// script takes: it only shows in what signals do to the call.
var sendTimeouts = [...]time.Duration{time.Microsecond, time.Hour}

const shortTimeout = 0

var readSendTimeout = room.OneOf(map[string]func(*room.Line){
	"": func(l *room.Line) { l.Number = shortTimeout }, "short": func(l *room.Line) { l.Number = shortTimeout },
	"long": func(l *room.Line) { l.Number = 1 }})

// setSendTimeout bounds connect and send on the socket, also those that other
// threads are about to make, not those that they are in.
func (r *Room) setSendTimeout(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	r.timeout = unix.NsecToTimeval(int64(sendTimeouts[c.Number]))
	_, _, errno := unix.RawSyscall6(unix.SYS_SETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO,
		uintptr(unsafe.Pointer(&r.timeout)), unsafe.Sizeof(r.timeout), 0)
	if errno == 0 {
		s.sendTimed = c.Number == shortTimeout
	}
	return answer(errno), nil
}
