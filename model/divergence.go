package model

import (
	"fmt"
	"slices"
	"strings"

	"connectspec/spec"
)

// A Divergence is an observation that no state of the model allows. It is the
// same value each time the same belief meets the same observation.
type Divergence struct {
	Call     string
	Observed Seen
	// Rules are the names of the rules that applied: the smallest set of
	// those of the states that were possible.
	Rules   []string
	Allowed []Allowed
}

// Allowed is a result that would have been allowed, and by which rule.
type Allowed struct {
	Result string // in the words of the specification
	Rule   *spec.Rule
}

func (j *Judge) divergence(from []possible, op Op, seen Seen) *Divergence {
	d := &Divergence{Call: j.machine.Spec.Calls[op.Call].Name, Observed: seen}
	var best []string
	for i := range from {
		s := &from[i].state
		p := j.machine.prospect(s, op, nil)
		if acts := j.machine.Spec.Calls[op.Call].Acts; p.verdict == idle && len(acts) > 0 {
			d.allow(Allowed{j.machine.Text(d.Call, Seen{Code: idleCode(op)}), acts[0]})
		}
		var rules []string
		for k := range p.choices {
			c := &p.choices[k]
			if name := c.outcome.Rule.Name; !slices.Contains(rules, name) && c.outcome.Rule.Rank != spec.May {
				rules = append(rules, name)
			}
			for _, result := range c.outcome.Results {
				d.allow(Allowed{j.machine.resultText(s, op, c, result), c.outcome.Rule})
			}
		}
		slices.Sort(rules)
		if i == 0 || len(rules) < len(best) || len(rules) == len(best) && slices.Compare(rules, best) < 0 {
			best = rules
		}
	}
	d.Rules = best
	return d
}

func (d *Divergence) allow(a Allowed) {
	if !slices.Contains(d.Allowed, a) {
		d.Allowed = append(d.Allowed, a)
	}
}

// AllowedText lists what would have been allowed, and by which rules.
func (d *Divergence) AllowedText() string {
	var texts []string
	for _, allowed := range d.Allowed {
		texts = append(texts, fmt.Sprintf("%s (%s)", allowed.Result, allowed.Rule.Name))
	}
	if len(texts) == 0 {
		return "nothing"
	}
	return strings.Join(texts, ", ")
}

// resultText is a result in the words of the specification.
func (m *Machine) resultText(s *State, op Op, c *choice, r spec.Result) string {
	switch {
	case r.Code == spec.Blocks:
		return "blocks"
	case r.Code >= spec.Errors:
		return m.Spec.Errors[r.Code-spec.Errors].Name
	case r.Value == nil:
		return "ok"
	}
	e := m.answering(s, op, c)
	call := m.Spec.Calls[op.Call]
	if m.answersResult(op) {
		return "ok " + m.valueText(call, s.told(op))
	}
	if r.Value.Kind == spec.ReadyLevels {
		must, may := e.levels(m.plan(op))
		return "ok " + levelsText(call, must&^may, may)
	}
	return "ok " + m.valueText(call, e.answer(r.Value))
}

func levelsText(call *spec.Call, must, may uint8) string {
	var words []string
	for i, level := range call.Levels {
		switch {
		case may&(1<<i) != 0:
			words = append(words, "("+level+")")
		case must&(1<<i) != 0:
			words = append(words, level)
		}
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, "+")
}

func (m *Machine) valueText(call *spec.Call, value uint8) string {
	switch call.Answers {
	case spec.AnswersWord:
		if int(value) < len(call.Field.Words) {
			return call.Field.Words[value]
		}
	case spec.AnswersAddress:
		return m.addressText(value)
	case spec.AnswersToken, spec.AnswersResult:
		return tokenText(value)
	case spec.AnswersCode:
		return m.codeText(value)
	case spec.AnswersLevels:
		return levelsText(call, value, 0)
	}
	return "?"
}

func (m *Machine) codeText(value uint8) string {
	switch value {
	case spec.Nobody:
		return "none"
	case spec.Success:
		return "success"
	}
	if e := int(value) - spec.CodeBase; e < len(m.Spec.Errors) {
		return m.Spec.Errors[e].Name
	}
	return "?"
}

func (m *Machine) addressText(value uint8) string {
	switch {
	case value == spec.Nobody:
		return "nobody"
	case value == spec.Stale:
		return "stale"
	case value < spec.ClassAddress:
		socket, _ := spec.WhoseAddress(value)
		return SocketName(socket)
	case int(value)-spec.ClassAddress < len(m.Spec.Classes):
		return m.Spec.Classes[value-spec.ClassAddress].Name
	}
	return "?"
}

func tokenText(value uint8) string {
	if value == 0 {
		return "end"
	}
	digits := []byte{'#'}
	if value >= 100 {
		digits = append(digits, '0'+value/100)
	}
	if value >= 10 {
		digits = append(digits, '0'+value/10%10)
	}
	return string(append(digits, '0'+value%10))
}

// Text is what was seen, in the words of the specification.
func (m *Machine) Text(call string, seen Seen) string {
	switch seen.Code {
	case seenBusy:
		return "busy"
	case seenHang:
		return "hang"
	case seenCrash:
		return "crash"
	case seenProtocol:
		return "protocol error"
	case seenUnknown:
		return "something that has no name"
	case spec.Blocks:
		return "blocks"
	case spec.OK:
		if !seen.Valued {
			return "ok"
		}
		return "ok " + m.valueText(m.calls[call], seen.Value)
	}
	return m.Spec.Errors[seen.Code-spec.Errors].Name
}
