package dsl

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"

	"connectspec/dsl/golden"
)

// However a text is laid out, formatting keeps its meaning and its comments and
// is done at once.
func TestFormatScrambled(t *testing.T) {
	for _, path := range []string{"testdata/example.spec", "testdata/format/lines.spec", "../connect.spec"} {
		blocks := blocksOf(string(golden.Read(t, path)))
		for seed := range int64(200) {
			random := rand.New(rand.NewSource(seed))
			block := blocks[random.Intn(len(blocks))] + "\n"
			scrambled := scramble(random, block)
			before, problems := Parse("", []byte(block))
			if len(problems) > 0 {
				t.Fatalf("%s: %v", path, problems[0])
			}
			after := mustParse(t, fmt.Sprintf("%s, seed %d", path, seed), []byte(scrambled))
			if len(before.Declarations) != len(after.Declarations) {
				t.Fatalf("the scrambled text is not what it was:\n%s", scrambled)
			}
			checkFormat(t, []byte(scrambled))
		}
	}
}

// blocksOf cuts a text at empty lines, where that is not within a declaration.
func blocksOf(text string) []string {
	var blocks []string
	for _, part := range strings.Split(text, "\n\n") {
		if strings.HasPrefix(part, " ") {
			blocks[len(blocks)-1] += "\n\n" + part
		} else {
			blocks = append(blocks, part)
		}
	}
	return blocks
}

// scramble lays out the tokens of a text in another way that means the same.
func scramble(random *rand.Rand, text string) string {
	var problems problemList
	s := newScanner("", text, &problems)
	var out strings.Builder
	depth := 0
	var last lexer.Token
	ended := false
	for t := s.next(); t.Type != lexer.EOF; t = s.next() {
		switch t.Type {
		case commentToken:
			continue
		case lineToken:
			ended = true
			continue
		}
		switch {
		case t.Pos.Column == 1:
			depth = 0
			if out.Len() > 0 {
				out.WriteString(lineEnd(random))
			}
		case ended && depth == 0 && !goesOn(last, t), (depth > 0 || goesOn(last, t)) && random.Intn(3) == 0:
			out.WriteString(lineEnd(random) + strings.Repeat(" ", 1+random.Intn(6)))
		default:
			out.WriteString(space(random, last, t))
		}
		out.WriteString(t.Value)
		switch t.Value {
		case "(":
			depth++
		case ")":
			depth--
		}
		last, ended = t, false
	}
	return out.String() + lineEnd(random)
}

func space(random *rand.Rand, last, t lexer.Token) string {
	if glued := last.Type == markToken || t.Type == markToken || t.Type == arrowToken; glued && random.Intn(3) == 0 {
		return ""
	}
	return strings.Repeat(" ", 1+random.Intn(3)*random.Intn(2))
}

// lineEnd gives the end of a line, perhaps with comments and empty lines.
func lineEnd(random *rand.Rand) string {
	end := ""
	if random.Intn(6) == 0 {
		end += "  # behind"
	}
	end += "\n"
	for random.Intn(6) == 0 {
		end += "\n"
	}
	for random.Intn(8) == 0 {
		end += strings.Repeat(" ", random.Intn(3)) + fmt.Sprintf("# above %d\n", random.Intn(10))
		if random.Intn(3) == 0 {
			end += "\n"
		}
	}
	return end
}
