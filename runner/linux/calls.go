//go:build linux

package linux

import (
	"errors"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// upon finds the descriptor that a call is made upon. A closed socket's number
// may have been given to another one since, and a socket that was never made
// has none: both stand for the descriptor that never is open, which the kernel
// cannot tell from them.
func (r *Room) upon(c *call) (uintptr, *socket) {
	switch c.On {
	case room.PlaceFile:
		r.fileUsed = true
		return uintptr(r.handles.file), &r.nowhere
	case room.PlaceNever:
		return uintptr(r.handles.never), &r.nowhere
	}
	s := &r.sockets[c.On]
	if s.state != room.StateOpen {
		return uintptr(r.handles.never), s
	}
	return uintptr(s.fd), s
}

func (r *Room) socket(c *call) (agent.Answer, error) {
	kind, flags := uintptr(unix.SOCK_DGRAM), uintptr(unix.SOCK_CLOEXEC)
	if c.Stream {
		kind = unix.SOCK_STREAM
	}
	if c.Number != 0 {
		flags |= unix.SOCK_NONBLOCK
	}
	fd, _, errno := unix.RawSyscall(unix.SYS_SOCKET, c.Family.Domain(), kind|flags, 0)
	if errno != 0 {
		return failure(errno), nil
	}
	r.sockets[c.Makes] = socket{fd: r.unsharedNumber(fd), state: room.StateOpen, family: c.Family, stream: c.Stream, nonblocking: c.Number != 0}
	return room.OK, nil
}

func (r *Room) bind(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	name, err := r.addresses.Local(&c.Line, s.family)
	if err != nil {
		return agent.Answer{}, err
	}
	r.allot(fd, s)
	_, _, errno := unix.RawSyscall(unix.SYS_BIND, fd, uintptr(name), uintptr(s.family.Exact()))
	r.addresses.Recall(c.On)
	return answer(errno), nil
}

func (r *Room) listen(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	r.allot(fd, s)
	_, _, errno := unix.RawSyscall(unix.SYS_LISTEN, fd, uintptr(c.Number), 0)
	r.addresses.Recall(c.On)
	return answer(errno), nil
}

func (r *Room) accept(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	w := waiting{trap: unix.SYS_ACCEPT4, fd: fd, a4: unix.SOCK_CLOEXEC}
	if c.Thread != room.OwnThread {
		return r.start(c, &w)
	}
	made, errno, blocked := r.makeWaiting(&w, s, unix.POLLIN)
	if blocked {
		return room.Blocks, nil
	}
	return r.accepted(c, made, errno), nil
}

func (r *Room) accepted(c *call, made uintptr, errno unix.Errno) agent.Answer {
	if errno != 0 {
		return failure(errno)
	}
	_, s := r.upon(c)
	r.sockets[c.Makes] = socket{fd: r.unsharedNumber(made), state: room.StateOpen, family: s.family, stream: s.stream, touched: true, sendTimed: s.sendTimed}
	r.addresses.Recall(c.Makes)
	return room.OK
}

func (r *Room) connect(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	name, err := r.destination(c, s)
	if err != nil {
		return agent.Answer{}, err
	}
	r.allot(fd, s)
	s.touched = true
	unsent := s.fast && r.unsent(fd)
	if !unsent {
		s.answered = c.Class == room.ClassListener || c.Class == room.ClassRefuser
	}
	w := waiting{trap: unix.SYS_CONNECT, fd: fd, a2: uintptr(name), a3: uintptr(c.Lengths[s.family])}
	if c.Thread != room.OwnThread {
		return r.start(c, &w)
	}
	if !s.stream || s.nonblocking || s.state != room.StateOpen {
		_, _, errno := unix.RawSyscall(w.trap, w.fd, w.a2, w.a3)
		return r.connected(c, 0, errno), nil
	}
	if unsent {
		return r.awaitSend(c, &w, s)
	}
	errno, blocked, err := r.attempt(&w, s)
	if blocked || err != nil {
		r.addresses.Recall(c.On)
		return room.Blocks, err
	}
	return r.connected(c, 0, errno), nil
}

func (r *Room) connected(c *call, _ uintptr, errno unix.Errno) agent.Answer {
	if errno == unix.EINPROGRESS {
		fd, _ := r.upon(c)
		r.letRetry(fd)
	}
	r.addresses.Recall(c.On)
	return answer(errno)
}

// destination is where the name of a connect or sendto stands.
func (r *Room) destination(c *call, s *socket) (unsafe.Pointer, error) {
	name, fixed, err := r.addresses.Destination(&c.Line, s.family)
	s.absent = s.absent || c.Class == room.ClassAbsent
	// Whatever is at the listener's port may be queued there. Asking costs
	// less than finding out.
	r.queued = r.queued || fixed && s.stream
	return name, err
}

func (r *Room) closeSocket(c *call) (agent.Answer, error) {
	r.addresses.Recall(c.On)
	fd, s := r.upon(c)
	_, _, errno := unix.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
	if s.state == room.StateOpen {
		s.state = room.StateClosed // whatever close answers, on Linux
	}
	return answer(errno), nil
}

func (r *Room) shutdown(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	_, _, errno := unix.RawSyscall(unix.SYS_SHUTDOWN, fd, uintptr(c.Number), 0)
	r.addresses.Recall(c.On) // what calls an attempt off changes its address
	return answer(errno), nil
}

func (r *Room) send(c *call) (agent.Answer, error) {
	return r.sendTo(c, func(*Room, *call, *socket) (unsafe.Pointer, uintptr, error) { return nil, 0, nil })
}

func (r *Room) sendto(c *call) (agent.Answer, error) {
	return r.sendTo(c, func(r *Room, c *call, s *socket) (unsafe.Pointer, uintptr, error) {
		if !r.lab && c.Class == room.ClassUnspec {
			return nil, 0, errors.New(unspecLeaves)
		}
		name, err := r.destination(c, s)
		return name, uintptr(s.family.Exact()), err
	})
}

// sendTo sends one byte, the token.
func (r *Room) sendTo(c *call, destination func(*Room, *call, *socket) (unsafe.Pointer, uintptr, error)) (agent.Answer, error) {
	fd, s := r.upon(c)
	name, length, err := destination(r, c, s)
	if err != nil {
		return agent.Answer{}, err
	}
	r.sent++
	r.data[0] = byte(r.sent)
	w := waiting{trap: unix.SYS_SENDTO, fd: fd, a2: uintptr(unsafe.Pointer(&r.data)), a3: 1,
		a4: unix.MSG_NOSIGNAL, a5: uintptr(name), a6: length}
	if !s.stream {
		r.allot(fd, s)
	}
	if c.Thread != room.OwnThread {
		return r.start(c, &w)
	}
	var errno unix.Errno
	blocked := false
	switch {
	case !s.stream:
		_, errno = w.raw() // one byte always finds room
	case s.fast:
		errno, blocked, err = r.sendFast(&w, s)
	case s.sendTimed && !s.nonblocking:
		_, errno, blocked = r.makePatient(&w, unix.POLLOUT, s.sendHorizon())
	default:
		_, errno, blocked = r.makeWaiting(&w, s, unix.POLLOUT)
	}
	if blocked || err != nil {
		return room.Blocks, err
	}
	return r.delivered(c, 0, errno), nil
}

func (r *Room) delivered(c *call, _ uintptr, errno unix.Errno) agent.Answer {
	r.addresses.Recall(c.On) // to send may give a local address
	return answer(errno)
}

func (r *Room) recv(c *call) (agent.Answer, error) {
	return r.receive(c, waiting{trap: unix.SYS_RECVFROM})
}

func (r *Room) recvfrom(c *call) (agent.Answer, error) {
	r.length = uint32(len(r.nameBytes))
	return r.receive(c, waiting{trap: unix.SYS_RECVFROM,
		a5: uintptr(unsafe.Pointer(&r.nameBytes)), a6: uintptr(unsafe.Pointer(&r.length))})
}

func (r *Room) receive(c *call, w waiting) (agent.Answer, error) {
	fd, s := r.upon(c)
	w.fd, w.a2, w.a3 = fd, uintptr(unsafe.Pointer(&r.data)), uintptr(len(r.data))
	if s.stream {
		w.a3 = 1
	}
	if c.Thread != room.OwnThread {
		return r.start(c, &w)
	}
	n, errno, blocked := r.makeWaiting(&w, s, unix.POLLIN)
	if blocked {
		return room.Blocks, nil
	}
	return r.received(c, n, errno), nil
}

func (r *Room) received(_ *call, n uintptr, errno unix.Errno) agent.Answer {
	switch {
	case errno != 0:
		return failure(errno)
	case n == 0:
		return room.End
	}
	return room.Token(r.data[0])
}

func (r *Room) setOption(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	return answer(r.setInt(fd, c.level, c.option, c.Number)), nil
}

func (r *Room) setInt(fd uintptr, level, option, value int) unix.Errno {
	r.value = int32(value)
	_, _, errno := unix.RawSyscall6(unix.SYS_SETSOCKOPT, fd, uintptr(level), uintptr(option),
		uintptr(unsafe.Pointer(&r.value)), unsafe.Sizeof(r.value), 0)
	return errno
}

// setLinger says whether close shall reset a connection.
func (r *Room) setLinger(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	return answer(r.lingerNot(fd, int32(c.Number))), nil
}

// lingerNot sets SO_LINGER to 0 s if on is 1, or else turns it off.
func (r *Room) lingerNot(fd uintptr, on int32) unix.Errno {
	r.linger = unix.Linger{Onoff: on}
	_, _, errno := unix.RawSyscall6(unix.SYS_SETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_LINGER,
		uintptr(unsafe.Pointer(&r.linger)), unsafe.Sizeof(r.linger), 0)
	return errno
}

// setDeferAccept says whether a listener waits for a client's first data.
func (r *Room) setDeferAccept(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	const seconds = 3600 // longer than any script takes
	return answer(r.setInt(fd, unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, seconds*c.Number)), nil
}

func (r *Room) setTimeout(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	const shortest = 1 // ms; the first retransmission comes after 1 s and sees it
	errno := r.setInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, shortest)
	s.timed = s.timed || errno == 0
	return answer(errno), nil
}

// setNonblocking is FIONBIO as asm-generic has it.
const setNonblocking = 0x5421

func (r *Room) setMode(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	r.value = int32(c.Number)
	_, _, errno := unix.RawSyscall(unix.SYS_IOCTL, fd, setNonblocking, uintptr(unsafe.Pointer(&r.value)))
	if errno == 0 && s.state == room.StateOpen {
		s.nonblocking = c.Number != 0
	}
	return answer(errno), nil
}

func (r *Room) socketError(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	r.length = uint32(unsafe.Sizeof(r.value))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_ERROR,
		uintptr(unsafe.Pointer(&r.value)), uintptr(unsafe.Pointer(&r.length)), 0)
	if errno != 0 {
		return failure(errno), nil
	}
	if r.value < 0 || r.value >= maxErrno {
		return agent.Answer{Name: agent.OK, Value: failure(unix.Errno(r.value)).Name}, nil
	}
	return pendingAnswers[r.value], nil
}
