package runner

import (
	"fmt"
	"slices"
	"strings"

	"connectspec/model"
	"connectspec/spec"
)

// natives are the names in which a target answered, as far as they are errors.
type natives map[native]bool

type native struct {
	model.Result
	name string
}

func (n natives) add(judge *model.Judge) {
	judge.Natives(func(call uint8, answer model.Answer, seen model.Seen) {
		if seen.Code != spec.OK || answer.Name != "ok" {
			n[native{model.Result{Call: call, Code: seen.Code}, answer.Name}] = true
		}
	})
}

// of lists the names in which a result came, sorted.
func (n natives) of(result model.Result) []string {
	var names []string
	for one := range n {
		if one.Result == result {
			names = append(names, one.name)
		}
	}
	slices.Sort(names)
	return names
}

// A speaker puts results in the language of the platform: by the names of Winsock,
// with their numbers, where that is what the platform's errors are called, and by
// those of POSIX elsewhere. What the other side calls them stands in brackets where
// it is not the same but for the prefix.
type speaker struct {
	machine    *model.Machine
	dictionary string // of the target
	posix      bool
}

func speak(m *model.Machine, dictionary string) speaker {
	return speaker{m, dictionary, m.Spec.ErrnoNames(nil)}
}

// native is what the target would call an error of a call: `EINPROGRESS` for
// WSAEWOULDBLOCK of connect. Of several names it is the first in its dictionary.
func (s speaker) native(call, name string) string {
	if s.machine.Spec.Error(name) == nil {
		return name
	}
	names := s.machine.Natives(s.dictionary, s.machine.Spec.Call(call), name)
	if len(names) == 0 {
		return name
	}
	return names[0]
}

// result is a result that the platform allows: `ok readable`, `WSAEINVAL (10022)`,
// `EINPROGRESS [WSAEWOULDBLOCK]`.
func (s speaker) result(call, result string) string {
	word, rest, valued := strings.Cut(result, " ")
	if valued {
		return word + " " + s.result(call, rest)
	}
	return s.both(s.native(call, word), word)
}

// answer is what a target answered, and what that means; a word that means
// nothing stands for itself.
func (s speaker) answer(native, means string) string {
	word, rest, valued := strings.Cut(native, " ")
	if valued && word == "ok" {
		_, meaning, _ := strings.Cut(means, " ")
		return word + " " + s.answer(rest, meaning)
	}
	if s.machine.Spec.Error(means) == nil {
		return native
	}
	return s.both(native, means)
}

// both is an error by its native name and by the specification's.
func (s speaker) both(native, name string) string {
	first, other := native, name
	known := s.machine.Spec.Error(name)
	if !s.posix && known != nil {
		first, other = fmt.Sprintf("%s (%d)", name, known.Number), native
	}
	if native == name || "WSA"+native == name {
		return first
	}
	return fmt.Sprintf("%s [%s]", first, other)
}

// InWords puts a result that a platform allows in the platform's language. The
// dictionary is that of the target; "" if there is none.
func InWords(m *model.Machine, dictionary, call, result string) string {
	return speak(m, dictionary).result(call, result)
}
