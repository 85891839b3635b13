package spec

import (
	"maps"
	"slices"

	"connectspec/dsl"
)

// operand resolves `s.peer`, `first s.inbox`, `name`, or a word that a field
// of that type can hold.
func (s *scope) operand(o dsl.Operand, wanted FieldType) (Value, bool) {
	return s.operandOf(o, wanted, nil)
}

func (s *scope) operandOf(o dsl.Operand, wanted FieldType, field *Field) (Value, bool) {
	switch {
	case o.Field != nil:
		return s.fieldOf(o)
	case s.isVariable(o.Base.Text):
		return Value{Kind: TheSocket, Var: s.vars[o.Base.Text], Type: Socket}, true
	case s.argument(o.Base.Text) >= 0:
		return Value{Kind: Argument, Argument: s.argument(o.Base.Text), Type: wanted}, true
	default:
		return s.constant(o.Base, wanted, field)
	}
}

// fitting is a value that is to be held against, or put into, a field (nil: any)
// of that type. What cannot be in it is reported.
func (s *scope) fitting(value Value, wanted FieldType, field *Field, o dsl.Operand) Value {
	fits := value.Type == wanted
	switch value.Kind {
	case TheSocket:
		fits = (wanted == Address || wanted == Socket) && value.Var != VarWorld
		value.Type = wanted
	case Argument:
		parameter := s.call.Parameters[value.Argument]
		fits = wanted == Address && parameter.Input != nil ||
			wanted == Enumeration && parameter.Field != nil && (field == nil || parameter.Field == field)
	case FieldOf:
		fits = fits && (wanted != Enumeration || field == nil || value.Field == field)
	}
	if !fits {
		name := o.Base
		if o.Field != nil {
			name = *o.Field
		}
		s.report(name, "`%s` is of another type", name.Text)
	}
	return value
}

func (s *scope) isVariable(name string) bool {
	_, known := s.vars[name]
	return known
}

func (s *scope) fieldOf(o dsl.Operand) (Value, bool) {
	variable, known := s.vars[o.Base.Text]
	if !known {
		s.unknown(o.Base, "socket", s.knownLeft())
		return Value{}, false
	}
	fields := s.spec.Fields
	if variable == VarWorld {
		fields = s.spec.World
	}
	i := slices.IndexFunc(fields, func(f *Field) bool { return f.Name == o.Field.Text })
	if i < 0 {
		var names []string
		for _, field := range fields {
			names = append(names, field.Name)
		}
		s.unknown(*o.Field, "field", names)
		return Value{}, false
	}
	field := fields[i]
	value := Value{Kind: FieldOf, Var: variable, Offset: field.Offset, Type: field.Type, Field: field}
	if o.First {
		value.Kind = FirstOf
		if !field.Tokens {
			value.Type = Socket
		}
		if field.Type != Queue {
			s.report(*o.Field, "`first` needs a queue, and %s is none", field.Name)
			return Value{}, false
		}
	}
	return value, true
}

// constant is a word as a value of the wanted type.
func (s *scope) constant(name dsl.Name, wanted FieldType, field *Field) (Value, bool) {
	value := Value{Kind: Constant, Type: wanted, Field: field}
	switch {
	case name.Text == "nobody" && (wanted == Address || wanted == Socket), name.Text == "none" && wanted == Code:
		return value, true
	case name.Text == "stale" && wanted == Address:
		value.Byte = Stale
		return value, true
	case wanted == Address:
		return s.classConstant(name, value)
	case wanted == Code:
		return s.codeConstant(name, value)
	case wanted == Enumeration && field != nil:
		i := slices.Index(field.Words, name.Text)
		if i >= 0 {
			value.Byte = uint8(i)
			return value, true
		}
		s.unknown(name, "word of "+field.Name, slices.Clone(field.Words))
	default:
		s.report(name, "`%s` makes no sense here", name.Text)
	}
	return value, false
}

