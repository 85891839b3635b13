package dsl

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// The kinds of tokens. lexer.EOF (-1) ends a declaration.
const (
	wordToken    lexer.TokenType = iota + 1 // listener
	keywordToken                            // a reserved word: because, is ...
	dottedToken                             // connect.refused, s.peer
	numberToken                             // 10037
	tagToken                                // #3
	proseToken                              // "...", quotes and escapes included
	arrowToken                              // ->
	markToken                               // one of , ; | = ( ) + :
	lineToken                               // the end of a line that does not go on
	commentToken                            // # ..., never seen by the grammar
)

// symbols names the kinds of tokens in the grammar.
var symbols = map[string]lexer.TokenType{
	"EOF": lexer.EOF, "Word": wordToken, "Keyword": keywordToken, "Dotted": dottedToken,
	"Number": numberToken, "Tag": tagToken, "Prose": proseToken, "Arrow": arrowToken,
	"Mark": markToken, "Line": lineToken,
}

// isReserved tells the words that can not be names, because a condition or an
// effect could not be read otherwise.
func isReserved(word string) bool {
	switch word {
	case "is", "not", "some", "maybe", "because", "cites", "becomes", "adds", "drops", "does", "each":
		return true
	}
	return false
}

// Limits that keep hostile input from costing much. Sizes are in bytes.
const (
	maxFile = 4 << 20
	maxLine = 64 << 10
)

// A scanner cuts a text into tokens. It is quick because it looks at each byte
// about once and tokens are slices of the text. Faults go to problems, and
// scanning goes on behind them.
type scanner struct {
	text      string
	file      string
	offset    int
	line      int
	lineStart int // offset of the first byte of the line
	wide      int // bytes of the line, before offset, that start no code point
	problems  *problemList
	reported  int // how many of them were found here
	strangeAt int // the last line that has something strange in it
}

func newScanner(file, text string, problems *problemList) scanner {
	s := scanner{text: text, file: file, line: 1, problems: problems}
	if strings.HasPrefix(text, "\ufeff") { // a byte-order mark is no character
		s.offset, s.lineStart = 3, 3
	}
	s.skipLongLine()
	return s
}

func (s *scanner) report(p Problem) {
	s.reported++
	s.problems.add(p)
}

func (s *scanner) here() lexer.Position {
	return s.at(s.offset)
}

// at gives the position of an offset in the current line that has no wide
// character between itself and s.offset.
func (s *scanner) at(offset int) lexer.Position {
	return lexer.Position{Filename: s.file, Offset: offset, Line: s.line, Column: offset - s.lineStart - s.wide + 1}
}

func (s *scanner) token(kind lexer.TokenType, pos lexer.Position) lexer.Token {
	return lexer.Token{Type: kind, Value: s.text[pos.Offset:s.offset], Pos: pos}
}

// next returns the next token. Every end of a line is one, also of empty lines;
// at the end of the text it returns EOF again and again, and so it does once
// there are too many problems for anything more to be told.
func (s *scanner) next() lexer.Token {
	for s.offset < len(s.text) && !s.problems.full() {
		pos := s.here()
		c := s.text[s.offset]
		switch {
		case c == ' ' || c == '\t':
			for s.offset++; s.offset < len(s.text) && s.text[s.offset] == ' '; {
				s.offset++
			}
		case c == '\n' || c == '\r' && strings.HasPrefix(s.text[s.offset:], "\r\n"):
			return s.endLine(pos)
		case nameBytes[c]:
			return s.word(pos)
		case c == '"':
			return s.prose(pos)
		case c == '#':
			return s.comment(pos)
		case c == '-' && strings.HasPrefix(s.text[s.offset:], "->"):
			s.offset += 2
			return s.token(arrowToken, pos)
		case strings.IndexByte(",;|=()+:", c) >= 0:
			s.offset++
			return s.token(markToken, pos)
		default:
			s.strange(pos)
		}
	}
	return lexer.Token{Type: lexer.EOF, Pos: s.here()}
}

// endLine steps over the end of a line.
func (s *scanner) endLine(pos lexer.Position) lexer.Token {
	if s.text[s.offset] == '\r' {
		s.offset++
	}
	s.offset++
	s.line, s.lineStart, s.wide = s.line+1, s.offset, 0
	s.skipLongLine()
	return lexer.Token{Type: lineToken, Value: "\n", Pos: pos}
}

// skipLongLine reports and skips the line that starts at the offset if it is
// too long, so that what follows can be read.
func (s *scanner) skipLongLine() {
	rest := s.text[s.offset:]
	if len(rest) <= maxLine || strings.IndexByte(rest[:maxLine+1], '\n') >= 0 {
		return
	}
	s.report(Problem{Pos: position(s.here()), Length: 1,
		Message: fmt.Sprintf("this line is longer than %d bytes", maxLine)})
	end := strings.IndexByte(rest, '\n')
	if end < 0 {
		end = len(rest)
	}
	s.offset += end
}

