package gen

import (
	"slices"

	"connectspec/model"
	"connectspec/spec"
)

const (
	maxSockets = spec.MaxSockets
	socketArg  = spec.SocketArg
)

// create adds a call that makes a socket of nothing.
func (d *draft) create() {
	call := d.machine.Spec.Calls[d.table.makers.throw(&d.dice)]
	op := model.Op{Call: uint8(call.Index), Subject: model.NoSocket, Made: d.made}
	d.arguments(&op, call)
	if d.made > 0 && d.dice.chance(shareAlike) {
		d.alike(&op, call)
	}
	d.take(op, d.walk.Look(op))
}

// alike makes a new socket like the first one in all but its last argument.
func (d *draft) alike(op *model.Op, call *spec.Call) {
	if first := d.origins[0]; first.Call == op.Call {
		for i := range len(call.Parameters) - 1 {
			op.Args[i] = first.Args[i]
		}
	}
}

// other adds a call upon no socket.
func (d *draft) other() {
	call := d.machine.Spec.Calls[d.table.others.throw(&d.dice)]
	op := model.Op{Call: uint8(call.Index), Subject: model.NoSocket, Made: model.NoSocket}
	d.arguments(&op, call)
	op = d.numbered(op)
	d.take(op, d.walk.Look(op))
}

// upon adds a call upon a socket. Calls that are turned away, that nobody
// judges or that may not return are drawn again, most times.
func (d *draft) upon() {
	if thread, busy := d.busyThread(); busy && d.dice.chance(shareThread) {
		d.ofThread(thread)
		return
	}
	if d.dice.chance(shareTake) && d.onFilled(d.table.takes) || d.dice.chance(shareEmpty) && d.onFilled(d.table.empties) {
		return
	}
	for range maxTries {
		op, ok := d.call(d.machine.Spec.Calls[d.table.calls.throw(&d.dice)], d.pickSubject())
		if !ok {
			continue
		}
		outlook := d.walk.Look(op)
		if outlook.Blocks && d.toThread(&op) {
			outlook = d.walk.Look(op)
		} else if !d.keep(outlook) {
			continue
		}
		d.take(op, outlook)
		d.probe(outlook.Sense)
		d.miss(op)
		d.follow(op)
		if d.dice.chance(shareTellOn) {
			d.tell()
		}
		return
	}
}

func (d *draft) keep(outlook *model.Outlook) bool {
	switch {
	case outlook.Sense == model.Foolish:
		return false
	case outlook.Sense == model.Uncertain:
		return d.dice.chance(shareDoubtful)
	case outlook.Blocks:
		return d.dice.chance(shareBlocks)
	case outlook.Sense == model.Turned:
		return d.dice.chance(shareTurned)
	case !outlook.Acts:
		return d.dice.chance(shareIdle)
	}
	return true
}

// pickSubject is the socket, or sometimes the handle, to call upon.
func (d *draft) pickSubject() uint8 {
	handles := d.table.handles
	switch {
	case len(handles) > 0 && d.dice.chance(shareHandle):
		return handles[d.dice.below(len(handles))]
	case d.dice.chance(shareNear):
		return d.subject
	default:
		return uint8(d.dice.below(int(d.made)))
	}
}

func (d *draft) call(call *spec.Call, subject uint8) (model.Op, bool) {
	op := model.Op{Call: uint8(call.Index), Subject: subject, Made: model.NoSocket}
	if call.Makes != "" {
		if d.made >= maxSockets {
			return op, false
		}
		op.Made = d.made
	}
	ok := d.arguments(&op, call)
	return d.numbered(op), ok
}

// usual is a call upon a socket with the usual arguments; false if it makes a
// socket, or has an argument that is never usual.
func (d *draft) usual(call *spec.Call, subject uint8) (model.Op, bool) {
	op := model.Op{Call: uint8(call.Index), Subject: subject, Made: model.NoSocket}
	if call.Makes != "" {
		return op, false
	}
	for i, parameter := range call.Parameters {
		if parameter.Input == nil || parameter.Input.Usual == nil {
			return op, false
		}
		op.Args[i] = uint8(parameter.Input.Usual.Index)
	}
	return d.numbered(op), true
}

