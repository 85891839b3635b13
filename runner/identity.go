package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"connectspec/model"
	"connectspec/spec"
)

// A fault is what tells divergences apart on one platform. Nothing in it
// depends on the script: neither numbers of sockets nor of tokens.
type fault struct {
	call     string
	rules    []string // that applied, sorted
	observed string
}

// faultOf is the fault that a divergence shows. The answer is the one that was
// not allowed, as the target put it.
func faultOf(m *model.Machine, d *model.Divergence, answer model.Answer) fault {
	return fault{call: d.Call, rules: d.Rules, observed: observedKind(m, d, answer)}
}

// observedText is what was observed, in the words of the specification; in the
// target's own where the specification has none.
func observedText(m *model.Machine, d *model.Divergence, answer model.Answer) string {
	if d.Observed.Nameless() {
		return answer.String()
	}
	return m.Text(d.Call, d.Observed)
}

// observedKind is the same without the numbers of sockets and tokens.
func observedKind(m *model.Machine, d *model.Divergence, answer model.Answer) string {
	seen := d.Observed
	if seen.Code == spec.OK && seen.Valued {
		switch m.Spec.Call(d.Call).Answers {
		case spec.AnswersAddress:
			if _, ok := spec.WhoseAddress(seen.Value); ok {
				return "ok (a socket)"
			}
		case spec.AnswersToken:
			if seen.Value > 0 {
				return "ok (a token)"
			}
		}
	}
	return observedText(m, d, answer)
}

// like says that two faults may be one: the same observation of the same call,
// and one of the rules in common.
func (f *fault) like(other *fault) bool {
	if f.call != other.call || f.observed != other.observed {
		return false
	}
	if len(f.rules) == 0 || len(other.rules) == 0 {
		return len(f.rules) == len(other.rules)
	}
	return slices.ContainsFunc(f.rules, func(rule string) bool { return slices.Contains(other.rules, rule) })
}

// subsumes says that whoever knows f has seen other: the same, with all of f's
// rules and perhaps more.
func (f *fault) subsumes(other *fault) bool {
	if !f.like(other) {
		return false
	}
	return !slices.ContainsFunc(f.rules, func(rule string) bool { return !slices.Contains(other.rules, rule) })
}

// key is the same for equal faults only.
func (f *fault) key() string {
	return f.call + "\n" + strings.Join(f.rules, " ") + "\n" + f.observed
}

// id is a short name of a fault on a platform, the same in each run.
func (f *fault) id(platform string) string {
	sum := sha256.Sum256([]byte(platform + "\n" + f.key()))
	return strings.ReplaceAll(f.call, " ", "-") + "-" + hex.EncodeToString(sum[:4])
}