func (s *scope) classConstant(name dsl.Name, value Value) (Value, bool) {
	known := []string{"nobody", "stale"}
	for _, class := range s.spec.Classes {
		if class.Name == name.Text {
			value.Byte = uint8(ClassAddress + class.Index)
			return value, true
		}
		known = append(known, class.Name)
	}
	s.unknown(name, "address", known)
	return value, false
}

func (s *scope) codeConstant(name dsl.Name, value Value) (Value, bool) {
	if name.Text == "success" {
		value.Byte = Success
		return value, true
	}
	e := s.spec.Error(name.Text)
	if e == nil {
		s.unknown(name, "error", append(s.errorNames(), "none", "success"))
		return value, false
	}
	value.Byte = uint8(CodeBase + e.Index)
	return value, true
}

// silentOutcome gives a case that answers nothing itself (a level, or what is
// unstated) an id, so that its use can be counted.
func (s *scope) silentOutcome(rule *Rule, pos dsl.Position) *Outcome {
	outcome := &Outcome{ID: s.spec.Outcomes, Rule: rule, Pos: pos}
	s.spec.Outcomes++
	return outcome
}

func (s *scope) outcome(rule *Rule, from dsl.Outcome) *Outcome {
	outcome := &Outcome{ID: s.spec.Outcomes, Rule: rule, Pos: from.Pos}
	s.spec.Outcomes++
	for _, result := range from.Results {
		outcome.Results = append(outcome.Results, s.result(result))
	}
	outcome.Effects = s.effects(from.Effects)
	if s.rule.Rank == Resume && slices.ContainsFunc(outcome.Results, func(r Result) bool { return r.Code == Again }) &&
		len(outcome.Results)+len(outcome.Effects) > 1 {
		s.report(from.Results[0].Name, "what the call does `again` is all that it does")
	}
	return outcome
}

func (s *scope) result(from dsl.Result) Result {
	switch from.Name.Text {
	case "ok":
		result := Result{Code: OK}
		if from.Value != nil && s.call == nil {
			s.report(from.Value.Base, "a rule of any call can not say what comes with `ok`")
		} else if from.Value != nil {
			value := s.answer(*from.Value)
			result.Value = &value
		}
		return result
	case "blocks":
		if s.rule.Rank == Resume {
			s.report(from.Name, "a call goes on to block where no `resume` rule applies")
		}
		return Result{Code: Blocks}
	}
	if from.Name.Text == "again" && s.rule.Rank == Resume {
		return Result{Code: Again}
	}
	e := s.spec.Error(from.Name.Text)
	if e == nil {
		s.unknown(from.Name, "result", append(s.errorNames(), "ok", "blocks"))
		return Result{}
	}
	return Result{Code: uint8(Errors + e.Index)}
}

// answer resolves what comes with ok.
func (s *scope) answer(o dsl.Operand) Value {
	if o.Field == nil {
		switch {
		case o.Base.Text == "ready" && s.call.Answers == AnswersLevels:
			return Value{Kind: ReadyLevels}
		case o.First:
		case o.Base.Text == "end" && s.call.Answers == AnswersToken:
			return Value{Kind: Constant, Type: Queue}
		}
	}
	types := map[AnswerType]FieldType{AnswersWord: Enumeration, AnswersAddress: Address, AnswersCode: Code}
	wanted, answers := types[s.call.Answers]
	if !answers && o.Field == nil {
		s.report(o.Base, "%s does not answer `%s`", s.call.Name, o.Base.Text)
		return Value{}
	}
	if !answers && s.call.Answers == AnswersToken {
		wanted = Queue
	}
	value, ok := s.operandOf(o, wanted, s.call.Field)
	switch {
	case !ok:
		return value
	case s.call.Answers == AnswersToken && value.Kind != FirstOf, s.call.Answers == AnswersNothing, s.call.Answers == AnswersLevels:
		s.report(o.Base, "%s does not answer that", s.call.Name)
		return value
	}
	return s.fitting(value, wanted, s.call.Field, o)
}

