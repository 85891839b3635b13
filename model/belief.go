package model

import (
	"bytes"
	"slices"

	"connectspec/spec"
)

// A possible state is one of those that fit what was observed so far, with the
// later steps that must have been taken on the way to it.
type possible struct {
	state  State
	laters uint32 // a set of later rules
}

// A belief is the set of states that fit what was observed so far. Beliefs
// are kept and numbered, so that the judge is a table look-up most times.
type belief struct {
	states []possible // closed under later steps
}

// maxStates bounds a belief. A specification that leaves more open than this
// is judged on the first ones only, and the judge says so.
const maxStates = 4096

// close adds every state that later steps lead to.
func (m *Machine) close(states []possible) []possible {
	index := map[State]int{}
	for i := range states {
		index[states[i].state] = i
	}
	for i := 0; i < len(states) && len(states) < maxStates; i++ {
		for r := range m.laters {
			for slot := uint8(0); slot < spec.MaxSockets; slot++ {
				for _, next := range m.laterSteps(&states[i].state, &m.laters[r], slot) {
					step := possible{state: next, laters: states[i].laters | 1<<r}
					if at, known := index[next]; known {
						states[at].laters &= step.laters
						continue
					}
					index[next] = len(states)
					states = append(states, step)
				}
			}
		}
	}
	return states
}

// laterSteps are the states that a later rule leads to for one socket.
func (m *Machine) laterSteps(s *State, rule *planRule, slot uint8) []State {
	if !s.exists(slot) || s.isUnknown(slot) {
		return nil
	}
	op := Op{Subject: slot, Made: NoSocket}
	e := m.environment(s, op)
	var choices []choice
	if !e.applies(rule, &choices) || e.doubtful {
		return nil
	}
	var next []State
	for i := range choices {
		after := m.apply(s, op, &choices[i], false)
		if after != *s {
			next = append(next, after)
		}
	}
	return next
}

// key identifies a belief by its states, which are sorted by it.
func key(states []possible) string {
	slices.SortFunc(states, func(a, b possible) int { return bytes.Compare(a.state[:], b.state[:]) })
	text := make([]byte, 0, len(states)*stateSize)
	for i := range states {
		text = append(text, states[i].state[:]...)
	}
	return string(text)
}
