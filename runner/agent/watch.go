package agent

import (
	"sync"
	"time"
)

// A watch tells when an agent has been silent for too long while somebody waits
// for it. It counts pauses, not time, and only those that were the agent's:
// while this program itself stands still, or lags (it was stopped, or its
// machine was), nobody can say what the agent did, and an agent that somebody
// has stopped is not one that hangs.
type watch struct {
	pause   time.Duration
	stopped func() bool // somebody has stopped the agent; nil: nobody can tell
	ring    func()      // called once, when it has been silent for too long

	lock     sync.Mutex
	timer    *time.Timer
	watching bool
	left     int       // pauses until it has been too long
	last     time.Time // when the last one ended
	rung     bool
}

// pausesInAll are what a deadline is counted in.
const pausesInAll = 10

// newWatch makes a watch that does not watch yet.
func newWatch(stopped func() bool, ring func()) *watch {
	w := &watch{stopped: stopped, ring: ring}
	w.timer = time.AfterFunc(time.Hour, w.tick)
	w.timer.Stop()
	return w
}

// start begins to watch: from here on the agent has so long to say something.
func (w *watch) start(deadline time.Duration) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.pause = deadline / pausesInAll
	w.watching, w.left, w.last = true, pausesInAll, time.Now()
	w.timer.Reset(w.pause)
}

// stop ends it: the agent has said something, or nobody waits any more.
func (w *watch) stop() {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.watching = false
	w.timer.Stop()
}

// tick is called after each pause.
func (w *watch) tick() {
	if w.pauseEnds() {
		w.ring()
	}
}

// pauseEnds counts a pause; it says whether the agent has been silent for too
// long.
func (w *watch) pauseEnds() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	if !w.watching || w.rung {
		return false
	}
	now := time.Now()
	took := now.Sub(w.last)
	w.last = now
	if took < 2*w.pause && (w.stopped == nil || !w.stopped()) {
		w.left--
	}
	if w.left == 0 {
		w.rung = true
		return true
	}
	w.timer.Reset(w.pause)
	return false
}

// hasRung says that the agent has been silent for too long.
func (w *watch) hasRung() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.rung
}
