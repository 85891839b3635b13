package spec

import (
	"slices"

	"connectspec/dsl"
)

// A Departure is a rule in which a platform differs from the one that it
// extends: one in the place of another, one of its own, or none where there was
// one.
type Departure struct {
	Pos      dsl.Position // of the declaration
	Platform string       // that declares it
	Because  string
	Rule     *Rule // nil: the rule is dropped
	Parent   *Rule // what it replaces or drops; nil: nothing
}

// Name is that of the rule.
func (d *Departure) Name() string {
	if d.Rule != nil {
		return d.Rule.Name
	}
	return d.Parent.Name
}

// addDepartures gathers what the platform, and those that it extends, say
// otherwise than the first of them. The rules that are departed from are
// resolved in the vocabulary of the platform; their outcomes have ids of their
// own, behind those of the platform's rules.
func (r *resolver) addDepartures() {
	outcomes := r.spec.Outcomes
	for i, from := range r.spec.Rules {
		if from.Platform == r.spec.Lineage[0] {
			continue
		}
		layer := r.resolved[i]
		departure := &Departure{Pos: layer.at, Platform: layer.platform, Because: layer.because, Rule: from}
		parent := layer.parent
		if parent == nil {
			parent = r.overruled(from)
		}
		if parent == nil || r.resolveParent(departure, parent) {
			r.spec.Departures = append(r.spec.Departures, departure)
		}
	}
	for _, one := range r.dropped {
		departure := &Departure{Pos: one.at, Platform: one.platform, Because: one.because}
		if r.resolveParent(departure, one.rule) {
			r.spec.Departures = append(r.spec.Departures, departure)
		}
	}
	r.spec.Outcomes, r.spec.departed = outcomes, r.spec.Outcomes
}

// resolveParent resolves what a platform departs from; it says whether that has
// a meaning there. (A call that has other parameters may leave it none.)
func (r *resolver) resolveParent(departure *Departure, parent *layered) bool {
	problems := len(r.problems)
	var sends []bool
	for _, call := range r.spec.Calls {
		sends = append(sends, call.Sends)
	}
	departure.Parent = r.rule(parent)
	for i, call := range r.spec.Calls {
		call.Sends = sends[i]
	}
	if departure.Rule != nil && departure.Parent != nil {
		departure.Parent.Calls = departure.Rule.Calls // not those that it is overruled for
	}
	clean := len(r.problems) == problems
	r.problems = r.problems[:problems]
	return clean
}

// Without is the specification as it would be without a departure: with what it
// replaces or drops, or without what it adds. An act that comes back is asked
// before the others, which may be there in its stead.
func (s *Spec) Without(d *Departure) *Spec {
	variant := *s
	variant.Outcomes, variant.Departures = s.departed, nil
	variant.Rules = exchange(s.Rules, d.Rule, d.Parent, false)
	variant.Calls = slices.Clone(s.Calls)
	for i, call := range s.Calls {
		concerned := func(rule *Rule) bool { return rule != nil && slices.Contains(rule.Calls, call) }
		if concerned(d.Rule) || concerned(d.Parent) {
			variant.Calls[i] = call.exchanging(d.Rule, d.Parent)
		}
	}
	return &variant
}

// exchanging is a call with one rule for another; either may be nil.
func (c *Call) exchanging(old, new *Rule) *Call {
	changed := *c
	of := func(rank Rank, rule *Rule) *Rule {
		if rule == nil || rule.Rank != rank {
			return nil
		}
		return rule
	}
	changed.Refusals = exchange(c.Refusals, of(Refuse, old), of(Refuse, new), false)
	changed.Acts = exchange(c.Acts, of(Act, old), of(Act, new), true)
	if c.Event {
		changed.Acts = exchange(c.Acts, old, new, true)
	}
	changed.Mays = exchange(c.Mays, of(May, old), of(May, new), false)
	changed.Unstated = exchange(c.Unstated, of(Unstated, old), of(Unstated, new), false)
	changed.Resumes = exchange(c.Resumes, of(Resume, old), of(Resume, new), false)
	changed.Ready = slices.Clone(c.Ready)
	for level := range changed.Ready {
		if rule := changed.Ready[level]; rule != nil && rule == old {
			changed.Ready[level] = nil
		}
	}
	if rule := of(Ready, new); rule != nil {
		changed.setReady(levelOf(rule.Name), rule)
	}
	return &changed
}

// exchange is a list with one rule in the place of another; without the old one
// if there is no new one, and with the new one first, or last, if there is no old
// one. First it stands in any case if it is asked to.
func exchange(rules []*Rule, old, new *Rule, first bool) []*Rule {
	at := slices.Index(rules, old)
	rest := slices.DeleteFunc(slices.Clone(rules), func(rule *Rule) bool { return rule == old })
	switch {
	case new == nil:
		return rest
	case first:
		at = 0
	case at < 0:
		at = len(rest)
	}
	return slices.Insert(rest, at, new)
}

// Departed has, instead of the rules of the platform, those that it departs
// from, all of which may apply at once: it tells which of them would be at work.
func (s *Spec) Departed() *Spec {
	shadow := *s
	shadow.Outcomes, shadow.Departures, shadow.Rules = s.departed, nil, nil
	shadow.Calls = slices.Clone(s.Calls)
	for i, call := range s.Calls {
		changed := *call
		changed.Ordered, changed.Event = false, false
		changed.Refusals, changed.Acts, changed.Mays, changed.Unstated = nil, nil, nil, nil
		changed.Ready, changed.Resumes = nil, nil
		for _, d := range s.Departures {
			if parent := d.Parent; parent != nil && parent.Rank != Ready && slices.Contains(parent.Calls, call) {
				changed.Mays = append(changed.Mays, parent)
			}
		}
		shadow.Calls[i] = &changed
	}
	for _, d := range s.Departures {
		if d.Parent != nil {
			shadow.Rules = append(shadow.Rules, d.Parent)
		}
	}
	return &shadow
}
