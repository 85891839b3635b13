package model

import "connectspec/spec"

// Coverage counts how often each outcome of each rule accounted for what was
// seen. Indices are the ids of outcomes.
type Coverage struct {
	Reached   []uint64        // with others
	Exercised []uint64        // alone: without it the trace is rejected
	Codes     map[Code]uint64 // what calls answered, and by which outcome
	Answers   map[Result]uint64
	Doubtful  uint64 // calls that were not judged
	Calls     uint64
}

// A Result is what a call answered, values aside.
type Result struct {
	Call uint8
	Code uint8 // as in Seen
}

// A Code is a result of a call, accounted for by an outcome.
type Code struct {
	Call    uint8
	Result  uint8 // as in Seen
	Outcome int
}

func newCoverage(s *spec.Spec) *Coverage {
	return &Coverage{
		Reached: make([]uint64, s.Outcomes), Exercised: make([]uint64, s.Outcomes), Codes: map[Code]uint64{},
		Answers: map[Result]uint64{},
	}
}

func (c *Coverage) add(e *edge) {
	if e.count == 0 {
		return
	}
	c.Calls += e.count
	c.Answers[Result{e.call, e.seen.Code}] += e.count
	if e.doubtful {
		c.Doubtful += e.count
	}
	for _, hit := range e.hits {
		if hit.exercised {
			c.Exercised[hit.outcome] += e.count
		} else {
			c.Reached[hit.outcome] += e.count
		}
		c.Codes[Code{e.call, e.seen.Code, hit.outcome}] += e.count
	}
	e.count = 0
}

// Coverage is what all traces so far have covered.
func (j *Judge) Coverage() *Coverage {
	j.count()
	return j.coverage
}

// Add adds the counts of another judge of the same specification.
func (c *Coverage) Add(other *Coverage) {
	for i := range c.Reached {
		c.Reached[i] += other.Reached[i]
		c.Exercised[i] += other.Exercised[i]
	}
	for code, count := range other.Codes {
		c.Codes[code] += count
	}
	for result, count := range other.Answers {
		c.Answers[result] += count
	}
	c.Calls += other.Calls
	c.Doubtful += other.Doubtful
}
