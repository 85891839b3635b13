package model

import (
	"hash/maphash"

	"connectspec/spec"
)

// A unit is a call upon one socket or handle (NoSocket: upon none), with those
// arguments for which its rules look at the same things. Two states that agree
// on these agree on everything that the call can answer there.
type unit struct {
	call     *spec.Call
	subject  uint8
	openings []opening
	mask     places
	list     []uint8 // the places of mask
	tried    map[uint64]bool
	fresh    bool // it was never tried in a state that agrees with the one at hand
}

// places are a set of places in a state.
type places [(stateSize + 63) / 64]uint64

func (p *places) add(place int) { p[place/64] |= 1 << (place % 64) }

func (p *places) meets(other *places) bool {
	for i := range p {
		if p[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// difference is where two states differ.
func difference(a, b *State) places {
	var p places
	for i := range a {
		if a[i] != b[i] {
			p.add(i)
		}
	}
	return p
}

// units are those of all calls that can be had.
func (m *Machine) units(lacks map[string]bool) []unit {
	var units []unit
	for _, call := range m.Spec.Calls {
		if lacks[call.Needs] || lacks[call.Name] {
			continue
		}
		var (
			alike = map[reads][]opening{}
			order []reads
		)
		for _, opening := range m.openings(call, lacks) {
			r := m.readsOf(call, opening)
			if alike[r] == nil {
				order = append(order, r)
			}
			alike[r] = append(alike[r], opening)
		}
		for _, subject := range m.subjects(call, lacks) {
			for _, r := range order {
				units = append(units, r.unit(call, subject, alike[r]))
			}
		}
	}
	return units
}

// subjects are the sockets and handles that a call can be made upon.
func (m *Machine) subjects(call *spec.Call, lacks map[string]bool) []uint8 {
	if !call.OnSocket {
		return []uint8{NoSocket}
	}
	var subjects []uint8
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		subjects = append(subjects, slot)
	}
	for i, handle := range m.Spec.Handles {
		if !lacks[handle.Name] {
			subjects = append(subjects, uint8(spec.MaxSockets+i))
		}
	}
	return subjects
}

// reads are the fields that the rules of a call look at: of its subject, of
// sockets that they find, and of the first socket of all.
type reads struct {
	local                  int
	subject, others, first [recordSize]bool
}

func (m *Machine) readsOf(call *spec.Call, o opening) reads {
	r := reads{local: m.local}
	for _, rules := range [][]planRule{o.plan.refusals, o.plan.acts, o.plan.mays, o.plan.unstated} {
		for _, rule := range rules {
			for i := range rule.cases {
				r.conditions(rule.cases[i].guard)
			}
		}
	}
	for i, parameter := range call.Parameters {
		switch argument := o.op.Args[i]; {
		case parameter.Field != nil:
			r.first[parameter.Field.Offset] = true // see sensible
		case argument < spec.SocketArg:
			r.words(spec.VarSubject, m.Spec.Classes[argument].For)
		default:
			r.words(spec.VarSubject, socketClass(parameter.Input).For)
		}
	}
	return r
}

// unit makes the unit of a subject. What is looked at of sockets that are found
// is looked at of the subject too, since that may be the one that is found.
func (r *reads) unit(call *spec.Call, subject uint8, openings []opening) unit {
	u := unit{call: call, subject: subject, openings: openings, tried: map[uint64]bool{}}
	for i := range worldSize {
		u.mask.add(i)
	}
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		u.mask.add(base(slot)) // whether it exists
		for offset := range recordSize {
			if r.others[offset] || slot == subject && r.subject[offset] || slot == 0 && r.first[offset] {
				u.mask.add(base(slot) + offset)
			}
		}
	}
	for place := range stateSize {
		if u.mask[place/64]&(1<<(place%64)) != 0 {
			u.list = append(u.list, uint8(place))
		}
	}
	return u
}

func (r *reads) mark(variable, offset int) {
	switch variable {
	case spec.VarWorld: // always looked at
	case spec.VarSubject:
		r.subject[offset] = true
	default:
		r.others[offset] = true
	}
}

func (r *reads) conditions(conditions []spec.Condition) {
	for i := range conditions {
		c := &conditions[i]
		r.words(c.Var, c.Words)
		if c.Kind == spec.Filled {
			r.mark(c.Var, c.Queue.Offset)
		}
		if c.Kind == spec.Equals {
			r.value(&c.Left)
			for k := range c.Values {
				r.value(&c.Values[k])
			}
		}
	}
}

func (r *reads) words(variable int, words []spec.WordTest) {
	for _, word := range words {
		if !word.World && word.Handle == 0 {
			r.mark(variable, word.Offset)
		}
	}
}

func (r *reads) value(v *spec.Value) {
	switch v.Kind {
	case spec.FieldOf:
		r.mark(v.Var, v.Offset)
	case spec.FirstOf:
		r.mark(v.Var, v.Offset)
		r.mark(v.Var, v.Offset+1)
	case spec.Argument:
		r.mark(spec.VarFree, r.local)
	}
}

// possible says whether the unit can be tried at all where there are that many
// sockets: handles are as good as nowhere else where there is none.
func (u *unit) possible(sockets uint8) bool {
	switch {
	case u.subject == NoSocket:
		return true
	case u.subject >= spec.MaxSockets:
		return sockets == 0
	}
	return u.subject < sockets
}

// refresh finds out whether the unit was tried in a state that agrees with this
// one. From now on it was.
func (u *unit) refresh(s *State, seed maphash.Seed) bool {
	var held [stateSize]byte
	for i, place := range u.list {
		held[i] = s[place]
	}
	digest := maphash.Bytes(seed, held[:len(u.list)])
	u.fresh = !u.tried[digest]
	if u.fresh {
		u.tried[digest] = true
	}
	return u.fresh
}
