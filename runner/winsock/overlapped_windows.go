package winsock

import (
	"fmt"
	"syscall"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// An extension is a function that the library has no name for.
type extension int

const (
	extConnect extension = iota
	extDisconnect
	extensions
)

// extensionIDs are WSAID_CONNECTEX and its kind.
var extensionIDs = [extensions]syscall.GUID{
	extConnect:    {Data1: 0x25a207b9, Data2: 0xddf3, Data3: 0x4660, Data4: [8]byte{0x8e, 0xe9, 0x76, 0xe5, 0x8c, 0x74, 0x06, 0x3e}},
	extDisconnect: {Data1: 0x7fda2e11, Data2: 0x8630, Data3: 0x436f, Data4: [8]byte{0xa0, 0x31, 0xf5, 0x36, 0xa6, 0xee, 0xc1, 0x57}},
}

const (
	findExtension       = 0xc8000006 // SIO_GET_EXTENSION_FUNCTION_POINTER
	optionUpdateContext = 0x7010     // SO_UPDATE_CONNECT_CONTEXT
	reuseSocket         = 2          // TF_REUSE_SOCKET
)

// A request is one of overlapped I/O. The system writes to it at any time up to its
// end, even when the socket has gone; so it is memory that Go does not move, and is
// not used again for a long time.
type request struct {
	overlapped *syscall.Overlapped
	event      syscall.Handle
}

// requests are used in turn.
type requests struct {
	functions [extensions]uintptr
	all       [requestsHeld]request
	next      int
}

// requestsHeld are more than two scripts make.
const requestsHeld = 128

// findExtensions finds the functions that only a socket tells of, and makes room
// for requests.
func (r *Room) findExtensions() error {
	size := unsafe.Sizeof(syscall.Overlapped{})
	memory, err := r.pages.Allocate(requestsHeld * int(size))
	if err != nil {
		return err
	}
	for i := range r.requests.all {
		r.requests.all[i].overlapped = (*syscall.Overlapped)(unsafe.Pointer(&memory[uintptr(i)*size]))
	}
	handle, number := r.call(fnSocket, room.Inet.Domain(), kindStream, 0)
	if number != 0 {
		return fmt.Errorf("socket: %s", errorName(number))
	}
	defer r.call(fnClose, handle)
	for i := range extensionIDs {
		at := &r.requests.functions[i]
		_, number := r.call(fnControlMore, handle, findExtension, uintptr(unsafe.Pointer(&extensionIDs[i])),
			unsafe.Sizeof(extensionIDs[i]), uintptr(unsafe.Pointer(at)), unsafe.Sizeof(*at), uintptr(unsafe.Pointer(&r.length)), 0, 0)
		if number != 0 {
			return fmt.Errorf("SIO_GET_EXTENSION_FUNCTION_POINTER: %s", errorName(number))
		}
	}
	return nil
}

// begin is a request that can be made.
func (q *requests) begin() (*request, error) {
	one := &q.all[q.next]
	q.next = (q.next + 1) % requestsHeld
	if one.event == 0 {
		const manualReset = 1
		handle, _, err := procEvent.Call(0, manualReset, 0, 0)
		if handle == 0 {
			return nil, fmt.Errorf("CreateEvent: %w", err)
		}
		one.event = syscall.Handle(handle)
	}
	procClear.Call(uintptr(one.event))
	*one.overlapped = syscall.Overlapped{HEvent: one.event}
	return one, nil
}

func (q *requests) close() {
	for i := range q.all {
		if q.all[i].event != 0 {
			syscall.CloseHandle(q.all[i].event)
		}
		q.all[i] = request{}
	}
}

// readOverlapped reads whether a request has a place for its result.
var readOverlapped = room.OneOf(map[string]func(*room.Line){
	"":      func(line *room.Line) { line.Number = 1 },
	"given": func(line *room.Line) { line.Number = 1 },
	"null":  func(*room.Line) {},
})

// connectEx makes an attempt that goes on by itself, whatever the mode is.
func (r *Room) connectEx(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	name, err := r.destination(c, s)
	if err != nil {
		return agent.Answer{}, err
	}
	s.touched = true
	var made *request
	var overlapped unsafe.Pointer
	if c.Number != 0 {
		if made, err = r.requests.begin(); err != nil {
			return agent.Answer{}, err
		}
		overlapped = unsafe.Pointer(made.overlapped)
	}
	number := r.extended(extConnect, handle, uintptr(name), uintptr(s.family.Exact()), 0, 0, 0, uintptr(overlapped))
	if number == 0 || number == pending {
		s.request = made
	}
	s.begun = false // nobody waits for a timeout of its
	r.addresses.Recall(c.On)
	return answer(number), nil
}

// extended calls an extension, which says whether it has succeeded by the truth.
func (r *Room) extended(which extension, arguments ...uintptr) syscall.Errno {
	result, number, exception := r.guard.call(r.requests.functions[which], arguments...)
	switch {
	case exception != 0:
		return syscall.Errno(exception)
	case uint32(result) != 0:
		return 0
	}
	return number
}

// overlappedResult waits for the end of the last request, if it is asked to, and
// tells what it has come to. Who has made none asks for one that never began.
func (r *Room) overlappedResult(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	last := s.request
	if last == nil {
		var err error
		if last, err = r.requests.begin(); err != nil {
			return agent.Answer{}, err
		}
	} else if err := r.await(last.event, c, s); err != nil {
		return agent.Answer{}, err
	}
	result, number, exception := r.guard.call(r.library[fnOverlappedResult], handle, uintptr(unsafe.Pointer(last.overlapped)),
		uintptr(unsafe.Pointer(&r.length)), 0, uintptr(unsafe.Pointer(&r.value)))
	switch {
	case exception != 0:
		return answer(syscall.Errno(exception)), nil
	case uint32(result) != 0:
		return room.OK, nil
	}
	return answer(number), nil
}

// updateContext makes what ConnectEx has connected a socket like any other.
func (r *Room) updateContext(c *call) (agent.Answer, error) {
	handle, _ := r.upon(c)
	_, number := r.call(fnSetOption, handle, levelSocket, optionUpdateContext, 0, 0)
	return answer(number), nil
}

// readAfterwards reads whether a socket is wanted after it was disconnected.
var readAfterwards = room.OneOf(map[string]func(*room.Line){
	"":      func(*room.Line) {},
	"done":  func(*room.Line) {},
	"reuse": func(line *room.Line) { line.Number = reuseSocket },
})

// disconnectEx has no place for a result, so it waits for that, whatever the mode.
func (r *Room) disconnectEx(c *call) (agent.Answer, error) {
	handle, s := r.upon(c)
	if s.state == room.StateOpen {
		r.watch.begin(handle, r.patience, nil)
	}
	number := r.extended(extDisconnect, handle, 0, uintptr(c.Number), 0)
	if s.state == room.StateOpen && r.watch.end() && (number == operationAborted || number == interrupted) {
		return room.Blocks, nil
	}
	r.addresses.Recall(c.On)
	return answer(number), nil
}
