package spec

import "connectspec/dsl"

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
		if layer.parent == nil || r.resolveParent(departure, layer.parent) {
			r.spec.Departures = append(r.spec.Departures, departure)
		}
	}
	for _, one := range r.dropped {
		departure := &Departure{Pos: one.at, Platform: one.platform, Because: one.because}
		if r.resolveParent(departure, one.rule) {
			r.spec.Departures = append(r.spec.Departures, departure)
		}
	}
	r.spec.Outcomes = outcomes
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
	clean := len(r.problems) == problems
	r.problems = r.problems[:problems]
	return clean
}
