package agent

import (
	"context"
	"io"
	"sync"
	"time"
)

// Within gives the Start of an agent in this very process, over a room. Each
// connection serves the room from a goroutine of its own, and the room sees to
// it that they do not meet. A room that does not return from a call cannot be
// ended: its goroutine is left behind then.
func Within(room Room) Start {
	return func(ctx context.Context) (io.ReadWriteCloser, error) {
		input, theirs := io.Pipe()
		ours, output := io.Pipe()
		w := &within{input: theirs, output: ours, gone: make(chan struct{})}
		go func() {
			defer close(w.gone)
			err := Serve(ctx, input, output, room)
			// Whoever still writes, or reads, is told what ended it.
			input.CloseWithError(err)
			output.CloseWithError(err)
			w.end(err)
		}()
		return w, nil
	}
}

// A within is a connection to a goroutine.
type within struct {
	input  *io.PipeWriter
	output *io.PipeReader
	gone   chan struct{} // closed once Serve has returned

	lock sync.Mutex
	said string
}

func (w *within) Read(buffer []byte) (int, error)  { return w.output.Read(buffer) }
func (w *within) Write(buffer []byte) (int, error) { return w.input.Write(buffer) }

func (w *within) end(err error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if err != nil {
		w.said = err.Error()
	}
}

// Stderr is the error with which the agent ended.
func (w *within) Stderr() string {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.said
}

// Kill lets reads and writes of both sides return.
func (w *within) Kill() {
	w.input.Close()
	w.output.Close()
}

// Close ends the agent, and waits for it unless it is in a call that does not
// return.
func (w *within) Close() error {
	w.Kill()
	select {
	case <-w.gone:
	case <-time.After(patience):
	}
	return nil
}
