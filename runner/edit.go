package runner

import (
	"slices"

	"connectspec/model"
	"connectspec/spec"
)

// A variant is a script made from another one by an edit.
type variant struct {
	script  model.Script
	sockets [spec.MaxSockets]uint8 // new numbers; NoSocket: no longer there
	tokens  [256]uint8             // new numbers; 0: no longer sent
}

// without is the script without the marked calls, and without those that need
// a socket that is then never made. False if its last call would go as well.
func without(m *model.Machine, script model.Script, gone func(i int) bool) (*variant, bool) {
	v := &variant{script: make(model.Script, 0, len(script))}
	for i := range v.sockets {
		v.sockets[i] = model.NoSocket
	}
	made, sent := uint8(0), uint8(0)
	for i, op := range script {
		if gone(i) || !v.renumber(m, &op) {
			if i == len(script)-1 {
				return nil, false
			}
			continue
		}
		if op.Made < spec.MaxSockets {
			v.sockets[op.Made], op.Made = made, made
			made++
		}
		if op.Token != 0 {
			sent = min(sent+1, model.MaxToken)
			v.tokens[op.Token], op.Token = sent, sent
		}
		v.script = append(v.script, op)
	}
	return v, true
}

// renumber gives the sockets that a call refers to their new numbers; false if
// one of them is not there.
func (v *variant) renumber(m *model.Machine, op *model.Op) bool {
	if op.Subject < spec.MaxSockets {
		op.Subject = v.sockets[op.Subject]
		if op.Subject == model.NoSocket {
			return false
		}
	}
	for i, parameter := range m.Spec.Calls[op.Call].Parameters {
		if parameter.Input == nil || op.Args[i] < spec.SocketArg {
			continue
		}
		slot := v.sockets[op.Args[i]-spec.SocketArg]
		if slot == model.NoSocket {
			return false
		}
		op.Args[i] = spec.SocketArg + slot
	}
	return true
}

// translate gives what was seen its new numbers; false if it speaks of a socket
// or a token that is gone.
func (v *variant) translate(answers spec.AnswerType, seen model.Seen) (model.Seen, bool) {
	if seen.Code != spec.OK || !seen.Valued {
		return seen, true
	}
	switch answers {
	case spec.AnswersAddress:
		if slot, ok := spec.WhoseAddress(seen.Value); ok {
			seen.Value = spec.OwnAddress + v.sockets[slot]
			return seen, v.sockets[slot] != model.NoSocket
		}
	case spec.AnswersToken, spec.AnswersResult:
		if seen.Value != 0 {
			seen.Value = v.tokens[seen.Value]
			return seen, seen.Value != 0
		}
	}
	return seen, true
}

// merged is the script with one socket in place of another, whose making is
// dropped.
func merged(m *model.Machine, script model.Script, from, into uint8) (*variant, bool) {
	changed := slices.Clone(script)
	making := -1
	for i := range changed {
		op := &changed[i]
		if op.Made == from {
			making = i
		}
		if op.Subject == from {
			op.Subject = into
		}
		for k, parameter := range m.Spec.Calls[op.Call].Parameters {
			if parameter.Input == nil {
				continue
			}
			if op.Args[k] == spec.SocketArg+from {
				op.Args[k] = spec.SocketArg + into
			}
			if op.Args[k] == spec.SocketArg+into && op.Subject == into {
				return nil, false // a socket that names itself is another class
			}
		}
	}
	return without(m, changed, func(i int) bool { return i == making })
}

// with is the script with another argument in one call.
func with(m *model.Machine, script model.Script, at, parameter int, argument uint8) (*variant, bool) {
	changed := slices.Clone(script)
	changed[at].Args[parameter] = argument
	return without(m, changed, func(int) bool { return false })
}

// withoutThread is the script with one call made like most others; false if it is
// one of them.
func withoutThread(m *model.Machine, script model.Script, at int) (*variant, bool) {
	if script[at].Thread == 0 {
		return nil, false
	}
	changed := slices.Clone(script)
	changed[at].Thread = 0
	return without(m, changed, func(int) bool { return false })
}

// withWord is the script with one word of a field in place of another in all
// calls that make sockets: sockets often must be alike.
func withWord(m *model.Machine, script model.Script, field *spec.Field, word uint8) (*variant, bool) {
	changed := slices.Clone(script)
	for i := range changed {
		call := m.Spec.Calls[changed[i].Call]
		for k, parameter := range call.Parameters {
			if call.Makes != "" && parameter.Field == field {
				changed[i].Args[k] = word
			}
		}
	}
	if slices.Equal(changed, script) {
		return nil, false
	}
	return without(m, changed, func(int) bool { return false })
}

// simpler lists the arguments that are simpler than the one given, the simplest
// first: the usual class, then those declared earlier; for another socket, any
// class.
func simpler(p spec.Parameter, argument uint8) []uint8 {
	var list []uint8
	if p.Field != nil {
		for word := range argument {
			list = append(list, word)
		}
		return list
	}
	if p.Input.Usual != nil && int(argument) == p.Input.Usual.Index {
		return nil
	}
	if p.Input.Usual != nil {
		list = append(list, uint8(p.Input.Usual.Index))
	}
	for _, class := range p.Input.Classes {
		if class.Index == int(argument) {
			break
		}
		if !class.Socket && class != p.Input.Usual {
			list = append(list, uint8(class.Index))
		}
	}
	return list
}

// threadOf is the thread that makes a call or that it is about, from 1; 0: none.
func threadOf(m *model.Machine, op model.Op) uint8 {
	if m.Spec.Calls[op.Call].OnThread() {
		return op.Args[0] + 1
	}
	return op.Thread
}

// related marks the calls that a script's last call may depend on: those upon
// sockets, or by threads, that are connected with its own by any call. World-wide
// calls stay.
func related(m *model.Machine, script model.Script) []bool {
	var reach [spec.MaxSockets + spec.MaxThreads]bool
	touch := func(op model.Op, mark bool) (near, grown bool) {
		each := func(place int) {
			near = near || reach[place]
			if mark && !reach[place] {
				reach[place], grown = true, true
			}
		}
		for _, slot := range []uint8{op.Subject, op.Made} {
			if slot < spec.MaxSockets {
				each(int(slot))
			}
		}
		if thread := threadOf(m, op); thread > 0 {
			each(spec.MaxSockets + int(thread) - 1)
		}
		for i, parameter := range m.Spec.Calls[op.Call].Parameters {
			if parameter.Input != nil && op.Args[i] >= spec.SocketArg {
				each(int(op.Args[i] - spec.SocketArg))
			}
		}
		return near, grown
	}
	touch(script[len(script)-1], true)
	for again := true; again; {
		again = false
		for _, op := range script {
			if near, _ := touch(op, false); near {
				_, grown := touch(op, true)
				again = again || grown
			}
		}
	}
	keep := make([]bool, len(script))
	for i, op := range script {
		near, _ := touch(op, false)
		keep[i] = near || op.Subject >= spec.MaxSockets && op.Made == model.NoSocket
	}
	return keep
}
