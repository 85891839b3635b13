package model

import (
	"math/bits"

	"connectspec/spec"
)

// component are the sockets that are linked with one: that name it, that it
// names, or that are linked with one of these. What happens to them concerns no
// others, so they can be looked at by themselves.
func (r *roster) component(k stateKey, slot uint8) uint8 {
	n := k.sockets()
	if n == 1 {
		return 1
	}
	reached, done := uint8(1)<<slot, uint8(0)
	for reached != done {
		a := first(reached &^ done)
		done |= 1 << a
		for b := uint8(0); b < n; b++ {
			if b != a && (r.names(k, a, b) || r.names(k, b, a)) {
				reached |= 1 << b
			}
		}
	}
	return reached
}

// names says whether a socket names another.
func (r *roster) names(k stateKey, a, b uint8) bool {
	return r.traits[k.record(a)].others&(1<<(a^b)) != 0
}

// named says whether any other socket names this one.
func (r *roster) named(k stateKey, slot uint8) bool {
	for other := uint8(0); other < spec.MaxSockets; other++ {
		if other != slot && k.record(other) != 0 && r.names(k, other, slot) {
			return true
		}
	}
	return false
}

// alone is the state of a component as if there were nothing else; false if
// there are too many different records.
func (r *roster) alone(k stateKey, component uint8) (stateKey, bool) {
	to := stateKey(0).withWorld(k.world())
	if !isSeveral(component) {
		return to.withRecord(0, k.record(first(component))), true
	}
	var places [spec.MaxSockets]uint8
	next, moves := uint8(0), false
	for slots := component; slots != 0; slots &= slots - 1 {
		slot := first(slots)
		places[slot] = next
		moves = moves || slot != next
		next++
	}
	for slots := component; slots != 0; slots &= slots - 1 {
		slot := first(slots)
		number := k.record(slot)
		if moves {
			rec, fits := r.records[number], false
			r.machine.rename(&rec, slot, &places)
			if number, fits = r.number(&rec); !fits {
				return to, false
			}
		}
		to = to.withRecord(places[slot], number)
	}
	return to, true
}

// rename gives the sockets that a relative record names other places, and it
// one as well.
func (m *Machine) rename(r *record, slot uint8, places *[spec.MaxSockets]uint8) {
	for _, at := range m.addresses {
		if other, names := spec.WhoseAddress(r[at]); names {
			r[at] += (places[other^slot] ^ places[slot]) - other
		}
	}
	for _, at := range m.references {
		if other := r[at] - spec.SocketBase; other < spec.MaxSockets {
			r[at] = spec.SocketBase + (places[other^slot] ^ places[slot])
		}
	}
}

// isSeveral says whether a set has more than one socket.
func isSeveral(slots uint8) bool { return slots&(slots-1) != 0 }

// first is the first socket of a set that is not empty.
func first(slots uint8) uint8 { return uint8(bits.TrailingZeros8(slots)) }
