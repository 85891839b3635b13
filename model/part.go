package model

import (
	"slices"

	"connectspec/spec"
)

// A part is a socket with a record, in a world: all that can be said of it
// without looking at other sockets. That is worked out once, and holds in every
// state that has such a socket.
type part struct {
	answers []int32
	asks    digest // all that it asks of other sockets
	moves   []move
	moved   bool // moves have been worked out
}

// An answer is what can be said of the offers of a unit.
type answer struct {
	effects []effective
	open    []openOffer
}

// An effective choice changes something.
type effective struct {
	offer  *offer
	choice choice
	lonely bool // it comes if there are no other sockets, and may not otherwise
}

// An openOffer depends on other sockets.
type openOffer struct {
	offer   *offer
	digest  digest // of the question that it asks
	circle  int32
	wide    int32 // the circle to ask in as well, or nowhere
	outside bool
}

// A move is what an effective choice makes of a part.
type move struct {
	*effective
	concerns bool // other sockets: what it makes has to be seen where it is made
	renames  bool // it concerns those that know the address of this one
	world    uint8
	record   uint16
}

// later says whether it happens by itself.
func (o *offer) later() bool { return o.call == nil }

// part is the part of a socket in a state, and whether anything about it is new.
func (x *explorer) part(k stateKey, slot uint8) (p *part, isNew bool) {
	world, record := int(k.world()), int(k.record(slot))
	for world >= len(x.partsOf) {
		x.partsOf = append(x.partsOf, nil)
	}
	if known := len(x.partsOf[world]); record >= known {
		x.partsOf[world] = append(x.partsOf[world], make([]*part, len(x.roster.records)-known)...)
	}
	p = x.partsOf[world][record]
	if p == nil {
		p = x.parts.add()
		x.partsOf[world][record] = p
		isNew = x.workOut(p, k, slot)
	}
	return p, isNew
}

// workOut works out a part, and says whether anything about it is new.
func (x *explorer) workOut(p *part, k stateKey, slot uint8) (isNew bool) {
	world, record := k.world(), k.record(slot)
	rec := &x.roster.records[record]
	if rec[0] != live {
		return false
	}
	x.stand(stateKey(0).withWorld(world).withRecord(0, record))
	made := x.bench.made.answers[:0]
	units := x.menu(rec).units
	for i := range units {
		u := &units[i]
		number, unseen := x.answerNumbers.number(u.sees(x.machine.sets, &x.roster.worlds[world], rec))
		if unseen {
			isNew = x.answer(x.answers.add(), u, slot, k.sockets()) || isNew
		}
		a := x.answers.at(int(number))
		if len(a.effects)+len(a.open) > 0 {
			made = append(made, number)
		}
		for i := range a.open {
			p.asks.add(uint64(a.open[i].digest))
		}
	}
	p.answers = cut(&x.pools.answers, made)
	x.bench.made.answers = made
	return isNew
}

// answer works out what can be said of the offers of a unit to the socket of
// soloState, which stands at a slot of the state at hand. It says whether any
// shows a new case.
func (x *explorer) answer(a *answer, u *unit, slot, sockets uint8) bool {
	any := false
	b := &x.bench
	b.made.effects, b.made.open = b.made.effects[:0], b.made.open[:0]
	for _, o := range u.offers {
		op := o.op
		op.Subject = 0
		if o.makes() {
			op.Made = 1
		}
		if !x.fits(&b.soloState, o, op) {
			continue
		}
		p, isOpen := x.consider(o, op)
		if !isOpen || !o.named {
			x.keepEffects(o, &p, isOpen)
		}
		if isOpen {
			continue // it is tried where others are, or none: see together
		}
		shown := op
		shown.Subject = slot
		if o.makes() {
			shown.Made = sockets
		}
		if shown.Made == NoSocket || shown.Made < spec.MaxSockets {
			any = x.judge(&b.soloState, o, op, shown, &p) || any
		}
	}
	a.effects, a.open = cut(&x.pools.effects, b.made.effects), cut(&x.pools.open, b.made.open)
	return any
}

