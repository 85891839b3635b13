package winsock

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// connectEvent is FD_CONNECT, and connectBit the place of its error code.
const (
	connectEvent = 0x10
	connectBit   = 4
)

// events are the event objects that sockets of scripts set, by place, and what
// they tell.
type events struct {
	objects [room.Places]syscall.Handle // made when one is needed
	record  struct {
		happened int32
		codes    [10]int32
	}
}

// readInterest reads which network events are asked for.
var readInterest = room.OneOf(map[string]func(*room.Line){
	"":        func(line *room.Line) { line.Number = connectEvent },
	"connect": func(line *room.Line) { line.Number = connectEvent },
	"nothing": func(*room.Line) {},
})

// object is the event object of a place, which is not set.
func (e *events) object(p room.Place) (syscall.Handle, error) {
	if p < 0 {
		p = room.Places - 1 // no socket sets it
	}
	if e.objects[p] != 0 {
		procClear.Call(uintptr(e.objects[p]))
		return e.objects[p], nil
	}
	const manualReset = 1
	handle, _, err := procEvent.Call(0, manualReset, 0, 0)
	if handle == 0 {
		return 0, fmt.Errorf("CreateEvent: %w", err)
	}
	e.objects[p] = syscall.Handle(handle)
	return e.objects[p], nil
}

func (e *events) close() {
	for i, handle := range e.objects {
		if handle != 0 {
			syscall.CloseHandle(handle)
			e.objects[i] = 0
		}
	}
}

// eventSelect asks for network events, or for none.
func (r *Room) eventSelect(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	var object syscall.Handle
	if c.Number != 0 {
		var err error
		if object, err = r.events.object(c.On); err != nil {
			return agent.Answer{}, err
		}
	}
	_, number := r.call(fnEventSelect, handle, uintptr(object), uintptr(c.Number))
	if number == 0 && s.state == room.StateOpen {
		s.event, s.nonblocking = object, true
	}
	return answer(number), nil
}

// await waits until an object is set, for as long as the call may wait.
func (r *Room) await(object syscall.Handle, c *call, s *socket) (err error) {
	if !c.Soon {
		return nil
	}
	r.look(c, s, func(limit time.Duration) (uintptr, syscall.Errno) {
		var state uint32
		if state, err = syscall.WaitForSingleObject(object, uint32(limit/time.Millisecond)); err != nil {
			err = fmt.Errorf("WaitForSingleObject: %w", err)
		}
		if state == syscall.WAIT_TIMEOUT {
			return 0, 0
		}
		return 1, 0
	})
	return err
}

// networkEvents waits for an event, if it is asked to, and tells what has happened:
// nothing, or how an attempt has ended.
func (r *Room) networkEvents(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	if s.state == room.StateOpen && s.event != 0 {
		if err := r.await(s.event, c, s); err != nil {
			return agent.Answer{}, err
		}
	}
	record := &r.events.record
	record.happened = 0
	_, number := r.call(fnEnumEvents, handle, uintptr(s.event), uintptr(unsafe.Pointer(record)))
	switch {
	case number != 0:
		return answer(number), nil
	case record.happened&connectEvent == 0:
		return noError, nil
	case record.codes[connectBit] == 0:
		return ended, nil
	}
	return pendingError(syscall.Errno(uint32(record.codes[connectBit]))), nil
}
