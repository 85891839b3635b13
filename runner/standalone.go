package runner

import (
	"fmt"
	"slices"
	"strings"

	"connectspec/model"
	"connectspec/runner/program"
	"connectspec/spec"
)

// Standalone is the divergence of a saved trace as a program of its own, in one
// of program.Languages. The machine is that of the platform that judges. The
// error says what is wrong with the file, or what a program cannot do.
func Standalone(m *model.Machine, file string, text []byte, language string) ([]byte, error) {
	trace, err := m.Parse(file, string(text))
	if err != nil {
		return nil, err
	}
	header := ReadHeader(text)
	dictionary := m.Spec.Platform
	if m.Spec.Target(header.Dictionary) != nil {
		dictionary = header.Dictionary
	}
	findings := m.NewJudge(dictionary).Trace(trace)
	switch {
	case len(trace.Script) == 0:
		return nil, fmt.Errorf("%s: there is no call in it", file)
	case len(trace.Answers) == 0:
		return nil, fmt.Errorf("%s: it is a script without answers: there is nothing to show", file)
	case len(findings) == 0:
		return nil, fmt.Errorf("%s: platform %s allows all of it: there is no fault to show", file, m.Spec.Platform)
	}
	t := teller{m, dictionary}
	shown, err := program.Write(language, t.fault(&header, trace, findings[0]))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return shown, nil
}

// A teller puts answers as a target does.
type teller struct {
	machine    *model.Machine
	dictionary string
}

// fault is a trace up to its first divergence.
func (t *teller) fault(header *Header, trace model.Trace, finding model.Finding) *program.Fault {
	s := t.machine.Spec
	fault := &program.Fault{Winsock: !s.ErrnoNames(s.Target(t.dictionary))}
	for i := range finding.Step + 1 {
		answer := trace.Answers[i].String()
		fault.Steps = append(fault.Steps, program.Step{
			Line: t.machine.FullLine(trace.Script[i]), Observed: answer, Allowed: []string{answer}})
	}
	last := &fault.Steps[finding.Step]
	last.Allowed = nil
	call := s.Calls[trace.Script[finding.Step].Call]
	for _, allowed := range finding.Allowed {
		last.Allowed = append(last.Allowed, t.answers(call, allowed.Result)...)
	}
	id := header.ID
	if finding.Step < len(trace.Answers)-1 {
		id = "" // that is another divergence, which comes later
	}
	fault.Remarks = t.remarks(id, header.System, last, finding.Divergence)
	return fault
}

// answers are the forms that a result has with the target.
func (t *teller) answers(call *spec.Call, result string) []string {
	name, value, valued := strings.Cut(result, " ")
	switch {
	case t.machine.Spec.Error(name) != nil:
		return t.machine.Natives(t.dictionary, call, name)
	case valued && call.Answers == spec.AnswersLevels:
		return levelSets(call, value)
	case valued && t.machine.Spec.Error(value) != nil:
		var answers []string
		for _, native := range t.machine.Natives(t.dictionary, call, value) {
			answers = append(answers, name+" "+native)
		}
		return answers
	}
	return []string{result}
}

// levelSets are the sets of levels that a text allows: those in parentheses may
// show or not.
func levelSets(call *spec.Call, text string) []string {
	sets := [][]string{nil}
	for word := range strings.SplitSeq(text, "+") {
		level := strings.Trim(word, "()")
		if !slices.Contains(call.Levels, level) {
			continue // nothing
		}
		var with [][]string
		for _, set := range sets {
			with = append(with, append(slices.Clone(set), level))
		}
		if level == word {
			sets = with
		} else {
			sets = append(sets, with...)
		}
	}
	answers := make([]string, len(sets))
	for i, set := range sets {
		answers[i] = "ok " + strings.Join(set, "+")
		if len(set) == 0 {
			answers[i] = "ok nothing"
		}
	}
	return answers
}

// remarks say what the program shows, and why it is a fault.
func (t *teller) remarks(id, system string, step *program.Step, d *model.Divergence) []string {
	s := t.machine.Spec
	title := fmt.Sprintf("%s answers %s, which platform %s of %s version %d does not allow.",
		step.Line, step.Observed, s.Platform, s.Title, s.Version)
	if id != "" {
		title = id + ": " + title
	}
	lines := wrappedAt(remarkColumns, title)
	if system != "" {
		lines = append(lines, wrappedAt(remarkColumns, "Seen on "+system+".")...)
	}
	var rules []string
	for _, allowed := range d.Allowed {
		rule := fmt.Sprintf("Allowed: %s, by %s%s", allowed.Result, allowed.Rule.Name, citing(clauses(allowed.Rule)))
		if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	for _, rule := range rules {
		lines = append(lines, wrappedAt(remarkColumns, rule)...)
	}
	return append(lines, "")
}

// remarkColumns is the width of a program's remarks.
const remarkColumns = 76

// wrappedAt is text in lines.
func wrappedAt(columns int, text string) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if last := len(lines) - 1; last >= 0 && len(lines[last])+1+len(word) <= columns {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
