package model

import "connectspec/spec"

// opsFor lists the calls to explore in a state: with every combination of
// classes of input while there is one socket; with every class beside usual
// ones upon the first of several; with usual ones upon the others.
func (m *Machine) opsFor(s *State, lacks map[string]bool) []Op {
	var ops []Op
	next := uint8(0)
	for next < spec.MaxSockets && s.exists(next) {
		next++
	}
	for _, call := range m.Spec.Calls {
		if lacks[call.Needs] || lacks[call.Name] || call.Makes != "" && next == spec.MaxSockets {
			continue
		}
		op := Op{Call: uint8(call.Index), Subject: NoSocket, Made: NoSocket}
		if call.Makes != "" {
			op.Made = next
		}
		if call.Sends {
			op.Token = 1
		}
		if !call.OnSocket {
			if call.Makes == "" || next < 3 {
				ops = m.withArguments(ops, s, call, op, unusual(next, 0), lacks)
			}
			continue
		}
		for slot := uint8(0); slot < next; slot++ {
			op.Subject = slot
			ops = m.withArguments(ops, s, call, op, unusual(slot, next), lacks)
		}
		for handle := range m.Spec.Handles {
			if next == 0 && !lacks[m.Spec.Handles[handle].Name] {
				op.Subject = uint8(spec.MaxSockets + handle)
				ops = m.withArguments(ops, s, call, op, all, lacks)
			}
		}
	}
	return ops
}

// fewClasses is how many classes an input may have to be tried in full upon
// any socket.
const fewClasses = 8

// all is more arguments than a call has.
const all = 9

// unusual is how many arguments of a call may be unusual at once.
func unusual(slot, sockets uint8) int {
	switch {
	case slot > 0:
		return 0
	case sockets > 1:
		return 1
	}
	return all
}

// withArguments adds a call with every combination of arguments that makes
// sense and has at most that many unusual ones.
func (m *Machine) withArguments(ops []Op, s *State, call *spec.Call, op Op, unusual int, lacks map[string]bool) []Op {
	return m.argumentsFrom(ops, s, call, op, 0, unusual, lacks)
}

func (m *Machine) argumentsFrom(ops []Op, s *State, call *spec.Call, op Op, i, unusual int, lacks map[string]bool) []Op {
	if i == len(call.Parameters) {
		return append(ops, op)
	}
	parameter := call.Parameters[i]
	if parameter.Field != nil {
		for word, name := range parameter.Field.Words {
			if lacks[name] {
				continue
			}
			if unusual == 0 && word != int(s.get(0, parameter.Field.Offset)) && !(parameter.Field == m.kind && op.Made == 1) {
				continue
			}
			op.Args[i] = uint8(word)
			ops = m.argumentsFrom(ops, s, call, op, i+1, unusual, lacks)
		}
		return ops
	}
	if few := len(parameter.Input.Classes) <= fewClasses; few && unusual == 0 {
		unusual = 1
	}
	for _, class := range parameter.Input.Classes {
		left := unusual
		if parameter.Input.Usual != nil && class != parameter.Input.Usual && !class.Socket {
			left--
		}
		if left < 0 || lacks[class.Needs] || lacks[class.Name] || !m.makesSense(s, op, class) {
			continue
		}
		if class.Socket {
			for slot := uint8(0); slot < spec.MaxSockets; slot++ {
				if slot != op.Subject && s.exists(slot) {
					op.Args[i] = spec.SocketArg + slot
					ops = m.argumentsFrom(ops, s, call, op, i+1, left, lacks)
				}
			}
			continue
		}
		op.Args[i] = uint8(class.Index)
		ops = m.argumentsFrom(ops, s, call, op, i+1, left, lacks)
	}
	return ops
}

// makesSense says whether a class of input can be meant for the socket.
func (m *Machine) makesSense(s *State, op Op, class *spec.Class) bool {
	if len(class.For) == 0 || op.Subject == NoSocket {
		return true
	}
	e := m.environment(s, op)
	return e.hasWord(spec.VarSubject, class.For)
}
