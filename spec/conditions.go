package spec

import (
	"maps"
	"slices"

	"connectspec/dsl"
)

// A scope knows the variables of a rule's case.
type scope struct {
	*resolver
	rule   *Rule
	call   *Call // nil: a later rule, or one of any call
	vars   map[string]int
	next   int
	common []Condition
}

func newScope(r *resolver, rule *Rule) *scope {
	s := &scope{resolver: r, rule: rule, vars: map[string]int{"world": VarWorld}, next: VarFree}
	if len(rule.Calls) > 0 && !rule.ofAny {
		s.call = rule.Calls[0] // the others are like it
	}
	if s.call == nil || s.call.OnSocket {
		s.vars["s"] = VarSubject
	}
	if s.call != nil && s.call.Makes != "" {
		s.vars[s.call.Makes] = VarMade
	}
	return s
}

// inner is a scope for one line; what it binds, later lines do not see.
func (s *scope) inner() *scope {
	copied := *s
	copied.vars = maps.Clone(s.vars)
	return &copied
}

// adopt makes the conditions of a line those of all that follow.
func (s *scope) adopt(inner *scope, guard []Condition) {
	s.vars, s.next = inner.vars, inner.next
	s.common = append(s.common, guard...)
}

func (s *scope) bind(name dsl.Name) int {
	if _, taken := s.vars[name.Text]; taken {
		s.report(name, "there is a socket `%s` already", name.Text)
		return VarFree
	}
	if s.next >= MaxVars {
		s.report(name, "a rule may use at most %d sockets", MaxVars-VarFree)
		return VarFree
	}
	s.vars[name.Text] = s.next
	s.next++
	return s.next - 1
}

func (s *scope) conditions(atoms []dsl.Atom) []Condition {
	var conditions []Condition
	for _, atom := range atoms {
		conditions = append(conditions, s.condition(atom))
	}
	return conditions
}

func (s *scope) condition(atom dsl.Atom) Condition {
	switch {
	case atom.Some:
		return s.some(atom)
	case atom.Left == nil:
		return s.bareWords(baseNames(atom.Values), atom.Not)
	case atom.Left.Field == nil && !atom.Left.First:
		return s.about(atom)
	default:
		return s.field(atom)
	}
}

func baseNames(operands []dsl.Operand) []dsl.Name {
	names := make([]dsl.Name, 0, len(operands))
	for _, operand := range operands {
		names = append(names, operand.Base)
	}
	return names
}

// some: `some u is bound`
func (s *scope) some(atom dsl.Atom) Condition {
	return Condition{
		Kind: Some, Not: atom.Not, Var: s.bind(atom.Left.Base), Words: s.wordTests(baseNames(atom.Values)),
	}
}

// bareWords are words of s; of a call that has no s, words among its arguments.
func (s *scope) bareWords(words []dsl.Name, not bool) Condition {
	if _, hasSubject := s.vars["s"]; hasSubject && s.vars["s"] == VarSubject {
		return Condition{Kind: HasWord, Not: not, Var: VarSubject, Words: s.wordTests(words)}
	}
	for i, parameter := range s.call.Parameters {
		if parameter.Field != nil && slices.Contains(parameter.Field.Words, words[0].Text) {
			return s.argumentWords(i, words, not)
		}
	}
	s.wordTests(words) // reports words that nobody declares
	s.report(words[0], "no argument of %s can be `%s`", s.call.Name, words[0].Text)
	return Condition{}
}

func (s *scope) argumentWords(argument int, words []dsl.Name, not bool) Condition {
	field := s.call.Parameters[argument].Field
	condition := Condition{Kind: ArgumentWord, Not: not, Argument: argument}
	for _, word := range words {
		i := slices.Index(field.Words, word.Text)
		if i < 0 {
			s.unknown(word, "word of "+field.Name, slices.Clone(field.Words))
			continue
		}
		condition.Mask |= 1 << i
	}
	return condition
}

// about: `s is connected`, `name is listener`, `name is socket t`, `kind is stream`
func (s *scope) about(atom dsl.Atom) Condition {
	left := atom.Left.Base
	if s.rule.Rank == Resume && left.Text == thread.Name {
		return s.threadIs(atom)
	}
	if variable, known := s.vars[left.Text]; known {
		words := baseNames(atom.Values)
		condition := Condition{Kind: HasWord, Not: atom.Not, Var: variable, Words: s.wordTests(words)}
		for _, test := range condition.Words {
			if variable == VarWorld && !test.World {
				s.report(words[0], "the world has flags only; `%s` is a word of sockets", words[0].Text)
				return Condition{}
			}
		}
		return condition
	}
	argument := s.argument(left.Text)
	if argument < 0 {
		s.unknown(left, "socket or argument", s.knownLeft())
		return Condition{}
	}
	if s.call.Parameters[argument].Field != nil {
		return s.argumentWords(argument, baseNames(atom.Values), atom.Not)
	}
	if first := atom.Values[0]; first.Socket {
		if len(atom.Values) > 1 {
			s.report(atom.Values[1].Base, "what is another socket's address is nothing else: take a line for each")
		}
		return Condition{Kind: ArgumentNames, Not: atom.Not, Argument: argument, Var: s.bind(first.Base)}
	} else if first.Field != nil {
		return s.equals(Value{Kind: Argument, Argument: argument, Type: Address}, atom)
	}
	return s.classes(argument, atom)
}

