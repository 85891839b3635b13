package model

import "connectspec/spec"

// Shows are the outcomes that the last call of a script can have, and those of
// later steps behind it, whatever came before.
func Shows(m *Machine, script Script) []int {
	states := []State{m.Initial()}
	for i, op := range script {
		var next []State
		known := map[State]bool{}
		var shown []int
		for at := range states {
			p := m.prospect(&states[at], op, nil)
			if p.silent != nil && p.verdict == unstated {
				shown = append(shown, p.silent.ID)
				next = append(next, m.unknown(&states[at], op, Seen{Code: spec.OK}))
			}
			for k := range p.choices {
				c := &p.choices[k]
				shown = append(shown, c.outcome.ID)
				if m.answersResult(op) {
					if again, any := m.againFor(c.outcome.ID); any {
						shown = append(shown, again)
					}
				}
				e := m.environment(&states[at], op)
				for _, rule := range m.plan(op).ready {
					for _, one := range rule.cases {
						if e.holds(one.tests) {
							shown = append(shown, one.outcomes[0].ID)
							break
						}
					}
				}
				for _, result := range c.outcome.Results {
					after := m.apply(&states[at], op, c, result.Code == spec.OK)
					after.enter(op, Seen{Code: result.Code})
					if !known[after] {
						known[after] = true
						next = append(next, after)
					}
				}
			}
		}
		next, later := m.closeWith(next)
		if i == len(script)-1 {
			return append(shown, later...)
		}
		states = next
	}
	return nil
}

func (m *Machine) closeWith(states []State) ([]State, []int) {
	known := map[State]bool{}
	var shown []int
	var settled []State
	for _, s := range states {
		m.settle(s, func(s State) { settled = append(settled, s) })
	}
	states = settled
	for _, s := range states {
		known[s] = true
	}
	for i := 0; i < len(states); i++ {
		for _, way := range m.laterWays(&states[i]) {
			shown = append(shown, way.outcome.ID)
			m.settle(way.next, func(s State) {
				if !known[s] {
					known[s] = true
					states = append(states, s)
				}
			})
		}
	}
	return states, shown
}
