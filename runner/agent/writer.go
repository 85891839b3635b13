package agent

import (
	"io"
	"sync"
)

// A writer sends frames from a goroutine of its own, so that whoever submits a
// batch never waits for an agent that itself waits for its traces to be read.
type writer struct {
	lock    sync.Mutex
	wake    sync.Cond
	frame   []byte // what is to be sent
	stopped bool
	done    chan struct{}
}

func (w *writer) start(out io.Writer) {
	w.wake.L = &w.lock
	w.done = make(chan struct{})
	go func() {
		defer close(w.done)
		var sending []byte
		for {
			w.lock.Lock()
			for len(w.frame) == 0 && !w.stopped {
				w.wake.Wait()
			}
			if w.stopped {
				w.lock.Unlock()
				return
			}
			sending, w.frame = w.frame, sending[:0]
			w.lock.Unlock()
			if _, err := out.Write(sending); err != nil {
				return // the reader finds out what became of the agent
			}
		}
	}()
}

// send lets add append to what is to be sent.
func (w *writer) send(add func([]byte) []byte) {
	w.lock.Lock()
	w.frame = add(w.frame)
	w.lock.Unlock()
	w.wake.Signal()
}

// stop lets the goroutine end once its write has returned; wait waits for that.
func (w *writer) stop() {
	w.lock.Lock()
	w.stopped = true
	w.lock.Unlock()
	w.wake.Signal()
}

func (w *writer) wait() { <-w.done }
