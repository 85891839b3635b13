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
	"slices"

	"connectspec/spec"
)

// A Machine steps through a specification. It does not change once it is made
// and may be shared.
type Machine struct {
	Spec   *spec.Spec
	local  int         // offset of the field that holds a socket's own address
	mode   int         // the same of the field that says whether calls may block, first of all words; 0: none
	kind   *spec.Field // what a dictionary may tell apart
	calls  map[string]*spec.Call
	plans  []callPlans // by call
	laters []planRule
	// resumes are by call. There are none if no call is about threads.
	resumes  [][]planRule
	outcomes []*spec.Outcome // all, by id
	again    [][]int         // by call: the outcomes of resumes that have it answer again
	// laterIDs are the outcomes of the later rules.
	laterIDs []int

	main       []uint8 // offsets of the main fields of a socket: see mainFields
	addresses  []uint8 // offsets of what can hold an address
	references []uint8 // offsets of what can hold a socket, queues included
	sets       []set
	effects    [][]effect // by outcome
	asking     []bool     // by outcome: its effects look at the arguments
	fits       []guard    // by class: what a socket must be for it to make sense
	cases      int
	patterns   patterns
	compared   []uint8 // offsets of words and flags that are compared between sockets
	shown      []uint8 // these, and those that are copied from one to another
	planner    *planner
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
	m.noteFields()
	m.laterIDs = laterIDs(s)
	if err := m.checkSizes(); err != nil {
		return nil, err
	}
	for _, call := range s.Calls {
		m.calls[call.Name] = call
	}
	m.main = mainFields(s)
	m.compile()
	return m, nil
}

// laterIDs are the outcomes of the later rules of a specification.
func laterIDs(s *spec.Spec) []int {
	var ids []int
	for _, rule := range s.Laters() {
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				ids = append(ids, outcome.ID)
			}
		}
	}
	return ids
}

// variant is the machine of a specification that differs from that of m in its
// rules alone. Calls that are the very same are not compiled again.
func (m *Machine) variant(s *spec.Spec) *Machine {
	v := *m
	v.Spec, v.laterIDs, v.planner = s, laterIDs(s), m.planner.branch(s.Outcomes)
	v.plans = slices.Clone(m.plans)
	for i, call := range s.Calls {
		if call != m.Spec.Calls[i] {
			v.plans[i] = v.planner.call(call)
		}
	}
	v.finish()
	return &v
}

// noteFields notes where what the model itself looks at stands in a record.
func (m *Machine) noteFields() {
	for _, field := range m.Spec.Fields {
		switch {
		case field.Type == spec.Address:
			m.addresses = append(m.addresses, uint8(field.Offset))
		case field.Type == spec.Socket:
			m.references = append(m.references, uint8(field.Offset))
		case field.Type == spec.Queue && !field.Tokens:
			for i := 1; i <= field.Holds; i++ {
				m.references = append(m.references, uint8(field.Offset+i))
			}
		}
		switch field.Name {
		case "local":
			m.local = field.Offset
		case "kind":
			m.kind = field
		case "mode":
			m.mode = field.Offset
		}
	}
}

// checkSizes makes sure that everything fits.
func (m *Machine) checkSizes() error {
	end := 0
	for _, field := range m.Spec.Fields {
		end = max(end, field.Offset+1)
		if field.Type == spec.Queue {
			end = max(end, field.Offset+1+field.Holds)
		}
	}
	switch {
	case len(m.Spec.World) > worldSize:
		return fmt.Errorf("the world has %d fields, and %d are the most", len(m.Spec.World), worldSize)
	case end > spec.ThreadsOffset:
		return fmt.Errorf("the fields of a socket need %d bytes, and %d are the most", end, spec.ThreadsOffset)
	case m.local == 0:
		return fmt.Errorf("the specification declares no `address local`")
	case len(m.laterIDs) > maxLaters:
		return fmt.Errorf("later rules have %d outcomes, and %d are the most", len(m.laterIDs), maxLaters)
	}
	for _, call := range m.Spec.Calls {
		if n := combinations(call); n > maxCombinations {
			return fmt.Errorf("%s can be called with %d combinations of arguments, and %d are the most", call.Name, n, maxCombinations)
		}
	}
	return nil
}

// compile makes everything ready for stepping.
func (m *Machine) compile() {
	m.planner = newPlanner(m)
	for _, rule := range m.Spec.Rules {
		m.planner.casesOf(rule)
	}
	for _, call := range m.Spec.Calls {
		m.plans = append(m.plans, m.planner.call(call))
	}
	for _, class := range m.Spec.Classes {
		var fits guard
		if len(class.For) > 0 {
			fits = m.planner.guard([]spec.Condition{{Kind: spec.HasWord, Var: spec.VarSubject, Words: class.For}})
		}
		m.fits = append(m.fits, fits)
	}
	m.finish()
}

// finish takes over what the planner has made besides the plans of calls.
func (m *Machine) finish() {
	p := m.planner
	m.laters = p.rules(m.Spec.Laters(), [3]uint8{})
	m.compileResumes(p)
	m.asking = nil
	for _, effects := range p.done {
		m.asking = append(m.asking, asks(effects))
	}
	m.sets, m.patterns, m.effects, m.cases = p.sets, p.patterns, p.done, p.count
	shown := p.patterns.compared
	shown.join(&p.patterns.copied)
	m.compared, m.shown = p.patterns.compared.members(), shown.members()
}

// mainFields are the offsets of the enumerations that the rules ask for most.
func mainFields(s *spec.Spec) []uint8 {
	var asked [recordSize]int
	for _, rule := range s.Rules {
		for i := range rule.Cases {
			for k := range rule.Cases[i].Guard {
				c := &rule.Cases[i].Guard[k]
				if c.Kind == spec.HasWord && c.Var == spec.VarSubject && len(c.Words) == 1 && c.Words[0].Handle == 0 && !c.Words[0].World {
					asked[c.Words[0].Offset]++
				}
			}
		}
	}
	var main []uint8
	for _, field := range s.Fields {
		if field.Type == spec.Enumeration && asked[field.Offset] > 0 {
			main = append(main, uint8(field.Offset))
		}
	}
	slices.SortStableFunc(main, func(a, b uint8) int { return asked[b] - asked[a] })
	return main[:min(len(main), maxMain)]
}

// maxMain is how many main fields there are: with more there are more menus,
// and fewer tests for each to make.
const maxMain = 4

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
