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

// part is the part of a socket in a state, by number, and whether anything about
// it is new.
func (x *explorer) part(k stateKey, slot uint8) (number int32, isNew bool) {
	world, record := k.world(), k.record(slot)
	number, isNew = x.partNumbers.number(uint64(world)<<recordBits | uint64(record))
	if !isNew {
		return number, false
	}
	x.parts = append(x.parts, part{})
	rec := x.roster.records[record]
	if rec[0] != live {
		return number, false
	}
	var p part
	isNew = false
	x.stand(stateKey(0).withWorld(world).withRecord(0, record))
	m := x.menu(&rec)
	start := len(x.pools.answers)
	for i := range m.units {
		u := &m.units[i]
		a, unseen := x.answerNumbers.number(u.sees(x.machine.sets, &x.roster.worlds[world], &rec))
		if unseen {
			x.answers = append(x.answers, answer{})
			isNew = x.answer(a, u, slot, k.sockets()) || isNew
		}
		x.pools.answers = append(x.pools.answers, a)
		for i := range x.answers[a].open {
			p.asks.add(uint64(x.answers[a].open[i].digest))
		}
	}
	p.answers = behind(x.pools.answers, start)
	x.parts[number] = p
	return number, isNew
}

// answer works out what can be said of the offers of a unit to the socket of
// soloState, which stands at a slot of the state at hand. It says whether any
// shows a new case.
func (x *explorer) answer(number int32, u *unit, slot, sockets uint8) bool {
	any := false
	b := &x.bench
	effects, open := len(x.pools.effects), len(x.pools.open)
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
			x.keepEffects(effects, o, &p, isOpen)
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
	x.answers[number] = answer{behind(x.pools.effects, effects), behind(x.pools.open, open)}
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
	x.pools.open = append(x.pools.open, made)
	if !o.named {
		p = x.prospect(&b.soloState, o, op)
	}
	return p, true
}

// keepEffects keeps the choices that change something, each once.
func (x *explorer) keepEffects(from int, o *offer, p *prospect, lonely bool) {
	if p.isNone(o) {
		return
	}
	for i := range p.choices {
		id := p.choices[i].outcome.ID
		if !x.changes(o, p.choices[i].outcome) || !lonely && !x.machine.asking[id] && x.isKept(from, id) {
			continue
		}
		x.pools.effects = append(x.pools.effects, effective{o, p.choices[i], lonely})
	}
}

// changes says whether an outcome changes anything.
func (x *explorer) changes(o *offer, outcome *spec.Outcome) bool {
	return len(x.machine.effects[outcome.ID]) > 0 || o.makes() && hasResult(outcome, spec.OK)
}

func (x *explorer) isKept(from, outcome int) bool {
	return slices.ContainsFunc(x.pools.effects[from:], func(f effective) bool {
		return !f.lonely && f.choice.outcome.ID == outcome
	})
}

// moves are what a part can become.
func (x *explorer) moves(number int32, k stateKey, slot uint8) []move {
	p := &x.parts[number]
	if p.moved {
		return p.moves
	}
	p.moved = true
	x.stand(stateKey(0).withWorld(k.world()).withRecord(0, k.record(slot)))
	start := len(x.pools.moves)
	for _, a := range p.answers {
		for i := range x.answers[a].effects {
			x.move(start, &x.answers[a].effects[i])
		}
	}
	p.moves = behind(x.pools.moves, start)
	return p.moves
}

// move adds a move of the socket on the bench, unless there is one alike.
func (x *explorer) move(from int, f *effective) {
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
		if slices.ContainsFunc(x.pools.moves[from:], made.isLike) {
			return
		}
	}
	x.pools.moves = append(x.pools.moves, made)
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

// behind is what stands in a pool from a place on; more is put elsewhere.
func behind[T any](pool []T, from int) []T { return pool[from:len(pool):len(pool)] }