// threadIs: `thread is interrupted`
func (s *scope) threadIs(atom dsl.Atom) Condition {
	condition := Condition{Kind: ThreadIs, Not: atom.Not}
	for _, word := range baseNames(atom.Values) {
		i := slices.Index(ThreadWords, word.Text)
		if i < 0 {
			s.unknown(word, "word of a thread", slices.Clone(ThreadWords))
			continue
		}
		condition.Mask |= 1 << i
	}
	return condition
}

func (s *scope) classes(argument int, atom dsl.Atom) Condition {
	condition := Condition{Kind: ArgumentIs, Not: atom.Not, Argument: argument}
	input := s.call.Parameters[argument].Input
	if input.Name == "" { // there is no such input, and that has been told
		return condition
	}
	for _, value := range atom.Values {
		class := input.class(value.Base.Text)
		if class == nil {
			s.unknown(value.Base, "class of "+input.Name, input.classNames())
			continue
		}
		condition.Classes[class.Index/64] |= 1 << (class.Index % 64)
	}
	return condition
}

func (i *Input) class(name string) *Class {
	for _, class := range i.Classes {
		if class.Name == name {
			return class
		}
	}
	return nil
}

func (i *Input) classNames() []string {
	var names []string
	for _, class := range i.Classes {
		names = append(names, class.Name)
	}
	return names
}

// argument is the place of the parameter of that name; -1 if there is none. A
// call in which a thread is asleep has left its arguments behind.
func (s *scope) argument(name string) int {
	if s.call == nil || s.rule.Rank == Resume {
		return -1
	}
	return slices.IndexFunc(s.call.Parameters, func(p Parameter) bool { return p.Name == name })
}

func (s *scope) knownLeft() []string {
	known := slices.Collect(maps.Keys(s.vars))
	if s.rule.Rank == Resume {
		return append(known, thread.Name)
	}
	if s.call != nil {
		for _, parameter := range s.call.Parameters {
			known = append(known, parameter.Name)
		}
	}
	return known
}

// field: `s.peer is nobody | socket t`, `s.pending is empty`, `first s.pending is socket c`
func (s *scope) field(atom dsl.Atom) Condition {
	if known, gone := s.askGone(atom); gone {
		return known
	}
	left, ok := s.operand(*atom.Left, Address)
	if !ok {
		return Condition{}
	}
	if left.Field.Type == Queue && left.Kind != FirstOf {
		return s.filled(left, atom)
	}
	return s.equals(left, atom)
}

func (s *scope) filled(left Value, atom dsl.Atom) Condition {
	condition := Condition{Kind: Filled, Not: atom.Not, Var: left.Var, Queue: left.Field}
	word := atom.Values[0].Base
	switch word.Text {
	case "full":
		condition.Full = true
	case "empty":
	default:
		s.report(word, "a queue is `empty` or `full`")
	}
	return condition
}

func (s *scope) equals(left Value, atom dsl.Atom) Condition {
	condition := Condition{Kind: Equals, Not: atom.Not, Left: left}
	for _, value := range atom.Values {
		condition.Values = append(condition.Values, s.compared(left, value))
	}
	return condition
}

// compared resolves a right side; `socket t` binds t, or asks whether it is t.
func (s *scope) compared(left Value, operand dsl.Operand) Value {
	if operand.Socket {
		if left.Type != Address && left.Type != Socket {
			s.report(operand.Base, "this is never a socket")
			return Value{}
		}
		if variable, bound := s.vars[operand.Base.Text]; bound && variable == VarWorld {
			s.report(operand.Base, "the world is no socket")
			return Value{}
		} else if bound {
			return Value{Kind: TheSocket, Var: variable, Type: left.Type}
		}
		return Value{Kind: BindsSocket, Var: s.bind(operand.Base), Type: left.Type}
	}
	value, ok := s.operandOf(operand, left.Type, left.Field)
	if !ok {
		return value
	}
	return s.fitting(value, left.Type, left.Field, operand)
}
