//go:build darwin || dragonfly || freebsd || linux || netbsd

package posix

import (
	"errors"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// upon finds the descriptor that a call is made upon. A closed socket's number
// may have been given to another one since, and a socket that was never made has
// none: both stand for the descriptor that never is open.
func (r *Room) upon(c *call) (int, *socket) {
	switch c.On {
	case room.PlaceFile:
		if r.file < 0 {
			return r.never, &r.nowhere
		}
		return r.file, &r.nowhere
	case room.PlaceNever:
		return r.never, &r.nowhere
	}
	s := &r.sockets[c.On]
	if s.state != room.StateOpen {
		return r.never, s
	}
	return s.fd, s
}

func (r *Room) socket(c *call) (agent.Answer, error) {
	kind := unix.SOCK_DGRAM
	if c.Stream {
		kind = unix.SOCK_STREAM
	}
	fd, err := unix.Socket(int(c.Family.Domain()), kind, 0)
	if err != nil {
		return answer(err), nil
	}
	unix.CloseOnExec(fd)
	r.sockets[c.Makes] = socket{fd: fd, state: room.StateOpen, family: c.Family, stream: c.Stream, nonblocking: c.Number != 0}
	return answer(unix.SetNonblock(fd, c.Number != 0)), nil
}

func (r *Room) bind(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	name, err := r.addresses.Local(&c.Line, s.family)
	if err != nil {
		return agent.Answer{}, err
	}
	_, _, errno := unix.RawSyscall(unix.SYS_BIND, uintptr(fd), uintptr(name), uintptr(s.family.Exact()))
	r.addresses.Recall(c.On)
	return outcome(errno), nil
}

func (r *Room) listen(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	err := unix.Listen(fd, c.Number)
	r.addresses.Recall(c.On)
	return answer(err), nil
}

// accept makes a socket that blocks as the system has it, whatever the room did
// to the listener meanwhile.
func (r *Room) accept(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	made, err := r.acceptFrom(fd, s)
	if err == errBlocks {
		return room.Blocks, nil
	}
	if err != nil {
		return answer(err), nil
	}
	unix.CloseOnExec(made)
	nonblocking := s.nonblocking && r.inherits
	r.sockets[c.Makes] = socket{fd: made, state: room.StateOpen, family: s.family, stream: s.stream, nonblocking: nonblocking, touched: true}
	r.addresses.Recall(c.Makes)
	return answer(unix.SetNonblock(made, nonblocking)), nil
}

// connect makes an attempt. On loopback it ends by itself.
func (r *Room) connect(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	name, _, err := r.addresses.Destination(&c.Line, s.family)
	if err != nil {
		return agent.Answer{}, err
	}
	s.touched = true
	_, _, errno := unix.Syscall(unix.SYS_CONNECT, uintptr(fd), uintptr(name), uintptr(c.Lengths[s.family]))
	r.heldUp = r.heldUp || errno == unix.EINTR
	r.addresses.Recall(c.On)
	return outcome(errno), nil
}

func (r *Room) closeSocket(c *call) (agent.Answer, error) {
	r.addresses.Recall(c.On)
	fd, s := r.upon(c)
	err := unix.Close(fd)
	if c.On == room.PlaceFile {
		r.file = -1
	}
	if s.state == room.StateOpen {
		s.state = room.StateClosed
	}
	return answer(err), nil
}

func (r *Room) shutdown(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	err := unix.Shutdown(fd, c.Number)
	r.addresses.Recall(c.On)
	return answer(err), nil
}

func (r *Room) send(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	return r.sendTo(c, fd, s, nil, 0)
}

func (r *Room) sendto(c *call) (agent.Answer, error) {
	if c.Class == room.ClassUnspec {
		return agent.Answer{}, errors.New(unspecLeaves)
	}
	fd, s := r.upon(c)
	name, _, err := r.addresses.Destination(&c.Line, s.family)
	if err != nil {
		return agent.Answer{}, err
	}
	return r.sendTo(c, fd, s, name, uintptr(s.family.Exact()))
}

// sendTo sends one byte, the token. Go ignores SIGPIPE of what it has not opened.
func (r *Room) sendTo(c *call, fd int, s *socket, name unsafe.Pointer, length uintptr) (agent.Answer, error) {
	r.sent++
	r.data[0] = byte(r.sent)
	_, errno, blocked := r.transfer(fd, s, unix.POLLOUT, unix.SYS_SENDTO, 1, uintptr(name), length)
	r.addresses.Recall(c.On) // to send may give a local address
	if blocked {
		return room.Blocks, nil
	}
	return outcome(errno), nil
}

// recv stands for recvfrom too: whose address comes with the data is not asked.
func (r *Room) recv(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	size := uintptr(len(r.data))
	if s.stream {
		size = 1
	}
	n, errno, blocked := r.transfer(fd, s, unix.POLLIN, unix.SYS_RECVFROM, size, 0, 0)
	switch {
	case blocked:
		return room.Blocks, nil
	case errno != 0:
		return outcome(errno), nil
	case n == 0:
		return room.End, nil
	}
	return room.Token(r.data[0]), nil
}

func (r *Room) setOption(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	return answer(unix.SetsockoptInt(fd, c.level, c.option, c.Number)), nil
}

// setLinger says whether close shall reset a connection.
func (r *Room) setLinger(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	return answer(abortOnClose(fd, c.Number != 0)), nil
}

func (r *Room) setMode(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	err := unix.SetNonblock(fd, c.Number != 0)
	if err == nil && s.state == room.StateOpen {
		s.nonblocking = c.Number != 0
	}
	return answer(err), nil
}

func (r *Room) socketError(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	pending, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	switch {
	case err != nil:
		return answer(err), nil
	case pending == 0:
		return agent.Answer{Name: agent.OK, Value: "none"}, nil
	}
	return agent.Answer{Name: agent.OK, Value: ErrorName(unix.Errno(pending))}, nil
}
