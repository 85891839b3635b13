package model

import "slices"

// An Explanation says how a platform accounts for a trace.
type Explanation struct {
	Allowed bool // by the platform
	// Departures are those without which it would not be allowed, by their
	// numbers: of these, the ones that are at work in the latest step that any is
	// at work in. What is due to several departures, each of which would do, has
	// none.
	Departures []int
}

// Explain finds the departures of the platform that traces of a target are due
// to.
func (m *Machine) Explain(target string, traces []Trace) []Explanation {
	judge := m.NewJudge(target)
	watch := judge.Watch()
	list := make([]Explanation, len(traces))
	latest := make([]map[int]int, len(traces)) // the steps that departures were at work in
	concerned := make([][]int, len(m.Spec.Departures))
	for i, trace := range traces {
		list[i].Allowed = judge.allows(trace)
		latest[i] = map[int]int{}
		watch.steps(trace, func(step int, departures []int) {
			for _, departure := range departures {
				latest[i][departure] = step
			}
		})
		for departure := range latest[i] {
			concerned[departure] = append(concerned[departure], i)
		}
	}
	for departure, those := range concerned {
		if len(those) > 0 {
			m.needs(departure, judge, traces, those, list)
		}
	}
	for i := range list {
		list[i].keepLatest(latest[i])
	}
	return list
}

// needs adds a departure to the explanations of those traces that need it.
func (m *Machine) needs(departure int, judge *Judge, traces []Trace, those []int, list []Explanation) {
	s := scale{judge, m.variant(m.Spec.Without(m.Spec.Departures[departure])).NewJudge("")}
	for _, i := range those {
		var e Evidence
		if s.weigh(traces[i], &e); e.Needed > 0 {
			list[i].Departures = append(list[i].Departures, departure)
		}
	}
}

// keepLatest leaves out what was at work in earlier steps only.
func (e *Explanation) keepLatest(latest map[int]int) {
	last := 0
	for _, departure := range e.Departures {
		last = max(last, latest[departure])
	}
	e.Departures = slices.DeleteFunc(e.Departures, func(departure int) bool { return latest[departure] < last })
}

// allows says whether no step of a trace is a divergence.
func (j *Judge) allows(t Trace) bool {
	var (
		at     uint32
		reader reader
	)
	for i := range t.Answers {
		e := j.step(at, t.Script[i], reader.seen(j, t.Script[i], t.Answers[i]))
		if e.divergence != nil {
			return false
		}
		at = e.next
	}
	return true
}
