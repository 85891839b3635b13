package dsl

import (
	"unicode/utf8"
)

// The columns, from 0, at which lines of a declaration start.
const (
	bodyIndent = 2 // what belongs to it
	moreIndent = 4 // what goes on, and outcomes below their conditions
)

// chooseBreaks decides which tokens of a block start a line: those that the
// author gave one and that may have one, and those that would not fit.
func (b *formatBlock) chooseBreaks() {
	b.findKind()
	for number, line := range b.lines {
		arrows := line.count(len(line.tokens), "->")
		for i := range line.tokens {
			t := &line.tokens[i]
			t.indent = moreIndent
			t.glued = i > 0 && b.gluedTo(line.tokens[i-1].text, t.text)
			if t.part = b.startsPart(line, i); t.part {
				ofLine := b.ofLine(number, line.count(i, "because"))
				t.indent = partIndent(number, t.text, ofLine)
				t.newline = t.broke || alwaysApart(number, t.text, arrows, ofLine)
			}
			t.newline = t.newline || len(t.comments) > 0
		}
		line.breakParts(b.indent(number))
	}
}

// count tells how often a mark or a reserved word stands before token end.
func (l *formatLine) count(end int, text string) int {
	n := 0
	for _, t := range l.tokens[:end] {
		if t.text == text {
			n++
		}
	}
	return n
}

// gluedTo tells whether no space stands between two tokens.
func (b *formatBlock) gluedTo(before, text string) bool {
	switch {
	case text == "," || text == ")" || text == "+" || text == ":", before == "(" || before == "+":
		return true
	}
	return text == "(" && (b.kind == "call" || b.kind == "event")
}

// findKind notes the word that tells the kind of the block.
func (b *formatBlock) findKind() {
	tokens := b.lines[0].tokens
	i := 0
	if tokens[0].text == "on" {
		b.on = true
		for i = 2; tokens[i].text == ","; {
			i += 2
		}
	}
	b.kind = tokens[i].text
}

// indent gives the column where a line of the block starts.
func (b *formatBlock) indent(number int) int {
	if number == 0 {
		return 0
	}
	return bodyIndent
}

// startsPart tells whether a line may be broken before token i because a new
// part of the declaration starts there.
func (b *formatBlock) startsPart(line *formatLine, i int) bool {
	if i == 0 {
		return false
	}
	t, before := line.tokens[i], line.tokens[i-1]
	switch t.text {
	case "->":
		return b.kind != "recode"
	case "because":
		return before.text != "aside"
	case "cites":
		return true
	case "source":
		return b.kind == "spec" && before.kind == numberToken
	case "decided":
		return b.kind == "conflict" && before.kind == proseToken
	case "set":
		return b.kind == "clause" && before.kind == proseToken
	}
	return false
}

// ofLine tells whether a `because` is the reason for its line, not for the whole
// declaration; others is how many stand before it on the line.
func (b *formatBlock) ofLine(number, others int) bool {
	return number > 0 && others == 0 && (b.kind == "target" || b.kind == "error")
}

func partIndent(number int, text string, ofLine bool) int {
	if text == "->" && number > 0 || text == "cites" || text == "because" && ofLine {
		return moreIndent
	}
	return bodyIndent
}

// alwaysApart tells whether a part gets a line of its own even if it would fit:
// a reason below a body, the outcomes of a case that has several, and the
// outcome of a case without conditions.
func alwaysApart(number int, text string, arrows int, ofLine bool) bool {
	switch text {
	case "->":
		return number == 0 || arrows > 1
	case "because":
		return !ofLine && (number > 0 || arrows > 0)
	}
	return false
}

// breakParts gives a line to the parts that do not fit behind what is before
// them.
func (l *formatLine) breakParts(indent int) {
	column := indent
	for i := 0; i < len(l.tokens); {
		t := &l.tokens[i]
		end := l.end(i, func(t formatToken) bool { return t.part })
		t.newline = t.newline || t.part && column+l.width(i, end) > lineWidth
		if t.newline {
			column = t.indent - 1 // the space that width counts
		}
		column += l.width(i, end)
		i = end
	}
}

// end gives the index of the first token behind i that starts a line or that the
// function is true for, or the number of tokens.
func (l *formatLine) end(i int, starts func(formatToken) bool) int {
	for i++; i < len(l.tokens); i++ {
		if l.tokens[i].newline || starts(l.tokens[i]) {
			break
		}
	}
	return i
}

// width gives how many columns the tokens from i to end take on one line, with
// the space before them if there is one.
func (l *formatLine) width(i, end int) int {
	columns := 0
	for ; i < end; i++ {
		columns += l.gap(i) + utf8.RuneCountInString(l.tokens[i].text)
	}
	return columns
}

// gap is the width of the space before token i if it starts no line.
func (l *formatLine) gap(i int) int {
	if i == 0 || l.tokens[i].glued {
		return 0
	}
	return 1
}
