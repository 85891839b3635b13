package dsl

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// Lists of names, as participle's Parseables for the same reason as lines.
type (
	nameList   struct{ Names []Name }
	spacedList nameList // R1 R3
	choiceList nameList // fresh | bound
	commaList  nameList // linux, posix
	orderList  nameList // closed, any.pending
)

// Parse reads names with nothing between them.
func (l *spacedList) Parse(lex *lexer.PeekingLexer) error {
	return (*nameList)(l).parse(lex, "", isWord)
}

// Parse reads names with | between them.
func (l *choiceList) Parse(lex *lexer.PeekingLexer) error {
	return (*nameList)(l).parse(lex, "|", isWord)
}

// Parse reads names with commas between them.
func (l *commaList) Parse(lex *lexer.PeekingLexer) error {
	return (*nameList)(l).parse(lex, ",", isWord)
}

// Parse reads the names of rules, in full or not, with commas between them.
func (l *orderList) Parse(lex *lexer.PeekingLexer) error {
	return (*nameList)(l).parse(lex, ",", isOperand)
}

// parse reads names with a mark between them, or with none if that is "".
func (l *nameList) parse(lex *lexer.PeekingLexer, mark string, isName func(*lexer.Token) bool) error {
	if !isName(lex.Peek()) {
		return participle.NextMatch
	}
	l.Names = append(make([]Name, 0, 4), name(*lex.Next()))
	for {
		t := lex.Peek()
		switch {
		case mark == "" && isName(t):
		case mark != "" && t.Value == mark:
			lex.Next()
			if t = lex.Peek(); !isName(t) {
				return unexpected(*t, "another name after `"+mark+"`")
			}
		default:
			return nil
		}
		l.Names = append(l.Names, name(*lex.Next()))
	}
}

func isWord(t *lexer.Token) bool    { return t.Type == wordToken }
func isOperand(t *lexer.Token) bool { return t.Type == wordToken || t.Type == dottedToken }

// names gives the names of a list that may not be there.
func (l *nameList) names() []Name {
	if l == nil {
		return nil
	}
	return l.Names
}
