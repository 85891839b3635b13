package model

import "connectspec/spec"

// A menu is what can be called upon sockets whose main fields are the same:
// what is left of every plan once the tests about these fields are made. That
// is little, and the same for many arguments, which are offered once.
type menu struct{ units []unit }

// An offer is a call upon a socket, with one of the arguments that no rule tells
// apart here; or a later rule.
type offer struct {
	op    Op
	call  *spec.Call // nil: a later rule
	plan  plan
	alike [][3]uint8 // all arguments that nothing of what is left tells apart
	fits  []test     // what the socket must be besides
	named bool       // an argument is another socket
	asks  bool       // a case that is left looks at the arguments
}

func (o *offer) makes() bool { return o.call != nil && o.call.Makes != "" }

// menu is the menu for sockets like this one.
func (x *explorer) menu(r *record) *menu {
	key := x.mainKey(r)
	known := x.menus[key]
	if known == nil {
		known = x.newMenu(r)
		x.menus[key] = known
	}
	return known
}

// mainKey are the main fields of a record.
func (x *explorer) mainKey(r *record) uint32 {
	key := uint32(0)
	for _, at := range x.machine.main {
		key = key<<8 | uint32(r[at])
	}
	return key
}

func (x *explorer) newMenu(r *record) *menu {
	c := &x.cook
	c.start(r)
	for i := range x.openings {
		if o := &x.openings[i]; o.call.OnSocket {
			c.opening(o)
		}
	}
	for _, rule := range x.machine.laters {
		c.later(rule)
	}
	return &menu{c.made}
}

// A cook makes menus.
type cook struct {
	e       environment
	cases   []int8                // by number: 1 if the case is left, -1 if not, 0 if nobody has asked
	known   map[string]*reduction // by what is left
	reduced map[*plan]*reduction
	places  map[string]int // of units in the menu
	signed  []byte         // what is left of a plan: the numbers of its cases
	asks    bool           // what is left of it looks at the arguments
	looker  looker
	units   int // in all menus
	made    []unit

	// All menus share these.
	pool  []*planCase
	space []planRule
}

// A reduction is what a menu leaves of a plan, or of several.
type reduction struct {
	plan
	asks  bool   // a case that is left looks at the arguments
	offer *offer // of all arguments that nothing tells apart; nil: there is none so far
	unit  int    // of offers that fit any socket; nowhere: there is none so far
}

func newCook(m *Machine) cook {
	return cook{
		e: m.environment(nil, Op{}), cases: make([]int8, m.cases), known: map[string]*reduction{}, reduced: map[*plan]*reduction{}, places: map[string]int{},
		looker: looker{local: uint8(m.local)},
	}
}

// start makes ready for the menu of sockets like this one.
func (c *cook) start(r *record) {
	c.e.records[spec.VarSubject] = r
	clear(c.cases)
	clear(c.known)
	clear(c.reduced)
	clear(c.places)
	c.made = nil
}

// opening offers a call unless that has been done with other arguments.
func (c *cook) opening(o *opening) {
	var fits []test
	for _, fit := range o.fits {
		if !c.e.holds(fit.tests[:fit.main]) {
			return
		}
		fits = append(fits, fit.tests[fit.main:]...)
	}
	r, named := c.reduction(o), isNamed(o.op)
	alike := !r.asks && !named && len(fits) == 0
	if alike && r.offer != nil {
		r.offer.alike = append(r.offer.alike, o.op.Args)
		return
	}
	made := &offer{
		op: o.op, call: o.call, plan: r.plan, alike: [][3]uint8{o.op.Args}, fits: fits, named: named, asks: r.asks,
	}
	if alike {
		r.offer = made
	}
	at := r.unit
	if at == nowhere || len(fits) > 0 {
		at = c.unitOf(made)
	}
	if len(fits) == 0 {
		r.unit = at
	}
	c.made[at].offers = append(c.made[at].offers, made)
}

// reduction is what is left of the plan of an opening.
func (c *cook) reduction(o *opening) *reduction {
	if r := c.reduced[o.plan]; r != nil {
		return r
	}
	pool, space := len(c.pool), len(c.space)
	c.signed, c.asks = append(c.signed[:0], o.op.Call), false
	left := c.reduce(o.plan)
	r := c.known[string(c.signed)]
	if r == nil {
		r = &reduction{plan: left, asks: c.asks, unit: nowhere}
		c.known[string(c.signed)] = r
	} else {
		c.pool, c.space = c.pool[:pool], c.space[:space]
	}
	c.reduced[o.plan] = r
	return r
}

func isNamed(op Op) bool {
	return op.Args[0] == spec.SocketArg || op.Args[1] == spec.SocketArg || op.Args[2] == spec.SocketArg
}

// later offers a later rule, if any of its cases is left.
func (c *cook) later(rule planRule) {
	if left, _ := c.some([]planRule{rule}, false); len(left) > 0 {
		made := &offer{op: Op{Call: noCall, Made: NoSocket}, plan: plan{acts: left, decided: true}}
		at := c.unitOf(made)
		c.made[at].offers = append(c.made[at].offers, made)
	}
}

// reduce leaves out what the main fields decide, and what cannot count because
// something before it applies in any case. Of acts none is left out for that: if
// two apply, that is to be found.
func (c *cook) reduce(from *plan) plan {
	left := plan{ordered: from.ordered, event: from.event, onThread: from.onThread, decided: true}
	var refused, acted bool
	left.refusals, refused = c.some(from.refusals, from.ordered)
	if !refused {
		left.acts, acted = c.some(from.acts, false)
	}
	if !refused && !acted {
		left.unstated, _ = c.some(from.unstated, true)
	}
	left.mays, _ = c.some(from.mays, false)
	if len(from.ready) > 0 {
		start := len(c.space)
		for i := range from.ready {
			rule, _ := c.rule(&from.ready[i])
			c.space = append(c.space, rule)
		}
		left.ready = c.space[start:len(c.space):len(c.space)]
	}
	return left
}

// some reduces rules, and says whether one of them applies in any case; what is
// behind the first that does is left out if one is enough.
func (c *cook) some(rules []planRule, one bool) (left []planRule, certain bool) {
	c.signed = append(c.signed, 0xff, 0xff)
	start := len(c.space)
	for i := range rules {
		rule, applies := c.rule(&rules[i])
		if len(rule.cases) > 0 {
			c.space = append(c.space, rule)
		}
		certain = certain || applies
		if applies && one {
			break
		}
	}
	return c.space[start:len(c.space):len(c.space)], certain
}

func (c *cook) rule(from *planRule) (left planRule, certain bool) {
	start := len(c.pool)
	for _, one := range from.cases {
		if !c.isLeft(one) {
			continue
		}
		c.pool = append(c.pool, one)
		c.signed = append(c.signed, byte(one.number), byte(one.number>>8))
		c.asks = c.asks || one.asks
		if certain = len(one.tests) == one.main; certain {
			break
		}
	}
	return planRule{from.rule, c.pool[start:len(c.pool):len(c.pool)]}, certain
}

func (c *cook) isLeft(one *planCase) bool {
	if c.cases[one.number] == 0 {
		c.cases[one.number] = -1
		if c.e.holds(one.tests[:one.main]) {
			c.cases[one.number] = 1
		}
	}
	return c.cases[one.number] > 0
}
