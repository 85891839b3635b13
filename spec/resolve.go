package spec

import (
	"fmt"
	"slices"
	"strings"

	"connectspec/dsl"
)

// resolver resolves one platform.
type resolver struct {
	layers
	spec     *Spec
	changes  map[string]*Change
	resolved []*layered // the rules of spec
	problems []dsl.Problem
}

// Resolve gives the specification of a platform that Open has seen.
func (d *Document) Resolve(platform string) (*Spec, []dsl.Problem) {
	r := &resolver{
		spec:    &Spec{Platform: platform, Clauses: d.Clauses, words: map[string][]WordTest{}},
		changes: map[string]*Change{},
	}
	r.ordered = map[*dsl.Order]origin{}
	r.layers.report = r.report
	r.layers.unknown = r.unknown
	if d.Title != nil {
		r.spec.Title, r.spec.Version, r.spec.Source = d.Title.Spec.Text, d.Title.Version, d.Title.Source.Text
	}
	p := d.Platform(platform)
	if p == nil {
		name := dsl.Name{Pos: dsl.Position{File: d.file.Name, Line: 1, Column: 1}, Text: platform}
		return nil, []dsl.Problem{unknownName(name, "platform", d.platformNames())}
	}
	r.lineage = d.lineage(p)
	r.spec.Lineage = r.lineage
	r.gather(d.file)
	r.number()
	for _, node := range r.layers.changes {
		r.changes[node.Name.Text] = r.change(node)
	}
	for _, rule := range r.rules {
		r.addRule(rule)
	}
	r.sortRules()
	for _, node := range r.orders {
		r.order(node)
	}
	r.addScenarios()
	r.addDepartures()
	r.noteIdle()
	return r.spec, r.problems
}

// lineage are the names of a platform and those that it extends, the base first.
func (d *Document) lineage(p *Platform) []string {
	var names []string
	for ; p != nil && len(names) <= len(d.Platforms); p = p.Extends {
		names = append([]string{p.Name}, names...)
	}
	return names
}

func (r *resolver) report(name dsl.Name, format string, arguments ...any) {
	r.problems = append(r.problems, dsl.Problem{
		Pos: name.Pos, Length: len(name.Text), Message: fmt.Sprintf(format, arguments...),
	})
}

func (r *resolver) unknown(name dsl.Name, what string, known []string) {
	if one := r.missing(name, what); one != nil {
		r.report(name, "the %s `%s` is dropped on %s, in line %d", one.kind, one.name, one.platform, one.at.Line)
		return
	}
	r.problems = append(r.problems, unknownName(name, what, known))
}

func (r *resolver) addScenarios() {
	known := map[string]bool{}
	for _, node := range r.scenarios {
		if known[node.Title.Text] {
			r.report(dsl.Name{Pos: node.Title.Pos, Text: node.Title.Text}, "there is a scenario of this title already")
		}
		known[node.Title.Text] = true
		r.spec.Scenarios = append(r.spec.Scenarios, &Scenario{
			Pos: node.Title.Pos, Title: node.Title.Text, Cites: node.Cites, Steps: node.Steps,
		})
	}
}

// change resolves a change; it may use those before it.
func (r *resolver) change(node *dsl.Change) *Change {
	change, rule := &Change{Name: node.Name.Text}, &Rule{}
	scope := newScope(r, rule)
	for _, line := range node.Lines {
		inner := scope.inner()
		guard := inner.conditions(line.Guard)
		if len(line.Outcomes) == 0 {
			scope.adopt(inner, guard)
			continue
		}
		resolved := ChangeLine{Guard: append(slices.Clone(scope.common), guard...)}
		for _, outcome := range line.Outcomes {
			resolved.Effects = append(resolved.Effects, inner.effects(outcome.Effects)...)
		}
		change.Lines = append(change.Lines, resolved)
	}
	change.sends = rule.sends
	return change
}

func (r *resolver) addRule(from *layered) {
	rule := r.rule(from)
	if rule == nil {
		return
	}
	rule.Index = len(r.spec.Rules)
	r.spec.Rules = append(r.spec.Rules, rule)
	r.resolved = append(r.resolved, from)
}

func (r *resolver) rule(from *layered) *Rule {
	node := from.node
	rank, known := rankNames[node.Rank.Text]
	if !known {
		r.unknown(node.Rank, "rank", []string{"refuse", "act", "may", "later", "ready", "unstated", "resume"})
		return nil
	}
	rule := &Rule{
		Pos: node.Name.Pos, Rank: rank, Name: node.Name.Text, Cites: node.Cites,
		Platform: from.platform, Because: from.because, Vars: VarFree,
	}
	// Who cites nothing cites what the nearest rule cites that it stands for.
	for replaced := from.parent; replaced != nil && len(rule.Cites) == 0; replaced = replaced.parent {
		rule.Cites = replaced.node.Cites
	}
	if rank == Event {
		call := r.spec.Call(eventOf(rule.Name))
		if call == nil {
			return nil // there are too many calls, which has been told
		}
		rule.Calls = []*Call{call}
		r.cases(rule, node)
		return rule
	}
	prefix, level, dotted := strings.Cut(node.Name.Text, ".")
	if !dotted {
		r.report(node.Name, "the name of a rule is its call, a dot and a name: `connect.%s`", node.Name.Text)
		return nil
	}
	if !r.setCalls(rule, node.Name, prefix, level) {
		return nil
	}
	r.cases(rule, node)
	return rule
}

