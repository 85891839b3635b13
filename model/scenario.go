package model

import (
	"errors"
	"slices"

	"connectspec/dsl"
	"connectspec/spec"
)

// Scenario is the trace of a scenario; the position is that of the step that
// is wrong. A step that says nothing of its answer says `ok`.
func (m *Machine) Scenario(scenario *spec.Scenario) (Trace, dsl.Position, error) {
	var (
		trace Trace
		names Names
	)
	for _, step := range scenario.Steps {
		op, err := m.Op(step, &names)
		if err != nil {
			return trace, step.Pos, m.missingArrow(step, err)
		}
		trace.Script = append(trace.Script, op)
		answer := Answer{Name: "ok"}
		if step.Result != nil {
			if err := m.says(m.Spec.Calls[op.Call], step, &names); err != nil {
				return trace, step.Pos, err
			}
			answer = names.answer(step)
		}
		trace.Answers = append(trace.Answers, answer)
	}
	return trace, dsl.Position{}, nil
}

// says makes sure that an answer is one that a call can have, in the words of
// the specification.
func (m *Machine) says(call *spec.Call, step dsl.Step, names *Names) error {
	words := dictionary{machine: m}
	result := step.Result.Text
	switch {
	case result == "ok" && len(step.Values) > 0:
		return m.saysValue(call, step, names)
	case result != "ok" && len(step.Values) > 0:
		return wordError(step.Values[0], "nothing comes with `%s`", result)
	case result == "ok" || result == "blocks" || words.meaning(call, 0, result) >= 0:
		return nil
	}
	return unknownWord(*step.Result, append(m.errorNames(), "ok", "blocks"), "there is no result `%s`", result)
}

// saysValue is says for what comes with ok.
func (m *Machine) saysValue(call *spec.Call, step dsl.Step, names *Names) error {
	words, answer := dictionary{machine: m}, names.answer(step)
	switch {
	case call.Answers == spec.AnswersNothing:
		return wordError(step.Values[0], "nothing comes with the `ok` of %s", call.Name)
	case call.Answers != spec.AnswersLevels && len(step.Values) > 1:
		return wordError(step.Values[1], "%s answers one thing", call.Name)
	}
	if _, known := words.valueOf(call, 0, answer.Value); known {
		return nil
	}
	for _, value := range step.Values {
		if _, known := words.valueOf(call, 0, value.Text); known {
			continue
		}
		return unknownWord(value, m.answers(call, names), "%s does not answer `%s`", call.Name, value.Text)
	}
	return nil
}

// answers are the values that can come with the ok of a call, tokens aside.
func (m *Machine) answers(call *spec.Call, names *Names) []string {
	switch call.Answers {
	case spec.AnswersWord:
		return slices.Clone(call.Field.Words)
	case spec.AnswersAddress:
		known := append(slices.Clone(names.names), "nobody", "stale")
		for _, class := range m.Spec.Classes {
			known = append(known, class.Name)
		}
		return known
	case spec.AnswersCode:
		return append(m.errorNames(), "none", "success")
	case spec.AnswersLevels:
		return append(slices.Clone(call.Levels), "nothing")
	}
	return nil
}

func (m *Machine) errorNames() []string {
	var names []string
	for _, e := range m.Spec.Errors {
		names = append(names, e.Name)
	}
	return names
}

// missingArrow is the mistake of a step whose last word, which is no argument,
// is what it answers.
func (m *Machine) missingArrow(step dsl.Step, err error) error {
	var word *WordError
	if step.Result != nil || len(step.Args) == 0 || !errors.As(err, &word) {
		return err
	}
	last := step.Args[len(step.Args)-1]
	if word.Word != last || last.Text != "ok" && last.Text != "blocks" && !slices.Contains(m.errorNames(), last.Text) {
		return err
	}
	return &WordError{last, "an answer stands behind `->`", "write `-> " + last.Text + "`"}
}

func wordProblem(at dsl.Position, err error) dsl.Problem {
	var word *WordError
	if errors.As(err, &word) {
		return dsl.Problem{Pos: word.Word.Pos, Length: len(word.Word.Text), Message: word.Message, Hint: word.Hint}
	}
	return dsl.Problem{Pos: at, Length: 1, Message: err.Error()}
}
