package runner

import (
	"sync/atomic"
	"time"
)

// batchSize is the number of scripts that go to a target at a time. From 8 on
// the cost of an exchange no longer shows; a longer batch loses more when an
// agent dies in it.
const batchSize = 32

// slowJobs is the number of workers for slow scripts. They sleep most of the
// time.
const slowJobs = 4

// A lane hands out the numbers of the sequences to run. Each number has its
// seed, so that the scripts of a run do not depend on how many workers it has.
type lane struct {
	seed    uint64
	batch   int
	keeps   uint64    // one of so many sequences may be kept: see departures.go
	checks  uint64    // how many sequences; 0: until the time has passed
	until   time.Time // zero: no bound in time
	atLeast uint64    // sequences to run even if the time has passed
	next    atomic.Uint64
	stopped atomic.Bool // there are no more, whatever was said
}

// jobs is how many of some workers have a batch to run: more would be started for
// nothing.
func (l *lane) jobs(workers int) int {
	if l.checks == 0 {
		return workers
	}
	batch := uint64(l.batch)
	return int(min(uint64(workers), (l.checks+batch-1)/batch))
}

// take gives the numbers from first up to and without end; none if they are
// equal.
func (l *lane) take() (first, end uint64) {
	end = l.next.Add(uint64(l.batch))
	first = end - uint64(l.batch)
	if l.checks > 0 {
		first, end = min(first, l.checks), min(end, l.checks)
	}
	if l.stopped.Load() {
		return first, first
	}
	if !l.until.IsZero() && first >= l.atLeast && time.Now().After(l.until) {
		return first, first
	}
	return first, end
}

// seedOf is the seed of a sequence. Seeds that follow each other let a source
// spread what it draws evenly.
func (l *lane) seedOf(number uint64) uint64 { return l.seed + number }

// mix is the finalizer of SplitMix64: every bit of the input changes every bit
// of the output with even odds.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
