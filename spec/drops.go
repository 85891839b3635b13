package spec

import (
	"slices"
	"strings"

	"connectspec/dsl"
)

// A drop is a rule that a platform has no more.
type drop struct {
	at       dsl.Position
	platform string
	because  string
	rule     *layered
}

// gone is a call, or a field, that a platform has no more.
type gone struct {
	drop
	kind string // call, field
	name string
	node dsl.Node // that declared it
}

// drop takes away a rule, a call with all that is about it, or a field.
func (l *layers) drop(node *dsl.Drop, one drop) {
	switch {
	case node.Kind == nil:
		l.dropRule(node.Name, one)
	case node.Kind.Text == "call":
		l.dropCall(node.Name, one)
	default:
		l.dropField(node.Name, one)
	}
}

func (l *layers) dropRule(name dsl.Name, one drop) {
	i := l.findRule(name)
	if i < 0 {
		return
	}
	one.rule = l.rules[i]
	if one.rule.platform == one.platform {
		l.report(name, "%s is declared for %s in line %d, and dropped again here",
			name.Text, one.platform, one.rule.at.Line)
		return
	}
	l.dropped = append(l.dropped, one)
	l.rules = slices.Delete(l.rules, i, i+1)
}

// dropCall takes a call away, its rules, and the order of its refusals.
func (l *layers) dropCall(name dsl.Name, one drop) {
	i := indexOf(l.calls, name.Text)
	if i < 0 {
		l.unknown(name, "call", namesOf(l.calls))
		return
	}
	l.gone = append(l.gone, gone{drop: one, kind: "call", name: name.Text, node: l.calls[i]})
	l.calls = slices.Delete(l.calls, i, i+1)
	l.rules = slices.DeleteFunc(l.rules, func(rule *layered) bool { return callOf(rule.node) == name.Text })
	l.dropped = slices.DeleteFunc(l.dropped, func(one drop) bool { return callOf(one.rule.node) == name.Text })
	l.orders = slices.DeleteFunc(l.orders, func(order *dsl.Order) bool { return order.Call.Text == name.Text })
}

// callOf is the call that a rule is about: "" of a later rule, which only looks as
// if it were about one.
func callOf(rule *dsl.Rule) string {
	call, _, _ := strings.Cut(rule.Name.Text, ".")
	if rule.Rank.Text == "later" {
		return ""
	}
	return call
}

// dropField takes a field of sockets away. Effects on it say nothing from there on.
func (l *layers) dropField(name dsl.Name, one drop) {
	away := gone{drop: one, kind: "field", name: name.Text}
	if i := indexOf(l.fields, name.Text); i >= 0 {
		away.node = l.fields[i]
		l.fields = slices.Delete(l.fields, i, i+1)
	}
	known := namesOf(l.fields)
	for i, variable := range l.variables {
		what, declared := declared(variable)
		if space(variable, what) != "field" {
			continue
		}
		if known = append(known, declared.Text); declared.Text == name.Text {
			away.node = variable
			l.variables = slices.Delete(slices.Clone(l.variables), i, i+1)
			break
		}
	}
	if away.node == nil {
		l.unknown(name, "field", known)
		return
	}
	l.gone = append(l.gone, away)
}

// indexOf is the place of the declaration with a name; -1 if there is none.
func indexOf[N dsl.Node](list []N, name string) int {
	return slices.Index(namesOf(list), name)
}

func namesOf[N dsl.Node](list []N) []string {
	var names []string
	for _, node := range list {
		_, name := declared(node)
		names = append(names, name.Text)
	}
	return names
}

// back notes that what a platform has dropped is declared again.
func (l *layers) back(node dsl.Node) {
	what, name := declared(node)
	if what != "call" {
		what = space(node, what)
	}
	l.gone = slices.DeleteFunc(l.gone, func(one gone) bool { return one.kind == what && one.name == name.Text })
}

// isGone says that a platform has dropped a call or a field of that name.
func (l *layers) isGone(kind, name string) bool { return l.findGone(kind, name) != nil }

func (l *layers) findGone(kind, name string) *gone {
	for i := range l.gone {
		if l.gone[i].kind == kind && l.gone[i].name == name {
			return &l.gone[i]
		}
	}
	return nil
}

// goneWith is the field that was dropped and with it a word: a flag, or a word of
// an enumeration; nil if there is none.
func (l *layers) goneWith(word string) *gone {
	i := slices.IndexFunc(l.gone, func(one gone) bool {
		field, enumeration := one.node.(*dsl.Field)
		return one.kind == "field" && (one.name == word ||
			enumeration && slices.ContainsFunc(field.Words, func(w dsl.Word) bool { return w.Name.Text == word }))
	})
	if i < 0 {
		return nil
	}
	return &l.gone[i]
}

// ofGone is the test for a word of a field that was dropped, which stays what it
// is in a new socket: either any socket passes it, or none does.
func (r *resolver) ofGone(word string) (test WordTest, gone bool) {
	one := r.goneWith(word)
	if one == nil || r.spec.words[word] != nil {
		return test, false
	}
	field, enumeration := one.node.(*dsl.Field)
	return r.always(enumeration && field.Words[0].Name.Text == word), true
}

// always is a test that any socket passes, or none: the first field is an
// enumeration, and what is no socket has none of its words.
func (r *resolver) always(passes bool) WordTest {
	test := WordTest{Offset: FirstOffset}
	if passes {
		test.Mask = ^uint64(0)
	}
	return test
}

// askGone is a condition on a field that was dropped: `s.tidings is none`.
func (s *scope) askGone(atom dsl.Atom) (Condition, bool) {
	if atom.Left.Field == nil || !s.isGone("field", atom.Left.Field.Text) {
		return Condition{}, false
	}
	variable, known := s.vars[atom.Left.Base.Text]
	if !known || variable == VarWorld {
		return Condition{}, false
	}
	initial := slices.ContainsFunc(atom.Values, func(o dsl.Operand) bool {
		return o.Field == nil && (o.Base.Text == "none" || o.Base.Text == "nobody" || o.Base.Text == "empty")
	})
	return Condition{Kind: HasWord, Not: atom.Not, Var: variable, Words: []WordTest{s.always(initial)}}, true
}

// missing is why a platform does not have what a name stands for; nil if it has
// not dropped that.
func (l *layers) missing(name dsl.Name, what string) *gone {
	if what == "call" || what == "field" {
		return l.findGone(what, name.Text)
	}
	return nil
}

// reportDropped says, and reports at a name, that a rule is dropped.
func (l *layers) reportDropped(name dsl.Name, rule string) bool {
	i := slices.IndexFunc(l.dropped, func(one drop) bool { return one.rule.node.Name.Text == rule })
	if i >= 0 {
		l.report(name, "%s is dropped on %s, in line %d", rule, l.dropped[i].platform, l.dropped[i].at.Line)
	}
	return i >= 0
}
