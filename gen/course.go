package gen

import "connectspec/model"

// A course is a walk that is being gone, perhaps with other sockets than those
// of the walk.
type course struct {
	walk  model.Script
	slots [maxSockets]uint8 // by the walk's places; NoSocket: there is none
}

func newCourse(walk model.Script) course {
	c := course{walk: walk}
	for i := range c.slots {
		c.slots[i] = model.NoSocket
	}
	return c
}

// head goes a walk, with detours.
func (d *draft) head(from source, walk model.Script) {
	c := newCourse(walk)
	for len(c.walk) > 0 {
		d.dice.state, _ = from.word()
		d.detour()
		d.step(&c)
	}
	d.arrived()
}

// join goes a walk with sockets that are there already, as far as they are of
// the kinds that it needs: what one outcome has left behind meets another one.
func (d *draft) join(from source, walk model.Script) {
	c := newCourse(walk)
	for len(c.walk) > 0 {
		if op := c.walk[0]; creates(op) && d.standIn(&c, op) {
			c.walk = c.walk[1:]
			continue
		}
		d.dice.state, _ = from.word()
		d.detour()
		d.step(&c)
	}
	d.arrived()
}

// creates says whether a call makes a socket of nothing.
func creates(op model.Op) bool { return op.Subject == model.NoSocket && op.Made != model.NoSocket }

// standIn finds a socket for the one that a call would make.
func (d *draft) standIn(c *course, op model.Op) bool {
	if d.made < maxSockets && !d.dice.chance(shareStandIn) {
		return false
	}
	first := d.dice.below(max(1, int(d.made)))
	for i := range int(d.made) {
		slot := uint8((first + i) % int(d.made))
		if d.isLike(slot, op) && !c.uses(slot) {
			c.slots[op.Made] = slot
			return true
		}
	}
	return false
}

// isLike says whether a socket is of the kind that a call makes: the last
// argument aside, which is a mode.
func (d *draft) isLike(slot uint8, op model.Op) bool {
	origin := d.origins[slot]
	last := len(d.machine.Spec.Calls[op.Call].Parameters) - 1
	for i := range last {
		if origin.Args[i] != op.Args[i] {
			return false
		}
	}
	return origin.Call == op.Call
}

func (c *course) uses(slot uint8) bool {
	for _, used := range c.slots {
		if used == slot {
			return true
		}
	}
	return false
}

func (d *draft) detour() {
	if d.made > 0 && d.dice.chance(shareDetour) {
		d.upon()
	}
}

// step takes the next step of a course, if its sockets are there.
func (d *draft) step(c *course) {
	next := c.walk[0]
	c.walk = c.walk[1:]
	op, ok := d.translate(c, next)
	if !ok {
		return
	}
	outlook := d.walk.Look(op)
	if outlook.Sense == model.Foolish {
		return
	}
	if next.Made != model.NoSocket {
		c.slots[next.Made] = op.Made
	}
	d.take(op, outlook)
}

// translate puts a course's sockets into a call; false if one is missing, or if
// there is no place for another one.
func (d *draft) translate(c *course, op model.Op) (model.Op, bool) {
	if op.Made != model.NoSocket && d.made == maxSockets {
		return op, false
	}
	if op.Subject < maxSockets {
		op.Subject = c.slots[op.Subject]
		if op.Subject == model.NoSocket {
			return op, false
		}
	}
	for i, argument := range op.Args {
		if argument < socketArg {
			continue
		}
		slot := c.slots[argument-socketArg]
		if slot == model.NoSocket || slot == op.Subject {
			return op, false
		}
		op.Args[i] = socketArg + slot
	}
	return d.numbered(op), true
}

// arrived looks at what the last step of a walk has come to.
func (d *draft) arrived() {
	if len(d.script) == 0 {
		return
	}
	last := d.script[len(d.script)-1]
	if d.dice.chance(shareTell) {
		d.tell()
	}
	d.follow(last)
	if last.Made == model.NoSocket && last.Thread == 0 && d.dice.chance(shareAgain) {
		last = d.numbered(last)
		d.take(last, d.walk.Look(last))
		d.follow(last)
	}
}

// slowly heads for several goals at once, on sockets of their own: what takes
// long may pass at the same time. What comes by itself is waited for.
func (d *draft) slowly(from source, turn uint64) {
	var courses []course
	sockets := 0
	for i := range maxSlowGoals {
		walk := d.goals[(turn*maxSlowGoals+uint64(i))%uint64(len(d.goals))].walk
		if sockets += makes(walk); i == 0 || sockets <= maxSockets {
			courses = append(courses, newCourse(walk))
		}
	}
	for i := range courses {
		for len(courses[i].walk) > 1 {
			d.dice.state, _ = from.word()
			d.step(&courses[i])
		}
	}
	for i := range courses {
		d.dice.state, _ = from.word()
		if last, ok := d.translate(&courses[i], courses[i].walk[0]); ok {
			d.await(last.Subject)
		}
		d.step(&courses[i])
		d.tell()
	}
}

// makes is how many sockets a walk makes.
func makes(walk model.Script) int {
	count := 0
	for _, op := range walk {
		if op.Made != model.NoSocket {
			count++
		}
	}
	return count
}

// await adds a call that waits for what a socket may still come to, most times.
func (d *draft) await(subject uint8) {
	waits := d.table.waits
	if subject >= maxSockets || len(waits) == 0 || !d.walk.Open() || !d.dice.chance(shareWait) {
		return
	}
	op := waits[d.dice.below(len(waits))]
	op.Subject = subject
	d.take(op, d.walk.Look(op))
	if d.dice.chance(shareTellOn) {
		d.tell()
	}
}

// tell adds a call whose answer tells states apart that are possible here, if
// there is one: one that looks at the socket at hand or, failing that, at another
// one; failing that, any call.
func (d *draft) tell() {
	if d.walk.Open() && !d.tellBy(d.table.looks) {
		d.tellBy(d.table.calls.items)
	}
}

func (d *draft) tellBy(calls []int) bool {
	if len(calls) == 0 {
		return false
	}
	first := d.dice.below(len(calls))
	for k := range int(d.made) {
		slot := uint8((int(d.subject) + k) % int(d.made))
		for i := range calls {
			op, ok := d.usual(d.machine.Spec.Calls[calls[(first+i)%len(calls)]], slot)
			if !ok {
				continue
			}
			if outlook := d.walk.Look(op); outlook.Tells {
				d.take(op, outlook)
				return true
			}
		}
	}
	return false
}
