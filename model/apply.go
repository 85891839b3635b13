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
	if made && op.Made < spec.MaxSockets {
		next.create(op.Made)
	}
	e := environment{machine: m, state: &next, op: op, slots: c.slots}
	m.effects(&e, c.outcome.Effects)
	return next
}

func (m *Machine) effects(e *environment, effects []spec.Effect) {
	for i := range effects {
		m.effect(e, &effects[i])
	}
}

func (m *Machine) effect(e *environment, f *spec.Effect) {
	switch f.Kind {
	case spec.ForEach:
		m.forEach(e, f)
		return
	case spec.Do:
		m.do(e, f)
		return
	}
	if f.Var == spec.VarWorld {
		e.state[f.Field.Offset] = e.value(&f.Value)
		return
	}
	slot, s := e.slots[f.Var], e.state
	if !s.exists(slot) || s.isUnknown(slot) {
		return
	}
	switch offset := f.Field.Offset; f.Kind {
	case spec.Assign:
		m.assign(s, slot, offset, e.value(&f.Value))
	case spec.Append:
		m.appendTo(s, slot, f.Field, e.value(&f.Value))
	case spec.DropFirst:
		drop(s, slot, f.Field)
	case spec.Clear:
		for i := 0; i <= f.Field.Holds; i++ {
			s.set(slot, offset+i, 0)
		}
	case spec.CopyQueue:
		from := e.slots[f.Value.Var]
		if !s.exists(from) || s.isUnknown(from) {
			m.forget(s, slot)
			return
		}
		for i := 0; i <= f.Value.Field.Holds; i++ {
			s.set(slot, offset+i, s.get(from, f.Value.Offset+i))
		}
	}
}

// assign sets a field. What else names an address that a socket loses by it
// changes too: its outer address when it has another one, its own when it has
// neither of the two.
func (m *Machine) assign(s *State, slot uint8, offset int, value uint8) {
	old := s.get(slot, offset)
	s.set(slot, offset, value)
	own, outer := spec.OwnAddress+slot, spec.OuterAddress+slot
	if offset != m.local || value == old || old != own && old != outer {
		return
	}
	if old == outer {
		m.lose(s, outer)
	}
	if value != own && value != outer {
		m.lose(s, own)
	}
}

// lose takes an address away from its socket. It becomes the own address of
// another one that has it too; if there is none, every mention of it is stale.
func (m *Machine) lose(s *State, address uint8) {
	for other := range uint8(spec.MaxSockets) {
		if s.get(other, m.local) == address {
			m.rename(s, address, spec.OwnAddress+other)
			return
		}
	}
	m.rename(s, address, spec.Stale)
}

// rename puts an address in the place of another one, wherever that is
// mentioned.
func (m *Machine) rename(s *State, old, address uint8) {
	for slot := range uint8(spec.MaxSockets) {
		if !s.exists(slot) {
			continue
		}
		for _, field := range m.Spec.Fields {
			if field.Type == spec.Address && s.get(slot, field.Offset) == old {
				s.set(slot, field.Offset, address)
			}
		}
	}
}

// appendTo adds to a queue. What does not fit is more than the model keeps
// track of: the socket is unknown from here on.
func (m *Machine) appendTo(s *State, slot uint8, queue *spec.Field, value uint8) {
	count := int(s.get(slot, queue.Offset))
	if count >= queue.Holds {
		m.forget(s, slot)
		return
	}
	s.set(slot, queue.Offset+1+count, value)
	s.set(slot, queue.Offset, uint8(count+1))
}

func drop(s *State, slot uint8, queue *spec.Field) {
	count := int(s.get(slot, queue.Offset))
	if count == 0 {
		return
	}
	for i := 1; i < count; i++ {
		s.set(slot, queue.Offset+i, s.get(slot, queue.Offset+i+1))
	}
	s.set(slot, queue.Offset+count, 0)
	s.set(slot, queue.Offset, uint8(count-1))
}

// do makes a change to a socket: in the change, that is the subject.
func (m *Machine) do(e *environment, f *spec.Effect) {
	for i := range f.Change.Lines {
		line := &f.Change.Lines[i]
		inner := environment{machine: m, state: e.state, op: e.op}
		inner.slots[spec.VarSubject] = e.slots[f.Var]
		if inner.holds(line.Guard) {
			m.effects(&inner, line.Effects)
		}
	}
}

func (m *Machine) forEach(e *environment, f *spec.Effect) {
	slot := e.slots[f.Var]
	count := int(e.state.get(slot, f.Field.Offset))
	if count > f.Field.Holds {
		return
	}
	for i := 1; i <= count; i++ {
		e.slots[f.Each] = e.state.get(slot, f.Field.Offset+i) - spec.SocketBase
		m.effects(e, f.Effects)
	}
}
