package dsl

import (
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"
)

// Limits of one declaration. Neither participle nor the syntax tree bounds
// nesting, and a declaration of thousands of lines is a mistake.
const (
	maxNesting = 16
	maxTokens  = 20000
)

// A cutter cuts the tokens of a file into declarations: each starts with a
// token in column 1. It drops comments and empty lines, joins a quotation to
// the one that it goes on from, and drops the ends of lines that go on below.
type cutter struct {
	scanner
	first  lexer.Token // of the next declaration
	before int         // how many problems were reported in front of that
	tokens []lexer.Token
	end    lexer.Position // just behind the last of tokens
	pieces []byte         // of a quotation in several pieces, without the last quote
	depth  int            // open parentheses
	// Whether the declaration at hand has been found to be too deep or long.
	overflowed bool
}

func newCutter(file, text string, problems *problemList) *cutter {
	c := &cutter{scanner: newScanner(file, text, problems), tokens: make([]lexer.Token, 0, 256)}
	c.first = c.significant()
	if c.first.Type != lexer.EOF && c.first.Pos.Column > 1 {
		c.report(Problem{Pos: position(c.first.Pos), Length: length(c.first),
			Message: "a declaration starts in column 1, but the first one is indented",
			Hint:    "remove the space in front of it"})
		for c.first.Type != lexer.EOF && c.first.Pos.Column > 1 {
			c.first = c.significant()
		}
	}
	return c
}

// significant returns the next token that is neither comment nor end of line.
func (c *cutter) significant() lexer.Token {
	for {
		c.before = c.reported
		if t := c.scanner.next(); t.Type != commentToken && t.Type != lineToken {
			return t
		}
	}
}

// declaration returns the tokens of the next declaration, EOF at their end,
// valid until the next call; nil at the end of the file. It says whether a
// problem was found on the way: then one that the grammar finds may be due to
// that. Tokens of a declaration that overflowed are given up to there.
func (c *cutter) declaration() (tokens []lexer.Token, broken, overflowed bool) {
	if c.first.Type == lexer.EOF {
		return nil, false, false
	}
	start := c.before
	c.tokens, c.depth, c.overflowed = append(c.tokens[:0], c.first), 0, false
	c.end = c.here()
	c.count(c.first)
	lineEnded := false
	for {
		c.before = c.reported
		t := c.scanner.next()
		if t.Type == lexer.EOF || t.Pos.Column == 1 && t.Type != commentToken && t.Type != lineToken {
			c.first = t
			break
		}
		switch t.Type {
		case commentToken:
		case lineToken:
			lineEnded = true
		default:
			if !c.overflowed {
				c.append(t, lineEnded)
			}
			lineEnded = false
		}
	}
	c.joinPieces()
	c.tokens = append(c.tokens, lexer.Token{Type: lexer.EOF, Pos: c.end})
	return c.tokens, c.before > start, c.overflowed
}

// append takes a token into the declaration, and the end of line before it.
func (c *cutter) append(t lexer.Token, lineEnded bool) {
	last := c.tokens[len(c.tokens)-1]
	if t.Type == proseToken && last.Type == proseToken {
		if len(c.pieces) == 0 {
			c.pieces = append(c.pieces, last.Value[:len(last.Value)-1]...)
		}
		c.pieces = append(append(c.pieces, ' '), t.Value[1:len(t.Value)-1]...)
		c.end = c.here()
		return
	}
	c.joinPieces()
	if lineEnded && c.depth == 0 && !goesOn(last, t) {
		c.tokens = append(c.tokens, lexer.Token{Type: lineToken, Value: "\n", Pos: c.end})
	}
	if len(c.tokens) >= maxTokens {
		c.overflow(t, fmt.Sprintf("this declaration has more than %d words", maxTokens))
		return
	}
	c.count(t)
	c.tokens = append(c.tokens, t)
	c.end = c.here()
}

// joinPieces makes one quotation of those that stood behind each other.
func (c *cutter) joinPieces() {
	if len(c.pieces) > 0 {
		c.tokens[len(c.tokens)-1].Value = string(c.pieces) + `"`
		c.pieces = c.pieces[:0]
	}
}

// count keeps track of how deep parentheses are nested.
func (c *cutter) count(t lexer.Token) {
	if t.Type != markToken {
		return
	}
	switch t.Value {
	case "(":
		c.depth++
		if c.depth == maxNesting+1 {
			c.overflow(t, fmt.Sprintf("parentheses are nested more than %d deep", maxNesting))
		}
	case ")":
		c.depth = max(0, c.depth-1)
	}
}

func (c *cutter) overflow(t lexer.Token, message string) {
	c.report(Problem{Pos: position(t.Pos), Length: length(t), Message: message})
	c.overflowed = true
}

// goesOn tells whether a line that ends in last goes on in the next one, which
// begins with t.
func goesOn(last, t lexer.Token) bool {
	if last.Type == arrowToken || last.Type == markToken && last.Value != ")" {
		return true
	}
	switch t.Type {
	case arrowToken, proseToken:
		return true
	case keywordToken:
		return t.Value == "because" || t.Value == "cites"
	}
	return t.Type == markToken && t.Value == "|"
}

// length gives the length of a token in code points.
func length(t lexer.Token) int {
	n := 0
	for range t.Value {
		n++
	}
	return n
}
