package agent

import (
	"testing"
	"time"
)

// TestWatch: only pauses count that were the agent's own.
func TestWatch(t *testing.T) {
	const pause = time.Hour // no timer interferes
	stopped, rung := false, 0
	w := newWatch(func() bool { return stopped }, func() { rung++ })
	defer w.stop()
	pass := func(times int, long time.Duration) {
		for range times {
			w.last = time.Now().Add(-long)
			w.tick()
		}
	}
	w.start(pausesInAll * pause)
	pass(pausesInAll-1, pause)
	pass(5, 3*pause) // we stood still, whatever the agent did
	stopped = true
	pass(5, pause)
	stopped = false
	if rung != 0 || w.hasRung() {
		t.Error("it rings too early")
	}
	pass(1, pause)
	if rung != 1 || !w.hasRung() {
		t.Errorf("it rings %d times", rung)
	}
	pass(2*pausesInAll, pause)
	if rung != 1 {
		t.Errorf("it rings %d times", rung)
	}

	w = newWatch(nil, func() { rung++ })
	w.start(pausesInAll * pause)
	pass(pausesInAll-1, pause)
	w.stop() // the agent has said something
	pass(pausesInAll, pause)
	w.start(pausesInAll * pause)
	pass(pausesInAll-1, pause)
	if rung != 1 || w.hasRung() {
		t.Error("it rings although the agent speaks")
	}
	w.stop()
}
