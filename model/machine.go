// Package model is a specification as a machine.
//
// Its phases, for one call of a script:
//
//  1. evaluate: which rules apply in a state, with what outcomes (evaluate.go);
//  2. apply: what an outcome changes (apply.go);
//  3. judge: the states that are possible after what was observed, or a
//     divergence if there is none (belief.go, judge.go).
//
// Around that: Script and Trace with their text form (script.go, text.go), and
// the exhaustive exploration of all states (explore.go). The package is pure:
// no clock, no input or output, no chance.
package model

import (
	"fmt"

	"connectspec/spec"
)

// A Machine steps through a specification. It does not change once it is made
// and may be shared.
type Machine struct {
	Spec   *spec.Spec
	local  int         // offset of the field that holds a socket's own address
	kind   *spec.Field // what a dictionary may tell apart
	laters []planRule
	// laterIDs are the outcomes of the later rules.
	laterIDs []int
	calls    map[string]*spec.Call
	plans    map[planKey]*plan
}

// Load resolves a platform of a document and makes its machine. The error is
// the first of the problems that the platform has.
func Load(document *spec.Document, platform string) (*Machine, error) {
	resolved, problems := document.Resolve(platform)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	return New(resolved)
}

// New makes the machine of a specification.
func New(s *spec.Spec) (*Machine, error) {
	m := &Machine{Spec: s, calls: map[string]*spec.Call{}}
	end := 0
	for _, field := range s.Fields {
		end = max(end, field.Offset+1)
		if field.Type == spec.Queue {
			end = max(end, field.Offset+1+field.Holds)
		}
		switch field.Name {
		case "local":
			m.local = field.Offset
		case "kind":
			m.kind = field
		}
	}
	if len(s.World) > worldSize {
		return nil, fmt.Errorf("the world has %d fields, and %d are the most", len(s.World), worldSize)
	}
	for _, call := range s.Calls {
		if n := combinations(call); n > maxCombinations {
			return nil, fmt.Errorf("%s can be called with %d combinations of arguments, and %d are the most", call.Name, n, maxCombinations)
		}
	}
	if end > recordSize {
		return nil, fmt.Errorf("the fields of a socket need %d bytes, and %d are the most", end, recordSize)
	}
	m.planLaters()
	if m.local == 0 {
		return nil, fmt.Errorf("the specification declares no `address local`")
	}
	if len(m.laterIDs) > 32 {
		return nil, fmt.Errorf("later rules have %d outcomes, and 32 are the most", len(m.laterIDs))
	}
	for _, call := range s.Calls {
		m.calls[call.Name] = call
	}
	m.makePlans()
	return m, nil
}

// planLaters plans the later rules.
func (m *Machine) planLaters() {
	m.laters, m.laterIDs = planRules(m.Spec.Laters(), Op{}), nil
	for _, rule := range m.laters {
		for _, one := range rule.cases {
			for _, outcome := range one.outcomes {
				m.laterIDs = append(m.laterIDs, outcome.ID)
			}
		}
	}
}

// variant is the machine of a specification that differs from that of m in its
// rules alone. It is not for concurrent use.
func (m *Machine) variant(s *spec.Spec) *Machine {
	v := *m
	v.Spec, v.plans = s, map[planKey]*plan{}
	v.planLaters()
	return &v
}

// maxCombinations bounds the plans of a call.
const maxCombinations = 20_000

// combinations is how many combinations of arguments a call can have.
func combinations(call *spec.Call) int {
	n := 1
	for _, parameter := range call.Parameters {
		if parameter.Field != nil {
			n *= len(parameter.Field.Words)
		} else {
			n *= len(parameter.Input.Classes)
		}
	}
	return n
}
