package model

import "connectspec/spec"

// A verdict on a call in one state, before anything is observed.
type verdict int

const (
	decided  verdict = iota // choices say what may come
	unstated                // any answer will do, and the specification says so
	gap                     // no rule applies
	doubtful                // it depends on a socket that is unknown, or was never made
	idle                    // nothing is there for it to happen to: an event, or a call about a thread
)

// A prospect is what may come of a call in one state.
type prospect struct {
	verdict verdict
	refused bool // by a refusal
	touched bool // it depends on another socket
	choices []choice
	path    uint64        // how the tests came out (see environment)
	silent  *spec.Outcome // of the unstated rule that applies
	overlap bool          // another act applies as well, if anybody wants to know
}

// prospect evaluates every rule of a call in a state. The choices share into.
func (m *Machine) prospect(s *State, op Op, into []choice) prospect {
	return m.prospectOf(m.plan(op), s, op, into)
}

// prospectOf is prospect for whoever knows the plan of the call.
func (m *Machine) prospectOf(plan *plan, s *State, op Op, into []choice) prospect {
	p := prospect{choices: into[:0]}
	if op.Subject < spec.MaxSockets && s.record(op.Subject)[0] != live {
		p.verdict = doubtful
		return p
	}
	e := m.environment(s, op)
	e.decided = plan.decided
	return e.prospect(plan, p)
}

func (e *environment) prospect(plan *plan, p prospect) prospect {
	if e.op.Thread > 0 && e.state.isBusy(e.op.Thread-1) {
		p.verdict = idle
		return p
	}
	if plan.onThread && e.machine.ofThread(e.state, e.op, &p) {
		return p
	}
	for i := range plan.refusals {
		if e.applies(&plan.refusals[i], &p.choices) {
			p.refused = true
			if plan.ordered {
				break
			}
		}
	}
	if !p.refused && !e.acts(plan, &p) {
		e.leftOver(plan, &p)
	}
	for i := range plan.mays {
		e.applies(&plan.mays[i], &p.choices)
	}
	if e.doubtful {
		p.verdict = doubtful
	}
	p.path, p.touched = e.path, e.touched
	return p
}

// acts adds the outcomes of the first act that applies.
func (e *environment) acts(plan *plan, p *prospect) bool {
	for i := range plan.acts {
		if e.applies(&plan.acts[i], &p.choices) {
			if e.thorough {
				p.overlap = e.another(plan.acts[i+1:], p.choices)
			}
			return true
		}
	}
	return false
}

// another says whether any of the acts behind the first that applies does so too.
func (e *environment) another(acts []planRule, room []choice) bool {
	if len(acts) == 0 {
		return false
	}
	apart := *e
	for i := range acts {
		choices := room[len(room):]
		if apart.applies(&acts[i], &choices) {
			return !apart.doubtful
		}
	}
	return false
}

// leftOver is the verdict where neither a refusal nor an act applies.
func (e *environment) leftOver(plan *plan, p *prospect) {
	p.verdict = gap
	if plan.event {
		p.verdict = idle
		return
	}
	for i := range plan.unstated {
		for _, one := range plan.unstated[i].cases {
			if e.holdsOf(one) {
				p.verdict, p.silent = unstated, one.outcomes[0]
				return
			}
		}
	}
}

// applies adds the outcomes of the first case of a rule that applies.
func (e *environment) applies(rule *planRule, choices *[]choice) bool {
	for _, one := range rule.cases {
		if !e.holdsOf(one) {
			continue
		}
		for _, outcome := range one.outcomes {
			*choices = append(*choices, choice{outcome: outcome, slots: e.slots})
		}
		return true
	}
	return false
}

// holdsOf says whether a case applies, and notes how its tests came out.
func (e *environment) holdsOf(one *planCase) bool {
	tests := one.tests
	e.at = one
	if e.decided {
		tests = tests[one.main:]
	}
	if e.holds(tests) {
		e.note(uint64(one.number) << 8)
		return true
	}
	e.note(uint64(one.number)<<8 | uint64(len(tests)-e.failed))
	return false
}

// allows says whether an outcome can be what was seen.
func (m *Machine) allows(s *State, op Op, c *choice, seen Seen) bool {
	for i := range c.outcome.Results {
		result := &c.outcome.Results[i]
		if result.Code != seen.Code {
			continue
		}
		if result.Value == nil || !seen.Valued || m.sameValue(s, op, c, result.Value, seen) {
			return true
		}
	}
	return false
}

func (m *Machine) sameValue(s *State, op Op, c *choice, v *spec.Value, seen Seen) bool {
	if m.answersResult(op) {
		return seen.Value == s.told(op)
	}
	e := m.answering(s, op, c)
	if v.Kind == spec.ReadyLevels {
		must, may := e.levels(m.plan(op))
		return (seen.Value^must)&^may&^seen.Blind == 0
	}
	return e.answer(v) == seen.Value
}

// answering is the environment in which a choice says what comes with ok.
func (m *Machine) answering(s *State, op Op, c *choice) environment {
	e := m.environment(s, op)
	for variable := spec.VarFree; variable < c.outcome.Rule.Vars; variable++ {
		e.slots[variable] = c.slots[variable]
		e.records[variable] = s.record(c.slots[variable])
	}
	return e
}

// answer is what comes with ok, levels aside. A target that names a socket does
// not say which of its addresses it means.
func (e *environment) answer(v *spec.Value) uint8 {
	o := compileValue(v)
	value := e.value(&o)
	if v.Type == spec.Address {
		if socket, ok := spec.WhoseAddress(value); ok {
			return spec.OwnAddress + socket
		}
	}
	return value
}

// levels are the levels that show, and those that may show or not.
func (e *environment) levels(plan *plan) (must, may uint8) {
	for level := range plan.ready {
		for _, one := range plan.ready[level].cases {
			if !e.holds(one.tests) {
				continue
			}
			if one.maybe {
				may |= 1 << level
			} else {
				must |= 1 << level
			}
			break
		}
	}
	return must, may
}
