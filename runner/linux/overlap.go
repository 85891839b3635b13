//go:build linux

package linux

import (
	"errors"
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// argumentMemory holds arguments of a system call that the room would use anew
// while a thread is in the call.
type argumentMemory struct {
	name   [room.SlotBytes]byte
	length uint32
	data   [16]byte
}

// take lets a system call have its arguments here instead of in the room's
// memory. The kernel reads some of them again when a signal restarts the call.
func (m *argumentMemory) take(r *Room, w *waiting) {
	copy(m.name[:], r.addresses.Scratch)
	m.length, m.data = r.length, r.data
	for _, argument := range []*uintptr{&w.a2, &w.a3, &w.a4, &w.a5, &w.a6} {
		switch *argument {
		case uintptr(unsafe.Pointer(&r.addresses.Scratch[0])), uintptr(unsafe.Pointer(&r.nameBytes)):
			*argument = uintptr(unsafe.Pointer(&m.name))
		case uintptr(unsafe.Pointer(&r.length)):
			*argument = uintptr(unsafe.Pointer(&m.length))
		case uintptr(unsafe.Pointer(&r.data)):
			*argument = uintptr(unsafe.Pointer(&m.data))
		}
	}
}

// hireThreads starts the threads when the first script needs them.
func (r *Room) hireThreads() error {
	for i := range r.threads {
		if r.threads[i] != nil {
			continue
		}
		t, err := newThread()
		if err != nil {
			return err
		}
		r.threads[i] = t
	}
	return nil
}

// dismissThreads lets the threads end.
func (r *Room) dismissThreads() {
	for i, t := range r.threads {
		if t != nil {
			t.leave()
			r.threads[i] = nil
		}
	}
}

// inThread makes a call in a thread: it starts those that may block, and waits
// for the others, which touch the room. A thread with a call whose result nobody
// has asked for makes none.
func (r *Room) inThread(c *call) (agent.Answer, error) {
	t := r.threads[c.Thread]
	if t.script != nil {
		return agent.Answer{Name: agent.Busy}, nil
	}
	if c.finish != nil {
		return c.apart(r, c) // which comes to start
	}
	t.script, t.room = c, r
	t.call()
	for !t.returned() {
		t.awaitReturn(settleLimit)
	}
	t.script, t.room = nil, nil
	return t.answer, t.err
}

// start lets a thread make a system call that may block, on behalf of a call of
// the script.
func (r *Room) start(c *call, w *waiting) (agent.Answer, error) {
	t := r.threads[c.Thread]
	_, s := r.upon(c)
	t.waiting, t.sendTimed = *w, s.sendTimed
	t.memory.take(r, &t.waiting)
	t.watch.expect(&t.waiting)
	t.script, t.collected = c, false
	r.engaged++
	t.call()
	answer, err := r.returnOf(t)
	r.addresses.Recall(c.On)
	return answer, err
}

// collectReturned turns the results of threads that are back into answers. What
// they have made is there for all to use from then on, whether the script has
// asked for the result or not.
func (r *Room) collectReturned() {
	for _, t := range r.threads {
		if t != nil && t.script != nil && !t.collected && t.returned() {
			r.data = t.memory.data
			t.answer = t.script.finish(r, t.script, t.result, t.errno)
			t.collected = true
		}
	}
}

// returnFrom answers what the call in a thread does.
func (r *Room) returnFrom(c *call) (agent.Answer, error) {
	t := r.threads[c.Number]
	if t == nil || t.script == nil {
		return room.OK, nil
	}
	return r.returnOf(t)
}

// returnOf waits for what may still come by itself, and tells how the thread's
// call has ended, if it has.
func (r *Room) returnOf(t *thread) (agent.Answer, error) {
	_, s := r.upon(t.script)
	if limit := r.bound(t, s); limit > 0 {
		start := time.Now()
		for left := limit; left > 0 && !t.returned(); left = limit - time.Since(start) {
			t.awaitReturn(left)
		}
		r.countWaiting(start)
	}
	if err := r.settleThreads(); err != nil {
		return agent.Answer{}, err
	}
	if !t.returned() {
		passed, err := r.letPass(t.waiting.fd, s)
		if passed && err == nil {
			err = r.settleThreads()
		}
		if err != nil {
			return agent.Answer{}, err
		}
	}
	if !t.returned() {
		return room.Blocks, nil
	}
	return r.collect(t), nil
}

// bound is how long a thread's call may still take to end by itself; 0: only
// other steps end it.
func (r *Room) bound(t *thread, s *socket) time.Duration {
	limit := s.horizon()
	if limit <= settle {
		limit = 0
	}
	if trap := t.waiting.trap; t.sendTimed && (trap == unix.SYS_CONNECT || trap == unix.SYS_SENDTO) {
		limit = max(limit, settleSend)
	}
	return limit
}

// collect is the answer of a thread that is back, which is free then.
func (r *Room) collect(t *thread) agent.Answer {
	r.collectReturned()
	t.script = nil
	r.engaged--
	return t.answer
}

// unsharedNumber gives a new descriptor another number if a thread is in a call
// upon the closed socket that had this one: a signal may restart that call,
// which then looks the number up again.
func (r *Room) unsharedNumber(fd uintptr) int {
	for i := 0; i < len(r.threads) && r.engaged > 0; i++ {
		t := r.threads[i]
		if t.script == nil || t.returned() || t.waiting.fd != fd {
			continue
		}
		other, _, errno := unix.RawSyscall(unix.SYS_FCNTL, fd, unix.F_DUPFD_CLOEXEC, fd+1)
		if errno != 0 {
			break // no descriptors are left; this one serves as well
		}
		unix.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
		fd, i = other, -1
	}
	return int(fd)
}

// restartSignal is the alarm's neighbour. Its handler is Go's own, which
// restarts calls and ignores the signal.
const restartSignal = alarmSignal - 1

func (r *Room) interruptThread(c *call) (agent.Answer, error) {
	return r.signal(c, alarmSignal)
}

// restartThread has a call made again, with the send timeout of now.
func (r *Room) restartThread(c *call) (agent.Answer, error) {
	if t := r.threads[c.Number]; t != nil && t.script != nil {
		_, s := r.upon(t.script)
		t.sendTimed = s.sendTimed
	}
	return r.signal(c, restartSignal)
}

// signal sends a signal to a thread that is in a call. Nobody could tell
// whether another one got it.
func (r *Room) signal(c *call, signal uintptr) (agent.Answer, error) {
	t := r.threads[c.Number]
	if t == nil || t.script == nil || t.returned() {
		return room.OK, nil
	}
	return room.OK, t.interrupt(signal)
}

// settleLimit is how long a thread may take to return or to fall asleep, on a
// machine that has much else to do.
const settleLimit = 4 * time.Second

// settleThreads waits until each thread that is in a call has returned from it
// or is asleep in it. What a system call of the room's own thread wakes is no
// longer asleep when that call returns; so whatever a step causes has happened
// then. While one thread is awake it may wake the other: what has been seen of
// the two counts if neither was awake in between.
func (r *Room) settleThreads() error {
	var start time.Time
	for rounds, quiet := 0, 0; quiet < r.engaged; rounds++ {
		busy, err := r.busyThread()
		if err != nil {
			return err
		}
		if busy == nil {
			quiet++
			continue
		}
		quiet = 0
		if start.IsZero() {
			start = time.Now()
		} else if tooLong(start, rounds, settleLimit) {
			return errors.New("a thread neither returns from its call nor sleeps in it")
		}
		busy.giveWay(rounds)
	}
	return nil
}

// busyThread finds a thread that is neither asleep in its call nor back.
func (r *Room) busyThread() (*thread, error) {
	for _, t := range r.threads {
		if t == nil || t.script == nil || t.returned() {
			continue
		}
		asleep, err := t.watch.asleep()
		if err != nil {
			return nil, err
		}
		if !asleep {
			return t, nil
		}
	}
	return nil, nil
}

// releaseThreads gets the threads out of the calls that a script has left them
// in. An accepted socket that nobody asked for is closed.
func (r *Room) releaseThreads() error {
	for _, t := range r.threads {
		if t == nil || t.script == nil {
			continue
		}
		if err := t.escape(); err != nil {
			return err
		}
		if c := t.script; c.Makes != room.PlaceNone {
			r.collect(t) // End closes it with the others
		}
		t.script = nil
	}
	r.engaged = 0
	return nil
}
