package winsock

import (
	"syscall"
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// levels holds the arguments of select and WSAPoll.
type levels struct {
	sets [3]socketSet
	poll struct {
		handle         uintptr
		asked, showing int16
	}
	timeout struct{ seconds, microseconds int32 }
}

// A socketSet is an fd_set of one.
type socketSet struct {
	count   uint32
	members [1]uintptr
}

// Events of WSAPoll, which refuses to be asked for POLLPRI.
const (
	pollIn      = 0x0300
	pollOut     = 0x0010
	pollPri     = 0x0400
	pollError   = 0x0001
	pollHangUp  = 0x0002
	pollInvalid = 0x0004
)

// horizon is how long a call waits for what may come by itself. The absent host
// comes before any timeout.
func (r *Room) horizon(c *call, s *socket) time.Duration {
	switch {
	case !c.Soon:
		return 0
	case s.timed && s.begun && !s.absent:
		return patienceTimed
	}
	return r.patienceWith(s)
}

// patienceWith is how long a call that may block, upon a socket, is given.
func (r *Room) patienceWith(s *socket) time.Duration {
	if r.wine && s.borrowed {
		return patienceRetry
	}
	return r.patience
}

// look makes a call that looks for levels, now or soon. If nothing shows on a
// socket that called the absent host, that is no longer looked for, and the call
// made again.
func (r *Room) look(c *call, s *socket, once func(limit time.Duration) (shown uintptr, number syscall.Errno)) syscall.Errno {
	limit := r.horizon(c, s)
	if limit == patienceTimed {
		r.giveUpAll()
		defer r.countWaiting(time.Now())
	}
	shown, number := once(limit)
	if c.Soon && shown == 0 && s.absent {
		r.giveUpFor(s)
		_, number = once(limit)
	}
	return number
}

// selectLevels asks for all three levels of one socket.
func (r *Room) selectLevels(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	sets := &r.levels.sets
	number := r.look(c, s, func(limit time.Duration) (uintptr, syscall.Errno) {
		for i := range sets {
			sets[i] = socketSet{count: 1, members: [1]uintptr{handle}}
		}
		r.levels.timeout.seconds = int32(limit / time.Second)
		r.levels.timeout.microseconds = int32(limit % time.Second / time.Microsecond)
		return r.call(fnSelect, 0, uintptr(unsafe.Pointer(&sets[0])), uintptr(unsafe.Pointer(&sets[1])),
			uintptr(unsafe.Pointer(&sets[2])), uintptr(unsafe.Pointer(&r.levels.timeout)))
	})
	if number != 0 {
		return answer(number), nil
	}
	set := 0
	for i := range sets {
		if sets[i].count > 0 {
			set |= 1 << i
		}
	}
	return room.SelectLevels[set], nil
}

func (r *Room) pollLevels(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	poll := &r.levels.poll
	number := r.look(c, s, func(limit time.Duration) (uintptr, syscall.Errno) {
		poll.handle, poll.asked, poll.showing = handle, pollIn|pollOut, 0
		return r.call(fnPoll, uintptr(unsafe.Pointer(poll)), 1, uintptr(limit/time.Millisecond))
	})
	if number != 0 {
		return answer(number), nil
	}
	set := 0
	for i, bits := range [...]int16{pollIn, pollOut, pollPri, pollError, pollHangUp, pollInvalid} {
		if poll.showing&bits != 0 {
			set |= 1 << i
		}
	}
	return pollAnswers[set], nil
}
