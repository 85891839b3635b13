package model

import (
	"slices"

	"connectspec/spec"
)

// An opening is a call with arguments. If one of them is a socket, that can be
// any of those that exist.
type opening struct {
	op   Op
	call *spec.Call
	plan *plan
	fits []*guard // what the socket called upon must be for the arguments to make sense
}

// openings are all that can be had of a call, usual ones first.
func (m *Machine) openings(call *spec.Call, lacks map[string]bool) []opening {
	if lacks[call.Needs] || lacks[call.Name] {
		return nil
	}
	ops := []Op{{Call: uint8(call.Index), Subject: NoSocket, Made: NoSocket}}
	if call.Sends {
		ops[0].Token = 1
	}
	for i, parameter := range call.Parameters {
		values := argumentValues(parameter, lacks)
		longer := make([]Op, 0, len(ops)*len(values))
		for _, op := range ops {
			for _, value := range values {
				op.Args[i] = value
				longer = append(longer, op)
			}
		}
		ops = longer
	}
	openings := make([]opening, 0, len(ops))
	for _, op := range ops {
		openings = append(openings, opening{op: op, call: call, plan: m.plan(op), fits: m.fitsOf(call, op)})
	}
	slices.SortStableFunc(openings, func(a, b opening) int { return unusual(call, a.op) - unusual(call, b.op) })
	return openings
}

func argumentValues(parameter spec.Parameter, lacks map[string]bool) []uint8 {
	var values []uint8
	if parameter.Field != nil {
		for word, name := range parameter.Field.Words {
			if !lacks[name] {
				values = append(values, uint8(word))
			}
		}
		return values
	}
	for _, class := range parameter.Input.Classes {
		switch {
		case lacks[class.Needs] || lacks[class.Name]:
		case class.Socket:
			values = append(values, spec.SocketArg)
		default:
			values = append(values, uint8(class.Index))
		}
	}
	return values
}

// unusual is how many arguments are unusual.
func unusual(call *spec.Call, op Op) int {
	n := 0
	for i, parameter := range call.Parameters {
		if parameter.Input != nil && parameter.Input.Usual != nil && op.Args[i] != uint8(parameter.Input.Usual.Index) {
			n++
		}
	}
	return n
}

// fitsOf say whether all arguments can be meant for a socket.
func (m *Machine) fitsOf(call *spec.Call, op Op) []*guard {
	var fits []*guard
	for i, parameter := range call.Parameters {
		if parameter.Input == nil {
			continue
		}
		if fit := &m.fits[m.classOf(parameter.Input, op.Args[i]).Index]; len(fit.tests) > 0 {
			fits = append(fits, fit)
		}
	}
	return fits
}

// classOf is the class of input that an argument is of.
func (m *Machine) classOf(input *spec.Input, argument uint8) *spec.Class {
	if argument < spec.SocketArg {
		return m.Spec.Classes[argument]
	}
	return input.Classes[slices.IndexFunc(input.Classes, func(c *spec.Class) bool { return c.Socket })]
}

// makesSense says whether all arguments of a call can be meant for the socket.
func (m *Machine) makesSense(s *State, op Op) bool {
	if op.Subject == NoSocket {
		return true
	}
	e := m.environment(s, op)
	for i, parameter := range m.Spec.Calls[op.Call].Parameters {
		if parameter.Input == nil {
			continue
		}
		fits := m.fits[m.classOf(parameter.Input, op.Args[i]).Index].tests
		if len(fits) > 0 && s.isUnknown(op.Subject) || !e.holds(fits) {
			return false
		}
	}
	return true
}

// withSockets adds a call with every one of some sockets where an argument is one.
func withSockets(ops []Op, op Op, sockets uint8, from int) []Op {
	for i := from; i < len(op.Args); i++ {
		if op.Args[i] != spec.SocketArg {
			continue
		}
		for slot := uint8(0); slot < spec.MaxSockets; slot++ {
			if slot != op.Subject && sockets&(1<<slot) != 0 {
				op.Args[i] = spec.SocketArg + slot
				ops = withSockets(ops, op, sockets, i+1)
			}
		}
		return ops
	}
	return append(ops, op)
}
