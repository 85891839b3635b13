package model

import (
	"slices"

	"connectspec/spec"
)

// An opening is a call with arguments. If one of them is a socket, that can be
// any of those that exist.
type opening struct {
	op    Op
	plan  *plan
	least int  // how many arguments must be allowed to be unusual
	words bool // an argument is the word of a field
}

// all is more arguments than a call has.
const all = 9

// fewClasses is how many classes an input may have to be tried in full upon
// any socket.
const fewClasses = 8

// openings are all that can be had of a call.
func (m *Machine) openings(call *spec.Call, lacks map[string]bool) []opening {
	ops := []Op{{Call: uint8(call.Index)}}
	for i, parameter := range call.Parameters {
		var longer []Op
		for _, op := range ops {
			for _, value := range argumentValues(parameter, lacks) {
				op.Args[i] = value
				longer = append(longer, op)
			}
		}
		ops = longer
	}
	var openings []opening
	for _, op := range ops {
		if call.Sends {
			op.Token = 1
		}
		openings = append(openings, opening{
			op: op, plan: m.plan(op), least: m.least(call, op),
			words: slices.ContainsFunc(call.Parameters, func(p spec.Parameter) bool { return p.Field != nil }),
		})
	}
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

// least is how many arguments must be allowed to be unusual.
func (m *Machine) least(call *spec.Call, op Op) int {
	for _, most := range []int{0, 1} {
		if withinUsual(call, op, most) {
			return most
		}
	}
	return all
}

// withinUsual says whether at most so many arguments are unusual, besides those
// of inputs that are small enough to be tried in full.
func withinUsual(call *spec.Call, op Op, left int) bool {
	for i, parameter := range call.Parameters {
		input := parameter.Input
		if input == nil {
			continue
		}
		if len(input.Classes) <= fewClasses {
			left = max(left, 1)
		}
		if input.Usual != nil && op.Args[i] != spec.SocketArg && op.Args[i] != uint8(input.Usual.Index) {
			left--
		}
		if left < 0 {
			return false
		}
	}
	return true
}

// opsOf adds the calls of a unit that are worth a try in a state: with every
// combination of classes of input while there is one socket; with every class
// beside usual ones upon the first of several; with usual ones upon the others.
func (m *Machine) opsOf(ops []tryable, s *State, u *unit) []tryable {
	next := s.sockets()
	if u.call.Makes != "" && (next == spec.MaxSockets || u.subject == NoSocket && next == spec.MaxSockets-1) {
		return ops
	}
	most := u.unusual(next)
	for i := range u.openings {
		o := &u.openings[i]
		op := o.op
		op.Subject, op.Made = u.subject, NoSocket
		if u.call.Makes != "" {
			op.Made = next
		}
		if o.least <= most && m.sensible(s, u.call, op, most) {
			ops = withSockets(ops, s, tryable{op, o.plan}, 0)
		}
	}
	return ops
}

// unusual is how many arguments of a call may be unusual at once.
func (u *unit) unusual(sockets uint8) int {
	switch {
	case u.subject == NoSocket && sockets > 0:
		return 0
	case u.subject == NoSocket || u.subject >= spec.MaxSockets:
		return all
	case u.subject > 0:
		return 0
	case sockets > 1:
		return 1
	}
	return all
}

// A tryable is a call that can be tried, and its plan.
type tryable struct {
	op   Op
	plan *plan
}

// withSockets adds a call with every socket that exists where an argument is one.
func withSockets(ops []tryable, s *State, t tryable, from int) []tryable {
	for i := from; i < len(t.op.Args); i++ {
		if t.op.Args[i] != spec.SocketArg {
			continue
		}
		for slot := uint8(0); slot < spec.MaxSockets; slot++ {
			if slot != t.op.Subject && s.exists(slot) {
				t.op.Args[i] = spec.SocketArg + slot
				ops = withSockets(ops, s, t, i+1)
			}
		}
		return ops
	}
	return append(ops, t)
}

// sensible says whether all arguments can be meant for the socket. Where none
// may be unusual, words of fields are those of the first socket.
func (m *Machine) sensible(s *State, call *spec.Call, op Op, unusual int) bool {
	for i, parameter := range call.Parameters {
		argument := op.Args[i]
		switch field := parameter.Field; {
		case field != nil:
			if unusual == 0 && argument != s.get(0, field.Offset) && (field != m.kind || op.Made != 1) {
				return false
			}
		case argument < spec.SocketArg:
			if !m.makesSense(s, op, m.Spec.Classes[argument]) {
				return false
			}
		default:
			if !m.makesSense(s, op, socketClass(parameter.Input)) {
				return false
			}
		}
	}
	return true
}

func socketClass(input *spec.Input) *spec.Class {
	for _, class := range input.Classes {
		if class.Socket {
			return class
		}
	}
	return nil
}

// makesSense says whether a class of input can be meant for the socket.
func (m *Machine) makesSense(s *State, op Op, class *spec.Class) bool {
	if len(class.For) == 0 || op.Subject == NoSocket {
		return true
	}
	e := m.environment(s, op)
	return e.hasWord(spec.VarSubject, class.For)
}
