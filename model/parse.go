package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"connectspec/dsl"
)

// Parse reads a script or a trace: one call a line, `#` comments and empty
// lines aside. The error names the file, line and column.
func (m *Machine) Parse(file, text string) (Trace, error) {
	var (
		trace Trace
		names Names
	)
	for i, line := range strings.Split(text, "\n") {
		content := strings.TrimSpace(line)
		if content == "" || strings.HasPrefix(content, "#") {
			continue
		}
		step, err := dsl.ParseStep(line)
		if err != nil {
			return trace, located(file, i+1, err)
		}
		op, err := m.Op(step, &names)
		if err != nil {
			return trace, located(file, i+1, err)
		}
		trace.Script = append(trace.Script, op)
		if step.Result == nil {
			continue
		}
		if len(trace.Answers) != len(trace.Script)-1 {
			return trace, located(file, i+1, wordError(*step.Result, "an earlier call has no answer"))
		}
		trace.Answers = append(trace.Answers, names.answer(step))
	}
	return trace, nil
}

// answer is what a step says was answered; a socket's name in it becomes that
// of its place.
func (n *Names) answer(step dsl.Step) Answer {
	answer := Answer{Name: step.Result.Text}
	for i, value := range step.Values {
		text := value.Text
		if place := slices.Index(n.names, text); place >= 0 {
			text = SocketName(uint8(place))
		}
		if i > 0 {
			answer.Value += "+"
		}
		answer.Value += text
	}
	return answer
}

func located(file string, line int, err error) error {
	column := 1
	var word *WordError
	if errors.As(err, &word) && word.Word.Pos.Column > 0 {
		column = word.Word.Pos.Column
	}
	return fmt.Errorf("%s:%d:%d: %w", file, line, column, err)
}
