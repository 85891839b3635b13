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
	trace, _, err := m.ParsePart(file, 1, text)
	return trace, err
}

// ParsePart is Parse for a part of a file that starts with the given line,
// counted from 1. It gives the numbers of the lines of the calls, too.
func (m *Machine) ParsePart(file string, line int, text string) (trace Trace, lines []int, err error) {
	var names Names
	for content := range strings.Lines(text) {
		if err := m.parseLine(&trace, strings.TrimSuffix(content, "\n"), &names); err != nil {
			return trace, lines, located(file, line, err)
		}
		if len(lines) < len(trace.Script) {
			lines = append(lines, line)
		}
		line++
	}
	return trace, lines, nil
}

// parseLine adds the call of a line to a trace, if there is one.
func (m *Machine) parseLine(trace *Trace, line string, names *Names) error {
	content := strings.TrimSpace(line)
	if content == "" || strings.HasPrefix(content, "#") {
		return nil
	}
	step, err := dsl.ParseStep(line)
	if err != nil {
		return err
	}
	op, err := m.Op(step, names)
	if err != nil {
		return err
	}
	trace.Script = append(trace.Script, op)
	if step.Result == nil {
		return nil
	}
	if len(trace.Answers) != len(trace.Script)-1 {
		return wordError(*step.Result, "an earlier call has no answer")
	}
	trace.Answers = append(trace.Answers, names.answer(step))
	return nil
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
	// What cannot be read as a step has a place of its own, in a text of one line.
	var problem dsl.Problem
	if errors.As(err, &problem) {
		problem.Pos.File, problem.Pos.Line = file, line
		return problem
	}
	column := 1
	var word *WordError
	if errors.As(err, &word) && word.Word.Pos.Column > 0 {
		column = word.Word.Pos.Column
	}
	return fmt.Errorf("%s:%d:%d: %w", file, line, column, err)
}
