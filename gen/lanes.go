package gen

import (
	"slices"

	"connectspec/model"
	"connectspec/spec"
)

// Lanes are the generators that a run draws from.
type Lanes struct {
	Fast  *Generator
	Slow  *Generator // of scripts that take about a second; nil if there are none
	Goals []int      // ids of the outcomes that either can show
}

// NewLanes makes the generators for a target that lacks those capabilities,
// calls, handles, classes of input and words. It fails if the target can run
// nothing.
func NewLanes(machine *model.Machine, lacks map[string]bool) (*Lanes, error) {
	found := explore(machine, lacks)
	fast, err := newGenerator(machine, lacks, Options{}, found)
	if err != nil {
		return nil, err
	}
	lanes := &Lanes{Fast: fast, Goals: fast.Goals()}
	if lacks[slow] || !hasSlow(machine.Spec) {
		return lanes, nil
	}
	slowly, err := newGenerator(machine, lacks, Options{Slow: true}, found)
	if err != nil {
		return lanes, nil // what is slow needs other things that the target lacks
	}
	lanes.Slow = slowly
	for _, goal := range slowly.Goals() {
		if !slices.Contains(lanes.Goals, goal) {
			lanes.Goals = append(lanes.Goals, goal)
		}
	}
	return lanes, nil
}

// hasSlow says that a specification has something that takes long.
func hasSlow(s *spec.Spec) bool {
	return slices.ContainsFunc(s.Calls, func(c *spec.Call) bool { return c.Needs == slow }) ||
		slices.ContainsFunc(s.Classes, func(c *spec.Class) bool { return c.Needs == slow })
}
