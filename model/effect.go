package model

import (
	"slices"

	"connectspec/spec"
)

// An effect is one change that an outcome makes, made ready for stepping.
type effect struct {
	kind     spec.EffectKind
	variable uint8
	at       uint8 // the offset of the field, or of the queue
	holds    uint8 // what the queue holds at most
	each     uint8 // of ForEach: the variable
	value    operand
	effects  []effect // of ForEach
	change   *change  // of Do
}

// A change is a list of effects with a name, made ready for stepping.
type change struct {
	lines []changeLine
	binds bool // a condition binds a variable
}

type changeLine struct {
	guard
	effects []effect
}

func (c *compiler) effects(from []spec.Effect) []effect {
	if len(from) == 0 {
		return nil
	}
	effects := make([]effect, len(from))
	for i := range from {
		f := &from[i]
		e := effect{kind: f.Kind, variable: variableOf(f.Var), each: uint8(f.Each), value: compileValue(&f.Value)}
		if f.Field != nil {
			e.at, e.holds = uint8(f.Field.Offset), uint8(f.Field.Holds)
		}
		switch f.Kind {
		case spec.ForEach:
			e.effects = c.effects(f.Effects)
		case spec.Do:
			e.change = c.change(f.Change)
		case spec.CopyQueue:
			e.value.constant = uint8(f.Value.Field.Holds)
		}
		effects[i] = e
	}
	return effects
}

// change compiles each change once: many outcomes do the same.
func (c *compiler) change(from *spec.Change) *change {
	if known := c.changes[from]; known != nil {
		return known
	}
	compiled := &change{}
	c.changes[from] = compiled
	for i := range from.Lines {
		line := &from.Lines[i]
		for k := range line.Guard {
			compiled.binds = compiled.binds || binds(&line.Guard[k])
		}
		compiled.binds = compiled.binds || hasEach(line.Effects)
		compiled.lines = append(compiled.lines, changeLine{c.guard(line.Guard), c.effects(line.Effects)})
	}
	return compiled
}

// asks says whether effects look at an argument.
func asks(effects []effect) bool {
	for i := range effects {
		f := &effects[i]
		if f.kind != spec.Do && f.value.kind == spec.Argument || asks(f.effects) {
			return true
		}
	}
	return false
}

// addCopied adds the offsets of the words and flags that effects take from other
// sockets.
func addCopied(to *set, effects []effect) {
	for i := range effects {
		f := &effects[i]
		if f.kind == spec.Assign && f.value.isWordOfOther() {
			to.add(f.value.at)
		}
		addCopied(to, f.effects)
		if f.change != nil {
			for k := range f.change.lines {
				addCopied(to, f.change.lines[k].effects)
			}
		}
	}
}

// binds says whether a condition binds a variable.
func binds(c *spec.Condition) bool {
	return c.Kind == spec.Some || c.Kind == spec.ArgumentNames ||
		slices.ContainsFunc(c.Values, func(v spec.Value) bool { return v.Kind == spec.BindsSocket })
}

func hasEach(effects []spec.Effect) bool {
	return slices.ContainsFunc(effects, func(f spec.Effect) bool { return f.Kind == spec.ForEach })
}
