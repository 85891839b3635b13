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

// codesIn are the codes that are put into a field of that name, in the order in
// which errors are declared. Each stands where it is put first.
func (r *resolver) codesIn(field string) []dsl.Name {
	found := map[string]dsl.Name{}
	var search func(effects []dsl.Effect)
	search = func(effects []dsl.Effect) {
		for _, effect := range effects {
			if effect.Kind == dsl.Set && effect.Target.Field != nil && effect.Target.Field.Text == field && effect.Value.Field == nil {
				if _, known := found[effect.Value.Base.Text]; !known {
					found[effect.Value.Base.Text] = effect.Value.Base
				}
			}
			search(effect.Effects)
		}
	}
	searchLines := func(lines []dsl.Line) {
		for _, line := range lines {
			for _, outcome := range line.Outcomes {
				search(outcome.Effects)
			}
		}
	}
	for _, rule := range r.rules {
		searchLines(rule.node.Lines)
	}
	for _, change := range r.layers.changes {
		searchLines(change.Lines)
	}
	var codes []dsl.Name
	for _, e := range r.spec.Errors {
		if name, known := found[e.Name]; known {
			codes = append(codes, name)
		}
	}
	return codes
}