func (s *scope) effects(from []dsl.Effect) []Effect {
	var effects []Effect
	for _, effect := range from {
		if resolved, ok := s.effect(effect); ok {
			s.noteToken(resolved)
			effects = append(effects, resolved)
		}
	}
	return effects
}

func (s *scope) noteToken(effect Effect) {
	switch {
	case effect.Kind == Do && effect.Change.sends:
	case effect.Kind == Append && effect.Value.Kind == TheToken:
	default:
		return
	}
	s.rule.sends = true
	for _, call := range s.rule.Calls {
		call.Sends = true
	}
}

// effect resolves one effect; false if it says nothing here, or nothing that can
// be understood, which is reported.
func (s *scope) effect(from dsl.Effect) (Effect, bool) {
	if s.concernsGone(from) {
		return Effect{}, false
	}
	switch from.Kind {
	case dsl.Becomes:
		return s.becomes(from)
	case dsl.Each:
		return s.each(from)
	case dsl.Does:
		return s.does(from)
	}
	target, ok := s.fieldOf(from.Target)
	if !ok {
		return Effect{}, false
	}
	effect := Effect{Var: target.Var, Field: target.Field}
	switch {
	case (from.Kind == dsl.Adds || from.Kind == dsl.Drops) != (target.Field.Type == Queue) && from.Kind != dsl.Set:
		s.report(*from.Target.Field, "%s is no queue", target.Field.Name)
		return effect, false
	case from.Kind == dsl.Drops:
		effect.Kind = DropFirst
		return effect, true
	case from.Kind == dsl.Adds:
		effect.Kind = Append
		effect.Value, ok = s.added(from.Value, target.Field)
		return effect, ok
	case target.Field.Type == Queue:
		return s.setQueue(effect, from.Value)
	default:
		return s.set(effect, from.Value)
	}
}

// concernsGone says that an effect is one on a field that the platform has dropped.
func (s *scope) concernsGone(from dsl.Effect) bool {
	if from.Kind == dsl.Becomes {
		return s.goneWith(from.Value.Base.Text) != nil
	}
	return from.Target.Field != nil && s.isGone("field", from.Target.Field.Text)
}

// becomes: `s becomes connected`, `s becomes not broadcast`
func (s *scope) becomes(from dsl.Effect) (Effect, bool) {
	if s.call != nil && s.call.OnThread() && from.Target.Base.Text == thread.Name {
		return s.signal(from)
	}
	variable, known := s.vars[from.Target.Base.Text]
	if !known {
		s.unknown(from.Target.Base, "socket", s.knownLeft())
		return Effect{}, false
	}
	word := from.Value.Base
	if word.Text == ThreadWords[Disconnected] && variable != VarWorld && s.spec.words[word.Text] == nil && !from.Not {
		return Effect{Kind: Disconnect, Var: variable}, true
	}
	fields := s.spec.Fields
	if variable == VarWorld {
		fields = s.spec.World
	}
	for _, field := range fields {
		value := Value{Kind: Constant, Type: field.Type, Field: field}
		switch {
		case field.Type == Flag && field.Name == word.Text:
			if !from.Not {
				value.Byte = 1
			}
			return Effect{Kind: Assign, Var: variable, Field: field, Value: value}, true
		case field.Type == Enumeration && slices.Contains(field.Words, word.Text) && !from.Not:
			value.Byte = uint8(slices.Index(field.Words, word.Text))
			return Effect{Kind: Assign, Var: variable, Field: field, Value: value}, true
		case field.Type == Enumeration && slices.Contains(field.Words, word.Text):
			s.report(word, "`becomes not` is for flags, and `%s` is a word of %s", word.Text, field.Name)
			return Effect{}, false
		}
	}
	s.unknown(word, "word that a socket can become", s.wordNames())
	return Effect{}, false
}

