package model

import (
	"bytes"
	"encoding/binary"
	"slices"

	"connectspec/spec"
)

// A possible state is one of those that fit what was observed so far, with the
// later steps that must have been taken on the way to it.
type possible struct {
	state  State
	laters uint64 // a set of later outcomes, by their places in Machine.laterIDs
}

// A belief is the set of states that fit what was observed so far. Beliefs
// are kept and numbered, so that the judge is a table look-up most times.
type belief struct {
	states []possible // closed under later steps
	given  int        // the first so many were there before these steps
	laters []int      // the outcomes of these steps
}

// is says whether a belief has those states, sorted, before later steps.
func (b *belief) is(states []possible) bool {
	return slices.EqualFunc(b.states[:b.given], states, func(x, y possible) bool { return x.state == y.state })
}

// maxStates bounds a belief. A specification that leaves more open than this
// is judged on the first ones only.
const maxStates = 4096

// maxLaters is how many later outcomes a set holds: see possible.
const maxLaters = 64

// close adds every state that later steps lead to. So many are given.
func (m *Machine) close(states []possible, given int) belief {
	var (
		laters []int
		index  map[State]int
	)
	for i := 0; i < len(states) && len(states) < maxStates; i++ {
		for _, way := range m.laterWays(&states[i].state) {
			if index == nil {
				index = indexOfStates(states)
			}
			taken := states[i].laters | 1<<m.laterBit(way.outcome)
			if !slices.Contains(laters, way.outcome.ID) {
				laters = append(laters, way.outcome.ID)
			}
			m.settle(way.next, func(next State) {
				if at, known := index[next]; known {
					states[at].laters &= taken
					return
				}
				index[next] = len(states)
				states = append(states, possible{state: next, laters: taken})
			})
		}
	}
	return belief{states, given, laters}
}

// indexOfStates says where each state stands.
func indexOfStates(states []possible) map[State]int {
	index := make(map[State]int, len(states))
	for i := range states {
		index[states[i].state] = i
	}
	return index
}

// laterBit is the place of a later outcome in a set of them.
func (m *Machine) laterBit(outcome *spec.Outcome) int { return slices.Index(m.laterIDs, outcome.ID) }

// laterWays are the ways that later rules lead on from a state.
func (m *Machine) laterWays(s *State) []way {
	var ways []way
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		if s.record(slot)[0] != live {
			continue // behind a place that was never filled there may be others
		}
		op := Op{Subject: slot, Made: NoSocket, Token: 1}
		e := m.environment(s, op)
		for r := range m.laters {
			var choices []choice
			// Doubt about another socket is no reason why it cannot happen.
			if !e.applies(&m.laters[r], &choices) {
				continue
			}
			for i := range choices {
				if after := m.apply(s, op, &choices[i], false); after != *s {
					ways = append(ways, way{choices[i].outcome, after})
				}
			}
		}
	}
	return ways
}

// sorted is a list of states, each once, in an order that does not depend on how
// they were found.
func sorted(states []possible) []possible {
	if len(states) < 2 {
		return states
	}
	slices.SortFunc(states, func(a, b possible) int { return bytes.Compare(a.state[:], b.state[:]) })
	return slices.CompactFunc(states, func(a, b possible) bool { return a.state == b.state })
}

// digestOf nearly identifies states.
func digestOf(states []possible) digest {
	var d digest
	for i := range states {
		for at := 0; at < stateSize; at += 8 {
			d.add(binary.LittleEndian.Uint64(states[i].state[at:]))
		}
	}
	return d
}
