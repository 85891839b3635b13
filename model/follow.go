package model

import (
	"slices"
	"strings"

	"connectspec/spec"
)

// A Fact is what came of judging one call.
type Fact struct {
	*Divergence      // nil: it is allowed
	Doubtful    bool // it was not judged
}

// Follow judges a call that is part of no script: what was observed, and where it
// leads. It counts for the judge's coverage. A walk that the judge has forgotten
// judges nothing more, nor does one where more states are possible than are kept.
func (w *Walk) Follow(op Op, seen Seen) Fact {
	if w.Lost() {
		return Fact{Doubtful: true}
	}
	e := w.judge.step(w.at, op, w.judge.seenID(seen))
	e.count++
	w.before, w.at = w.at, e.next
	return Fact{e.divergence, e.doubtful || len(w.judge.beliefs[e.next].states) >= maxStates}
}

// Lost says that the judge has forgotten where a walk stands.
func (w *Walk) Lost() bool { return w.judge == nil || w.age != w.judge.age }

// Same says whether two walks of one judge stand at the same place.
func (w *Walk) Same(other *Walk) bool { return w.at == other.at && w.age == other.age }

// Unknown says whether a socket is not judged any more in one of the possible
// states.
func (w *Walk) Unknown(slot uint8) bool { return w.Lost() || !w.Exists(slot) }

// Seen is an answer to a call upon a socket of that kind, in the words of the
// specification.
func (j *Judge) Seen(call string, kind uint8, answer Answer) Seen {
	known := j.machine.calls[call]
	return j.seens[j.seen(uint8(known.Index), kind, answer)]
}

// States describes what may be known of a socket: one line for each possible
// state, each once.
func (w *Walk) States(slot uint8) []string {
	if w.Lost() {
		return nil
	}
	var lines []string
	states := w.judge.beliefs[w.at].states
	for i := range states {
		line := w.judge.machine.describe(states[i].state.record(slot))
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// describe is a record in the words of the specification; what is as in a new
// socket is left out, but for the first word of an enumeration whose words say how
// far it has come.
func (m *Machine) describe(r *record) string {
	if r[0] != live {
		return "unknown"
	}
	var words []string
	for _, field := range m.Spec.Fields {
		value := r[field.Offset]
		switch {
		case field.Type == spec.Enumeration && int(value) < len(field.Words):
			if value > 0 || field.Name == "phase" {
				words = append(words, field.Words[value])
			}
		case value == 0:
		case field.Type == spec.Flag:
			words = append(words, field.Name)
		case field.Type == spec.Code:
			words = append(words, field.Name+" "+m.codeText(value))
		case field.Type == spec.Queue:
			words = append(words, field.Name+" not empty")
		}
	}
	return strings.Join(words, ", ")
}
