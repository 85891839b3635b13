package runner

import (
	"cmp"
	"slices"
	"strings"

	"connectspec/model"
	"connectspec/spec"
)

// DueTo is a departure of the target's own platform that a divergence is due to.
type DueTo struct {
	Rule     string `json:"rule"`
	Platform string `json:"platform"` // that says so
	Position string `json:"position"` // file:line
	Because  string `json:"because"`
}

// explain tells of each divergence whether the platform that describes the
// target allows it, and by which departures. It does nothing if that is the
// platform that judged.
func (r *run) explain(report *Report) {
	if r.Own == nil || len(report.Divergences) == 0 {
		return
	}
	report.Own = r.Own.Spec.Platform
	var (
		traces    []model.Trace
		explained []*Divergence
	)
	for i := range report.Divergences {
		d := &report.Divergences[i]
		// The platforms number calls and words each in its own way.
		if trace, err := r.Own.Parse(d.ID, d.Script); err == nil {
			traces, explained = append(traces, trace), append(explained, d)
		}
	}
	for i, e := range r.Own.Explain(r.Agent.Dictionary, traces) {
		explained[i].OwnAllows = e.Allowed
		for _, departure := range e.Departures {
			explained[i].addDueTo(r.Own.Spec.Departures[departure])
		}
	}
}

// addDueTo puts departures of the rules that forbid a divergence first: they say
// best why.
func (d *Divergence) addDueTo(departure *spec.Departure) {
	due := DueTo{
		Rule: departure.Name(), Platform: departure.Platform,
		Position: position(departure.Pos.File, departure.Pos.Line), Because: departure.Because,
	}
	at := len(d.DueTo)
	if slices.Contains(d.Rules, due.Rule) {
		at = 0
	}
	d.DueTo = slices.Insert(d.DueTo, at, due)
}

// A parting is a departure from the documentation as people see it: the
// divergences that are due to the same, the shortest first.
type parting []*Divergence

// partings puts divergences together. First come those that nothing accounts
// for, then those of the call that the specification is named after.
func (report *Report) partings() []parting {
	var all []parting
	known := map[string]int{}
	for i := range report.Divergences {
		d := &report.Divergences[i]
		key := d.ID
		if len(d.DueTo) > 0 {
			key = d.dueTo()
		}
		at, isKnown := known[key]
		if !isKnown {
			at = len(all)
			known[key] = at
			all = append(all, nil)
		}
		all[at] = append(all[at], d)
	}
	if report.Own == "" {
		return all
	}
	rank := func(p parting) int {
		switch d := p[0]; {
		case !d.OwnAllows:
			return 0
		case d.Call == report.Spec:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b parting) int { return cmp.Compare(rank(a), rank(b)) })
	return all
}

// dueTo names the departures that a divergence is due to.
func (d *Divergence) dueTo() string {
	var names []string
	for _, one := range d.DueTo {
		names = append(names, one.Rule)
	}
	return strings.Join(names, ", ")
}

// accounted counts the divergences that the target's own platform accounts for.
func (report *Report) accounted() int {
	count := 0
	for i := range report.Divergences {
		if report.Divergences[i].OwnAllows {
			count++
		}
	}
	return count
}
