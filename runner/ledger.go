package runner

import (
	"sync"
	"sync/atomic"

	"connectspec/model"
)

// A ledger keeps account of which faults were seen, how often, and which of
// them wait for being investigated.
type ledger struct {
	lock      sync.Mutex
	wake      sync.Cond
	sightings map[string]*sighting
	waiting   []*suspect
	closed    bool // nothing more will be handed
	found     []*found
}

// A sighting is a fault as it was seen before shrinking.
type sighting struct {
	fault fault
	count atomic.Uint64 // traces whose first divergence it was
	taken atomic.Bool   // as a first divergence
	later atomic.Int32  // how often as a later one
}

// A suspect is a divergence that waits for being investigated.
type suspect struct {
	*sighting
	first      bool // it was the first of its trace
	number     uint64
	seed       uint64
	divergence *model.Divergence
	trace      model.Trace // ends with the step that diverged
}

// laterTries is how often a fault that was seen after another one only is
// looked into: a fault of its own shows sooner or later without the other.
const laterTries = 3

// wanted says whether a sighting should be investigated.
func (s *sighting) wanted(first bool) bool {
	if s.taken.Load() {
		return false
	}
	if first {
		return !s.taken.Swap(true)
	}
	return s.later.Load() < laterTries && s.later.Add(1) <= laterTries
}

func newLedger() *ledger {
	l := &ledger{sightings: map[string]*sighting{}}
	l.wake.L = &l.lock
	return l
}

// sighting is the entry of a fault; a new one, if it was not seen before.
func (l *ledger) sighting(f fault) *sighting {
	l.lock.Lock()
	defer l.lock.Unlock()
	k := f.key()
	s := l.sightings[k]
	if s == nil {
		s = &sighting{fault: f}
		l.sightings[k] = s
		s.taken.Store(l.known(&f) != nil)
	}
	return s
}

// known is what was found that subsumes a fault; nil if nothing does. The lock
// is held.
func (l *ledger) known(f *fault) *found {
	for _, one := range l.found {
		if one.fault.subsumes(f) {
			return one
		}
	}
	return nil
}

// hand adds a suspect to those that wait.
func (l *ledger) hand(s *suspect) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.waiting = append(l.waiting, s)
	l.wake.Signal()
}

// close says that no more suspects will be handed.
func (l *ledger) close() {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.closed = true
	l.wake.Signal()
}

// next waits for a suspect whose fault is not known yet; nil if none will come.
// First divergences go before later ones.
func (l *ledger) next() *suspect {
	l.lock.Lock()
	defer l.lock.Unlock()
	for {
		if s := l.pick(); s != nil {
			return s
		}
		if l.closed {
			return nil
		}
		l.wake.Wait()
	}
}

func (l *ledger) pick() *suspect {
	for len(l.waiting) > 0 {
		at := 0
		for i, s := range l.waiting {
			if s.first {
				at = i
				break
			}
		}
		s := l.waiting[at]
		l.waiting = append(l.waiting[:at], l.waiting[at+1:]...)
		if l.known(&s.fault) == nil {
			return s
		}
	}
	return nil
}

// add notes what an investigation has found. It returns what was found earlier
// and turns out to be the same with more rules; nothing is added, and isNew is
// false, if f itself turns out to be known.
func (l *ledger) add(f *found) (replaced []*found, isNew bool) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.known(&f.fault) != nil {
		return nil, false
	}
	var kept []*found
	for _, one := range l.found {
		if f.fault.subsumes(&one.fault) {
			replaced = append(replaced, one)
		} else {
			kept = append(kept, one)
		}
	}
	l.found = append(kept, f)
	return replaced, true
}

// counts are the distinct divergences found, and those that wait.
func (l *ledger) counts() (found, waiting int) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return len(l.found), len(l.waiting)
}

// sightingsOf counts the traces that showed a divergence first.
func (l *ledger) sightingsOf(f *found) uint64 {
	l.lock.Lock()
	defer l.lock.Unlock()
	total := uint64(0)
	for _, s := range l.sightings {
		if s == f.origin || l.known(&s.fault) == f {
			total += s.count.Load()
		}
	}
	return total
}
