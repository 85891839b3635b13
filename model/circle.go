package model

// A circle are the questions that ask the same of other sockets, and the faces
// that differ in it: sockets that may answer differently. Each question is held
// against each face once, by two sockets that know nothing of each other.
type circle struct {
	circleKey
	wide   bool
	copied []uint8
	askers []int32
	faces  []face
	known  keySet // what the faces show
}

// A face is a socket of a node.
type face struct {
	node int32
	slot uint8
}

// An asker is a socket of a node that asks a question in a circle.
type asker struct {
	face
	*openOffer
	in int32
}

// A meeting is to try what an asker asks of a face.
type meeting struct{ asker, face int32 }

// circle is the number of the circle for what is asked.
func (x *explorer) circle(key *circleKey) int32 {
	var d digest
	for i := range key.patterns {
		d.add(key.patterns[i])
		d.add(key.copies[i])
	}
	number, isNew := x.circleNumbers.number(uint64(d))
	if !isNew {
		return number
	}
	x.circles = append(x.circles, circle{circleKey: *key, copied: key.copies.members()})
	c := &x.circles[number]
	for i := range x.nodes {
		if n := &x.nodes[i]; n.state.world() == 0 {
			for slots := n.focus; slots != 0; slots &= slots - 1 {
				x.show(c, face{int32(i), first(slots)})
			}
		}
	}
	return number
}

// wideCircle is the number of the circle for a question that makes sockets known
// to each other: it tells apart what is asked of those that are known as well,
// though that shows only later.
func (x *explorer) wideCircle(key circleKey) int32 {
	key.patterns.join(&x.machine.patterns.known)
	number := x.circle(&key)
	x.circles[number].wide = true
	return number
}

// shows is a number for what a circle sees in a record.
func (x *explorer) shows(record uint16, c *circle) uint64 {
	var d digest
	has, r := &x.roster.traits[record].has, &x.roster.records[record]
	for i := range has {
		if c.patterns[i] != 0 {
			d.add(has[i] & c.patterns[i])
		}
	}
	for _, at := range x.machine.compared {
		d.add(uint64(r[at]))
	}
	for _, at := range c.copied {
		d.add(uint64(r[at]))
	}
	return uint64(d)
}

// introduce makes the sockets of a new node known in all circles: what they ask
// and what they show. It says whether any of that is new.
func (x *explorer) introduce(at int32) bool {
	n := &x.nodes[at]
	any := false
	for slots := n.focus; slots != 0; slots &= slots - 1 {
		who := face{at, first(slots)}
		if p, _ := x.part(n.state, who.slot); x.seen.asks.add(uint64(p.asks)) {
			for _, a := range p.answers {
				open := x.answers.at(int(a)).open
				for i := range open {
					any = x.ask(who, &open[i]) || any
				}
			}
		}
		if !x.seen.shows.add(uint64(x.roster.traits[n.state.record(who.slot)].face)) {
			continue
		}
		for i := range x.circles {
			// What linked sockets show in wide circles has no end.
			if c := &x.circles[i]; !c.wide || !isSeveral(n.focus) {
				any = x.show(c, who) || any
			}
		}
	}
	return any
}

// ask takes a socket into the circle of an offer, unless others ask the same. In
// a wide circle one asks for all whose main fields are the same.
func (x *explorer) ask(who face, o *openOffer) bool {
	if !o.outside || !x.seen.asked.add(uint64(o.digest)) {
		return false
	}
	x.join(asker{who, o, o.circle})
	if o.wide == nowhere || o.wide == o.circle {
		return true
	}
	var d digest
	d.add(uint64(o.offer.op.Call))
	d.add(uint64(x.mainKey(&x.roster.records[x.nodes[who.node].state.record(who.slot)])))
	if x.seen.wide.add(uint64(d)) {
		x.join(asker{who, o, o.wide})
	}
	return true
}

func (x *explorer) join(a asker) {
	number := int32(len(x.askers))
	x.askers = append(x.askers, a)
	c := &x.circles[a.in]
	c.askers = append(c.askers, number)
	for i := range c.faces {
		x.arrange(meeting{number, int32(i)})
	}
}

// show takes a socket into a circle, unless others show the same there.
func (x *explorer) show(c *circle, who face) bool {
	if !c.known.add(x.shows(x.nodes[who.node].state.record(who.slot), c)) {
		return false
	}
	number := int32(len(c.faces))
	c.faces = append(c.faces, who)
	for _, a := range c.askers {
		x.arrange(meeting{a, number})
	}
	return true
}

// arrange puts off a meeting until its script is one of the shortest left. A
// socket that has none of the patterns that are asked for is as good as none,
// unless it is called by name.
func (x *explorer) arrange(m meeting) {
	a := &x.askers[m.asker]
	c := &x.circles[a.in]
	f := &c.faces[m.face]
	asks, shows := &x.nodes[a.node], &x.nodes[f.node]
	switch {
	case asks.state.sockets()+shows.state.sockets() > maxSlots:
	case !a.offer.named && !x.roster.traits[shows.state.record(f.slot)].has.meets(&c.patterns):
	default:
		x.schedule(asks.length+shows.length, task{node: nowhere, meeting: m})
	}
}

// meet tries what an asker asks of a face. The node with more sockets stands
// first: two that are linked keep their places so, or change both.
func (x *explorer) meet(m meeting) {
	a := &x.askers[m.asker]
	f := x.circles[a.in].faces[m.face]
	at, slot, other := place{a.node, f.node}, a.slot, f.slot
	asks, shows := x.nodes[a.node].state, x.nodes[f.node].state
	if shows.sockets() > asks.sockets() {
		at = place{f.node, a.node}
		slot += shows.sockets()
	} else {
		other += asks.sockets()
	}
	k, b := x.nodes[at.node].state.beside(x.nodes[at.other].state), &x.bench
	b.ops = a.offer.ops(b.ops[:0], k, slot, 1<<other)
	for _, op := range b.ops {
		x.roster.state(k, &b.state)
		x.attempt(at, k, a.offer, op)
	}
}

// attempt tries a call in the state on the bench, where two nodes stand side by
// side, and takes in what is new of it. If there is anything, it makes sure that
// the second node can come about beside the first.
func (x *explorer) attempt(at place, k stateKey, o *offer, op Op) {
	b := &x.bench
	if !x.fits(&b.state, o, op) {
		return
	}
	p := x.prospect(&b.state, o, op)
	x.follow(k, o, op, &p)
	isNew := x.isNew(o, op, &p)
	if !isNew && len(b.leads) == 0 || x.nodes[at.other].touchy && !x.canStand(at) {
		return
	}
	x.at = at
	if isNew {
		x.judge(&b.state, o, op, op, &p)
	}
	for _, l := range b.leads {
		x.visit(l.state, l.changed, path{from: at, op: op, later: o.later(), touchy: true})
	}
}
