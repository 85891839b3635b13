//go:build linux

package linux

import (
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// How long a room waits for what comes by itself. On loopback everything has
// come when a call returns: what a call sends is received, answered, and the
// answer received, before the call is over, on whichever processor it runs and
// however busy that is. So a short wait is a matter of principle. The exceptions
// have a mechanism of their own, since no bound is right for them: what is sent
// to the absent host (neighbours), and an attempt that is made once more
// (letRetry).
const (
	// settle is for calls that wait, and for `soon`. Half of it is the period of
	// the alarm. That must be longer than it takes to reach the call, or the
	// alarm comes for nothing and the next one a millisecond later: 20 us are
	// too short for one call in ten, 10 us for all. Most of what remains is the
	// waking of an idle processor.
	settle = 100 * time.Microsecond
	// settleRetry is for an attempt that the kernel makes once more: two ticks
	// are 20 ms at most, but nobody may listen. It is far less than
	// retransmission.
	settleRetry = 200 * time.Millisecond
	// settleTimed is for sockets with the shortest timeout: an attempt ends
	// with the first retransmission, after 1.01 s.
	settleTimed = 2500 * time.Millisecond
	// retransmission is when TCP first repeats what was not answered: the
	// kernel's TCP_TIMEOUT_INIT.
	retransmission = time.Second
)

// horizon is how long something may still come by itself to a socket. The
// absent host comes before any timeout.
func (s *socket) horizon() time.Duration {
	if s.timed && !s.absent {
		return settleTimed
	}
	return settle
}

// heldUp says that the script at hand took so long, without its calls waiting
// for it, that TCP may have repeated what nobody answered. The answers are then
// those of another world than the script's, in which time stands still unless a
// call waits. That is for the time to say, whatever the answers are.
func (r *Room) heldUp() bool {
	return time.Since(r.began)-r.waited >= retransmission
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
	if s.nonblocking || s.state != room.StateOpen || r.shows(w.fd, level, 0) {
		n, errno = w.raw()
		return n, errno, false
	}
	return r.makePatient(w, level, settle)
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
		if interrupted >= 2 && !r.shows(w.fd, level, 0) {
			return 0, 0, true
		}
		r.alarm.set(period)
	}
}

// attempt makes a connect that may block, or a send that connects, until it is
// sure that its attempt ends by itself or does not.
func (r *Room) attempt(w *waiting, s *socket) (errno unix.Errno, blocked bool, err error) {
	if s.timed {
		defer r.countWaiting(time.Now())
	}
	_, errno, blocked = r.makePatient(w, unix.POLLOUT, s.sendHorizon())
	for blocked {
		passed, err := r.letPass(w.fd, s)
		if !passed || err != nil {
			return 0, true, err
		}
		_, errno, blocked = r.makePatient(w, unix.POLLOUT, s.sendHorizon())
	}
	return errno, false, nil
}

// levels holds the arguments of select and poll.
type levels struct {
	sets    [3]unix.FdSet
	poll    unix.PollFd
	timeout unix.Timespec
}

const askedOfPoll = unix.POLLIN | unix.POLLOUT | unix.POLLPRI

// shows asks whether a socket has any of some levels, at this moment or within a
// limit. An error or a hang-up alone does not count: a call may block all the
// same.
func (r *Room) shows(fd uintptr, level int16, limit time.Duration) bool {
	r.levels.poll = unix.PollFd{Fd: int32(fd), Events: level}
	r.pollFor(limit)
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
	errno, err := r.look(c, fd, s, (*Room).pollOnce)
	if errno != 0 || err != nil {
		return failure(errno), err
	}
	set := 0
	for i, bit := range [...]int16{unix.POLLIN, unix.POLLOUT, unix.POLLPRI, unix.POLLERR, unix.POLLHUP, unix.POLLNVAL} {
		if r.levels.poll.Revents&bit != 0 {
			set |= 1 << i
		}
	}
	return pollAnswers[set], nil
}

// selectLevels asks for all three levels of one descriptor.
func (r *Room) selectLevels(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	sets := &r.levels.sets
	errno, err := r.look(c, fd, s, (*Room).selectOnce)
	set := 0
	for i := range sets {
		if sets[i].IsSet(int(fd)) {
			set |= 1 << i
		}
		sets[i].Clear(int(fd))
	}
	if errno != 0 || err != nil {
		return failure(errno), err
	}
	return room.SelectLevels[set], nil
}

// look makes a call that looks for levels, now or soon. If nothing shows on a
// socket that called the absent host, that is no longer looked for, and the call
// made again.
func (r *Room) look(c *call, fd uintptr, s *socket, once func(*Room, uintptr, time.Duration) (uintptr, unix.Errno)) (unix.Errno, error) {
	if !c.Soon {
		_, errno := once(r, fd, 0)
		return errno, nil
	}
	if s.timed {
		defer r.countWaiting(time.Now())
	}
	n, errno := once(r, fd, s.horizon())
	if n == 0 && errno == 0 && s.absent {
		if err := r.giveUpFor(s); err != nil {
			return 0, err
		}
		_, errno = once(r, fd, s.horizon())
	}
	return errno, nil
}

// countWaiting counts the time since start as waited on purpose, for a timeout.
func (r *Room) countWaiting(start time.Time) { r.waited += time.Since(start) }

// pollOnce leaves what shows in r.levels.poll.
func (r *Room) pollOnce(fd uintptr, limit time.Duration) (uintptr, unix.Errno) {
	r.levels.poll = unix.PollFd{Fd: int32(fd), Events: askedOfPoll}
	return r.pollFor(limit)
}

// selectOnce leaves what shows in r.levels.sets.
func (r *Room) selectOnce(fd uintptr, limit time.Duration) (uintptr, unix.Errno) {
	sets := &r.levels.sets
	for i := range sets {
		sets[i].Set(int(fd))
	}
	r.levels.timeout = unix.NsecToTimespec(int64(limit))
	w := waiting{trap: unix.SYS_PSELECT6, fd: fd + 1, a2: uintptr(unsafe.Pointer(&sets[0])),
		a3: uintptr(unsafe.Pointer(&sets[1])), a4: uintptr(unsafe.Pointer(&sets[2])),
		a5: uintptr(unsafe.Pointer(&r.levels.timeout))}
	return r.level(&w, limit)
}

// letPass lets the time pass after which a pending attempt ends by itself,
// although no call needs to see it pass. It says whether there was anything to
// wait for.
func (r *Room) letPass(fd uintptr, s *socket) (bool, error) {
	if s.absent {
		return true, r.giveUpFor(s)
	}
	return r.letRetry(fd), nil
}

// letRetry waits for the end of an attempt that the kernel is about to make once
// more; false if there is no such attempt, or no end. An attempt that meets what
// is left of an older connection between the same addresses resets that, and is
// repeated after two ticks of the kernel's clock. Whether a script sees it
// pending depends on who else wants the processor; so no script does. An error
// in the socket's queue lets poll return at once, so it may take several looks;
// and the attempt may come to its end just before it is asked about.
func (r *Room) letRetry(fd uintptr) bool {
	const pause = time.Millisecond
	for deadline := time.Now().Add(settleRetry); r.retries(fd); time.Sleep(pause) {
		if r.shows(fd, unix.POLLOUT, settleRetry) {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
	return r.shows(fd, unix.POLLOUT, 0)
}

// retries says that something has come in answer to an attempt that was no
// answer: then the kernel makes the attempt once more, soon.
func (r *Room) retries(fd uintptr) bool {
	return r.inform(fd) && r.info.State == synSent && r.info.Segs_in > 0
}
