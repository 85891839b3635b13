package model

import (
	"encoding/binary"

	"connectspec/spec"
)

// A roster numbers the records and worlds that an exploration meets, so that a
// state is a handful of small numbers. In its records sockets are named by how
// their places differ from that of the record (see relative): what a socket is
// like does not depend on which place it has.
type roster struct {
	machine *Machine
	worlds  [][worldSize]byte
	records []record
	traits  []traits // of the records
	places  []uint16 // an open table of numbers of records; 0: empty
}

// Traits are what an exploration wants to know of a record time and again.
type traits struct {
	others uint8  // the places that it names, besides its own, relative to it
	names  digest // what it names: sockets, what is stale, or none
	has    set    // the patterns that it has (see planner.looks)
	face   digest // all that rules can ask of it upon another socket
}

// A stateKey is a state: the numbers of its world and its records.
type stateKey uint64

const (
	recordBits = 14
	recordMask = 1<<recordBits - 1
	maxRecords = 1 << recordBits
	maxWorlds  = 1 << (64 - spec.MaxSockets*recordBits)
)

func (k stateKey) record(slot uint8) uint16 { return uint16(k>>(slot*recordBits)) & recordMask }

func (k stateKey) world() uint8 { return uint8(k >> (spec.MaxSockets * recordBits)) }

func (k stateKey) withRecord(slot uint8, number uint16) stateKey {
	return k&^(recordMask<<(slot*recordBits)) | stateKey(number)<<(slot*recordBits)
}

func (k stateKey) withWorld(number uint8) stateKey {
	return k&(1<<(spec.MaxSockets*recordBits)-1) | stateKey(number)<<(spec.MaxSockets*recordBits)
}

// sockets is how many there are.
func (k stateKey) sockets() uint8 {
	n := uint8(0)
	for n < spec.MaxSockets && k.record(n) != 0 {
		n++
	}
	return n
}

// beside is the state of two, the sockets of the second standing behind those of
// the first. Both are in the world of the first.
func (k stateKey) beside(second stateKey) stateKey {
	return k | second.withWorld(0)<<(recordBits*k.sockets())
}

// newRoster has what was never made as record 0, and the world before the first
// call as world 0.
func newRoster(m *Machine) *roster {
	return &roster{
		machine: m, worlds: [][worldSize]byte{{}}, records: append(make([]record, 0, maxRecords), absent),
		traits: append(make([]traits, 0, maxRecords), traits{}), places: make([]uint16, 2*maxRecords),
	}
}

// relative renames the sockets in a record: place i becomes i exclusive-or its
// own place, which is 0 for itself, and the same both ways for any two. It is
// its own inverse.
func (m *Machine) relative(r *record, slot uint8) {
	if slot == 0 {
		return
	}
	for _, at := range m.addresses {
		if other, names := spec.WhoseAddress(r[at]); names {
			r[at] += (other ^ slot) - other
		}
	}
	for _, at := range m.references {
		if other := r[at] - spec.SocketBase; other < spec.MaxSockets {
			r[at] = spec.SocketBase + (other ^ slot)
		}
	}
}

// state writes down the state of a key.
func (r *roster) state(k stateKey, s *State) {
	copy(s[:worldSize], r.worlds[k.world()][:])
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		to := s.record(slot)
		number := k.record(slot)
		*to = r.records[number]
		if number != 0 {
			r.machine.relative(to, slot)
		}
	}
}

// after is the key of a state that another one, with a key, has turned into;
// false if there are too many different ones.
func (r *roster) after(k stateKey, before, s *State) (stateKey, bool) {
	world, fits := r.world(s)
	k = k.withWorld(world)
	for slot := uint8(0); slot < spec.MaxSockets && fits; slot++ {
		if *s.record(slot) == *before.record(slot) {
			continue
		}
		rec, number := *s.record(slot), uint16(0)
		r.machine.relative(&rec, slot)
		number, fits = r.number(&rec)
		k = k.withRecord(slot, number)
	}
	return k, fits
}

func (r *roster) world(s *State) (number uint8, fits bool) {
	world := [worldSize]byte(s[:worldSize])
	for i := range r.worlds {
		if r.worlds[i] == world {
			return uint8(i), true
		}
	}
	if len(r.worlds) == maxWorlds {
		return 0, false
	}
	r.worlds = append(r.worlds, world)
	return uint8(len(r.worlds) - 1), true
}

// number is the number of a relative record.
func (r *roster) number(rec *record) (number uint16, fits bool) {
	at := int(rec.hash()) & (len(r.places) - 1)
	for r.places[at] != 0 {
		if number := r.places[at]; r.records[number] == *rec {
			return number, true
		}
		at = (at + 1) & (len(r.places) - 1)
	}
	if len(r.records) == maxRecords {
		return 0, false
	}
	number = uint16(len(r.records))
	r.places[at] = number
	r.records = append(r.records, *rec)
	r.traits = append(r.traits, r.machine.traitsOf(rec))
	return number, true
}

// hash is the same for equal records.
func (r *record) hash() uint64 {
	var d digest
	for i := 0; i < recordSize; i += 8 {
		d.add(binary.LittleEndian.Uint64(r[i:]))
	}
	return uint64(d)
}

func (m *Machine) traitsOf(r *record) traits {
	var t traits
	for _, at := range m.addresses {
		value := r[at]
		if value < spec.ClassAddress {
			t.names.add(uint64(at)<<8 | uint64(value))
		}
		if other, names := spec.WhoseAddress(value); names {
			t.others |= 1 << other
		}
	}
	for _, at := range m.references {
		t.names.add(uint64(at)<<8 | uint64(r[at]))
		if other := r[at] - spec.SocketBase; other < spec.MaxSockets {
			t.others |= 1 << other
		}
	}
	t.others &^= 1
	for number, pattern := range m.patterns.all {
		if m.hasPattern(r, pattern) {
			t.has.add(uint8(number))
		}
	}
	for _, part := range t.has {
		t.face.add(part)
	}
	for _, at := range m.shown {
		t.face.add(uint64(r[at]))
	}
	return t
}

func (m *Machine) hasPattern(r *record, pattern []test) bool {
	for i := range pattern {
		t := &pattern[i]
		if m.sets[t.set].has(r[t.left.at]) == t.not {
			return false
		}
	}
	return true
}
