package spec

import (
	"slices"

	"connectspec/dsl"
)

// `-> s.error` answers whatever code is there. It is short for a case for each
// code that a rule or a change puts into that field.

// spread is what a line is short for: itself, if it answers no such thing.
func (r *resolver) spread(line dsl.Line) []dsl.Line {
	code := answeredCode(line)
	if code == nil {
		return []dsl.Line{line}
	}
	codes := r.codesIn(code.Field.Text)
	if len(codes) == 0 {
		r.report(*code.Field, "no rule puts a code into `%s`", code.Field.Text)
	}
	var lines []dsl.Line
	for _, name := range codes {
		one := line
		is := dsl.Atom{Pos: code.Pos, Left: code, Values: []dsl.Operand{{Pos: code.Pos, Base: name}}}
		one.Guard = append(slices.Clone(line.Guard), is)
		one.Outcomes = slices.Clone(line.Outcomes)
		for i := range one.Outcomes {
			results := slices.Clone(one.Outcomes[i].Results)
			for k := range results {
				if results[k].Code != nil {
					results[k] = dsl.Result{Name: dsl.Name{Pos: code.Pos, Text: name.Text}}
				}
			}
			one.Outcomes[i].Results = results
		}
		lines = append(lines, one)
	}
	return lines
}

// answeredCode is the field whose code a line answers; nil if there is none.
func answeredCode(line dsl.Line) *dsl.Operand {
	for _, outcome := range line.Outcomes {
		for _, result := range outcome.Results {
			if result.Code != nil {
				return result.Code
			}
		}
	}
	return nil
}

// codesIn are the codes that are put into a field of that name, also those that
// are copied there from other fields, in the order in which errors are declared.
// Each stands where it is put first.
func (r *resolver) codesIn(field string) []dsl.Name {
	found, fields := map[string]dsl.Name{}, []string{field}
	for i := 0; i < len(fields); i++ {
		r.eachEffect(func(effect dsl.Effect) {
			if effect.Kind != dsl.Set || effect.Target.Field == nil || effect.Target.Field.Text != fields[i] {
				return
			}
			if from := effect.Value.Field; from != nil && !slices.Contains(fields, from.Text) {
				fields = append(fields, from.Text)
			}
			if _, known := found[effect.Value.Base.Text]; !known && effect.Value.Field == nil {
				found[effect.Value.Base.Text] = effect.Value.Base
			}
		})
	}
	var codes []dsl.Name
	for _, e := range r.spec.Errors {
		if name, known := found[e.Name]; known {
			codes = append(codes, name)
		}
	}
	return codes
}

// eachEffect does something with all effects of rules and changes.
func (r *resolver) eachEffect(do func(dsl.Effect)) {
	var all func(effects []dsl.Effect)
	all = func(effects []dsl.Effect) {
		for _, effect := range effects {
			do(effect)
			all(effect.Effects)
		}
	}
	lines := func(lines []dsl.Line) {
		for _, line := range lines {
			for _, outcome := range line.Outcomes {
				all(outcome.Effects)
			}
		}
	}
	for _, rule := range r.rules {
		lines(rule.node.Lines)
	}
	for _, change := range r.layers.changes {
		lines(change.Lines)
	}
}
