package model

import (
	"slices"
	"strings"

	"connectspec/spec"
)

// What can be seen that is no result of the specification.
const (
	seenBusy     = 251 // the thread that is to make the call is in another one
	seenHang     = 252
	seenCrash    = 253
	seenProtocol = 254
	seenUnknown  = 255 // a name that nothing gives a meaning to
)

// A Seen is an answer in the words of the specification.
type Seen struct {
	Code   uint8 // spec.OK, spec.Blocks, spec.Errors+e, or one of the above
	Valued bool
	Value  uint8 // a word, an address, a token, a code, or a set of levels
	Blind  uint8 // levels that nobody asked for
}

// A dictionary translates the answers of one target.
type dictionary struct {
	machine *Machine
	target  *spec.Target // nil: the names are those of the specification
}

// seen translates an answer to a call upon a socket of that kind.
func (d *dictionary) seen(call *spec.Call, kind uint8, answer Answer) Seen {
	switch answer.Name {
	case "ok":
		return d.value(call, kind, answer.Value)
	case "blocks":
		return Seen{Code: spec.Blocks}
	case "busy":
		return Seen{Code: seenBusy}
	case "hang":
		return Seen{Code: seenHang}
	case "crash":
		return Seen{Code: seenCrash}
	case "protocol":
		return Seen{Code: seenProtocol}
	}
	if e := d.meaning(call, kind, answer.Name); e >= 0 {
		return Seen{Code: uint8(spec.Errors + e)}
	}
	return Seen{Code: seenUnknown}
}

// meaning is the error that a native name stands for; -1 if nothing says so. What
// the target's dictionary says of a call or a kind of socket comes before an error
// of that very name, and what it says of all calls after it.
func (d *dictionary) meaning(call *spec.Call, kind uint8, native string) int {
	s := d.machine.Spec
	renamed, closeness := d.renamed(call, kind, native)
	if closeness > 0 {
		return renamed
	}
	if e := s.Error(native); e != nil {
		return e.Index
	}
	if renamed >= 0 {
		return renamed
	}
	if strings.HasPrefix(native, "E") {
		if e := s.Error("WSA" + native); e != nil {
			return e.Index
		}
	}
	return -1
}

// renamed asks the target's dictionary for the closest entry, and how close it is;
// -1 if there is none.
func (d *dictionary) renamed(call *spec.Call, kind uint8, native string) (means, closeness int) {
	means, closeness = -1, -1
	if d.target == nil {
		return means, closeness
	}
	for _, renaming := range d.target.Renamings {
		if renaming.Native != native || renaming.Call != "" && renaming.Call != call.Name {
			continue
		}
		if renaming.Kind != "" && renaming.Kind != d.machine.kindName(kind) {
			continue
		}
		if close := len(renaming.Kind) + len(renaming.Call); close > closeness {
			means, closeness = renaming.Means, close
		}
	}
	return means, closeness
}

func (m *Machine) kindName(kind uint8) string {
	if m.kind == nil || int(kind) >= len(m.kind.Words) {
		return ""
	}
	return m.kind.Words[kind]
}

// value translates what came with ok.
func (d *dictionary) value(call *spec.Call, kind uint8, text string) Seen {
	seen := Seen{Code: spec.OK}
	if text == "" || call.Answers == spec.AnswersNothing {
		return seen
	}
	seen.Valued = true
	value, known := d.valueOf(call, kind, text)
	if !known {
		return Seen{Code: seenUnknown}
	}
	seen.Value = value
	return seen
}

func (d *dictionary) valueOf(call *spec.Call, kind uint8, text string) (uint8, bool) {
	switch call.Answers {
	case spec.AnswersWord:
		return indexOf(call.Field.Words, text)
	case spec.AnswersAddress:
		return d.machine.address(text)
	case spec.AnswersToken, spec.AnswersResult:
		return token(text)
	case spec.AnswersCode:
		switch text {
		case "none":
			return spec.Nobody, true
		case "success":
			return spec.Success, true
		}
		e := d.meaning(call, kind, text)
		return uint8(spec.CodeBase + e), e >= 0
	case spec.AnswersLevels:
		return levels(call, text)
	}
	return 0, false
}

func indexOf(words []string, word string) (uint8, bool) {
	for i, w := range words {
		if w == word {
			return uint8(i), true
		}
	}
	return 0, false
}

func (m *Machine) address(text string) (uint8, bool) {
	switch text {
	case "nobody":
		return spec.Nobody, true
	case "stale":
		return spec.Stale, true
	}
	if len(text) == 2 && text[0] == 's' && text[1] >= '0' && text[1] < '0'+spec.MaxSockets {
		return spec.OwnAddress + text[1] - '0', true
	}
	for _, class := range m.Spec.Classes {
		if class.Name == text {
			return uint8(spec.ClassAddress + class.Index), true
		}
	}
	return 0, false
}

// token: `#3` is 3, `end` is 0.
func token(text string) (uint8, bool) {
	if text == "end" {
		return 0, true
	}
	if len(text) < 2 || len(text) > 4 || text[0] != '#' {
		return 0, false
	}
	number := 0
	for _, digit := range text[1:] {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		number = number*10 + int(digit-'0')
	}
	return uint8(number), number > 0 && number <= MaxToken
}

// levels: `readable+writable` is a set, `nothing` the empty one.
func levels(call *spec.Call, text string) (uint8, bool) {
	if text == "nothing" {
		return 0, true
	}
	var set uint8
	for _, word := range strings.Split(text, "+") {
		i, known := indexOf(call.Levels, word)
		if !known {
			return 0, false
		}
		set |= 1 << i
	}
	return set, true
}

// Nameless says that what was seen has no name in the specification.
func (s Seen) Nameless() bool { return s.Code == seenUnknown }

// Natives calls yield with every answer to a call that the judge has met, as
// the target put it, and what it means.
func (j *Judge) Natives(yield func(call uint8, native Answer, seen Seen)) {
	for k, id := range j.answers {
		yield(k.call, k.answer, j.seens[id])
	}
}

// Natives are the names by which a target may tell an error of a call: what its
// dictionary says of the call; if that is nothing, what it says of all calls, and
// the specification's own name, without its prefix where the target has names of
// POSIX.
func (m *Machine) Natives(target string, call *spec.Call, name string) []string {
	d := dictionary{m, m.Spec.Target(target)}
	e := m.Spec.Error(name)
	names := d.entries(call, call.Name, e.Index)
	if len(names) > 0 {
		return names
	}
	names = d.entries(call, "", e.Index)
	if m.Spec.ErrnoNames(d.target) {
		name = strings.TrimPrefix(name, "WSA")
	}
	if d.means(call, name, e.Index) && !slices.Contains(names, name) {
		names = append(names, name)
	}
	return names
}

// entries are the names that the dictionary has for an error: of a call, or of
// all calls.
func (d *dictionary) entries(call *spec.Call, of string, e int) []string {
	var names []string
	if d.target == nil {
		return names
	}
	for _, renaming := range d.target.Renamings {
		known := slices.Contains(names, renaming.Native)
		if !known && renaming.Call == of && renaming.Means == e && d.means(call, renaming.Native, e) {
			names = append(names, renaming.Native)
		}
	}
	return names
}

// means says that a native name stands for an error, of sockets of some kind.
func (d *dictionary) means(call *spec.Call, native string, e int) bool {
	kinds := 1
	if d.machine.kind != nil {
		kinds = len(d.machine.kind.Words)
	}
	for kind := range kinds {
		if d.meaning(call, uint8(kind), native) == e {
			return true
		}
	}
	return false
}
