package model

import "connectspec/spec"

// A verdict on a call in one state, before anything is observed.
type verdict int

const (
	decided  verdict = iota // choices say what may come
	unstated                // any answer will do, and the specification says so
	gap                     // no rule applies
	doubtful                // it depends on a socket that is unknown, or was never made
	idle                    // an event that finds nothing to happen to
)

// A prospect is what may come of a call in one state.
type prospect struct {
	verdict verdict
	refused bool // by a refusal
	choices []choice
	path    uint64        // how the conditions came out (see environment)
	silent  *spec.Outcome // of the unstated rule that applies
}

// prospect evaluates every rule of a call in a state. The choices share into.
func (m *Machine) prospect(s *State, op Op, into []choice) prospect {
	return m.prospectOf(m.plan(op), s, op, into)
}

// prospectOf is prospect for whoever knows the plan of the call.
func (m *Machine) prospectOf(plan *plan, s *State, op Op, into []choice) prospect {
	p := prospect{choices: into[:0]}
	if op.Subject < spec.MaxSockets && (!s.exists(op.Subject) || s.isUnknown(op.Subject)) {
		p.verdict = doubtful
		return p
	}
	e := m.environment(s, op)
	for i := range plan.refusals {
		if e.applies(&plan.refusals[i], &p.choices) {
			p.refused = true
			if plan.ordered {
				break
			}
		}
	}
	if !p.refused && !e.anyApplies(plan.acts, &p.choices) {
		e.leftOver(plan, &p)
	}
	for i := range plan.mays {
		e.applies(&plan.mays[i], &p.choices)
	}
	if e.doubtful {
		p.verdict = doubtful
	}
	p.path = e.path
	return p
}

// leftOver is the verdict where neither a refusal nor an act applies.
func (e *environment) leftOver(plan *plan, p *prospect) {
	p.verdict = gap
	if plan.event {
		p.verdict = idle
		return
	}
	var silent [1]choice
	if choices := silent[:0]; e.anyApplies(plan.unstated, &choices) {
		p.verdict, p.silent = unstated, choices[0].outcome
	}
}

// anyApplies adds the outcomes of the first rule that applies.
func (e *environment) anyApplies(rules []planRule, choices *[]choice) bool {
	for i := range rules {
		if e.applies(&rules[i], choices) {
			return true
		}
	}
	return false
}

// applies adds the outcomes of the first case of a rule that applies.
func (e *environment) applies(rule *planRule, choices *[]choice) bool {
	for i := range rule.cases {
		one := &rule.cases[i]
		if !e.holds(one.guard) {
			continue
		}
		for _, outcome := range one.outcomes {
			*choices = append(*choices, choice{outcome: outcome, slots: e.slots})
		}
		return true
	}
	return false
}

// allows says whether an outcome can be what was seen.
func (m *Machine) allows(s *State, op Op, c *choice, seen Seen) bool {
	for i := range c.outcome.Results {
		result := &c.outcome.Results[i]
		if result.Code != seen.Code {
			continue
		}
		if result.Value == nil || !seen.Valued || m.sameValue(s, op, c, result.Value, seen.Value) {
			return true
		}
	}
	return false
}

func (m *Machine) sameValue(s *State, op Op, c *choice, v *spec.Value, seen uint8) bool {
	e := environment{machine: m, state: s, op: op, slots: c.slots}
	if v.Kind == spec.ReadyLevels {
		must, may := e.levels(m.Spec.Calls[op.Call])
		return seen&^may == must&^may
	}
	value := e.value(v)
	if v.Type == spec.Address {
		// A target that names a socket does not say which address it means.
		if socket, ok := spec.WhoseAddress(value); ok {
			value = spec.OwnAddress + socket
		}
	}
	return value == seen
}

// levels are the levels that show, and those that may show or not.
func (e *environment) levels(call *spec.Call) (must, may uint8) {
	for level, rule := range call.Ready {
		if rule == nil {
			continue
		}
		for i := range rule.Cases {
			one := &rule.Cases[i]
			if !e.holds(one.Guard) {
				continue
			}
			if one.Maybe {
				may |= 1 << level
			} else {
				must |= 1 << level
			}
			break
		}
	}
	return must, may
}
