package dsl

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// The lines of rules are most of a specification. As participle's Parseables
// they are read several times quicker than by a grammar of structs, and at each
// place where something else was expected it can be said what.
type (
	bodyLines   struct{ Lines []Line }
	caseLines   bodyLines // of refuse, act, may, unstated, resume: `s is idle -> ok ; s becomes bound`
	changeLines bodyLines // of later, change and event: `s is connecting -> s becomes connected`
	levelLines  bodyLines // of ready: `maybe s is failed`
)

// Parse reads the lines of a rule.
func (l *caseLines) Parse(lex *lexer.PeekingLexer) error {
	return (*bodyLines)(l).parse(lex, (*termReader).outcome)
}

// Parse reads the lines of a later rule, of a change or of an event.
func (l *changeLines) Parse(lex *lexer.PeekingLexer) error {
	return (*bodyLines)(l).parse(lex, (*termReader).change)
}

// Parse reads the lines of a ready rule.
func (l *levelLines) Parse(lex *lexer.PeekingLexer) error {
	return (*bodyLines)(l).parse(lex, nil)
}

// parse reads lines up to the reason or the end of the declaration. Outcomes
// are read by a function, or by none if there can't be any.
func (l *bodyLines) parse(lex *lexer.PeekingLexer, outcome func(*termReader) Outcome) error {
	r := termReader{lex: lex}
	if t := lex.Peek(); t.Type == arrowToken && outcome != nil { // a case without conditions
		l.Lines = append(l.Lines, Line{Pos: position(t.Pos), Outcomes: r.outcomes(outcome)})
	}
	for r.problem == nil && lex.Peek().Type == lineToken {
		lex.Next()
		line := Line{Pos: position(lex.Peek().Pos)}
		if outcome == nil {
			line.Maybe = r.accept("maybe")
			line.Guard = r.guard("`is`, `,`, `|` or the end of the line")
		} else {
			line.Guard = r.guard("`is`, `,`, `|`, `->` or the end of the line")
			line.Outcomes = r.outcomes(outcome)
		}
		l.Lines = append(l.Lines, line)
	}
	if outcome == nil && lex.Peek().Type == arrowToken {
		r.fail("no outcome in a rule that tells what is ready")
	}
	return r.err()
}

// outcomes reads the arrows that follow and what stands behind them.
func (r *termReader) outcomes(outcome func(*termReader) Outcome) []Outcome {
	var list []Outcome
	for r.problem == nil && r.lex.Peek().Type == arrowToken {
		pos := position(r.lex.Next().Pos)
		o := outcome(r)
		o.Pos = pos
		list = append(list, o)
	}
	return list
}

// outcome reads `WSAEALREADY | WSAEINVAL ; s becomes failed`.
func (r *termReader) outcome() Outcome {
	o := Outcome{Results: append(make([]Result, 0, 1), r.result("a result after `->`"))}
	for r.accept("|") {
		o.Results = append(o.Results, r.result("another result after `|`"))
	}
	switch {
	case r.accept(";"):
		o.Effects = r.allEffects()
	case r.ends():
	case r.lex.Peek().Value == ",":
		r.fail("`;` before the effects")
	default:
		r.fail("`|`, `;` or the end of the line")
	}
	return o
}

// change reads the effects of a later rule, a change or an event: these have no
// results.
func (r *termReader) change() Outcome {
	return Outcome{Effects: r.allEffects()}
}

// allEffects reads effects up to the end of an outcome.
func (r *termReader) allEffects() []Effect {
	list := r.effects()
	if !r.ends() {
		r.fail("`,` or the end of the line")
	}
	return list
}

// guard reads conditions, and says what can follow if something else does.
func (r *termReader) guard(expected string) []Atom {
	var room [8]Atom
	list := append(room[:0], r.atom())
	for r.accept(",") {
		list = append(list, r.atom())
	}
	if !r.ends() {
		r.fail(expected)
	}
	return slices.Clone(list)
}
