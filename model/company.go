package model

import "connectspec/spec"

// maxSlots is MaxSockets as a number of slots.
const maxSlots = uint8(spec.MaxSockets)

// ops are the calls that an offer to a socket comes to among some others.
func (o *offer) ops(ops []Op, k stateKey, slot, others uint8) []Op {
	op := o.op
	op.Subject = slot
	if o.makes() {
		if op.Made = k.sockets(); op.Made == maxSlots {
			return ops
		}
	}
	if !o.named {
		return append(ops, op)
	}
	return withSockets(ops, op, others, 0)
}

// prospect evaluates an offer in a state, and whether two acts apply.
func (x *explorer) prospect(s *State, o *offer, op Op) prospect {
	p := prospect{choices: x.bench.choices[:0]}
	if op.Subject < spec.MaxSockets && s.record(op.Subject)[0] != live {
		p.verdict = doubtful
		return p
	}
	e := x.machine.environment(s, op)
	e.decided, e.thorough = o.plan.decided, true
	p = e.prospect(&o.plan, p)
	x.bench.choices = p.choices[:0]
	return p
}

// together tries what linked sockets ask of each other; or what a socket asks of
// others, where none is linked with it. It says whether the state is worth to be
// gone on from for that: if some call of several can have outcomes that it could
// not have among any before, or that of one is a new case.
func (x *explorer) together(k stateKey, focus uint8) bool {
	if !x.seen.groups.add(uint64(x.group(k, focus))) {
		return false
	}
	any := false
	x.roster.state(k, &x.bench.joint)
	for slots := focus; slots != 0; slots &= slots - 1 {
		slot := first(slots)
		p, _ := x.part(k, slot)
		clear(x.bench.companies)
		for _, a := range p.answers {
			open := x.answers.at(int(a)).open
			if len(open) == 0 || !x.seen.told.add(uint64(x.companyOf(k, focus, slot, a, open))) {
				continue
			}
			for i := range open {
				any = x.tell(k, focus, slot, &open[i]) || any
			}
		}
	}
	return any
}

// companyOf is the same for an answer of a socket where what it asks is answered
// the same.
func (x *explorer) companyOf(k stateKey, focus, slot uint8, number int32, open []openOffer) digest {
	var d digest
	d.add(uint64(number))
	last := int32(nowhere)
	for i := range open {
		if c := open[i].circle; c != last {
			d.add(uint64(x.company(k, focus, slot, c)))
			last = c
		}
	}
	return d
}

// company is the same for linked sockets that show one of them the same in a
// circle.
func (x *explorer) company(k stateKey, focus, slot uint8, circle int32) digest {
	for int(circle) >= len(x.bench.companies) {
		x.bench.companies = append(x.bench.companies, 0)
	}
	if known := x.bench.companies[circle]; known != 0 {
		return known
	}
	var d digest
	c := &x.circles[circle]
	d.add(uint64(k.sockets()))
	d.add(uint64(x.roster.traits[k.record(slot)].names))
	for slots := focus &^ (1 << slot); slots != 0; slots &= slots - 1 {
		mate := first(slots)
		d.add(uint64(mate ^ slot))
		d.add(uint64(x.roster.traits[k.record(mate)].names))
		d.add(x.shows(k.record(mate), c))
	}
	x.bench.companies[circle] = d
	return d
}

// group is the same for linked sockets that ask the same of each other, and show
// each other the same.
func (x *explorer) group(k stateKey, focus uint8) digest {
	var d digest
	d.add(uint64(k.world()))
	for slots := focus; slots != 0; slots &= slots - 1 {
		slot := first(slots)
		p, _ := x.part(k, slot)
		t := &x.roster.traits[k.record(slot)]
		d.add(uint64(slot ^ first(focus)))
		d.add(uint64(p.asks))
		d.add(uint64(t.names))
		d.add(uint64(t.face))
	}
	return d
}

// tell tries an open offer to a linked socket, unless others were told the same.
func (x *explorer) tell(k stateKey, focus, slot uint8, o *openOffer) bool {
	d := o.digest
	d.add(uint64(x.company(k, focus, slot, o.circle)))
	if !x.seen.told.add(uint64(d)) {
		return false
	}
	any, b := false, &x.bench
	b.jointOps = o.offer.ops(b.jointOps[:0], k, slot, focus)
	for _, op := range b.jointOps {
		if !x.fits(&b.joint, o.offer, op) {
			continue
		}
		p := x.prospect(&b.joint, o.offer, op)
		isNew := x.judge(&b.joint, o.offer, op, op, &p)
		if isNew && (!isSeveral(focus) || x.seen.kinds.add(uint64(kind(op, &p)))) {
			any = true
		}
	}
	return any
}

// kind is the same for calls that can have the same outcomes.
func kind(op Op, p *prospect) digest {
	var d digest
	d.add(uint64(op.Call))
	d.add(uint64(p.verdict))
	for i := range p.choices {
		d.add(uint64(p.choices[i].outcome.ID))
	}
	return d
}

// moveTogether goes on by what a socket does that depends on others.
func (x *explorer) moveTogether(at int32, n *node, slot uint8) {
	b := &x.bench
	p, _ := x.part(n.state, slot)
	for _, a := range p.answers {
		for _, open := range x.answers.at(int(a)).open {
			o := open.offer
			b.ops = o.ops(b.ops[:0], n.state, slot, n.focus)
			for _, op := range b.ops {
				x.roster.state(n.state, &b.state)
				if !x.fits(&b.state, o, op) {
					continue
				}
				p := x.prospect(&b.state, o, op)
				x.follow(n.state, o, op, &p)
				for _, l := range b.leads {
					x.visit(l.state, l.changed, path{from: place{at, nowhere}, op: op, later: o.later(), touchy: true})
				}
			}
		}
	}
}

// A lead is a state that something leads to.
type lead struct {
	state   stateKey
	changed uint8 // sockets
}

// follow gathers the states that a call in the state on the bench leads to, as
// far as they were not seen.
func (x *explorer) follow(k stateKey, o *offer, op Op, p *prospect) {
	x.bench.leads = x.bench.leads[:0]
	if p.isNone(o) {
		return
	}
	for i := range p.choices {
		if x.changes(o, p.choices[i].outcome) {
			x.lead(k, o, op, &p.choices[i])
		}
	}
}

func (x *explorer) lead(k stateKey, o *offer, op Op, c *choice) {
	b := &x.bench
	b.next = b.state
	x.machine.applyTo(&b.next, op, c, hasResult(c.outcome, spec.OK))
	to, fits := x.roster.after(k, &b.state, &b.next)
	l := lead{to, difference(k, to)}
	if fits && to != k && !x.isSeen(l) {
		b.leads = append(b.leads, l)
	}
}

// difference are the sockets that two states have differently; all, if the
// worlds differ.
func difference(a, b stateKey) uint8 {
	changed := uint8(0)
	for slot := uint8(0); slot < maxSlots; slot++ {
		if b.record(slot) != a.record(slot) || a.world() != b.world() && b.record(slot) != 0 {
			changed |= 1 << slot
		}
	}
	return changed
}

func (x *explorer) isSeen(l lead) bool {
	for slots := l.changed; slots != 0; slots &= slots - 1 {
		alone, fits := x.roster.alone(l.state, x.roster.component(l.state, first(slots)))
		if fits && !x.seen.states.has(uint64(alone)+1) {
			return false
		}
	}
	return true
}
