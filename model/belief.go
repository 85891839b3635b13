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
	laters uint32 // a set of later outcomes, by their places in Machine.laterIDs
	// passing is set while beliefs are made: a thread wakes up in it.
	passing bool
}

// A belief is the set of states that fit what was observed so far. Beliefs
// are kept and numbered, so that the judge is a table look-up most times.
type belief struct {
	states []possible // closed under later steps
	laters []int      // the outcomes of these steps
}

// maxStates bounds a belief. A specification that leaves more open than this
// is judged on the first ones only, and the judge says so.
const maxStates = 4096

// close adds every state that later steps lead to, and takes away those that
// last no longer than it takes a thread to wake up.
func (m *Machine) close(states []possible) belief {
	var laters []int
	index := map[State]int{}
	for i := range states {
		index[states[i].state] = i
	}
	passing := false
	for i := 0; i < len(states) && len(states) < maxStates; i++ {
		woken, stays := m.wake(&states[i].state)
		for _, next := range woken {
			if _, known := index[next]; !known {
				index[next] = len(states)
				states = append(states, possible{state: next, laters: states[i].laters})
			}
		}
		if !stays {
			states[i].passing, passing = true, true
			continue
		}
		for _, way := range m.laterWays(&states[i].state) {
			step := possible{state: way.next, laters: states[i].laters | 1<<m.laterBit(way.outcome)}
			if !slices.Contains(laters, way.outcome.ID) {
				laters = append(laters, way.outcome.ID)
			}
			if at, known := index[way.next]; known {
				states[at].laters &= step.laters
				continue
			}
			index[way.next] = len(states)
			states = append(states, step)
		}
	}
	if passing {
		states = slices.DeleteFunc(states, func(p possible) bool { return p.passing })
	}
	return belief{states, laters}
}

// laterBit is the place of a later outcome in a set of them.
func (m *Machine) laterBit(outcome *spec.Outcome) int { return slices.Index(m.laterIDs, outcome.ID) }

// laterWays are the ways that later rules lead on from a state.
func (m *Machine) laterWays(s *State) []way {
	var ways []way
	for r := range m.laters {
		for slot := uint8(0); slot < spec.MaxSockets; slot++ {
			ways = m.laterSteps(s, &m.laters[r], slot, ways)
		}
	}
	return ways
}

// laterSteps adds the ways that a later rule leads on for one socket.
func (m *Machine) laterSteps(s *State, rule *planRule, slot uint8, ways []way) []way {
	if s.record(slot)[0] != live {
		return ways
	}
	op := Op{Subject: slot, Made: NoSocket}
	e := m.environment(s, op)
	var choices []choice
	if !e.applies(rule, &choices) || e.doubtful {
		return ways
	}
	for i := range choices {
		if after := m.apply(s, op, &choices[i], false); after != *s {
			ways = append(ways, way{choices[i].outcome, after})
		}
	}
	return ways
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