// nameBytes are the bytes that names are made of.
var nameBytes = func() (table [256]bool) {
	for c := range table {
		table[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
	}
	return table
}()

// word reads a name, a number, or two names with a dot between them.
func (s *scanner) word(pos lexer.Position) lexer.Token {
	digits := s.name()
	kind := wordToken
	switch {
	case s.dotted():
		kind = dottedToken
		s.offset++
		s.name()
		if s.dotted() {
			for s.dotted() {
				s.offset++
				s.name()
			}
			s.report(Problem{Pos: position(pos), Length: s.offset - pos.Offset,
				Message: fmt.Sprintf("`%s` has more than one dot", clip(s.text[pos.Offset:s.offset]))})
		}
	case digits:
		kind = numberToken
	}
	t := s.token(kind, pos)
	if kind == wordToken && isReserved(t.Value) {
		t.Type = keywordToken
	}
	return t
}

// name steps over name bytes and tells whether all of them are digits.
func (s *scanner) name() (digits bool) {
	digits = true
	i := s.offset
	for ; i < len(s.text) && nameBytes[s.text[i]]; i++ {
		digits = digits && s.text[i] <= '9'
	}
	s.offset = i
	return digits
}

// dotted tells whether a dot with a name behind it comes next.
func (s *scanner) dotted() bool {
	return s.offset+1 < len(s.text) && s.text[s.offset] == '.' && nameBytes[s.text[s.offset+1]]
}

// comment reads a comment, or a tag if digits and nothing else follow the #.
func (s *scanner) comment(pos lexer.Position) lexer.Token {
	s.offset++
	start := s.offset
	if digits := s.name(); digits && s.offset > start {
		return s.token(tagToken, pos)
	}
	s.offset = start
	for s.plain(); s.offset < len(s.text) && !s.atLineEnd(); s.plain() {
		s.character()
	}
	return s.token(commentToken, pos)
}

func (s *scanner) atLineEnd() bool {
	c := s.text[s.offset]
	return c == '\n' || c == '\r' && strings.HasPrefix(s.text[s.offset:], "\r\n")
}

// prose reads a quotation, which ends on its line. One that does not is
// reported and closed, so that the rest of the file can be read.
func (s *scanner) prose(pos lexer.Position) lexer.Token {
	s.offset++
	for s.plain(); s.offset < len(s.text) && !s.atLineEnd(); s.plain() {
		switch s.text[s.offset] {
		case '"':
			s.offset++
			return s.token(proseToken, pos)
		case '\\':
			s.escape()
		default:
			s.character()
		}
	}
	t := s.token(proseToken, pos)
	t.Value = `"` + `"`
	s.report(Problem{Pos: position(pos), Length: 1,
		Message: "this quotation does not end on its line", Hint: "close it with `\"`"})
	return t
}

func (s *scanner) escape() {
	if rest := s.text[s.offset:]; strings.HasPrefix(rest, `\"`) || strings.HasPrefix(rest, `\\`) {
		s.offset += 2
		return
	}
	s.report(Problem{Pos: position(s.here()), Length: 1,
		Message: "in a quotation only `\\\"` and `\\\\` may start with a backslash", Hint: "write `\\\\` for a backslash"})
	s.offset++
}

// plain steps over what needs no look in comments and quotations.
func (s *scanner) plain() {
	i := s.offset
	for i < len(s.text) && ' ' <= s.text[i] && s.text[i] < 0x7f && s.text[i] != '"' && s.text[i] != '\\' {
		i++
	}
	s.offset = i
}

// character steps over one code point of a comment or a quotation, where all
// are welcome but control characters and what is no UTF-8.
func (s *scanner) character() {
	if c := s.text[s.offset]; ' ' <= c && c < 0x7f || c == '\t' {
		s.offset++
		return
	}
	r, size := utf8.DecodeRuneInString(s.text[s.offset:])
	if r == utf8.RuneError && size == 1 || unicode.IsControl(r) {
		s.strange(s.here())
		return
	}
	s.offset += size
	s.wide += size - 1
}

// strange reports what can't stand at pos and steps over it: a run of letters
// as one, so that a foreign word is one problem.
func (s *scanner) strange(pos lexer.Position) {
	r, size := utf8.DecodeRuneInString(s.text[s.offset:])
	s.offset += size
	s.wide += size - 1
	length := 1
	for unicode.IsLetter(r) && s.offset < len(s.text) {
		following, size := utf8.DecodeRuneInString(s.text[s.offset:])
		if !unicode.IsLetter(following) {
			break
		}
		s.offset += size
		s.wide += size - 1
		length++
	}
	if s.strangeAt == s.line { // one who writes `//` means one thing
		return
	}
	s.strangeAt = s.line
	message, hint := strangeness(r, size)
	switch rest := s.text[pos.Offset:]; {
	case strings.HasPrefix(rest, "!="), strings.HasPrefix(rest, "'t") && pos.Column > 1 && nameBytes[s.text[pos.Offset-1]]:
		hint = "write `is not`"
	}
	s.report(Problem{Pos: position(pos), Length: length, Message: message, Hint: hint})
}

// strangeness says what is wrong with a character outside the language.
func strangeness(r rune, size int) (message, hint string) {
	switch {
	case r == utf8.RuneError && size == 1:
		return "this byte is not UTF-8", ""
	case unicode.IsControl(r):
		return fmt.Sprintf("control character U+%04X", r), ""
	case unicode.IsLetter(r):
		return "names are made of the letters a to z and A to Z, digits and `_`", ""
	case unicode.IsSpace(r):
		return fmt.Sprintf("U+%04X is a space of another kind", r), "use the plain space"
	}
	message = fmt.Sprintf("`%c` means nothing here", r)
	if !unicode.IsGraphic(r) {
		message = fmt.Sprintf("the character U+%04X means nothing here", r)
	}
	switch r {
	case '“', '”', '„', '«', '»', '\'', '‘', '’', '`':
		hint = "prose stands in plain \"double quotes\""
	case '→', '-', '>':
		hint = "an outcome starts with `->`"
	case '.':
		hint = "a dot joins two names, without spaces"
	case '/':
		hint = "a comment starts with `#`"
	case '!':
		hint = "write `not`"
	case '&':
		hint = "conditions have `,` between them"
	}
	return message, hint
}
