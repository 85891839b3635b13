package dsl

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// A formatFile is a specification as the formatter sees it.
type formatFile struct {
	blocks []*formatBlock
	after  []formatComment // behind the last declaration
}

// A formatBlock is a declaration. Its first line is its head.
type formatBlock struct {
	kind  string // its first word, `on linux` left out
	on    bool   // whether that stands before it
	lines []*formatLine
}

// A formatLine is what the language takes for one line, however many lines of
// text it has.
type formatLine struct {
	before   []formatComment
	blank    bool // whether an empty line stands above the first token
	tokens   []formatToken
	trailing string // the comment behind the last token, or ""
}

type formatToken struct {
	kind     lexer.TokenType
	text     string
	comments []formatComment // between the token before it and this one
	broke    bool            // whether it started a line of the text
	glued    bool            // whether no space stands before it
	part     bool            // whether a new part of the declaration starts here
	newline  bool            // whether it is to start a line
	indent   int             // of the line that it starts, or would start
	column   int             // where it is to stand at least, from 0
}

type formatComment struct {
	text   string
	own    bool // whether it has a line of its own
	blank  bool // whether an empty line stands above it
	indent int
}

// A collector gathers the tokens of a file that has no problems.
type collector struct {
	file    formatFile
	pending []formatComment // since the last token
	last    lexer.Token
	pieces  []byte // of a quotation in several pieces, without the last quote
	depth   int    // open parentheses
}

func collect(text string) *formatFile {
	s := newScanner("", text, &problemList{})
	c := collector{}
	line := 0 // of the last token or comment
	for {
		t := s.next()
		if t.Type == lineToken {
			continue
		}
		first, blank := t.Pos.Line > line, t.Pos.Line > line+1
		line = t.Pos.Line
		switch t.Type {
		case lexer.EOF:
			c.finish()
			return &c.file
		case commentToken:
			c.comment(t, first, blank)
		default:
			c.token(t, first, blank)
			c.last = t
		}
	}
}

func (c *collector) comment(t lexer.Token, first, blank bool) {
	comment := formatComment{text: strings.TrimRight(t.Value, " \t"), own: first, blank: blank}
	if t.Pos.Column > 1 && len(c.file.blocks) > 0 {
		comment.indent = bodyIndent
	}
	c.pending = append(c.pending, comment)
}

// finish hands the last comments out.
func (c *collector) finish() {
	c.joinPieces()
	if len(c.file.blocks) > 0 {
		c.trailing()
	}
	c.file.after = c.pending
}

// trailing gives the first pending comment to the line above if it stands
// behind it.
func (c *collector) trailing() {
	if len(c.pending) > 0 && !c.pending[0].own {
		block := c.file.blocks[len(c.file.blocks)-1]
		block.lines[len(block.lines)-1].trailing = c.pending[0].text
		c.pending = c.pending[1:]
	}
}

func (c *collector) token(t lexer.Token, first, blank bool) {
	token := formatToken{kind: t.Type, text: t.Value, broke: first}
	switch {
	case t.Pos.Column == 1:
		c.depth = 0
		c.joinPieces()
		if len(c.file.blocks) > 0 {
			c.trailing()
		}
		c.file.blocks = append(c.file.blocks, &formatBlock{})
		c.line(token, blank)
	case !first || c.depth > 0 || goesOn(c.last, t) || c.bodiless():
		c.more(token)
	default:
		c.joinPieces()
		c.trailing()
		for i := range c.pending {
			c.pending[i].indent = bodyIndent
		}
		c.line(token, blank)
	}
	if t.Type == markToken {
		c.depth += strings.Count(t.Value, "(") - strings.Count(t.Value, ")")
	}
}

// bodiless tells whether the last block is a declaration that only goes on below
// its head: `source`, `decided` and `set aside` may stand there.
func (c *collector) bodiless() bool {
	switch c.file.blocks[len(c.file.blocks)-1].lines[0].tokens[0].text {
	case "spec", "conflict", "clause":
		return true
	}
	return false
}

// line starts a line of the last block.
func (c *collector) line(token formatToken, blank bool) {
	block := c.file.blocks[len(c.file.blocks)-1]
	line := &formatLine{before: c.pending, blank: blank, tokens: []formatToken{token}}
	c.pending = nil
	if len(block.lines) == 1 { // nothing comes between a head and its body
		if len(line.before) > 0 {
			line.before[0].blank = false
		} else {
			line.blank = false
		}
	}
	block.lines = append(block.lines, line)
}

// more adds a token to the last line. Quotations become one if no comment stands
// between them.
func (c *collector) more(token formatToken) {
	block := c.file.blocks[len(c.file.blocks)-1]
	line := block.lines[len(block.lines)-1]
	last := &line.tokens[len(line.tokens)-1]
	if token.kind == proseToken && last.kind == proseToken && len(c.pending) == 0 {
		if len(c.pieces) == 0 {
			c.pieces = append(c.pieces, last.text[:len(last.text)-1]...)
		}
		c.pieces = append(append(c.pieces, ' '), token.text[1:len(token.text)-1]...)
		return
	}
	c.joinPieces()
	token.comments = c.pending
	c.pending = nil
	line.tokens = append(line.tokens, token)
}

// joinPieces makes one quotation of those that stood behind each other.
func (c *collector) joinPieces() {
	if len(c.pieces) > 0 {
		block := c.file.blocks[len(c.file.blocks)-1]
		line := block.lines[len(block.lines)-1]
		line.tokens[len(line.tokens)-1].text = string(c.pieces) + `"`
		c.pieces = c.pieces[:0]
	}
}

// oneLine tells whether a block takes one line of text.
func (b *formatBlock) oneLine() bool {
	if len(b.lines) > 1 {
		return false
	}
	for _, t := range b.lines[0].tokens {
		if t.newline {
			return false
		}
	}
	return true
}

// subject names what a block is about: rules are about a call, fields and their
// like about state.
func (b *formatBlock) subject() string {
	switch b.kind {
	case "field", "world", "flag", "address", "socket", "code", "queue", "handle", "group":
		return "state"
	case "refuse", "act", "may", "unstated", "resume", "later", "ready", "drop", "recode", "order":
		head := b.lines[0].tokens
		of := slices.IndexFunc(head, func(t formatToken) bool { return t.text == b.kind }) + 1
		if b.kind == "drop" && len(head) > of+1 && head[of+1].kind == wordToken {
			of++ // drop call wsa_connect
		}
		call, _, _ := strings.Cut(head[of].text, ".")
		return call
	}
	return b.kind
}
