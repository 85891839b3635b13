package model

import (
	"maps"
	"slices"

	"connectspec/spec"
)

// A plan is what is left of the rules of a call once its arguments are known:
// most cases are about other arguments and need not be looked at again.
// Arguments that no case tells apart share one plan.
type plan struct {
	ordered  bool
	event    bool // of an event
	onThread bool // of a call about a thread
	refusals []planRule
	acts     []planRule
	mays     []planRule
	unstated []planRule
	ready    []planRule // by level
	// decided says that the tests about main fields were made before: see menu.
	decided bool
}

// A planRule is what is left of a rule: the first case that holds counts.
type planRule struct {
	rule  *spec.Rule // nil: a level without one
	cases []*planCase
}

// A planCase is a case of a rule, made ready for stepping.
type planCase struct {
	guard
	number   int // among all cases
	maybe    bool
	outcomes []*spec.Outcome
	admits   admits
	links    bool // an outcome makes a socket know another
	asks     bool // its tests or its effects look at the arguments
	looks    set  // the patterns that it asks of other sockets, by number
	copies   set  // the offsets of what its effects take from other sockets
}

// Admits are the arguments with which a case can apply: for each parameter a set
// of their places (see callPlans).
type admits [3][2]uint64

func (a *admits) restrict(parameter int, to [2]uint64) {
	a[parameter][0] &= to[0]
	a[parameter][1] &= to[1]
}

func (a *admits) has(places [3]uint8) bool {
	for i, place := range places {
		if a[i][place/64]&(1<<(place%64)) == 0 {
			return false
		}
	}
	return true
}

// A callPlans has the plans of a call by the places of its arguments: that of a
// word is its value, that of a class where it stands in its input, and that of
// any socket that of the class that stands for them.
type callPlans struct {
	sizes  []int // how many places each parameter has
	places [3]*[256]uint8
	plans  []*plan
}

// plan is the plan of a call.
func (m *Machine) plan(op Op) *plan {
	c := &m.plans[op.Call]
	at := 0
	for i, size := range c.sizes {
		at = at*size + int(c.places[i][op.Args[i]])
	}
	return c.plans[at]
}

// A planner makes the plans of a machine.
type planner struct {
	*compiler
	cases    map[*spec.Rule][]*planCase
	done     [][]effect // by outcome
	count    int
	places   map[*spec.Input]*[256]uint8
	patterns patterns
	signed   []byte // room for a signature
}

func newPlanner(m *Machine) *planner {
	c := &compiler{numbers: map[set]uint16{}, changes: map[*spec.Change]*change{}}
	for _, at := range m.main {
		c.main.add(at)
	}
	for _, at := range m.addresses {
		c.addresses.add(at)
	}
	return &planner{
		compiler: c, cases: map[*spec.Rule][]*planCase{}, done: make([][]effect, m.Spec.Outcomes),
		places: map[*spec.Input]*[256]uint8{}, patterns: patterns{numbers: map[string]uint8{}},
	}
}

// branch is a planner that knows what p knows, and has room for so many
// outcomes.
func (p *planner) branch(outcomes int) *planner {
	c := *p.compiler
	c.sets, c.numbers, c.changes = slices.Clone(c.sets), maps.Clone(c.numbers), maps.Clone(c.changes)
	b := *p
	b.compiler, b.cases, b.places, b.signed = &c, maps.Clone(p.cases), maps.Clone(p.places), nil
	b.done = make([][]effect, outcomes)
	copy(b.done, p.done)
	b.patterns.all, b.patterns.numbers = slices.Clone(p.patterns.all), maps.Clone(p.patterns.numbers)
	return &b
}

// call plans a call with every combination of arguments.
func (p *planner) call(call *spec.Call) callPlans {
	var c callPlans
	for i, parameter := range call.Parameters {
		c.sizes = append(c.sizes, choicesOf(parameter))
		c.places[i] = p.placesOf(parameter)
	}
	p.arguments(&c, call, map[string]*plan{}, [3]uint8{}, 0)
	return c
}

// choicesOf is how many arguments a parameter can have, all sockets being one.
func choicesOf(parameter spec.Parameter) int {
	if parameter.Field != nil {
		return len(parameter.Field.Words)
	}
	return len(parameter.Input.Classes)
}

func (p *planner) placesOf(parameter spec.Parameter) *[256]uint8 {
	if known := p.places[parameter.Input]; known != nil {
		return known
	}
	places := &[256]uint8{}
	p.places[parameter.Input] = places
	if parameter.Input == nil {
		for word := range places {
			places[word] = uint8(word)
		}
		return places
	}
	for i, class := range parameter.Input.Classes {
		places[class.Index] = uint8(i)
		if class.Socket {
			for slot := range spec.MaxSockets {
				places[spec.SocketArg+slot] = uint8(i)
			}
		}
	}
	return places
}