// fits says whether the arguments of an offer make sense.
func (x *explorer) fits(s *State, o *offer, op Op) bool {
	if len(o.fits) == 0 {
		return true
	}
	e := x.machine.environment(s, op)
	return e.holds(o.fits)
}

// consider evaluates an offer to the only socket of soloState. If that depends
// on other sockets it notes so, and evaluates it as if there were none.
func (x *explorer) consider(o *offer, op Op) (p prospect, isOpen bool) {
	b := &x.bench
	q := &b.question
	*q = question{}
	e := x.machine.environment(&b.soloState, op)
	e.question, e.decided, e.thorough = q, o.plan.decided, true
	p = e.prospect(&o.plan, prospect{choices: b.choices[:0]})
	b.choices = p.choices[:0]
	if !p.touched {
		return p, false
	}
	q.add(uint64(op.Call))
	if o.asks {
		q.add(uint64(op.Args[0])<<16 | uint64(op.Args[1])<<8 | uint64(op.Args[2]))
	}
	q.add(uint64(p.verdict))
	for i := range p.choices {
		q.add(uint64(p.choices[i].outcome.ID))
	}
	made := openOffer{offer: o, digest: q.digest, circle: x.circle(&q.circle), wide: nowhere, outside: q.outside}
	if q.links && o.named {
		made.wide = x.wideCircle(q.circle)
	}
	b.made.open = append(b.made.open, made)
	if !o.named {
		p = x.prospect(&b.soloState, o, op)
	}
	return p, true
}

// keepEffects keeps the choices that change something, each once.
func (x *explorer) keepEffects(o *offer, p *prospect, lonely bool) {
	if p.isNone(o) {
		return
	}
	for i := range p.choices {
		id := p.choices[i].outcome.ID
		if !x.changes(o, p.choices[i].outcome) || !lonely && !x.machine.asking[id] && x.isKept(id) {
			continue
		}
		x.bench.made.effects = append(x.bench.made.effects, effective{o, p.choices[i], lonely})
	}
}

// changes says whether an outcome changes anything.
func (x *explorer) changes(o *offer, outcome *spec.Outcome) bool {
	return len(x.machine.effects[outcome.ID]) > 0 || o.makes() && hasResult(outcome, spec.OK)
}

func (x *explorer) isKept(outcome int) bool {
	return slices.ContainsFunc(x.bench.made.effects, func(f effective) bool {
		return !f.lonely && f.choice.outcome.ID == outcome
	})
}

// moves are what a part can become.
func (x *explorer) moves(p *part, k stateKey, slot uint8) []move {
	if p.moved {
		return p.moves
	}
	p.moved = true
	x.stand(stateKey(0).withWorld(k.world()).withRecord(0, k.record(slot)))
	x.bench.made.moves = x.bench.made.moves[:0]
	for _, a := range p.answers {
		effects := x.answers.at(int(a)).effects
		for i := range effects {
			x.move(&effects[i])
		}
	}
	p.moves = cut(&x.pools.moves, x.bench.made.moves)
	return p.moves
}

// move adds a move of the socket on the bench, unless there is one alike.
func (x *explorer) move(f *effective) {
	b := &x.bench
	op := f.offer.op
	op.Subject = 0
	if f.offer.makes() {
		op.Made = 1
	}
	made := move{effective: f}
	b.next = b.soloState
	made.concerns, made.renames = x.machine.applyTo(&b.next, op, &f.choice, hasResult(f.choice.outcome, spec.OK))
	if !made.concerns {
		k, fits := x.roster.after(b.solo, &b.soloState, &b.next)
		if !fits || k == b.solo {
			return
		}
		made.world, made.record = k.world(), k.record(0)
		if slices.ContainsFunc(b.made.moves, made.isLike) {
			return
		}
	}
	b.made.moves = append(b.made.moves, made)
}

// isLike says whether another move is as good.
func (m move) isLike(other move) bool {
	return !other.concerns && other.record == m.record && other.world == m.world && other.renames == m.renames &&
		(!other.lonely || m.lonely) && other.offer.later() == m.offer.later()
}

// stand puts a state with one socket on the bench.
func (x *explorer) stand(k stateKey) {
	x.bench.solo = k
	x.roster.state(k, &x.bench.soloState)
}
