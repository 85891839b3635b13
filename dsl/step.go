package dsl

import (
	"strings"
	"unicode"

	"github.com/alecthomas/participle/v2/lexer"
)

// ParseStep reads one line of a script, of a trace or of a scenario:
//
//	s1 = accept s0 -> ok
//	recv s1        -> ok #3
//	select s0 now  -> ok readable+writable
//	a: connect s0  -> blocks
//
// It is how the steps of scenarios in specification files are read, too, but that
// here any text in quotes may come with a result: `-> protocol "no call"`. The
// error is a Problem whose position has no file and counts from the start of
// text; text must be one line with a step on it, the first; a comment may follow.
func ParseStep(text string) (Step, error) {
	var problems problemList
	s := newScanner("", text, &problems)
	var array [16]lexer.Token
	tokens := array[:0]
	for {
		t := s.next()
		if t.Type == commentToken || t.Type == lineToken {
			continue
		}
		if t.Type != lexer.EOF && t.Pos.Line > 1 {
			problems.add(unexpected(t, "the end of the text behind one line"))
		}
		tokens = append(tokens, t)
		if t.Type == lexer.EOF {
			break
		}
	}
	if len(problems.all) > 0 {
		return Step{}, problems.all[0]
	}
	// The last three are the result, the text and the end.
	if n := len(tokens); n >= 4 && tokens[n-4].Type == arrowToken && tokens[n-2].Type == proseToken {
		text := &tokens[n-2]
		text.Type, text.Value = wordToken, unquote(text.Value)
	}
	step, problem := parseStep(tokens)
	if problem != nil {
		return Step{}, *problem
	}
	return step, nil
}

// Quote gives a text the form in which ParseStep reads it back. What no line of a
// trace may have, such as control characters, turns into spaces.
func Quote(text string) string {
	clean := func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}
	text = strings.Map(clean, strings.ToValidUTF8(text, " "))
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// stepLines are the steps of a scenario.
type stepLines struct{ Steps []Step }

// Parse reads steps, one a line, to the end of the declaration.
func (l *stepLines) Parse(lex *lexer.PeekingLexer) error {
	var array [16]lexer.Token
	for lex.Peek().Type == lineToken {
		lex.Next()
		tokens := array[:0]
		for t := lex.Peek(); t.Type != lineToken && t.Type != lexer.EOF; t = lex.Peek() {
			tokens = append(tokens, *t)
			lex.Next()
		}
		step, problem := parseStep(append(tokens, *lex.Peek()))
		if problem != nil {
			return *problem
		}
		l.Steps = append(l.Steps, step)
	}
	return nil
}

// parseStep reads a step from tokens that end with that of the end of a line or
// of the text.
func parseStep(tokens []lexer.Token) (Step, *Problem) {
	r := stepReader{tokens: tokens}
	step := Step{Pos: position(r.tokens[0].Pos)}
	if len(r.tokens) > 1 && r.tokens[1].Value == ":" {
		thread := r.word("the name of a thread before `:`")
		step.Thread = &thread
		r.tokens = r.tokens[1:]
	}
	if len(r.tokens) > 1 && r.tokens[1].Value == "=" {
		makes := r.word("the name of a socket before `=`")
		step.Makes = &makes
		r.tokens = r.tokens[1:]
	}
	step.Call = r.word("the name of a call")
	for r.problem == nil && isStepWord(r.tokens[0]) {
		step.Args = append(step.Args, r.word(""))
	}
	if r.problem == nil && r.tokens[0].Type == arrowToken {
		r.tokens = r.tokens[1:]
		result := r.word("what the call answers after `->`")
		step.Result = &result
		r.values(&step)
	}
	if t := r.tokens[0]; r.problem == nil && t.Type != lineToken && t.Type != lexer.EOF {
		expected := "an argument, `->` or the end of the line"
		switch {
		case step.Result == nil:
		case len(step.Values) > 0:
			expected = "`+` or the end of the line"
		default:
			expected = "the end of the line"
		}
		r.expect(expected)
	}
	return step, r.problem
}

// A stepReader walks over the tokens of a step up to the first problem.
type stepReader struct {
	tokens  []lexer.Token
	problem *Problem
}

// values reads what stands behind the result: `loopback`, `#3`, `readable+writable`.
func (r *stepReader) values(step *Step) {
	if r.problem != nil || !isStepWord(r.tokens[0]) {
		return
	}
	step.Values = append(step.Values, r.word(""))
	for r.problem == nil && r.tokens[0].Value == "+" {
		r.tokens = r.tokens[1:]
		step.Values = append(step.Values, r.word("a value after `+`"))
	}
}

func (r *stepReader) word(expected string) Name {
	t := r.tokens[0]
	if !isStepWord(t) {
		r.expect(expected)
		return Name{}
	}
	r.tokens = r.tokens[1:]
	return name(t)
}

func (r *stepReader) expect(expected string) {
	if r.problem == nil {
		p := unexpected(r.tokens[0], expected)
		r.problem = &p
	}
}

func isStepWord(t lexer.Token) bool {
	switch t.Type {
	case wordToken, numberToken, tagToken:
		return true
	}
	return false
}
