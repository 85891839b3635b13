package dsl

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// farthestProse is the last column, from 0, where a quotation that must be cut
// starts; further on it would be cut into too many.
const farthestProse = 50

// A printer writes formatted lines. Comments behind lines are kept apart until
// the end, when those of neighbouring lines are aligned.
type printer struct {
	lines  []printedLine
	column int // where the last line ends
	hang   int // where a line goes on that is broken
}

type printedLine struct {
	text    []byte
	comment string
}

func (p *printer) block(b *formatBlock) {
	for number, line := range b.lines {
		for _, c := range line.before {
			p.ownLine(c, c.indent)
		}
		p.blank(line.blank)
		p.start(b.indent(number))
		p.hang = moreIndent
		for i := range line.tokens {
			p.token(line, i)
		}
		p.lines[len(p.lines)-1].comment = line.trailing
	}
}

// ownLine writes a comment on a line of its own.
func (p *printer) ownLine(c formatComment, indent int) {
	p.blank(c.blank)
	p.start(indent)
	p.write(c.text)
}

// blank writes an empty line if there is to be one; never a first one.
func (p *printer) blank(wanted bool) {
	if wanted && len(p.lines) > 0 {
		p.start(0)
	}
}

// start begins a line.
func (p *printer) start(indent int) {
	p.lines = append(p.lines, printedLine{text: bytes.Repeat([]byte(" "), indent)})
	p.column = indent
}

func (p *printer) write(text string) {
	last := &p.lines[len(p.lines)-1]
	last.text = append(last.text, text...)
	p.column += utf8.RuneCountInString(text)
}

// token writes a token and the comments before it.
func (p *printer) token(l *formatLine, i int) {
	t := &l.tokens[i]
	indent := t.indent
	if !t.part {
		indent = p.hang
	}
	for _, c := range t.comments {
		if c.own {
			p.ownLine(formatComment{text: c.text}, indent)
		} else {
			p.lines[len(p.lines)-1].comment = c.text
		}
	}
	column := max(p.column+l.gap(i), t.column)
	switch {
	case i == 0:
	case t.newline:
		p.start(indent)
	case l.breakable(i) && p.column+l.width(i, l.pieceEnd(i)) > lineWidth,
		t.kind == proseToken && column > farthestProse && column+l.proseWidth(i) > lineWidth:
		p.start(p.hang)
	default:
		p.write(strings.Repeat(" ", column-p.column))
	}
	switch t.kind {
	case arrowToken:
		p.hang = p.column + len("-> ")
	case proseToken:
		p.prose(t.text, l.proseWidth(i)-utf8.RuneCountInString(t.text))
		return
	}
	p.write(t.text)
}

// prose writes a quotation, cut at spaces into as many as it takes, the first
// quotes below each other. Behind the last one there is room for what follows.
func (p *printer) prose(quotation string, following int) {
	column := p.column
	words := cutProse(quotation[1 : len(quotation)-1])
	line := `"` + words[0]
	for i, word := range words[1:] {
		need := utf8.RuneCountInString(line) + 1 + utf8.RuneCountInString(word) + len(`"`)
		if i == len(words)-2 {
			need += following
		}
		if column+need <= lineWidth {
			line += " " + word
			continue
		}
		p.write(line + `"`)
		p.start(column)
		line = `"` + word
	}
	p.write(line + `"`)
}

// cutProse cuts prose where one space stands between two words: pieces that
// stand behind each other are joined by one space again.
func cutProse(prose string) []string {
	var words []string
	start := 0
	for i := 1; i < len(prose)-1; i++ {
		if prose[i] == ' ' && prose[i-1] != ' ' && prose[i+1] != ' ' {
			words = append(words, prose[start:i])
			start = i + 1
		}
	}
	return append(words, prose[start:])
}

// proseWidth gives the width of a quotation and of what can't be separated from
// it.
func (l *formatLine) proseWidth(i int) int {
	return l.width(i, l.end(i, func(t formatToken) bool { return t.part || t.kind == proseToken })) - l.gap(i)
}

// breakable tells whether a line can be broken before token i because of the
// mark before it.
func (l *formatLine) breakable(i int) bool {
	switch l.tokens[i-1].text {
	case ",", ";", "|":
		return true
	}
	return false
}

// pieceEnd gives the end of what should stay together from token i on: up to the
// next comma or closing parenthesis, or within that up to the next |.
func (l *formatLine) pieceEnd(i int) int {
	alternatives := l.tokens[i-1].text == "|"
	for i++; i < len(l.tokens); i++ {
		before, t := l.tokens[i-1].text, &l.tokens[i]
		if t.newline || before == "," || before == ";" || before == ")" && !t.glued || alternatives && before == "|" {
			break
		}
	}
	return i
}

// text gives what was written.
func (p *printer) text() []byte {
	out := bytes.NewBuffer(make([]byte, 0, 64*len(p.lines)))
	for i := 0; i < len(p.lines); {
		if p.lines[i].comment == "" {
			out.Write(p.lines[i].text)
			out.WriteByte('\n')
			i++
			continue
		}
		first := i
		for i < len(p.lines) && p.lines[i].comment != "" {
			i++
		}
		writeCommented(out, p.lines[first:i])
	}
	return out.Bytes()
}

// writeCommented writes lines with comments behind them: below each other if all
// fit.
func writeCommented(out *bytes.Buffer, lines []printedLine) {
	column, widest := 0, 0
	for _, l := range lines {
		column = max(column, utf8.RuneCount(l.text))
		widest = max(widest, utf8.RuneCountInString(l.comment))
	}
	for _, l := range lines {
		gap := 2
		if column+2+widest <= lineWidth {
			gap += column - utf8.RuneCount(l.text)
		}
		out.Write(l.text)
		out.WriteString(strings.Repeat(" ", gap) + l.comment + "\n")
	}
}
