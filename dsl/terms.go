package dsl

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// A termReader reads terms up to the first problem.
type termReader struct {
	lex     *lexer.PeekingLexer
	problem *Problem
}

// err gives the problem as an error.
func (r *termReader) err() error {
	if r.problem == nil {
		return nil
	}
	return *r.problem
}

// ends tells whether terms can end here; there is no need to ask once there is
// a problem.
func (r *termReader) ends() bool {
	switch t := r.lex.Peek(); t.Type {
	case lineToken, arrowToken, lexer.EOF:
		return true
	case keywordToken:
		return t.Value == "because" || r.problem != nil
	}
	return r.problem != nil
}

// fail notes the first problem, at the next token.
func (r *termReader) fail(expected string) {
	if r.problem == nil {
		p := unexpected(*r.lex.Peek(), expected)
		r.problem = &p
	}
}

func (r *termReader) failAt(pos Position, length int, message, hint string) {
	if r.problem == nil {
		r.problem = &Problem{Pos: pos, Length: length, Message: message, Hint: hint}
	}
}

// accept takes the next token if it is the given word or mark.
func (r *termReader) accept(value string) bool {
	if r.problem != nil || r.lex.Peek().Value != value {
		return false
	}
	r.lex.Next()
	return true
}

// atom reads a condition. What stands before `is` is one operand; where no `is`
// follows it was the values, and the condition is one of s.
func (r *termReader) atom() Atom {
	atom := Atom{Pos: position(r.lex.Peek().Pos)}
	if atom.Some = r.accept("some"); atom.Some {
		return r.some(atom)
	}
	if atom.Not = r.accept("not"); atom.Not {
		atom.Values = r.values("a word that `s` shall not have after `not`")
		if t := r.lex.Peek(); t.Value == "is" {
			r.failAt(atom.Pos, len("not"), "`not` stands behind `is`",
				"write `"+clip(atom.Values[0].text())+" is not ...`")
		}
		return atom
	}
	first := r.operand("a condition")
	if !r.accept("is") {
		atom.Values = r.more(first, "a word after `|`")
		if t := r.lex.Peek(); t.Value == "is" && len(atom.Values) > 1 {
			r.fail("one name before `is`")
		}
		return atom
	}
	if first.Socket {
		r.failAt(first.Pos, len("socket"), "`socket` can not stand before `is`", "")
	}
	atom.Left = &first
	atom.Not = r.accept("not")
	atom.Values = r.values("a word or a value after `is`")
	return atom
}

// some reads the rest of `some u is bound`.
func (r *termReader) some(atom Atom) Atom {
	left := r.operand("the name of a socket after `some`")
	if r.problem == nil && (left.Field != nil || left.First || left.Socket) {
		r.failAt(left.Pos, len(left.text()), "`some` needs the name of a socket", "write `some u is bound`")
	}
	atom.Left = &left
	if !r.accept("is") {
		r.fail("`is` after `some " + clip(left.Base.Text) + "`")
	}
	atom.Not = r.accept("not")
	atom.Values = r.values("a word or a value after `is`")
	return atom
}

// values reads operands with | between them.
func (r *termReader) values(expected string) []Operand {
	return r.more(r.operand(expected), "a value after `|`")
}

func (r *termReader) more(first Operand, expected string) []Operand {
	var room [8]Operand
	list := append(room[:0], first)
	for r.accept("|") {
		list = append(list, r.operand(expected))
	}
	return slices.Clone(list)
}

// operand reads `name`, `s.peer`, `first s.inbox` or `socket t`.
func (r *termReader) operand(expected string) Operand {
	t := r.lex.Peek()
	if t.Type != wordToken && t.Type != dottedToken {
		r.fail(expected)
		return Operand{}
	}
	out := Operand{Pos: position(t.Pos)}
	r.lex.Next()
	if behind := r.lex.Peek(); t.Value == "first" && behind.Type == dottedToken {
		out.First = true
		t = r.lex.Next()
	} else if t.Value == "socket" && behind.Type == wordToken {
		out.Socket = true
		t = r.lex.Next()
	}
	out.Base = name(*t)
	if t.Type == dottedToken {
		out.Base, out.Field = split(*t)
	}
	return out
}

// split takes `s.peer` apart.
func split(t lexer.Token) (base Name, field *Name) {
	base = name(t)
	dot := strings.IndexByte(t.Value, '.')
	field = &Name{Pos: base.Pos, Text: t.Value[dot+1:]}
	field.Pos.Offset += dot + 1
	field.Pos.Column += dot + 1
	base.Text = t.Value[:dot]
	return base, field
}

// text gives an operand as it is written.
func (o Operand) text() string {
	text := o.Base.Text
	if o.Field != nil {
		text += "." + o.Field.Text
	}
	switch {
	case o.First:
		return "first " + text
	case o.Socket:
		return "socket " + text
	}
	return text
}

// result reads `ok loopback`, `blocks`, the name of an error or `s.error`.
func (r *termReader) result(expected string) Result {
	t := *r.lex.Peek()
	if t.Type == dottedToken {
		code := r.operand(expected)
		return Result{Name: name(t), Code: &code}
	}
	if t.Type != wordToken {
		r.fail(expected)
		return Result{}
	}
	r.lex.Next()
	result := Result{Name: name(t)}
	if behind := r.lex.Peek().Type; behind == wordToken || behind == dottedToken {
		value := r.operand("")
		result.Value = &value
	}
	return result
}
