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
	used   uint32 // message numbers of earlier scripts, whose messages may come late
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
	firstMessage = 0x8000 // WM_APP
	lastMessage  = 0xbfff
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

// numberOf is the number of messages about a place of the script at hand.
func (m *mailbox) numberOf(p room.Place) uint32 {
	if p < 0 {
		p = room.Places // no socket gets one
	}
	return firstMessage + m.used + uint32(p)
}

// take takes the first message with a number from first to last.
func (m *mailbox) take(first, last uint32) bool {
	const remove = 1
	got, _, _ := procPeek.Call(uintptr(unsafe.Pointer(&m.letter)), m.window, uintptr(first), uintptr(last), remove)
	return got != 0
}

// empty throws away what a script has left, and gives the next one other numbers.
func (m *mailbox) empty() {
	for m.window != 0 && m.take(firstMessage, lastMessage) {
	}
	const ofAScript = uint32(room.Places) + 1
	if m.used += ofAScript; firstMessage+m.used+ofAScript > lastMessage {
		m.used = 0
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
	number := r.mailbox.numberOf(c.On)
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
	if c.Soon {
		r.look(c, s, func(limit time.Duration) (uintptr, syscall.Errno) {
			const postedMessage = 8 // QS_POSTMESSAGE
			if state, _, _ := procWait.Call(0, 0, 0, uintptr(limit/time.Millisecond), postedMessage); state == syscall.WAIT_TIMEOUT {
				return 0, 0
			}
			return 1, 0
		})
	}
	for r.mailbox.take(s.message, s.message) {
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
