package model

// A keySet is a set of keys: an open table, probed one place after the other.
// Its order is nowhere seen, so equal work gives equal results.
type keySet struct {
	places []uint64 // 0: empty
	count  int
	zero   bool // the key 0 is in it
}

// add takes a key in, and says whether it is new.
func (s *keySet) add(key uint64) bool {
	if key == 0 {
		known := s.zero
		s.zero = true
		return !known
	}
	if 2*s.count >= len(s.places) {
		s.grow()
	}
	at := s.find(key)
	if s.places[at] == key {
		return false
	}
	s.places[at] = key
	s.count++
	return true
}

// has says whether a key is in the set.
func (s *keySet) has(key uint64) bool {
	if key == 0 {
		return s.zero
	}
	return len(s.places) > 0 && s.places[s.find(key)] == key
}

// find is where a key stands, or could.
func (s *keySet) find(key uint64) int {
	mask := len(s.places) - 1
	at := int(mixed(key)) & mask
	for s.places[at] != 0 && s.places[at] != key {
		at = (at + 1) & mask
	}
	return at
}

func (s *keySet) grow() {
	old := s.places
	s.places = make([]uint64, max(32, 4*len(old)))
	for _, key := range old {
		if key != 0 {
			s.places[s.find(key)] = key
		}
	}
}

// A keyMap gives a number for each key, counting from 0 in the order of their
// coming.
type keyMap struct {
	keySet
	numbers []int32 // by place
	next    int32
}

// number is the number of a key, and whether it is new.
func (m *keyMap) number(key uint64) (number int32, isNew bool) {
	if key == 0 {
		key = 1 << 63
	}
	if 2*m.count >= len(m.places) {
		m.grow()
	}
	at := m.find(key)
	if m.places[at] == key {
		return m.numbers[at], false
	}
	m.places[at], m.numbers[at] = key, m.next
	m.count++
	m.next++
	return m.next - 1, true
}

// empty forgets all keys, and keeps the memory.
func (m *keyMap) empty() {
	clear(m.places)
	m.count, m.next = 0, 0
}

func (m *keyMap) grow() {
	places, numbers := m.places, m.numbers
	m.keySet.grow()
	m.numbers = make([]int32, len(m.places))
	for i, key := range places {
		if key != 0 {
			m.numbers[m.find(key)] = numbers[i]
		}
	}
}

// A store keeps values where they are while it grows.
type store[T any] struct {
	chunks [][]T
	count  int
}

const chunkSize = 256

func (s *store[T]) add() *T {
	if s.count%chunkSize == 0 {
		s.chunks = append(s.chunks, make([]T, chunkSize))
	}
	s.count++
	return s.at(s.count - 1)
}

func (s *store[T]) at(i int) *T { return &s.chunks[i/chunkSize][i%chunkSize] }

// cut copies a list into memory that it shares with others.
func cut[T any](room *[]T, list []T) []T {
	if len(list) == 0 {
		return nil
	}
	if cap(*room)-len(*room) < len(list) {
		*room = make([]T, 0, max(chunkSize, len(list)))
	}
	start := len(*room)
	*room = append(*room, list...)
	return (*room)[start:len(*room):len(*room)]
}

// A digest is a number for a sequence of numbers.
type digest uint64

func (d *digest) add(value uint64) {
	x := (uint64(*d) ^ value) * 0x9e3779b97f4a7c15
	*d = digest(x ^ x>>32)
}

// mixed spreads a key over all bits: the finalizer of SplitMix64.
func mixed(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
