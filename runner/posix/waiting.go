//go:build darwin || dragonfly || freebsd || linux || netbsd

package posix

import (
	"errors"
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// settle is how long the room waits for what comes by itself: what goes over
// loopback is on its way for less, even where a thread of the kernel carries it.
const settle = 2 * time.Millisecond

// transfer sends or receives. Where nothing shows that a blocking socket would
// return at once it is given time once, and then asked without leave to wait: if
// it would wait still, the call blocks. A socket that shows it is simply called:
// what was shut down for reading answers an end to those who would wait only.
func (r *Room) transfer(fd int, s *socket, level int16, trap, size, name, length uintptr) (n uintptr, errno unix.Errno, blocked bool) {
	flags := uintptr(0)
	if !s.nonblocking && s.state == room.StateOpen && !shows(fd, level, 0) && !shows(fd, level, settle) {
		flags = unix.MSG_DONTWAIT
	}
	for n, errno = 0, unix.EINTR; errno == unix.EINTR; {
		n, _, errno = unix.Syscall6(trap, uintptr(fd), uintptr(unsafe.Pointer(&r.data)), size, flags, name, length)
	}
	return n, errno, flags != 0 && errno == unix.EAGAIN
}

// errBlocks is that a call would wait for ever.
var errBlocks = errors.New("blocks")

// acceptFrom accepts, as transfer sends.
func (r *Room) acceptFrom(fd int, s *socket) (made int, err error) {
	const level = unix.POLLIN
	if s.nonblocking || s.state != room.StateOpen || shows(fd, level, 0) || shows(fd, level, settle) {
		return acceptOnce(fd)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return -1, err
	}
	defer unix.SetNonblock(fd, false)
	if made, err = acceptOnce(fd); err == unix.EAGAIN {
		err = errBlocks
	}
	return made, err
}

func acceptOnce(fd int) (made int, err error) {
	for made, err = -1, unix.EINTR; err == unix.EINTR; {
		made, _, err = unix.Accept(fd)
	}
	return made, err
}

// shows waits until a socket shows a level, at most so long.
func shows(fd int, level int16, limit time.Duration) bool {
	set, err := pollFor(fd, level, limit)
	return err == nil && set&level != 0
}

// pollFor polls one descriptor.
func pollFor(fd int, events int16, limit time.Duration) (int16, error) {
	for deadline := time.Now().Add(limit); ; limit = max(0, time.Until(deadline)) {
		one := [1]unix.PollFd{{Fd: int32(fd), Events: events}}
		if _, err := unix.Poll(one[:], int(limit/time.Millisecond)); err != unix.EINTR {
			return one[0].Revents, err
		}
	}
}

var pollAnswers = room.LevelAnswers("in", "out", "pri", "err", "hup", "nval")

func (r *Room) pollLevels(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	shown, err := pollFor(fd, unix.POLLIN|unix.POLLOUT|unix.POLLPRI, horizon(c))
	if err != nil {
		return answer(err), nil
	}
	set := 0
	for i, bit := range [...]int16{unix.POLLIN, unix.POLLOUT, unix.POLLPRI, unix.POLLERR, unix.POLLHUP, unix.POLLNVAL} {
		if shown&bit != 0 {
			set |= 1 << i
		}
	}
	return pollAnswers[set], nil
}

// selectLevels asks for all three levels of one descriptor.
func (r *Room) selectLevels(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	var sets [3]unix.FdSet
	for deadline := time.Now().Add(horizon(c)); ; {
		for i := range sets {
			sets[i].Set(fd)
		}
		left := unix.NsecToTimeval(int64(max(0, time.Until(deadline))))
		_, err := unix.Select(fd+1, &sets[0], &sets[1], &sets[2], &left)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return answer(err), nil
		}
	}
	set := 0
	for i := range sets {
		if sets[i].IsSet(fd) {
			set |= 1 << i
		}
	}
	return room.SelectLevels[set], nil
}

// horizon is how long a call waits for what may come by itself.
func horizon(c *call) time.Duration {
	if !c.Soon {
		return 0
	}
	return settle
}

// answer is ok or the name of an error.
func answer(err error) agent.Answer {
	var errno unix.Errno
	if err != nil && !errors.As(err, &errno) {
		return agent.Answer{Name: agent.Protocol, Value: err.Error()}
	}
	return outcome(errno)
}

func outcome(errno unix.Errno) agent.Answer {
	if errno == 0 {
		return room.OK
	}
	return agent.Answer{Name: ErrorName(errno)}
}
