//go:build linux

package linux

import (
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"golang.org/x/sys/unix"
)

// How long a room waits for what comes by itself. On loopback everything has
// come when a call returns, so that a short wait is a matter of principle.
const (
	// settleData is for calls that look at what is there already.
	settleData = 40 * time.Microsecond
	// settle is for connection attempts on loopback, and for `soon`.
	settle = 400 * time.Microsecond
	// settleAbsent is for sockets that called the absent host: it takes the
	// kernel 12 ms to give up on a neighbour, and longer on a busy machine.
	settleAbsent = time.Second
	// settleTimed is for sockets with the shortest timeout: an attempt ends
	// with the first retransmission, after 1.01 s.
	settleTimed = 2500 * time.Millisecond
)

// horizon is how long something may still come by itself to a socket.
func (s *socket) horizon() time.Duration {
	switch {
	case s.timed:
		return settleTimed
	case s.absent:
		return settleAbsent
	}
	return settle
}

// A waiting is a system call that may block.
type waiting struct {
	trap, fd, a2, a3, a4, a5, a6 uintptr
}

// raw makes the call without telling Go's scheduler: it does not block. Even so
// a signal may interrupt it: poll answers EINTR also when it is not to wait.
func (w *waiting) raw() (uintptr, unix.Errno) {
	for {
		n, _, errno := unix.RawSyscall6(w.trap, w.fd, w.a2, w.a3, w.a4, w.a5, w.a6)
		if errno != unix.EINTR {
			return n, errno
		}
	}
}

// makeWaiting makes a call that blocks only while the socket does not show
// level. The alarm is set only then.
func (r *Room) makeWaiting(w *waiting, s *socket, level int16) (n uintptr, errno unix.Errno, blocked bool) {
	if s.nonblocking || s.state != stateOpen || r.shows(w.fd, level) {
		n, errno = w.raw()
		return n, errno, false
	}
	return r.makePatient(w, level, settleData)
}

// makePatient makes a call that may block, and interrupts it when it has not
// returned within the time given. Being interrupted once is not enough: the
// alarm may have come just when the thread, held up by others, reached the
// call. The call is made anew then, which for connect means to wait on, and
// only the second time counts; and not even then if the socket shows level,
// since an interrupted connect answers EINTR though it has just succeeded.
func (r *Room) makePatient(w *waiting, level int16, limit time.Duration) (n uintptr, errno unix.Errno, blocked bool) {
	period := limit / 2
	start := time.Now()
	r.alarm.set(period)
	defer r.alarm.clear()
	for interrupted := 0; ; {
		n, _, errno = unix.Syscall6(w.trap, w.fd, w.a2, w.a3, w.a4, w.a5, w.a6)
		if errno != unix.EINTR {
			return n, errno, false
		}
		// Other signals interrupt too; Go's preemption is one.
		if time.Since(start) >= period*time.Duration(interrupted+1) {
			interrupted++
		}
		if interrupted >= 2 && !r.shows(w.fd, level) {
			return 0, 0, true
		}
		r.alarm.set(period)
	}
}

// levels holds the arguments of select and poll.
type levels struct {
	sets    [3]unix.FdSet
	poll    unix.PollFd
	timeout unix.Timespec
}

const askedOfPoll = unix.POLLIN | unix.POLLOUT | unix.POLLPRI

// shows asks whether a socket has any of some levels at this moment. An error
// or a hang-up alone does not count: a call may block all the same.
func (r *Room) shows(fd uintptr, level int16) bool {
	r.levels.poll = unix.PollFd{Fd: int32(fd), Events: level}
	r.pollFor(0)
	return r.levels.poll.Revents&level != 0
}

// pollFor polls r.levels.poll for a time.
func (r *Room) pollFor(limit time.Duration) (uintptr, unix.Errno) {
	r.levels.timeout = unix.NsecToTimespec(int64(limit))
	w := waiting{trap: unix.SYS_PPOLL, fd: uintptr(unsafe.Pointer(&r.levels.poll)), a2: 1,
		a3: uintptr(unsafe.Pointer(&r.levels.timeout))}
	return r.level(&w, limit)
}

// level makes a call that waits for levels. Linux writes the time that is left
// back when a signal interrupts it, so that it can simply be made again.
func (r *Room) level(w *waiting, limit time.Duration) (uintptr, unix.Errno) {
	if limit == 0 {
		return w.raw()
	}
	for {
		n, _, errno := unix.Syscall6(w.trap, w.fd, w.a2, w.a3, w.a4, w.a5, w.a6)
		if errno != unix.EINTR {
			return n, errno
		}
	}
}

func (r *Room) pollLevels(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	r.levels.poll = unix.PollFd{Fd: int32(fd), Events: askedOfPoll}
	_, errno := r.pollFor(patience(c, s))
	if errno != 0 {
		return failure(errno), nil
	}
	set := 0
	for i, bit := range [...]int16{unix.POLLIN, unix.POLLOUT, unix.POLLPRI, unix.POLLERR, unix.POLLHUP, unix.POLLNVAL} {
		if r.levels.poll.Revents&bit != 0 {
			set |= 1 << i
		}
	}
	return pollAnswers[set], nil
}

// patience is how long a call waits for levels.
func patience(c *call, s *socket) time.Duration {
	if !c.soon {
		return 0
	}
	return s.horizon()
}

// selectLevels asks for all three levels of one descriptor.
func (r *Room) selectLevels(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	sets := &r.levels.sets
	for i := range sets {
		sets[i].Set(int(fd))
	}
	limit := patience(c, s)
	r.levels.timeout = unix.NsecToTimespec(int64(limit))
	w := waiting{trap: unix.SYS_PSELECT6, fd: fd + 1, a2: uintptr(unsafe.Pointer(&sets[0])),
		a3: uintptr(unsafe.Pointer(&sets[1])), a4: uintptr(unsafe.Pointer(&sets[2])),
		a5: uintptr(unsafe.Pointer(&r.levels.timeout))}
	_, errno := r.level(&w, limit)
	set := 0
	for i := range sets {
		if sets[i].IsSet(int(fd)) {
			set |= 1 << i
		}
		sets[i].Clear(int(fd))
	}
	if errno != 0 {
		return failure(errno), nil
	}
	return selectAnswers[set], nil
}
