package model

import "connectspec/spec"

// A plan is what is left of the rules of a call once its arguments are known:
// most cases are about other arguments and need not be looked at again.
type plan struct {
	ordered  bool
	event    bool // of an event
	refusals []planRule
	acts     []planRule
	mays     []planRule
	unstated []planRule
}

// A planRule is what is left of a rule: the first case that holds counts.
type planRule struct {
	rule  *spec.Rule
	cases []planCase
}

type planCase struct {
	guard    []spec.Condition
	outcomes []*spec.Outcome
}

// planKey is a call with its arguments; all sockets are alike.
type planKey struct {
	call uint8
	args [3]uint8
}

func keyOf(op Op) planKey {
	for i, argument := range op.Args {
		if argument >= spec.SocketArg {
			op.Args[i] = spec.SocketArg
		}
	}
	return planKey{op.Call, op.Args}
}

// plan is the plan of a call. New has made every one that makes sense; those of
// a variant are made when they are needed.
func (m *Machine) plan(op Op) *plan {
	made := m.plans[keyOf(op)]
	if made == nil {
		made = planOf(m.Spec.Calls[op.Call], op)
		m.plans[keyOf(op)] = made
	}
	return made
}

func planOf(call *spec.Call, op Op) *plan {
	return &plan{
		ordered:  call.Ordered,
		event:    call.Event,
		refusals: planRules(call.Refusals, op),
		acts:     planRules(call.Acts, op),
		mays:     planRules(call.Mays, op),
		unstated: planRules(call.Unstated, op),
	}
}

// makePlans plans every call with every combination of arguments.
func (m *Machine) makePlans() {
	m.plans = map[planKey]*plan{}
	for _, call := range m.Spec.Calls {
		m.planArguments(call, Op{Call: uint8(call.Index)}, 0)
	}
}

func (m *Machine) planArguments(call *spec.Call, op Op, i int) {
	if i == len(call.Parameters) {
		m.plans[keyOf(op)] = planOf(call, op)
		return
	}
	parameter := call.Parameters[i]
	if parameter.Field != nil {
		for word := range parameter.Field.Words {
			op.Args[i] = uint8(word)
			m.planArguments(call, op, i+1)
		}
		return
	}
	for _, class := range parameter.Input.Classes {
		op.Args[i] = uint8(class.Index)
		if class.Socket {
			op.Args[i] = spec.SocketArg
		}
		m.planArguments(call, op, i+1)
	}
}

func planRules(rules []*spec.Rule, op Op) []planRule {
	var planned []planRule
	for _, rule := range rules {
		var cases []planCase
		for i := range rule.Cases {
			if guard, possible := planGuard(rule.Cases[i].Guard, op); possible {
				cases = append(cases, planCase{guard, rule.Cases[i].Outcomes})
			}
		}
		if len(cases) > 0 {
			planned = append(planned, planRule{rule, cases})
		}
	}
	return planned
}

// planGuard leaves out the conditions that the arguments decide. It is not
// possible if one of them does not hold.
func planGuard(guard []spec.Condition, op Op) (left []spec.Condition, possible bool) {
	e := environment{op: op}
	for i := range guard {
		c := &guard[i]
		switch c.Kind {
		case spec.ArgumentIs, spec.ArgumentWord:
			if e.condition(c) == c.Not {
				return nil, false
			}
		case spec.ArgumentNames:
			if isSocket := op.Args[c.Argument] >= spec.SocketArg; isSocket == c.Not {
				return nil, false
			} else if isSocket {
				left = append(left, *c)
			}
		default:
			left = append(left, *c)
		}
	}
	return left, true
}
