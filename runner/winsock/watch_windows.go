package winsock

import (
	"sync"
	"sync/atomic"
	"time"
)

// A watch cancels calls that do not return. Everything on loopback has happened
// when a call comes to wait: on Wine its server has dealt with what the kernel
// told it before it hears that the call is cancelled; Windows itself takes two
// seconds to give an attempt up that was refused.
type watch struct {
	lock      sync.Mutex
	handle    uintptr
	limit     int // ticks that the call under way may take
	ticks     int // since the call under way began; -1: there is none
	cancelled bool
	before    func() // what is done once before a call is cancelled; nil: nothing

	idle   atomic.Bool
	wake   chan struct{}
	ending chan struct{}
}

const (
	watchTick = time.Millisecond
	// idleTicks are how long the watch goes on without a call.
	idleTicks = 50
)

func newWatch() *watch {
	w := &watch{ticks: -1, wake: make(chan struct{}, 1), ending: make(chan struct{})}
	w.idle.Store(true)
	go w.run()
	return w
}

// begin watches a call upon a handle, which may take a time. Before it is
// cancelled something may be done once, and it has that time again.
func (w *watch) begin(handle uintptr, patience time.Duration, before func()) {
	w.lock.Lock()
	w.handle, w.limit, w.ticks, w.cancelled, w.before = handle, int(patience/watchTick), 0, false, before
	w.lock.Unlock()
	if w.idle.CompareAndSwap(true, false) {
		w.wake <- struct{}{}
	}
}

// end says whether the call that has returned was cancelled.
func (w *watch) end() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.ticks = -1
	return w.cancelled
}

func (w *watch) run() {
	for {
		select {
		case <-w.wake:
		case <-w.ending:
			return
		}
		for rest := idleTicks; rest > 0; rest-- {
			time.Sleep(watchTick)
			if w.tick() {
				rest = idleTicks
			}
		}
		w.idle.Store(true)
		if w.tick() && w.idle.CompareAndSwap(true, false) {
			w.wake <- struct{}{} // it began just now
		}
	}
}

// tick cancels the call under way if it has taken too long; again and again, for
// it may have been held up before it came to wait. It says whether there is one.
func (w *watch) tick() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.ticks < 0 {
		return false
	}
	w.ticks++
	if w.ticks > w.limit && w.before != nil {
		w.before()
		w.before, w.ticks = nil, 0
	}
	if w.ticks > w.limit {
		if done, _, _ := procCancelIo.Call(w.handle, 0); done != 0 {
			w.cancelled = true
		}
	}
	return true
}

func (w *watch) close() { close(w.ending) }
