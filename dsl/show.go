package dsl

import (
	"bytes"
	"io"
	"strings"
	"unicode"
)

// showWidth is how many columns of a terminal Show fills at most, two of them
// in front of the source line.
const showWidth = 80

// Show writes a problem for a person to read: where and what, the line of text
// that it is about, with marks below the place, and the hint. Text is what the
// problem was found in; if the line is not there, it is left out. As with
// fmt.Fprint to a terminal, there is nothing to be done about an error of w.
func Show(w io.Writer, text []byte, p Problem) {
	var out strings.Builder
	out.WriteString(p.Error() + "\n")
	if line, ok := sourceLine(text, p.Pos.Line); ok {
		source, marks := excerpt(line, p.Pos.Column-1, p.Length)
		out.WriteString("  " + source + "\n  " + marks + "\n")
	}
	if p.Hint != "" {
		out.WriteString("  hint: " + p.Hint + "\n")
	}
	io.WriteString(w, out.String())
}

// sourceLine returns a line of text, counted from 1, without its end.
func sourceLine(text []byte, number int) (string, bool) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	for ; number > 1; number-- {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return "", false
		}
		text = text[end+1:]
	}
	if number < 1 || len(text) == 0 {
		return "", false
	}
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	return string(bytes.TrimSuffix(text, []byte("\r"))), true
}

// A cell is a code point as a terminal shows it.
type cell struct {
	text  string
	width int
}

// excerpt gives the part of a line around code point number at, and marks to
// stand below length code points from there on. Where something was cut off,
// an ellipsis stands.
func excerpt(line string, at, length int) (source, marks string) {
	cells := cellsOf(line, at+length)
	at = min(max(at, 0), len(cells))
	end := min(max(at+length, at), len(cells))
	const room = showWidth - 2
	first, last := 0, len(cells)
	if width(cells) > room {
		first, last = window(cells, at, room-2*len("..."))
	}
	end = min(end, last)
	var out strings.Builder
	before := 0
	if first > 0 {
		out.WriteString("...")
		before = len("...")
	}
	for _, c := range cells[first:last] {
		out.WriteString(c.text)
	}
	if last < len(cells) {
		out.WriteString("...")
	}
	before += width(cells[first:at])
	return out.String(), strings.Repeat(" ", before) + strings.Repeat("^", max(1, width(cells[at:max(at, end)])))
}

// cellsOf cuts a line into cells; no more than can matter if the marks end at
// code point number end.
func cellsOf(line string, end int) []cell {
	var cells []cell
	for _, r := range line {
		if len(cells) > end+2*showWidth {
			break
		}
		cells = append(cells, cellOf(r))
	}
	return cells
}

// window chooses the cells to show around one of them: room columns, a third of
// them in front of it.
func window(cells []cell, at, room int) (first, last int) {
	first = at
	for columns := 0; first > 0 && columns+cells[first-1].width <= room/3; first-- {
		columns += cells[first-1].width
	}
	last = first
	columns := 0
	for last < len(cells) && columns+cells[last].width <= room {
		columns += cells[last].width
		last++
	}
	for first > 0 && columns+cells[first-1].width <= room { // the line ends soon
		first--
		columns += cells[first].width
	}
	return first, last
}

func width(cells []cell) int {
	columns := 0
	for _, c := range cells {
		columns += c.width
	}
	return columns
}

// cellOf shows a tab as four columns and what has no picture as a stand-in.
func cellOf(r rune) cell {
	switch {
	case r == '\t':
		return cell{"    ", 4}
	case r < 0x20 || r == 0x7f || unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
		return cell{"\ufffd", 1}
	case r < 0x300:
		return cell{string(r), 1}
	case unicode.In(r, unicode.Mn, unicode.Me):
		return cell{string(r), 0}
	case isWide(r):
		return cell{string(r), 2}
	}
	return cell{string(r), 1}
}

// wide are the blocks whose characters take two columns (Unicode, East Asian
// Width W and F), in the large.
var wide = [][2]rune{
	{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0x33ff}, {0x3400, 0x4dbf}, {0x4e00, 0x9fff},
	{0xa000, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f},
	{0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
	{0x20000, 0x3fffd},
}

func isWide(r rune) bool {
	for _, block := range wide {
		if block[0] <= r && r <= block[1] {
			return true
		}
	}
	return false
}
