//go:build linux

package linux

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"golang.org/x/sys/unix"
)

// A thread makes calls of scripts that may overlap with those of the room's own
// thread. It is a thread of the kernel, and a goroutine that stays on it as
// long as the room is open. Work is handed over by a futex, since a channel
// would wake two threads more: Go's scheduler runs a locked goroutine by way of
// another thread.
type thread struct {
	number int
	state  atomic.Uint32
	watch  *sleepWatch
	limit  unix.Timespec // how long the room sleeps for it

	// What it has been given to do for a call of the script: a system call that
	// may block, or else the whole call, for a room that waits for it.
	script    *call // nil: nothing
	waiting   waiting
	memory    argumentMemory
	room      *Room
	sendTimed bool // the socket had the short send timeout when the call was made

	// What came back.
	result    uintptr
	errno     unix.Errno
	answer    agent.Answer
	err       error
	collected bool // the answer has been made of the result
}

// States of a thread. It sets threadReturned itself, the room the others.
const (
	threadNew      = iota
	threadCalled   // there is something to do
	threadAwaited  // the same, and the room sleeps until it is done
	threadReturned // it is done
	threadLeaves   // the room is being closed
)

// minimumProcessors are for the room, its threads, and one to spare: a thread
// whose call returns must not wait until Go takes a processor from another one.
const minimumProcessors = 4

// newThread starts a thread, which waits for calls.
func newThread() (*thread, error) {
	if runtime.GOMAXPROCS(0) < minimumProcessors {
		runtime.GOMAXPROCS(minimumProcessors)
	}
	t := &thread{}
	number := make(chan int)
	go t.live(number)
	t.number = <-number
	var err error
	if t.watch, err = newSleepWatch(t.number); err != nil {
		t.leave()
		return nil, err
	}
	return t, nil
}

// live is all that the thread ever does. The thread ends with the goroutine,
// which never lets go of it.
func (t *thread) live(number chan<- int) {
	runtime.LockOSThread()
	number <- unix.Gettid()
	for {
		switch state := t.state.Load(); state {
		case threadLeaves:
			return
		case threadCalled, threadAwaited:
			t.work()
			if t.state.Swap(threadReturned) == threadAwaited {
				t.wake()
			}
		default:
			t.sleepWhile(state, nil)
		}
	}
}

func (t *thread) work() {
	if t.room != nil {
		t.answer, t.err = t.script.apart(t.room, t.script)
		return
	}
	w := &t.waiting
	t.result, _, t.errno = unix.Syscall6(w.trap, w.fd, w.a2, w.a3, w.a4, w.a5, w.a6)
}

// call hands work over.
func (t *thread) call() {
	t.state.Store(threadCalled)
	t.wake()
}

func (t *thread) returned() bool { return t.state.Load() == threadReturned }

// awaitReturn sleeps until the work is done, or for a time.
func (t *thread) awaitReturn(limit time.Duration) {
	if !t.state.CompareAndSwap(threadCalled, threadAwaited) {
		return
	}
	t.limit = unix.NsecToTimespec(int64(limit))
	t.sleepWhile(threadAwaited, &t.limit)
	t.state.CompareAndSwap(threadAwaited, threadCalled)
}

// giveWay lets the thread run for a moment. At first it need not be long; a room
// that sleeps costs more to wake.
func (t *thread) giveWay(rounds int) {
	const short, pause = 8, 50 * time.Microsecond
	if rounds < short {
		unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
		return
	}
	t.awaitReturn(pause)
}

// tooLong says that the limit has passed, and that the thread was given way to
// often enough for that to be its own doing: the program may have been stopped.
func tooLong(start time.Time, rounds int, limit time.Duration) bool {
	const enough = 1000
	return rounds > enough && time.Since(start) > limit
}

// interrupt sends a signal to the thread.
func (t *thread) interrupt(signal uintptr) error {
	_, _, errno := unix.RawSyscall(unix.SYS_TGKILL, uintptr(unix.Getpid()), uintptr(t.number), signal)
	if errno != 0 {
		return fmt.Errorf("tgkill: %w", errno)
	}
	return nil
}

// leave lets the thread end, which must have nothing to do.
func (t *thread) leave() {
	t.state.Store(threadLeaves)
	t.wake()
	if t.watch != nil {
		t.watch.close()
	}
}

// Operations of futex, among the threads of one process.
const (
	futexWait = 0 | 128
	futexWake = 1 | 128
)

// sleepWhile sleeps until it is woken, unless the state is another one. It may
// also return for nothing.
func (t *thread) sleepWhile(state uint32, timeout *unix.Timespec) {
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&t.state)), futexWait, uintptr(state),
		uintptr(unsafe.Pointer(timeout)), 0, 0)
}

func (t *thread) wake() {
	unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&t.state)), futexWake, 1, 0, 0, 0)
}

// escapeLimit is how long an interrupted call may take to return.
const escapeLimit = 2 * time.Second

// escape interrupts the call that the thread is in, and waits until it has
// returned. Only a thread that is asleep gets the signal; another one might take
// it along into its next call.
func (t *thread) escape() error {
	start := time.Now()
	for rounds := 0; !t.returned(); rounds++ {
		if tooLong(start, rounds, escapeLimit) {
			return errors.New("a thread does not come back from its call")
		}
		asleep, err := t.watch.asleep()
		if err == nil && asleep {
			err = t.interrupt(alarmSignal)
		}
		if err != nil {
			return err
		}
		t.giveWay(rounds)
	}
	return nil
}
