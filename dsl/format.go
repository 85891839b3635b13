package dsl

// lineWidth is how many code points a formatted line has at most, where there is
// a place to break it. Comments are not broken.
const lineWidth = 80

// Format returns a specification in its canonical form, or nil and the problems
// of Parse if it can not be read. Every comment stays, and the tree that the
// formatted text parses to is the same but for positions; formatting that
// again changes nothing.
//
// What the author decides: where empty lines stand (of several in a row one
// stays), and whether an outcome, `cites` or `because` gets a line of its own.
// The rest follows from the text, in these phases:
//
//  1. format_collect.go gathers tokens and comments into declarations and their
//     lines, as the layout of the language has them.
//  2. format_break.go decides which words start a line, and where.
//  3. format_align.go puts what belongs in columns into columns.
//  4. format_print.go writes lines, breaking those that are still too long.
func Format(text []byte) ([]byte, []Problem) {
	if _, problems := Parse("", text); len(problems) > 0 {
		return nil, problems
	}
	file := collect(string(text))
	for _, block := range file.blocks {
		block.chooseBreaks()
		block.alignBody()
	}
	alignHeads(file.blocks)
	separate(file.blocks)
	var p printer
	for _, block := range file.blocks {
		p.block(block)
	}
	for _, c := range file.after {
		p.ownLine(c, c.indent)
	}
	return p.text(), nil
}

// separate puts an empty line between declarations of which one has several
// lines and that are about different things.
func separate(blocks []*formatBlock) {
	for i := 1; i < len(blocks); i++ {
		above, below := blocks[i-1], blocks[i]
		if above.subject() == below.subject() || above.oneLine() && below.oneLine() {
			continue
		}
		head := below.lines[0]
		at, blank := len(head.before), head.blank
		for j := len(head.before) - 1; j >= 0 && head.before[j].indent == 0; j-- {
			at, blank = j, blank || head.before[j].blank
		}
		switch {
		case blank:
		case at == len(head.before):
			head.blank = true
		default:
			head.before[at].blank = true
		}
	}
}
