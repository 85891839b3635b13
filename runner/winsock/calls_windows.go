package winsock

import (
	"syscall"
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// never is a handle that nobody gives out: a multiple of four, as all are, and
// far above the others.
const never = 0x7ffffffc

// call calls a function of the library. An exception is the error of a call
// which the room itself has made wrong: scripts use ask.
func (r *Room) call(f function, arguments ...uintptr) (uintptr, syscall.Errno) {
	result, number, exception := r.guard.call(r.library[f], arguments...)
	if exception != 0 {
		return failed, syscall.Errno(exception)
	}
	if int32(result) != -1 {
		return result, 0
	}
	return failed, number
}

// upon finds the handle that a call is made upon. A closed socket's may have
// been given to another one since, and a socket that was never made has none:
// both stand for the handle that never was.
func (r *Room) upon(c *call) (uintptr, *socket) {
	switch c.On {
	case room.PlaceFile:
		if r.fileClosed {
			return never, &r.nowhere
		}
		return uintptr(r.file), &r.nowhere
	case room.PlaceNever:
		return never, &r.nowhere
	}
	s := &r.sockets[c.On]
	if s.state != room.StateOpen {
		return never, s
	}
	return s.handle, s
}

// answer is ok, the name of an error, or that of an exception.
func answer(number syscall.Errno) agent.Answer {
	if number == 0 {
		return room.OK
	}
	if name, ok := exceptionNames[uint32(number)]; ok {
		return agent.Answer{Name: name}
	}
	return failure(number)
}

func (r *Room) startup(*call) (agent.Answer, error) { return answer(r.startOnce()), nil }

// cleanup may take every socket of the process away, the fixtures' too.
func (r *Room) cleanup(*call) (agent.Answer, error) {
	_, number := r.call(fnCleanup)
	if number == 0 {
		r.started--
	}
	if r.started > 0 || !r.fixtures.alive {
		return answer(number), nil
	}
	r.fixtures.alive = false
	for i := range r.sockets {
		if s := &r.sockets[i]; s.state == room.StateOpen {
			s.state = room.StateClosed // its number may be given to another one
		}
	}
	return answer(number), nil
}

func (r *Room) socket(c *call) (agent.Answer, error) {
	kind := uintptr(kindDatagram)
	if c.Stream {
		kind = kindStream
	}
	handle, number := r.call(fnSocket, c.Family.Domain(), kind, 0)
	if number != 0 {
		return answer(number), nil
	}
	r.sockets[c.Makes] = socket{handle: handle, state: room.StateOpen, family: c.Family, stream: c.Stream, nonblocking: c.Number != 0}
	if c.Number != 0 {
		return answer(r.setModeOf(handle, 1)), nil
	}
	return room.OK, nil
}

func (r *Room) bind(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	name, err := r.addresses.Local(&c.Line, s.family)
	if err != nil {
		return agent.Answer{}, err
	}
	_, number := r.call(fnBind, handle, uintptr(name), uintptr(s.family.Exact()))
	if number == 0 {
		r.noteOwner(c, s)
	}
	r.addresses.Recall(c.On)
	return answer(number), nil
}

// noteOwner remembers whose address was that of another socket before.
func (r *Room) noteOwner(c *call, s *socket) {
	switch c.Local {
	case room.LocalSocket:
		s.borrowed = true
		if c.To >= 0 {
			r.sockets[c.To].borrowed = true
		}
	case room.LocalFixed:
		s.borrowed = r.taken
		r.taken = true
	}
}

func (r *Room) listen(c *call) (agent.Answer, error) {
	handle, _ := r.upon(c)
	_, number := r.call(fnListen, handle, uintptr(c.Number))
	r.addresses.Recall(c.On)
	return answer(number), nil
}

// waited is what has come of a call that may block.
type waited struct {
	result  uintptr
	number  syscall.Errno
	blocked bool // it had to be cancelled
}

// wait makes a call that may block on a blocking socket.
func (r *Room) wait(s *socket, f function, arguments ...uintptr) (w waited) {
	if s.nonblocking || s.state != room.StateOpen {
		w.result, w.number = r.call(f, arguments...)
		return w
	}
	patience := r.patienceWith(s)
	var before func()
	if s.absent && f == fnConnect {
		before = func() { r.giveUpFor(s) }
	} else if s.timed && (f == fnConnect || s.begun) {
		patience = patienceTimed
		r.giveUpAll()
		defer r.countWaiting(time.Now())
	}
	r.watch.begin(s.handle, patience, before)
	w.result, w.number = r.call(f, arguments...)
	cancelled := r.watch.end()
	w.blocked = cancelled && (w.number == operationAborted || w.number == interrupted)
	return w
}

// countWaiting counts the time since start as waited on purpose, for a timeout.
func (r *Room) countWaiting(start time.Time) { r.waited += time.Since(start) }

func (r *Room) accept(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	made := r.wait(s, fnAccept, handle, 0, 0)
	if made.blocked {
		return room.Blocks, nil
	}
	if made.number != 0 {
		return answer(made.number), nil
	}
	r.sockets[c.Makes] = socket{handle: made.result, state: room.StateOpen, family: s.family, stream: s.stream,
		nonblocking: s.nonblocking, touched: true, event: s.event, message: s.message} // it inherits the mode
	r.addresses.Recall(c.Makes)
	return room.OK, nil
}

func (r *Room) connect(c *call) (agent.Answer, error) { return r.connectBy(c, fnConnect) }

// connectBy makes a connect, by a function that may take more than it is given.
func (r *Room) connectBy(c *call, f function, more ...uintptr) (agent.Answer, error) {
	handle, s := r.upon(c)
	name, err := r.destination(c, s)
	if err != nil {
		return agent.Answer{}, err
	}
	s.touched = true
	s.absent = s.absent || s.stream && c.Class == room.ClassAbsent && r.keeper != nil
	length := c.Lengths[s.family]
	// So many bytes are copied over whatever there is: it is the process's end.
	r.guard.off = length < 0 && r.wine
	result := r.wait(s, f, append([]uintptr{handle, uintptr(name), uintptr(length)}, more...)...)
	r.guard.off = false
	s.begun = result.number == wouldBlock
	r.addresses.Recall(c.On)
	if result.blocked {
		return room.Blocks, nil
	}
	return answer(result.number), nil
}

// destination is where the name of a connect or sendto stands.
func (r *Room) destination(c *call, s *socket) (unsafe.Pointer, error) {
	name, fixed, err := r.addresses.Destination(&c.Line, s.family)
	if fixed && s.stream {
		r.fixtures.queued[s.family]++
		if c.Class == room.ClassMapped {
			r.fixtures.queued[room.Inet]++
		}
	}
	return name, err
}

func (r *Room) closeSocket(c *call) (agent.Answer, error) {
	r.addresses.Recall(c.On)
	handle, s := r.upon(c)
	_, number := r.call(fnClose, handle)
	if number == 0 && c.On == room.PlaceFile {
		r.fileClosed = true
	}
	if number == 0 && s.state == room.StateOpen {
		s.state = room.StateClosed
	}
	return answer(number), nil
}

func (r *Room) shutdown(c *call) (agent.Answer, error) {
	handle, _ := r.upon(c)
	_, number := r.call(fnShutdown, handle, uintptr(c.Number))
	r.addresses.Recall(c.On)
	return answer(number), nil
}

// next is the token that the next send carries.
func (r *Room) next() uintptr {
	r.sent++
	r.data[0] = byte(r.sent)
	return uintptr(unsafe.Pointer(&r.data))
}

func (r *Room) send(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	return r.delivered(c, r.wait(s, fnSend, handle, r.next(), 1, 0))
}

func (r *Room) sendto(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	name, err := r.destination(c, s)
	if err != nil {
		return agent.Answer{}, err
	}
	result := r.wait(s, fnSendTo, handle, r.next(), 1, 0, uintptr(name), uintptr(s.family.Exact()))
	r.leaked = r.leaked || result.number == badAddress
	return r.delivered(c, result)
}

func (r *Room) delivered(c *call, result waited) (agent.Answer, error) {
	r.addresses.Recall(c.On) // to send may give a local address
	if result.blocked {
		return room.Blocks, nil
	}
	return answer(result.number), nil
}

func (r *Room) recv(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	return r.received(r.wait(s, fnRecv, handle, uintptr(unsafe.Pointer(&r.data)), s.roomForData(), 0))
}

func (r *Room) recvfrom(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	r.length = int32(len(r.nameBytes))
	return r.received(r.wait(s, fnRecvFrom, handle, uintptr(unsafe.Pointer(&r.data)), s.roomForData(), 0,
		uintptr(unsafe.Pointer(&r.nameBytes)), uintptr(unsafe.Pointer(&r.length))))
}

// roomForData is for one token of a stream, or for a whole datagram.
func (s *socket) roomForData() uintptr {
	if s.stream {
		return 1
	}
	return 16
}

func (r *Room) received(w waited) (agent.Answer, error) {
	switch {
	case w.blocked:
		return room.Blocks, nil
	case w.number != 0:
		return answer(w.number), nil
	case w.result == 0:
		return room.End, nil
	}
	return room.Token(r.data[0]), nil
}

func (r *Room) setOption(c *call) (agent.Answer, error) {
	handle, _ := r.upon(c)
	r.value = int32(c.Number)
	_, number := r.call(fnSetOption, handle, c.level, c.option, uintptr(unsafe.Pointer(&r.value)), unsafe.Sizeof(r.value))
	return answer(number), nil
}

// setLinger says whether close shall reset a connection.
func (r *Room) setLinger(c *call) (agent.Answer, error) {
	handle, _ := r.upon(c)
	return answer(r.lingerNot(handle, uint16(c.Number))), nil
}

// lingerNot sets SO_LINGER to 0 s if on is 1, or else turns it off.
func (r *Room) lingerNot(handle uintptr, on uint16) syscall.Errno {
	r.linger.on = on
	_, number := r.call(fnSetOption, handle, levelSocket, optionLinger, uintptr(unsafe.Pointer(&r.linger)), unsafe.Sizeof(r.linger))
	return number
}

// setTimeout is for what the lab does to every attempt: it ends it as soon as the
// system below can. Only who has called this waits for that. The kind of the
// socket is asked for because a handle that is no socket must say so.
func (r *Room) setTimeout(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	r.length = int32(unsafe.Sizeof(r.value))
	_, number := r.call(fnGetOption, handle, levelSocket, optionKind, uintptr(unsafe.Pointer(&r.value)), uintptr(unsafe.Pointer(&r.length)))
	s.timed = s.timed || number == 0 && s.stream
	return answer(number), nil
}

func (r *Room) setMode(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	number := r.setModeOf(handle, int32(c.Number))
	if number == 0 && s.state == room.StateOpen {
		s.nonblocking = c.Number != 0
	}
	return answer(number), nil
}

func (r *Room) setModeOf(handle uintptr, nonblocking int32) syscall.Errno {
	r.value = nonblocking
	_, number := r.call(fnControl, handle, setNonblocking, uintptr(unsafe.Pointer(&r.value)))
	return number
}

func (r *Room) socketError(c *call) (agent.Answer, error) {
	handle, _ := r.upon(c)
	r.length = int32(unsafe.Sizeof(r.value))
	_, number := r.call(fnGetOption, handle, levelSocket, optionError, uintptr(unsafe.Pointer(&r.value)), uintptr(unsafe.Pointer(&r.length)))
	if number != 0 {
		return answer(number), nil
	}
	return pendingError(syscall.Errno(uint32(r.value))), nil
}

// ask makes getsockname or getpeername; r.nameBytes and r.length have the
// answer.
func (r *Room) ask(f function, handle uintptr) syscall.Errno {
	r.length = int32(len(r.nameBytes))
	_, number := r.call(f, handle, uintptr(unsafe.Pointer(&r.nameBytes)), uintptr(unsafe.Pointer(&r.length)))
	return number
}

func (r *Room) getsockname(c *call) (agent.Answer, error) {
	handle, _ := r.upon(c)
	if number := r.ask(fnSockName, handle); number != 0 {
		return answer(number), nil
	}
	return room.HostAnswer(r.nameBytes[:r.length]), nil
}

func (r *Room) getpeername(c *call) (agent.Answer, error) {
	handle, _ := r.upon(c)
	if number := r.ask(fnPeerName, handle); number != 0 {
		return answer(number), nil
	}
	return r.addresses.Peer(r.nameBytes[:r.length]), nil
}

// called is what a socket of the script is called now.
func (r *Room) called(p room.Place) room.Called {
	s := &r.sockets[p]
	called := room.Called{State: s.state, Family: s.family}
	if s.state == room.StateOpen && r.ask(fnSockName, s.handle) == 0 {
		called.Name = r.nameBytes[:r.length]
	}
	return called
}
