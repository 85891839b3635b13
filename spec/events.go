package spec

import (
	"slices"
	"strings"

	"connectspec/dsl"
)

// An event is a call that nobody makes: it always succeeds, and changes what the
// first of its cases that applies says. Its rule has its name, with a dot where
// the event has a space: `network.accepts` is the rule of `network accepts`.

// ruleOf is the rule of an event.
func ruleOf(event *dsl.Event) *dsl.Rule {
	rule := &dsl.Rule{
		Rank:  dsl.Name{Pos: event.Name.Pos, Text: Event.String()},
		Name:  dsl.Name{Pos: event.Name.Pos, Text: strings.Replace(event.Name.Text, " ", ".", 1)},
		Cites: event.Cites, Lines: slices.Clone(event.Lines),
	}
	for i := range rule.Lines {
		line := &rule.Lines[i]
		line.Outcomes = slices.Clone(line.Outcomes)
		for k := range line.Outcomes {
			outcome := &line.Outcomes[k]
			outcome.Results = []dsl.Result{{Name: dsl.Name{Pos: outcome.Pos, Text: "ok"}}}
		}
	}
	return rule
}

// eventOf is the event that a rule of that name is about.
func eventOf(rule string) string { return strings.Replace(rule, ".", " ", 1) }