// setCalls finds the calls that a rule is about.
func (r *resolver) setCalls(rule *Rule, name dsl.Name, prefix, level string) bool {
	if prefix == "any" && rule.Rank == Ready {
		r.report(name, "`ready` needs the name of a call, and of one of its levels")
		return false
	}
	if prefix == "any" && rule.Rank == Resume {
		r.report(name, "`resume` needs the name of a call: each wakes up for reasons of its own")
		return false
	}
	if prefix == "any" {
		rule.ofAny = true
		for _, call := range r.spec.Calls {
			if call.OnSocket && !call.Event {
				rule.Calls = append(rule.Calls, call)
			}
		}
		return true
	}
	call := r.spec.Call(prefix)
	switch {
	case rule.Rank == Later:
		return true
	case call == nil:
		r.unknown(dsl.Name{Pos: name.Pos, Text: prefix}, "call", append(r.callNames(), "any"))
		return false
	case rule.Rank == Ready && call.Answers != AnswersLevels:
		r.report(name, "%s answers no levels", prefix)
		return false
	case rule.Rank == Ready && !slices.Contains(call.Levels, level):
		r.unknown(dsl.Name{Pos: name.Pos, Text: level}, "level of "+prefix, slices.Clone(call.Levels))
		return false
	}
	rule.Calls = append([]*Call{call}, r.others(call, level)...)
	return true
}

// cases resolves the lines of a rule: those without outcomes are conditions of
// all that follow, unless the rank has none.
func (r *resolver) cases(rule *Rule, node *dsl.Rule) {
	scope := newScope(r, rule)
	if len(node.For) > 0 {
		scope.common = append(scope.common, scope.bareWords(node.For, false))
	}
	alone := rule.Rank == Ready || rule.Rank == Unstated
	for _, short := range node.Lines {
		for _, line := range r.spread(short) {
			r.oneCase(scope, rule, line, alone)
		}
	}
	if len(rule.Cases) == 0 {
		r.report(node.Name, "rule %s has no outcome", rule.Name)
	}
}

// oneCase adds what a line says: a case, or conditions of all that follow.
func (r *resolver) oneCase(scope *scope, rule *Rule, line dsl.Line, alone bool) {
	inner := scope.inner()
	guard := inner.conditions(line.Guard)
	if len(line.Outcomes) == 0 && !alone {
		scope.adopt(inner, guard)
		return
	}
	one := Case{Pos: line.Pos, Maybe: line.Maybe, Guard: append(slices.Clone(scope.common), guard...)}
	for _, outcome := range line.Outcomes {
		one.Outcomes = append(one.Outcomes, inner.outcome(rule, outcome))
	}
	if alone {
		one.Outcomes = []*Outcome{inner.silentOutcome(rule, line.Pos)}
	}
	rule.Cases = append(rule.Cases, one)
	rule.Vars = max(rule.Vars, inner.next)
}

// sortRules hands each rule to its calls.
func (r *resolver) sortRules() {
	for _, rule := range r.spec.Rules {
		for _, call := range rule.Calls {
			switch rule.Rank {
			case Refuse:
				call.Refusals = append(call.Refusals, rule)
			case Act, Event:
				call.Acts = append(call.Acts, rule)
			case May:
				call.Mays = append(call.Mays, rule)
			case Unstated:
				call.Unstated = append(call.Unstated, rule)
			case Resume:
				call.Resumes = append(call.Resumes, rule)
			case Ready:
				call.setReady(levelOf(rule.Name), rule)
			}
		}
	}
}

// levelOf is the level that a ready rule of that name is about.
func levelOf(rule string) string {
	_, level, _ := strings.Cut(rule, ".")
	return level
}

func (c *Call) setReady(level string, rule *Rule) {
	if c.Ready == nil {
		c.Ready = make([]*Rule, len(c.Levels))
	}
	c.Ready[slices.Index(c.Levels, level)] = rule
}

// order puts the refusals of a call into the order that the platform gives.
// Refusals that it does not name come after those that it does.
func (r *resolver) order(node *dsl.Order) {
	own := r.ordered[node].platform == r.spec.Platform
	call := r.spec.Call(node.Call.Text)
	if call == nil {
		r.unknown(node.Call, "call", r.callNames())
		return
	}
	r.orderOf(call, node, own)
	for _, other := range r.spec.Calls {
		if other.Like == call && !other.Ordered && indexOf(r.orders, other.Name) < 0 {
			r.orderOf(other, node, false)
		}
	}
}

// orderOf orders the refusals of one call. What is wrong is told if it is asked to.
func (r *resolver) orderOf(call *Call, node *dsl.Order, tell bool) {
	var ordered []*Rule
	rest := slices.Clone(call.Refusals)
	for i, name := range node.Rules {
		if namesContain(node.Rules[:i], name.Text) {
			continue // that has been told
		}
		full := name.Text
		if !strings.Contains(full, ".") {
			full = call.Name + "." + full
		}
		at := slices.IndexFunc(rest, func(rule *Rule) bool { return rule.Name == full })
		if at < 0 && call.Like != nil {
			full = call.Like.Name + "." + strings.TrimPrefix(full, call.Name+".")
			at = slices.IndexFunc(rest, func(rule *Rule) bool { return rule.Name == full })
		}
		if at < 0 {
			// A refusal of an inherited order may be one that was dropped since.
			if tell && !r.reportDropped(name, full) {
				r.unknownRefusal(name, call)
			}
			continue
		}
		ordered = append(ordered, rest[at])
		rest = slices.Delete(rest, at, at+1)
	}
	call.Refusals = append(ordered, rest...)
	call.Ordered, call.OrderPos = true, node.Call.Pos
}

func (r *resolver) unknownRefusal(name dsl.Name, call *Call) {
	var known []string
	for _, rule := range call.Refusals {
		short := strings.TrimPrefix(rule.Name, call.Name+".")
		if call.Like != nil {
			short = strings.TrimPrefix(short, call.Like.Name+".")
		}
		known = append(known, short)
	}
	r.unknown(name, "refusal of "+call.Name, known)
}
