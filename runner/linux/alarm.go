//go:build linux

package linux

import (
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An alarm interrupts system calls of the thread that made it. The kernel's
// timer signals that one thread, and the signal's handler does not restart
// calls: a call that has nothing to return yet answers EINTR, one that has
// something returns it. So EINTR is the kernel's own word that the call waits,
// and nobody has to watch.
type alarm struct {
	timer    int32
	settings unix.ItimerSpec
}

// alarmSignal is a real-time signal that neither Go nor a C library uses.
const alarmSignal = 62

// A signalAction is the kernel's struct sigaction, on machines where that names
// a restorer: PCs and ARM, of either size.
type signalAction struct {
	handler  uintptr
	flags    uintptr
	restorer uintptr
	mask     [8 / unsafe.Sizeof(uintptr(0))]uintptr
}

const (
	signalRestart    = 0x10000000 // SA_RESTART
	notifyThread     = 4          // SIGEV_THREAD_ID
	signalEventBytes = 64         // sizeof(struct sigevent)
)

// newAlarm makes an alarm for the calling thread, which the caller has locked.
func newAlarm() (*alarm, error) {
	if err := clearRestart(); err != nil {
		return nil, err
	}
	var event struct {
		value  uintptr
		signal int32
		notify int32
		thread int32
		_      [signalEventBytes]byte // more than is left of it
	}
	event.signal, event.notify, event.thread = alarmSignal, notifyThread, int32(unix.Gettid())
	a := &alarm{}
	_, _, errno := unix.Syscall(unix.SYS_TIMER_CREATE, unix.CLOCK_MONOTONIC,
		uintptr(unsafe.Pointer(&event)), uintptr(unsafe.Pointer(&a.timer)))
	if errno != 0 {
		return nil, fmt.Errorf("timer_create: %w", errno)
	}
	return a, nil
}

// clearRestart lets calls that the alarm's signal interrupts answer EINTR. Go
// has installed its own handler for every signal, which ignores this one; only
// its flag is changed.
func clearRestart() error {
	var action signalAction
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, alarmSignal, 0,
		uintptr(unsafe.Pointer(&action)), unsafe.Sizeof(action.mask), 0, 0)
	if errno != 0 {
		return fmt.Errorf("rt_sigaction: %w", errno)
	}
	if action.handler <= 1 {
		return fmt.Errorf("signal %d has no handler", alarmSignal)
	}
	action.flags &^= signalRestart
	_, _, errno = unix.RawSyscall6(unix.SYS_RT_SIGACTION, alarmSignal,
		uintptr(unsafe.Pointer(&action)), 0, unsafe.Sizeof(action.mask), 0, 0)
	if errno != 0 {
		return fmt.Errorf("rt_sigaction: %w", errno)
	}
	return nil
}

// set lets the alarm go off once the period is over. It repeats because it may
// come before the thread has reached its call; not at once, for a thread that is
// slow to handle signals (one that is traced, say) would do nothing else.
func (a *alarm) set(period time.Duration) {
	a.settings.Value = unix.NsecToTimespec(int64(period))
	a.settings.Interval = unix.NsecToTimespec(int64(period + time.Millisecond))
	a.settle()
}

// clear silences the alarm.
func (a *alarm) clear() {
	a.settings = unix.ItimerSpec{}
	a.settle()
}

func (a *alarm) settle() {
	_, _, errno := unix.RawSyscall6(unix.SYS_TIMER_SETTIME, uintptr(a.timer), 0,
		uintptr(unsafe.Pointer(&a.settings)), 0, 0, 0)
	if errno != 0 {
		panic("timer_settime: " + errno.Error()) // only a bad timer or time can fail
	}
}

func (a *alarm) close() {
	unix.RawSyscall(unix.SYS_TIMER_DELETE, uintptr(a.timer), 0, 0)
}
