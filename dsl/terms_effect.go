package dsl

import (
	"slices"
)

// effects reads effects with commas between them.
func (r *termReader) effects() []Effect {
	var room [8]Effect // lists are collected here, to take no more memory than they need
	list := append(room[:0], r.effect())
	for r.accept(",") {
		list = append(list, r.effect())
	}
	return slices.Clone(list)
}

// effect reads one effect. It calls itself for what stands in parentheses, no
// deeper than maxNesting, which the cutter sees to.
func (r *termReader) effect() Effect {
	effect := Effect{Pos: position(r.lex.Peek().Pos)}
	if r.accept("each") {
		return r.each(effect)
	}
	effect.Target = r.operand("an effect such as `s becomes connected`")
	switch {
	case r.accept("becomes"):
		effect.Kind = Becomes
		effect.Not = r.accept("not")
		effect.Value = r.operand("a word after `becomes`")
	case r.accept("="):
		effect.Kind = Set
		effect.Value = r.operand("a value after `=`")
	case r.accept("adds"):
		effect.Kind = Adds
		effect.Value = r.operand("a socket or `token` after `adds`")
	case r.accept("drops"):
		effect.Kind = Drops
		if !r.accept("first") {
			r.fail("`first` after `drops`")
		}
	case r.accept("does"):
		effect.Kind = Does
		effect.Value = r.operand("the name of a change after `does`")
	default:
		r.fail("`becomes`, `=`, `adds`, `drops` or `does` after `" + clip(effect.Target.text()) + "`")
	}
	return effect
}

// each reads the rest of `each u in t.pending (u becomes broken)`.
func (r *termReader) each(effect Effect) Effect {
	effect.Kind = Each
	t := *r.lex.Peek()
	if t.Type != wordToken {
		r.fail("a name for the sockets after `each`")
		return effect
	}
	effect.Each = name(t)
	r.lex.Next()
	if !r.accept("in") {
		r.fail("`in` after `each " + clip(t.Value) + "`")
	}
	effect.Target = r.operand("a queue after `in`")
	if !r.accept("(") {
		r.fail("`(` before what happens to each")
	}
	effect.Effects = r.effects()
	if !r.accept(")") {
		r.fail("`,` or `)`")
	}
	return effect
}
