package model

import (
	"hash/maphash"

	"connectspec/spec"
)

// reads are the places in a state that the rules of a call look at, upon
// whatever socket it is made. Two states that agree on them agree on everything
// that the call can answer.
type reads struct{ places []uint8 }

func readsOf(call *spec.Call, local int) reads {
	var marked [stateSize]bool
	for i := range worldSize {
		marked[i] = true
	}
	mark := func(offset int) {
		for slot := uint8(0); slot < spec.MaxSockets; slot++ {
			marked[base(slot)+offset] = true
		}
	}
	mark(0)
	for _, rules := range [][]*spec.Rule{call.Refusals, call.Acts, call.Mays, call.Unstated} {
		for _, rule := range rules {
			for i := range rule.Cases {
				markConditions(rule.Cases[i].Guard, local, mark)
			}
		}
	}
	for _, parameter := range call.Parameters {
		if parameter.Input == nil {
			mark(parameter.Field.Offset)
			continue
		}
		for _, class := range parameter.Input.Classes {
			markWords(class.For, mark)
		}
	}
	var r reads
	for place, is := range marked {
		if is {
			r.places = append(r.places, uint8(place))
		}
	}
	return r
}

func markConditions(conditions []spec.Condition, local int, mark func(int)) {
	for i := range conditions {
		c := &conditions[i]
		markWords(c.Words, mark)
		if c.Kind == spec.Filled {
			mark(c.Queue.Offset)
		}
		if c.Kind == spec.Equals {
			markValue(&c.Left, local, mark)
			for k := range c.Values {
				markValue(&c.Values[k], local, mark)
			}
		}
	}
}

func markWords(words []spec.WordTest, mark func(int)) {
	for _, word := range words {
		if !word.World && word.Handle == 0 {
			mark(word.Offset)
		}
	}
}

func markValue(v *spec.Value, local int, mark func(int)) {
	switch v.Kind {
	case spec.FieldOf:
		if v.Var != spec.VarWorld {
			mark(v.Offset)
		}
	case spec.FirstOf:
		mark(v.Offset)
		mark(v.Offset + 1)
	case spec.Argument:
		mark(local)
	}
}

// digest is a number for what a state holds in those places.
func (r *reads) digest(s *State, seed maphash.Seed) uint64 {
	var held [stateSize]byte
	for i, place := range r.places {
		held[i] = s[place]
	}
	return maphash.Bytes(seed, held[:len(r.places)])
}
