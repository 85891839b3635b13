package gen

import (
	"connectspec/model"
	"connectspec/spec"
)

// toThread gives a call that may block to a thread that is in none, often, so
// that it stays in it while the script goes on.
func (d *draft) toThread(op *model.Op) bool {
	wakes := len(d.machine.Spec.Calls[op.Call].Resumes) > 0
	if !wakes || len(d.table.returns) == 0 || !d.dice.chance(shareAsleep) {
		return false
	}
	for thread := range uint8(spec.MaxThreads) {
		if !d.walk.Busy(thread) {
			op.Thread = thread + 1
			return true
		}
	}
	return false
}

// busyThread is a thread that is in a call, or back from one.
func (d *draft) busyThread() (thread uint8, any bool) {
	if len(d.table.returns) == 0 {
		return 0, false
	}
	first := d.dice.below(spec.MaxThreads)
	for i := range spec.MaxThreads {
		thread = uint8((first + i) % spec.MaxThreads)
		if d.walk.Busy(thread) {
			return thread, true
		}
	}
	return 0, false
}

// ofThread adds a call about a thread.
func (d *draft) ofThread(thread uint8) {
	d.takeOfThread(d.table.threads.throw(&d.dice), thread)
}

// joinThreads asks for the results of all threads that are in a call.
func (d *draft) joinThreads() {
	for thread := range uint8(spec.MaxThreads) {
		if len(d.table.returns) > 0 && d.walk.Busy(thread) {
			d.takeOfThread(d.table.returns[0], thread)
		}
	}
}

func (d *draft) takeOfThread(call int, thread uint8) {
	op := model.Op{Call: uint8(call), Subject: model.NoSocket, Args: [3]uint8{thread}, Made: model.NoSocket}
	d.take(op, d.walk.Look(op))
}