// arguments draws the arguments of a call; false if it finds none.
func (d *draft) arguments(op *model.Op, call *spec.Call) bool {
	for i, parameter := range call.Parameters {
		if parameter.Field != nil {
			words := d.table.words[parameter.Field]
			op.Args[i] = uint8(words.throw(&d.dice))
			continue
		}
		classes := d.table.inputs[parameter.Input]
		class := d.machine.Spec.Classes[classes.throw(&d.dice)]
		another := d.made > 1 && d.table.sockets[parameter.Input] && d.dice.chance(shareOther)
		if !class.Socket && !another {
			op.Args[i] = uint8(class.Index)
			continue
		}
		slot, ok := d.otherSocket(op.Subject)
		if !ok {
			return false
		}
		op.Args[i] = socketArg + slot
	}
	return true
}

// otherSocket is a socket that is not the one called upon.
func (d *draft) otherSocket(subject uint8) (uint8, bool) {
	if d.made < 2 {
		return 0, false
	}
	slot := uint8(d.dice.below(int(d.made) - 1))
	if slot >= subject {
		slot++
	}
	return slot, true
}

// follow turns to the socket that a call concerned besides the one that it was
// upon: the one that it made, one that it changed, or the one whose address was
// its argument. What a call does to another socket shows only there.
func (d *draft) follow(op model.Op) {
	other, concerned := op.Made, op.Made != model.NoSocket && op.Subject != model.NoSocket
	if !concerned {
		other, concerned = d.walk.Touched(op.Subject)
	}
	for _, argument := range op.Args {
		if !concerned && argument >= socketArg {
			other, concerned = argument-socketArg, true
		}
	}
	follow, look, looks := shareFollow, shareLook, d.table.looks
	if op.Token > 0 {
		follow, look, looks = shareArrival, shareArrival, d.table.arrivals
	}
	if !concerned || !d.dice.chance(follow) {
		return
	}
	d.subject = other
	if d.dice.chance(look) {
		d.ask(looks)
	}
}

// miss tries to take something out of the queue of a socket whose last call has
// emptied it by other means, most times: what should be gone may be there still.
func (d *draft) miss(op model.Op) {
	if op.Subject >= maxSockets || d.takesOut(op) {
		return
	}
	for _, one := range d.table.takes {
		if !d.walk.Emptied(op.Subject, one.queue) {
			continue
		}
		next, ok := d.call(one.call, op.Subject)
		if !ok || !d.dice.chance(shareMiss) {
			return
		}
		if outlook := d.walk.Look(next); outlook.Sense != model.Foolish {
			d.take(next, outlook)
			return
		}
	}
}

// takesOut says whether a call is one that takes something out of a queue.
func (d *draft) takesOut(op model.Op) bool {
	return slices.ContainsFunc(d.table.takes, func(one queueing) bool { return one.call.Index == int(op.Call) })
}

// ask adds one of some calls upon the socket that was called upon last, if it
// makes sense.
func (d *draft) ask(calls []int) {
	if len(calls) == 0 {
		return
	}
	op, ok := d.call(d.machine.Spec.Calls[calls[d.dice.below(len(calls))]], d.subject)
	if !ok {
		return
	}
	if outlook := d.walk.Look(op); outlook.Sense == model.Acts && !outlook.Blocks || d.keep(outlook) {
		d.take(op, outlook)
	}
}

// onFilled adds one of some calls that are about queues, if anything waits in
// one.
func (d *draft) onFilled(calls []queueing) bool {
	if d.made == 0 || len(calls) == 0 {
		return false
	}
	slots := int(d.made)
	firstSlot, first := d.dice.below(slots), d.dice.below(len(calls))
	for i := range slots {
		slot := uint8((firstSlot + i) % slots)
		for k := range calls {
			one := calls[(first+k)%len(calls)]
			if !d.walk.Filled(slot, one.queue) {
				continue
			}
			op, ok := d.call(one.call, slot)
			if !ok {
				continue
			}
			if outlook := d.walk.Look(op); outlook.Sense == model.Acts {
				d.take(op, outlook)
				d.miss(op)
				d.follow(op)
				return true
			}
		}
	}
	return false
}

// probe asks for the state of the socket after a call that was turned away, so
// that what a failure changed is seen.
func (d *draft) probe(sense model.Sense) {
	if sense == model.Turned && d.dice.chance(shareProbe) {
		d.ask(d.table.probes)
	}
}
