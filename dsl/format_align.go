package dsl

import (
	"slices"
)

// arrowColumn is where arrows stand, from 0, if the conditions leave room: so
// they are below each other all over a file.
const arrowColumn = 42

// alignBody puts the arrows of a block's lines below each other, or the texts
// and what follows them.
func (b *formatBlock) alignBody() {
	body := b.lines[1:]
	switch b.kind {
	case "field", "input":
		align(body, bodyIndent, column{starts: isProse, most: farthestText})
		align(body, bodyIndent, column{starts: startsModifiers})
	case "refuse", "act", "may", "later", "change", "event", "unstated", "resume", "scenario":
		align(body, bodyIndent, column{starts: isArrow, preferred: arrowColumn})
	}
}

// A column is something that is aligned in lines that look alike.
type column struct {
	starts    func(l *formatLine, i int) bool // whether token i is in that column
	preferred int                             // where it is if nothing reaches beyond it; 0: nowhere
	most      int                             // up to where all lines are aligned, even if a text must be cut then
}

// farthestText is up to where, from 0, texts are aligned at any price.
const farthestText = 34

// headColumns are the columns of the heads of declarations that look alike and
// stand directly below each other.
var headColumns = map[string][]column{
	"platform": {{starts: isProse, most: farthestText}},
	"clause":   {{starts: isProse, most: farthestText}},
	"error":    {{starts: isNumber, most: farthestText}, {starts: isProse, most: farthestText}, {starts: isCites}},
	"variable": {{starts: isProse, most: farthestText}},
	"queue":    {{starts: isProse, most: farthestText}},
	"handle":   {{starts: isProse, most: farthestText}},
	"group":    {{starts: isEquals}},
	"call":     {{starts: isWeight}},
}

// alignHeads aligns the heads of runs of declarations.
func alignHeads(blocks []*formatBlock) {
	for i := 0; i < len(blocks); {
		family := blocks[i].family()
		var heads []*formatLine
		for first := i; i == first || i < len(blocks) && blocks[i].family() == family && blocks[i].lines[0].follows(); i++ {
			heads = append(heads, blocks[i].lines[0])
		}
		for _, column := range headColumns[family] {
			align(heads, 0, column)
		}
	}
}

// family names the declarations whose heads look alike.
func (b *formatBlock) family() string {
	if b.on {
		return ""
	}
	switch b.kind {
	case "world", "flag", "address", "socket", "code":
		return "variable"
	}
	return b.kind
}

// follows tells whether a line stands directly below the one before it.
func (l *formatLine) follows() bool { return len(l.before) == 0 && !l.blank }

func isProse(l *formatLine, i int) bool  { return l.tokens[i].kind == proseToken }
func isArrow(l *formatLine, i int) bool  { return l.tokens[i].kind == arrowToken }
func isNumber(l *formatLine, i int) bool { return l.tokens[i].kind == numberToken }
func isCites(l *formatLine, i int) bool  { return l.tokens[i].text == "cites" }
func isEquals(l *formatLine, i int) bool { return l.tokens[i].text == "=" }

func isWeight(l *formatLine, i int) bool {
	return l.tokens[i].text == "weight" && i+1 < len(l.tokens) && l.tokens[i+1].kind == numberToken
}

// startsModifiers tells whether what follows the name and the text of an input's
// class starts at token i.
func startsModifiers(l *formatLine, i int) bool {
	return i == 1 && !isProse(l, i) || i == 2 && isProse(l, 1)
}

// A row is a line with a token in a column.
type row struct {
	token     *formatToken
	from, end int  // where the token could stand, and where its line would end
	prose     bool // whether a text follows, which can be cut
}

// align gives one place to the tokens in a column. Lines that reach further than
// others could bear stay out of it.
func align(lines []*formatLine, indent int, c column) {
	rows, places := c.rows(lines, indent)
	slices.Sort(places)
	for _, place := range slices.Backward(slices.Compact(places)) {
		fits := place <= c.most || !slices.ContainsFunc(rows, func(r row) bool {
			return r.from <= place && r.end <= lineWidth && r.end+place-r.from > lineWidth
		})
		if !fits {
			continue
		}
		for _, r := range rows {
			if r.from <= place && (r.end <= lineWidth || r.prose) {
				r.token.column = place
			}
		}
		return
	}
}

// rows gives the rows of a column and the places that it could have.
func (c column) rows(lines []*formatLine, indent int) (rows []row, places []int) {
	for _, l := range lines {
		i := 1
		for i < len(l.tokens) && !l.tokens[i].newline && !c.starts(l, i) {
			i++
		}
		if i == len(l.tokens) || l.tokens[i].newline {
			continue
		}
		from := l.reach(i, indent) + 1
		end := l.end(i, func(formatToken) bool { return false })
		prose := slices.ContainsFunc(l.tokens[i:end], func(t formatToken) bool { return t.kind == proseToken })
		rows = append(rows, row{&l.tokens[i], from, from + l.width(i, end) - 1, prose})
		places = append(places, from, max(from, c.preferred))
	}
	return rows, places
}

// reach gives the column behind token i-1, with the alignment so far.
func (l *formatLine) reach(i, indent int) int {
	column := indent
	for j := range l.tokens[:i] {
		column = max(column+l.gap(j), l.tokens[j].column) + l.width(j, j+1) - l.gap(j)
	}
	return column
}
