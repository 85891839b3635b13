package model

import "connectspec/spec"

// The layout of a State: the world's fields, then a record for each socket.
const (
	worldSize  = 8
	recordSize = spec.ThreadsOffset + spec.MaxThreads*spec.ThreadSize
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

// A record is what is known of one socket: its fields, one byte each.
type record [recordSize]byte

// absent is the record of handles and of sockets never made.
var absent = func() (r record) {
	for i := range r {
		r[i] = spec.Absent
	}
	return r
}()

// Initial is the world before the first call.
func (m *Machine) Initial() State {
	var s State
	for slot := uint8(0); slot < spec.MaxSockets; slot++ {
		*s.record(slot) = absent
	}
	return s
}

func base(slot uint8) int { return worldSize + int(slot)*recordSize }

// record is the record of a socket; that of handles must not be written.
func (s *State) record(slot uint8) *record {
	if slot >= spec.MaxSockets {
		return &absent
	}
	return (*record)(s[base(slot):])
}

// create makes a socket, with every field at its initial value.
func (s *State) create(slot uint8) { *s.record(slot) = record{live} }

func (s *State) exists(slot uint8) bool { return s.record(slot)[0] != spec.Absent }

func (s *State) isUnknown(slot uint8) bool { return s.record(slot)[0] == unknown }

// forget makes a socket unknown, and with it every socket that it is
// connected with in any way: what happens to one may change the other.
func (m *Machine) forget(s *State, slot uint8) {
	if slot >= spec.MaxSockets || s.record(slot)[0] != live {
		return
	}
	s.record(slot)[0] = unknown
	for other := uint8(0); other < spec.MaxSockets; other++ {
		if other != slot && s.exists(other) && (m.mentions(s, slot, other) || m.mentions(s, other, slot)) {
			m.forget(s, other)
		}
	}
	loseThreads(s.record(slot))
}

// mentions says whether a field of one socket names the other.
func (m *Machine) mentions(s *State, slot, other uint8) bool {
	r := s.record(slot)
	for _, at := range m.addresses {
		if socket, names := spec.WhoseAddress(r[at]); names && socket == other {
			return true
		}
	}
	for _, at := range m.references {
		if r[at] == spec.SocketBase+other {
			return true
		}
	}
	return false
}
