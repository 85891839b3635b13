package model

import "connectspec/spec"

// The layout of a State: the world's fields, then a record for each socket.
const (
	worldSize  = 8
	recordSize = 48
	stateSize  = worldSize + spec.MaxSockets*recordSize
)

// The first byte of a record says what the model knows of the socket.
const (
	live    = 1
	unknown = 2 // any answer will do from here on
)

// A State is one state that the world may be in: plain bytes, so that states
// can be compared, sorted and kept.
type State [stateSize]byte

// Initial is the world before the first call.
func (m *Machine) Initial() State {
	var s State
	for i := worldSize; i < stateSize; i++ {
		s[i] = spec.Absent
	}
	return s
}

func base(slot uint8) int { return worldSize + int(slot)*recordSize }

// get reads a field; handles and sockets never made hold Absent everywhere.
func (s *State) get(slot uint8, offset int) uint8 {
	if slot >= spec.MaxSockets {
		return spec.Absent
	}
	return s[base(slot)+offset]
}

func (s *State) set(slot uint8, offset int, value uint8) {
	if slot < spec.MaxSockets {
		s[base(slot)+offset] = value
	}
}

// create makes a socket, with every field at its initial value.
func (s *State) create(slot uint8) {
	record := s[base(slot) : base(slot)+recordSize]
	for i := range record {
		record[i] = 0
	}
	record[0] = live
}

func (s *State) exists(slot uint8) bool { return s.get(slot, 0) != spec.Absent }

// sockets is how many there are, or were: a place is never used again.
func (s *State) sockets() uint8 {
	next := uint8(0)
	for next < spec.MaxSockets && s.exists(next) {
		next++
	}
	return next
}

func (s *State) isUnknown(slot uint8) bool { return s.get(slot, 0) == unknown }

// forget makes a socket unknown, and with it every socket that it is
// connected with in any way: what happens to one may change the other.
func (m *Machine) forget(s *State, slot uint8) {
	if slot >= spec.MaxSockets || !s.exists(slot) || s.isUnknown(slot) {
		return
	}
	s.set(slot, 0, unknown)
	for other := uint8(0); other < spec.MaxSockets; other++ {
		if other != slot && s.exists(other) && (m.mentions(s, slot, other) || m.mentions(s, other, slot)) {
			m.forget(s, other)
		}
	}
	for i := spec.FirstOffset; i < recordSize; i++ {
		s.set(slot, i, 0)
	}
}

// mentions says whether a field of one socket names the other.
func (m *Machine) mentions(s *State, slot, other uint8) bool {
	for _, field := range m.Spec.Fields {
		value := s.get(slot, field.Offset)
		switch field.Type {
		case spec.Address:
			if socket, ok := spec.WhoseAddress(value); ok && socket == other {
				return true
			}
		case spec.Socket:
			if value == spec.SocketBase+other {
				return true
			}
		case spec.Queue:
			if field.Tokens {
				continue
			}
			for i := 1; i <= int(value); i++ {
				if s.get(slot, field.Offset+i) == spec.SocketBase+other {
					return true
				}
			}
		}
	}
	return false
}
