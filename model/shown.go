package model

import "connectspec/spec"

// shown finds the cases of ready rules that hold, as the first of their rule, in
// some state that was visited: by the ids of their outcomes.
func (x *Exploration) shown() map[int]bool {
	shown := map[int]bool{}
	for _, call := range x.machine.Spec.Calls {
		for _, rule := range call.Ready {
			if rule != nil {
				x.shownOf(call, rule, shown)
			}
		}
	}
	return shown
}

// shownOf looks through all states, until every case of a rule has shown.
func (x *Exploration) shownOf(call *spec.Call, rule *spec.Rule, shown map[int]bool) {
	openings, subjects := x.machine.openings(call, x.limits.Lacks), x.machine.subjects(call, x.limits.Lacks)
	missing := len(rule.Cases)
	for i := 0; i < len(x.nodes) && missing > 0; i++ {
		s := &x.nodes[i].state
		for _, subject := range subjects {
			if subject < spec.MaxSockets && !s.exists(subject) {
				continue
			}
			for k := range openings {
				op := openings[k].op
				op.Subject, op.Made = subject, NoSocket
				if id := x.machine.showing(s, op, rule); id >= 0 && !shown[id] {
					shown[id] = true
					missing--
				}
			}
		}
	}
}

// showing is the id of the first case of a ready rule that holds; -1 if none
// does.
func (m *Machine) showing(s *State, op Op, rule *spec.Rule) int {
	e := m.environment(s, op)
	for i := range rule.Cases {
		if e.holds(rule.Cases[i].Guard) {
			return rule.Cases[i].Outcomes[0].ID
		}
	}
	return -1
}
