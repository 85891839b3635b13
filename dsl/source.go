package dsl

import (
	"errors"
	"io"

	"github.com/alecthomas/participle/v2/lexer"
)

// definition tells participle the kinds of tokens. It never makes a lexer:
// declarations are parsed from tokens that the cutter has cut.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType { return symbols }

func (definition) Lex(string, io.Reader) (lexer.Lexer, error) {
	return nil, errors.New("the tokens of a declaration come from the cutter")
}

// A feed hands tokens that have been cut already to participle. Making a
// PeekingLexer copies all tokens several times over; so one is kept, and its
// tokens, which Range lets be written to, are replaced.
type feed struct {
	kept *lexer.PeekingLexer
	room []lexer.Token // the tokens of kept
}

// lexer returns a lexer of tokens, EOF at their end, valid until the next call.
func (f *feed) lexer(tokens []lexer.Token) *lexer.PeekingLexer {
	if len(tokens) > len(f.room) {
		size := max(1000, 2*len(tokens))
		blanks := blankSource(size)
		f.kept, _ = lexer.Upgrade(&blanks) // fails only if the source does
		f.room = f.kept.Range(0, lexer.RawCursor(size))
	}
	copy(f.room, tokens)
	f.kept.LoadCheckpoint(lexer.Checkpoint{})
	return f.kept
}

// A blankSource has so many tokens, which mean nothing.
type blankSource int

// Next returns a blank token, or EOF.
func (n *blankSource) Next() (lexer.Token, error) {
	if *n == 0 {
		return lexer.Token{Type: lexer.EOF}, nil
	}
	*n--
	return lexer.Token{Type: markToken}, nil
}
