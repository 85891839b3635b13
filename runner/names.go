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

// A speaker puts the names of results as people at the target know them.
type speaker struct {
	spec   *spec.Spec
	target *spec.Target // nil: the specification's own names are the target's
}

// speak is the speaker for a target's dictionary. Winsock's names are those of
// the specification.
func speak(s *spec.Spec, dictionary string) speaker {
	if len(s.Lineage) < 2 {
		return speaker{spec: s}
	}
	return speaker{s, s.Target(dictionary)}
}

// native is what the target would call an error of a call: `EINPROGRESS` for
// WSAEWOULDBLOCK of connect.
func (s speaker) native(call, name string) string {
	if s.target == nil || s.spec.Error(name) == nil {
		return name
	}
	plain := strings.TrimPrefix(name, "WSA")
	usual := plain
	for _, renaming := range s.target.Renamings {
		if s.spec.Errors[renaming.Means].Name != name {
			continue
		}
		switch renaming.Call {
		case call:
			return renaming.Native
		case "":
			usual = renaming.Native
		}
	}
	if usual == plain && plain != name && s.spec.Error(plain) != nil {
		return name // the plain name stands for an error of its own
	}
	return usual
}

// result puts a result as the target would, with the specification's name
// behind it where that is another one.
func (s speaker) result(call, result string) string {
	word, rest, valued := strings.Cut(result, " ")
	if valued {
		return word + " " + s.result(call, rest)
	}
	return both(s.native(call, word), word)
}

// both is a native name and the specification's, if they are not the same but
// for the latter's prefix.
func both(native, words string) string {
	if native == words || "WSA"+native == words {
		return native
	}
	return fmt.Sprintf("%s [%s]", native, words)
}
