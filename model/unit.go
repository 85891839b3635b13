package model

import (
	"cmp"
	"encoding/binary"
	"slices"

	"connectspec/spec"
)

// A unit are offers whose plans look at the same things in the socket that is
// called upon and in the world. Where these look alike, all that can be said of
// the offers without other sockets is the same: it is worked out once.
type unit struct {
	number uint64 // among those of all menus
	offers []*offer
	looks  []look
}

// A look is at a byte: whether it is in a set, or, if raw, what it is.
type look struct {
	world bool
	raw   bool
	at    uint8
	set   uint16
}

// unitOf is the unit of an offer, by where it stands in the menu.
func (c *cook) unitOf(made *offer) int {
	l := &c.looker
	l.looks = l.looks[:0]
	l.tests(made.fits)
	for _, rules := range [...][]planRule{made.plan.refusals, made.plan.acts, made.plan.mays, made.plan.unstated, made.plan.ready} {
		for i := range rules {
			for _, one := range rules[i].cases {
				l.tests(one.tests[one.main:])
			}
		}
	}
	key := l.key()
	at, known := c.places[string(key)]
	if !known {
		at = len(c.made)
		c.places[string(key)] = at
		c.made = append(c.made, unit{number: uint64(c.units), looks: slices.Clone(l.looks)})
		c.units++
	}
	return at
}

// A looker gathers what tests look at in the subject and the world.
type looker struct {
	local uint8 // where the own address stands, which an argument may mean
	looks []look
	room  []byte
}

func (l *looker) tests(tests []test) {
	for i := range tests {
		switch t := &tests[i]; t.kind {
		case inSet:
			l.operand(&t.left, t.left.kind != spec.FieldOf, t.set)
		case names:
			l.operand(&t.left, true, 0)
		case equal:
			l.operand(&t.left, true, 0)
			l.operand(&t.right, true, 0)
		}
	}
}

func (l *looker) operand(o *operand, raw bool, set uint16) {
	one := look{world: o.variable == worldVariable, raw: raw, at: o.at}
	if !raw {
		one.set = set
	}
	switch {
	case o.kind == spec.Argument:
		l.look(look{raw: true, at: l.local})
	case o.kind != spec.FieldOf && o.kind != spec.FirstOf, o.variable != spec.VarSubject && !one.world:
	case o.kind == spec.FirstOf:
		l.look(one)
		one.at++
		l.look(one)
	default:
		l.look(one)
	}
}

func (l *looker) look(one look) {
	if !slices.Contains(l.looks, one) {
		l.looks = append(l.looks, one)
	}
}

// key identifies what is looked at, in whatever order.
func (l *looker) key() []byte {
	slices.SortFunc(l.looks, func(a, b look) int { return cmp.Compare(a.number(), b.number()) })
	l.room = l.room[:0]
	for _, one := range l.looks {
		l.room = binary.LittleEndian.AppendUint32(l.room, one.number())
	}
	return l.room
}

func (l look) number() uint32 {
	return uint32(flagByte(l.world))<<25 | uint32(flagByte(l.raw))<<24 | uint32(l.set)<<8 | uint32(l.at)
}

// sees is a number for what a unit looks at.
func (u *unit) sees(sets []set, world *[worldSize]byte, r *record) uint64 {
	var d digest
	d.add(u.number)
	bits := uint64(1)
	for _, l := range u.looks {
		var value uint8
		if l.world {
			value = world[l.at]
		} else {
			value = r[l.at]
		}
		if l.raw {
			d.add(uint64(value))
			continue
		}
		bits <<= 1
		if sets[l.set].has(value) {
			bits |= 1
		}
		if bits>>63 != 0 {
			d.add(bits)
			bits = 1
		}
	}
	d.add(bits)
	return uint64(d)
}
