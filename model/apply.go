package model

import "connectspec/spec"

// A choice is an outcome that a state allows, with the sockets it is about.
type choice struct {
	outcome *spec.Outcome
	slots   [spec.MaxVars]uint8
}

// apply is the state after an outcome.
func (m *Machine) apply(s *State, op Op, c *choice, made bool) State {
	next := *s
	m.applyTo(&next, op, c, made)
	return next
}

// applyTo changes a state as an outcome does. It says whether that looked at any
// socket besides the one called upon, or changed it, and whether that one gave
// up its own address, so that others would be changed that knew it.
func (m *Machine) applyTo(s *State, op Op, c *choice, made bool) (touched, renamed bool) {
	if made && op.Made < spec.MaxSockets {
		s.create(op.Made)
	}
	if op.Call != noCall && m.answersResult(op) && c.outcome.Rule.Calls[0].Index != int(op.Call) {
		s.dismiss(op)
		return false, false
	}
	effects := m.effects[c.outcome.ID]
	if len(effects) == 0 {
		return false, false
	}
	e := m.environment(s, op)
	for variable := spec.VarFree; variable < c.outcome.Rule.Vars; variable++ {
		e.slots[variable] = c.slots[variable]
		e.records[variable] = s.record(c.slots[variable])
	}
	e.apply(effects)
	return e.touched, e.renamed
}

func (e *environment) apply(effects []effect) {
	for i := range effects {
		e.effect(&effects[i])
	}
}

func (e *environment) effect(f *effect) {
	switch f.kind {
	case spec.ForEach:
		e.forEach(f)
		return
	case spec.Do:
		e.do(f)
		return
	case spec.Signal:
		e.state.signal(e.op, f.value.constant)
		return
	case spec.Disconnect:
		e.records[f.variable].disconnect()
		return
	}
	slot, r := uint8(0), e.records[f.variable]
	if f.variable != worldVariable {
		slot = e.slots[f.variable]
		e.touched = e.touched || slot != e.op.Subject
		if r[0] != live {
			return
		}
	}
	switch f.kind {
	case spec.Assign:
		e.assign(f, slot, r)
	case spec.Append:
		e.append(f, slot, r)
	case spec.DropFirst:
		drop(r, f.at)
	case spec.Clear:
		clear(r[f.at : f.at+f.holds+1])
	case spec.CopyQueue:
		from := e.records[f.value.variable]
		if from[0] != live {
			e.machine.forget(e.state, slot)
			return
		}
		copy(r[f.at:], from[f.value.at:f.value.at+f.value.constant+1])
	}
}

// assign sets a field. What else names an address that a socket loses by it
// changes too: its outer address when it has another one, its own when it has
// neither of the two.
func (e *environment) assign(f *effect, slot uint8, r *record) {
	value := f.value.constant
	if f.value.kind != spec.Constant {
		value = e.value(&f.value)
	}
	old := r[f.at]
	r[f.at] = value
	own, outer := spec.OwnAddress+slot, spec.OuterAddress+slot
	if int(f.at) != e.machine.local || f.variable == worldVariable || value == old || old != own && old != outer {
		return
	}
	e.renamed = true
	if old == outer {
		e.lose(outer)
	}
	if value != own && value != outer {
		e.lose(own)
	}
}

// lose takes an address away from its socket. It becomes the own address of
// another one that has it too; if there is none, every mention of it is stale.
func (e *environment) lose(address uint8) {
	for other := range uint8(spec.MaxSockets) {
		if e.state.record(other)[e.machine.local] == address {
			e.rename(address, spec.OwnAddress+other)
			return
		}
	}
	e.rename(address, spec.Stale)
}

// rename puts an address in the place of another one, wherever that is
// mentioned.
func (e *environment) rename(old, address uint8) {
	for slot := range uint8(spec.MaxSockets) {
		r := e.state.record(slot)
		if r[0] == spec.Absent {
			continue
		}
		for _, at := range e.machine.addresses {
			if r[at] == old {
				r[at] = address
				e.touched = e.touched || slot != e.op.Subject
			}
		}
	}
}

// append adds to a queue. What does not fit is more than the model keeps track
// of: the socket is unknown from here on.
func (e *environment) append(f *effect, slot uint8, r *record) {
	count := r[f.at]
	if count >= f.holds {
		e.machine.forget(e.state, slot)
		return
	}
	r[f.at+1+count] = e.value(&f.value)
	r[f.at] = count + 1
}

// drop takes the first item of a queue away.
func drop(r *record, at uint8) {
	count := r[at]
	if count == 0 {
		return
	}
	copy(r[at+1:at+count], r[at+2:at+count+1])
	r[at+count] = 0
	r[at] = count - 1
}

// do makes a change to a socket: in the change, that is the subject.
func (e *environment) do(f *effect) {
	if f.variable == spec.VarSubject && !f.change.binds {
		e.change(f.change)
		return
	}
	op := e.op
	op.Subject, op.Made = e.slots[f.variable], NoSocket
	inner := e.machine.environment(e.state, op)
	inner.change(f.change)
	e.touched = e.touched || inner.touched || op.Subject != e.op.Subject
	e.renamed = e.renamed || inner.renamed
}

func (e *environment) change(c *change) {
	for i := range c.lines {
		if e.holds(c.lines[i].tests) {
			e.apply(c.lines[i].effects)
		}
	}
}

func (e *environment) forEach(f *effect) {
	r := e.records[f.variable]
	count := r[f.at]
	if count > f.holds {
		return
	}
	for i := uint8(1); i <= count; i++ {
		slot := r[f.at+i] - spec.SocketBase
		e.slots[f.each], e.records[f.each] = slot, e.state.record(slot)
		e.touched = true
		e.apply(f.effects)
	}
}
