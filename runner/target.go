package runner

import "connectspec/model"

// A Target runs scripts, each in a fresh world. It is used by one goroutine at
// a time.
type Target interface {
	// Submit hands over a batch of scripts and does not wait. Two batches under
	// way keep a target busy. The scripts stay unchanged until their traces have
	// been received.
	Submit(batch []model.Script) error
	// Receive waits for the traces of the oldest batch that was submitted, one
	// for each script, in order. They are valid until the next Receive. A trace
	// that is shorter than its script ends with `crash`, `hang` or `protocol`.
	// After an error the target is of no more use.
	Receive() ([]model.Trace, error)
	// Close ends the target and waits until it has gone.
	Close() error
}