// signal: `thread becomes interrupted`
func (s *scope) signal(from dsl.Effect) (Effect, bool) {
	signals := ThreadWords[:Disconnected]
	at := slices.Index(signals, from.Value.Base.Text)
	if at < 0 || from.Not {
		s.unknown(from.Value.Base, "word that a call makes of a thread", slices.Clone(signals))
		return Effect{}, false
	}
	return Effect{Kind: Signal, Value: Value{Byte: uint8(at)}}, true
}

// does: `s does start_over`
func (s *scope) does(from dsl.Effect) (Effect, bool) {
	variable, known := s.vars[from.Target.Base.Text]
	if !known || variable == VarWorld {
		s.unknown(from.Target.Base, "socket", s.knownLeft())
		return Effect{}, false
	}
	name := from.Value.Base
	change := s.changes[name.Text]
	if change == nil {
		s.unknown(name, "change", slices.Collect(maps.Keys(s.changes)))
		return Effect{}, false
	}
	return Effect{Kind: Do, Var: variable, Change: change}, true
}

func (s *scope) each(from dsl.Effect) (Effect, bool) {
	queue, ok := s.fieldOf(from.Target)
	if !ok {
		return Effect{}, false
	}
	if queue.Field.Type != Queue || queue.Field.Tokens {
		s.report(*from.Target.Field, "`each` needs a queue of sockets")
		return Effect{}, false
	}
	inner := s.inner()
	each := inner.bind(from.Each)
	effect := Effect{Kind: ForEach, Var: queue.Var, Field: queue.Field, Each: each, Effects: inner.effects(from.Effects)}
	s.next = inner.next
	return effect, true
}

func (s *scope) added(o dsl.Operand, queue *Field) (Value, bool) {
	if queue.Tokens {
		if o.Field == nil && o.Base.Text == "token" {
			if s.rule.Rank == Resume {
				s.report(o.Base, "what a call carries is sent by it alone: `-> again`")
			}
			return Value{Kind: TheToken}, true
		}
		s.report(o.Base, "only a `token` can be added to %s", queue.Name)
		return Value{}, false
	}
	value, ok := s.operand(o, Socket)
	if ok && value.Kind != TheSocket {
		s.report(o.Base, "only a socket can be added to %s", queue.Name)
		return Value{}, false
	}
	return value, ok
}

func (s *scope) setQueue(effect Effect, o dsl.Operand) (Effect, bool) {
	if o.Field == nil {
		effect.Kind = Clear
		if o.Base.Text != "empty" {
			s.report(o.Base, "a queue becomes `empty` or another queue")
		}
		return effect, true
	}
	value, ok := s.fieldOf(o)
	if ok && (value.Field.Type != Queue || value.Field.Holds > effect.Field.Holds || value.Field.Tokens != effect.Field.Tokens) {
		s.report(*o.Field, "%s cannot take what %s holds", effect.Field.Name, value.Field.Name)
		return effect, false
	}
	effect.Kind, effect.Value = CopyQueue, value
	return effect, ok
}

// ownAddresses are what an effect calls the addresses of the socket.
var ownAddresses = map[string]uint8{"own": OwnAddress, "outer": OuterAddress}

func (s *scope) set(effect Effect, o dsl.Operand) (Effect, bool) {
	effect.Kind = Assign
	which, its := ownAddresses[o.Base.Text]
	if its && o.Field == nil && !o.First && effect.Field.Type == Address {
		if effect.Var == VarWorld {
			s.report(o.Base, "the world has no address of its own")
			return effect, false
		}
		effect.Value = Value{Kind: OwnOf, Var: effect.Var, Byte: which}
		return effect, true
	}
	value, ok := s.operandOf(o, effect.Field.Type, effect.Field)
	if ok {
		effect.Value = s.fitting(value, effect.Field.Type, effect.Field, o)
	}
	return effect, ok
}