func (p *planner) arguments(c *callPlans, call *spec.Call, known map[string]*plan, places [3]uint8, i int) {
	if i < len(c.sizes) {
		for place := range c.sizes[i] {
			places[i] = uint8(place)
			p.arguments(c, call, known, places, i+1)
		}
		return
	}
	p.sign(call, places)
	made := known[string(p.signed)]
	if made == nil {
		made = p.plan(call, places)
		known[string(p.signed)] = made
	}
	c.plans = append(c.plans, made)
}

// sign writes down which cases of a call admit some arguments.
func (p *planner) sign(call *spec.Call, places [3]uint8) {
	p.signed = p.signed[:0]
	for _, rules := range [][]*spec.Rule{call.Refusals, call.Acts, call.Mays, call.Unstated, call.Ready} {
		for _, rule := range rules {
			for _, one := range p.casesOf(rule) {
				admitted := byte(0)
				if one.admits.has(places) {
					admitted = 1
				}
				p.signed = append(p.signed, admitted)
			}
		}
	}
}

func (p *planner) plan(call *spec.Call, places [3]uint8) *plan {
	return &plan{
		ordered:  call.Ordered,
		event:    call.Event,
		onThread: call.OnThread(),
		refusals: p.rules(call.Refusals, places),
		acts:     p.rules(call.Acts, places),
		mays:     p.rules(call.Mays, places),
		unstated: p.rules(call.Unstated, places),
		ready:    p.levels(call.Ready, places),
	}
}

// rules leaves out the cases that the arguments rule out.
func (p *planner) rules(rules []*spec.Rule, places [3]uint8) []planRule {
	var planned []planRule
	for _, rule := range rules {
		if left := p.rule(rule, places); len(left.cases) > 0 {
			planned = append(planned, left)
		}
	}
	return planned
}

// levels are the rules of all levels, in their order.
func (p *planner) levels(rules []*spec.Rule, places [3]uint8) []planRule {
	planned := make([]planRule, len(rules))
	for level, rule := range rules {
		planned[level] = p.rule(rule, places)
	}
	return planned
}

func (p *planner) rule(rule *spec.Rule, places [3]uint8) planRule {
	left := planRule{rule: rule}
	for _, one := range p.casesOf(rule) {
		if one.admits.has(places) {
			left.cases = append(left.cases, one)
		}
	}
	return left
}

// casesOf are the cases of a rule (nil: none), each made ready once.
func (p *planner) casesOf(rule *spec.Rule) []*planCase {
	if rule == nil {
		return nil
	}
	cases, known := p.cases[rule]
	if !known {
		for i := range rule.Cases {
			cases = append(cases, p.planCase(rule, &rule.Cases[i]))
		}
		p.cases[rule] = cases
	}
	return cases
}

func (p *planner) planCase(rule *spec.Rule, from *spec.Case) *planCase {
	one := &planCase{
		guard: p.guard(from.Guard), number: p.count, maybe: from.Maybe, outcomes: from.Outcomes, admits: p.admits(rule, from.Guard),
	}
	p.count++
	one.looks = p.patterns.of(one.tests)
	if p.areOfKnown(one.tests) {
		p.patterns.known.join(&one.looks)
	}
	for i := range one.tests {
		one.asks = one.asks || one.tests[i].asks()
	}
	for _, outcome := range from.Outcomes {
		effects := p.effects(outcome.Effects)
		p.done[outcome.ID] = effects
		one.asks = one.asks || asks(effects)
		addCopied(&one.copies, effects)
		one.links = one.links || p.links(effects)
	}
	p.patterns.copied.join(&one.copies)
	return one
}

// admits are the arguments that the conditions of a case allow.
func (p *planner) admits(rule *spec.Rule, conditions []spec.Condition) admits {
	all := [2]uint64{^uint64(0), ^uint64(0)}
	a := admits{all, all, all}
	for i := range conditions {
		c := &conditions[i]
		var allowed [2]uint64
		switch c.Kind {
		case spec.ArgumentIs:
			for place, class := range rule.Calls[0].Parameters[c.Argument].Input.Classes {
				if c.Classes[class.Index/64]&(1<<(class.Index%64)) != 0 {
					allowed[place/64] |= 1 << (place % 64)
				}
			}
		case spec.ArgumentWord:
			allowed[0] = c.Mask
		case spec.ArgumentNames:
			for place, class := range rule.Calls[0].Parameters[c.Argument].Input.Classes {
				if class.Socket {
					allowed[place/64] |= 1 << (place % 64)
				}
			}
		default:
			continue
		}
		if c.Not {
			allowed[0], allowed[1] = ^allowed[0], ^allowed[1]
		}
		a.restrict(c.Argument, allowed)
	}
	return a
}
