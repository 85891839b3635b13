package winsock

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// A mailbox is a window that nobody sees, for the messages of WSAAsyncSelect. It is
// made when the first script wants it, which takes Wine half a second.
type mailbox struct {
	window uintptr
	letter message
}

// A message is MSG: the system writes to all of it.
type message struct {
	window uintptr
	number uint32
	_      uint32
	socket uintptr // wParam
	event  uintptr // lParam: the event, and its error code above it
	_      [16]byte
}

const (
	firstMessage = 0x8000      // WM_APP: that of the first place
	messagesOnly = ^uintptr(2) // HWND_MESSAGE
)

var (
	user        = syscall.NewLazyDLL("user32.dll")
	procWindow  = user.NewProc("CreateWindowExW")
	procDestroy = user.NewProc("DestroyWindow")
	procPeek    = user.NewProc("PeekMessageW")
	procWait    = user.NewProc("MsgWaitForMultipleObjects")
)

// open makes the window.
func (m *mailbox) open() error {
	if m.window != 0 {
		return nil
	}
	class, err := syscall.UTF16PtrFromString("Message") // every system has this class
	if err != nil {
		return err
	}
	window, _, err := procWindow.Call(0, uintptr(unsafe.Pointer(class)), 0, 0, 0, 0, 0, 0, messagesOnly, 0, 0, 0)
	if window == 0 {
		return fmt.Errorf("CreateWindowEx: %w", err)
	}
	m.window = window
	return nil
}

// take takes the first message with a number, or with any that a place may have if
// it is 0.
func (m *mailbox) take(number uint32) bool {
	first, last := number, number
	if number == 0 {
		first, last = firstMessage, firstMessage+room.Places
	}
	const remove = 1
	got, _, _ := procPeek.Call(uintptr(unsafe.Pointer(&m.letter)), m.window, uintptr(first), uintptr(last), remove)
	return got != 0
}

// empty throws away what a script has left.
func (m *mailbox) empty() {
	for m.window != 0 && m.take(0) {
	}
}

func (m *mailbox) close() {
	if m.window != 0 {
		procDestroy.Call(m.window)
		m.window = 0
	}
}

// asyncSelect asks for messages about network events, or for none.
func (r *Room) asyncSelect(c *call) (agent.Answer, error) {
	begun := time.Now()
	if err := r.mailbox.open(); err != nil {
		return agent.Answer{}, err
	}
	r.countWaiting(begun)
	handle, s := r.upon(c)
	number := firstMessage + uint32(room.Places) // that of no place
	if c.On >= 0 {
		number = firstMessage + uint32(c.On)
	}
	_, code := r.call(fnAsyncSelect, handle, r.mailbox.window, uintptr(number), uintptr(c.Number))
	if code == 0 && s.state == room.StateOpen {
		s.event, s.nonblocking = 0, true
		if c.Number != 0 {
			s.message = number
		}
	}
	return answer(code), nil
}

// windowMessage waits for a message about a socket, if it is asked to, and tells how
// an attempt has ended, if there is one.
func (r *Room) windowMessage(c *call) (agent.Answer, error) {
	_, s := r.upon(c)
	if s.message == 0 {
		return noError, nil
	}
	if horizon := r.horizon(c, s); horizon > 0 {
		const postedMessage = 8 // QS_POSTMESSAGE
		if horizon == patienceTimed {
			defer r.countWaiting(time.Now())
		}
		procWait.Call(0, 0, 0, uintptr(horizon/time.Millisecond), postedMessage)
	}
	for r.mailbox.take(s.message) {
		if r.mailbox.letter.socket != s.handle {
			continue // it is about one that was accepted
		}
		code := syscall.Errno(r.mailbox.letter.event >> 16)
		if code == 0 {
			return ended, nil
		}
		return pendingError(code), nil
	}
	return noError, nil
}
