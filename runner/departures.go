package runner

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"connectspec/model"
	"connectspec/spec"
)

// A Departure is a rule in which a platform differs from the one that it
// extends.
type Departure struct {
	Rule     string `json:"rule"`
	Platform string `json:"platform"` // that says so
	Position string `json:"position"`
	Because  string `json:"because"`
	Hits     uint64 `json:"hits"` // of its own outcomes; a rule that is dropped has none
	// Verdict says what the run tells of it: needed, held, stale or untried.
	Verdict string `json:"verdict"`
	// Weighed is how many sequences in which it was at work were looked at again,
	// and Refuted in how many of these came what would hold without it alone.
	Weighed int `json:"weighed"`
	Refuted int `json:"refuted"`
}

// What a run tells of a departure.
const (
	// Something was seen that would have been rejected without it.
	Needed = "needed"
	// It only takes away from what would be allowed without it, and nothing of
	// that came: there is no other way to see it at work.
	Held = "held"
	// The system does what would hold without it: that came where the departure
	// rejects it; or the departure allows something else as well, which had every
	// chance and never came.
	Stale = "stale"
	// It made no difference to what was seen.
	Untried = "untried"
)

// maxWeighed is how many sequences are looked at again for each departure.
const maxWeighed = 32

// everyChance is in how many sequences a departure must have failed to show to
// be called stale.
const everyChance = 16

// An exhibit is a sequence that is kept to be looked at again.
type exhibit struct {
	number, seed uint64
	trace        model.Trace
}

// exhibits are, for each departure, the first sequences in which it was at work.
type exhibits [][]exhibit

// keep notes the departures that are at work in a trace.
func (w *worker) keep(number uint64, trace model.Trace) {
	if number%w.from.keeps != 0 || len(w.kept) == 0 {
		return
	}
	var own *model.Trace // traces are valid until the next batch
	for _, departure := range w.watch.AtWork(trace) {
		if len(w.kept[departure]) == maxWeighed {
			continue
		}
		if own == nil {
			copied := copyOf(trace, len(trace.Answers)-1)
			own = &copied
		}
		w.kept[departure] = append(w.kept[departure], exhibit{number, w.from.seedOf(number), *own})
	}
}

// merge adds what another worker kept. Those with the lowest numbers are kept, so
// that it does not matter how many workers there were.
func (s exhibits) merge(other exhibits) exhibits {
	if s == nil {
		return other
	}
	for i := range s {
		s[i] = append(s[i], other[i]...)
		slices.SortFunc(s[i], func(a, b exhibit) int {
			return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.seed, b.seed))
		})
		s[i] = s[i][:min(len(s[i]), maxWeighed)]
	}
	return s
}

// departures tells of each departure what the run says of it.
func (r *run) departures(hits map[string]uint64) []Departure {
	list := make([]Departure, len(r.Machine.Spec.Departures))
	var (
		next    atomic.Int64
		workers sync.WaitGroup
	)
	for range r.Jobs {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(list); i = int(next.Add(1)) - 1 {
				list[i] = r.departure(i, hits)
			}
		})
	}
	workers.Wait()
	return list
}

func (r *run) departure(i int, hits map[string]uint64) Departure {
	d := r.Machine.Spec.Departures[i]
	told := Departure{
		Rule: d.Name(), Platform: d.Platform, Position: position(d.Pos.File, d.Pos.Line), Because: d.Because,
	}
	if d.Rule != nil {
		told.Hits = hits[d.Rule.Name]
	}
	r.weigh(i, d, &told)
	return told
}

// weigh looks again at the sequences in which a departure was at work.
func (r *run) weigh(i int, d *spec.Departure, told *Departure) {
	told.Verdict = Untried
	if len(r.kept) == 0 || len(r.kept[i]) == 0 {
		return
	}
	var traces []model.Trace
	for _, one := range r.kept[i] {
		traces = append(traces, one.trace)
	}
	e := r.Machine.Weigh(d, r.Agent.Dictionary, traces)
	told.Weighed, told.Refuted = len(traces), e.Refuted
	switch {
	case e.Needed > 0:
		told.Verdict = Needed
	case e.Refuted > 0 || e.Missed >= everyChance:
		told.Verdict = Stale
	case e.Missed == 0 && e.Held > 0:
		told.Verdict = Held
	}
}
