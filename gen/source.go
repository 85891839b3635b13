package gen

import "pgregory.net/rapid"

// A source gives a word of randomness for each call that is drawn.
type source interface {
	// word is false when there is no more.
	word() (uint64, bool)
}

// drawn takes its words from rapid. rapid's integers favour small values and
// edges, which is right for values and wrong for choices; so each draw is
// mixed into what came before.
type drawn struct {
	t     *rapid.T
	state uint64
}

var words = rapid.Uint64()

func (d *drawn) word() (uint64, bool) {
	if d.state == 0 {
		// Enough draws for two scripts never to start alike by chance.
		for range 3 {
			d.state = mix(d.state ^ words.Draw(d.t, "start"))
		}
	}
	d.state = mix(d.state ^ words.Draw(d.t, "call"))
	return d.state, true
}

// bytes takes two bytes a call from data.
type bytes struct{ data []byte }

func (b *bytes) word() (uint64, bool) {
	if len(b.data) == 0 {
		return 0, false
	}
	word := uint64(b.data[0])
	b.data = b.data[1:]
	if len(b.data) > 0 {
		word |= uint64(b.data[0]) << 8
		b.data = b.data[1:]
	}
	return mix(word), true
}

// mix is the finalizer of SplitMix64: every bit of the input changes every bit
// of the output with even odds.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// dice throws any number of dice from one word.
type dice struct{ state uint64 }

// below is a number from 0 up to and without n.
func (d *dice) below(n int) int {
	d.state = mix(d.state)
	return int((d.state >> 32) * uint64(n) >> 32)
}

// chance is true in that many of 100 cases.
func (d *dice) chance(percent int) bool { return d.below(100) < percent }
