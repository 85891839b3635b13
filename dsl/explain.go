package dsl

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// unexpected says what was expected where t stands.
func unexpected(t lexer.Token, expected string) Problem {
	p := Problem{Pos: position(t.Pos), Message: "expected " + expected + ", found " + describe(t)}
	if t.Type != lineToken && t.Type != lexer.EOF {
		p.Length = length(t)
	}
	return p
}

// describe names a token in a message.
func describe(t lexer.Token) string {
	switch t.Type {
	case lineToken:
		return "the end of the line"
	case lexer.EOF:
		return "the end of the declaration"
	case proseToken:
		return "the text " + clip(strings.TrimSuffix(t.Value, `"`)) + `"`
	}
	return "`" + clip(t.Value) + "`"
}

// explainKind tells that t starts no declaration.
func explainKind(t lexer.Token, on []Name) *Problem {
	p := unexpected(t, "a declaration")
	if on != nil {
		p = unexpected(t, "a declaration after `on "+clip(on[len(on)-1].Text)+"`")
	}
	if t.Type == wordToken {
		p.Message = "no declaration starts with `" + clip(t.Value) + "`"
		p.Hint = didYouMean(t, slices.Sorted(maps.Keys(kinds)))
	}
	if p.Hint == "" && on == nil {
		p.Hint = "a line that belongs to the declaration above is indented"
	}
	return &p
}

// explainOverlay tells that a platform can't have a declaration of that kind.
func explainOverlay(t lexer.Token) *Problem {
	p := Problem{Pos: position(t.Pos), Length: length(t),
		Message: "`" + t.Value + "` can not stand after `on`", Hint: "it holds for all platforms"}
	if t.Value == "scenario" {
		p.Hint = "the platforms of a scenario stand after its title"
	}
	return &p
}

// didYouMean gives a hint if t is nearly one of the words.
func didYouMean(t lexer.Token, words []string) string {
	if t.Type != wordToken || len(t.Value) > 40 {
		return ""
	}
	if near := Suggest(t.Value, words); near != "" {
		return "did you mean `" + near + "`?"
	}
	return ""
}

// explain says in plain words what participle, or a term, found wrong with a
// declaration, whose first token tells its kind.
func explain(tokens []lexer.Token, err error, kind kind) *Problem {
	var problem Problem
	var syntax participle.Error
	switch {
	case errors.As(err, &problem):
	case errors.As(err, &syntax):
		at := slices.IndexFunc(tokens, func(t lexer.Token) bool { return t.Pos.Offset >= syntax.Position().Offset })
		problem = explainSyntax(tokens, max(at, 1), syntax.Message())
	default:
		problem = Problem{Pos: position(tokens[0].Pos), Length: length(tokens[0]), Message: err.Error()}
	}
	at := slices.IndexFunc(tokens, func(t lexer.Token) bool { return t.Pos.Offset == problem.Pos.Offset })
	if at < 1 || problem.Hint != "" {
		return &problem
	}
	if problem.Hint = mend(tokens, at, &problem); problem.Hint == "" && tokens[0].Value != "scenario" {
		problem.Hint = misspelt(tokens, at, kind)
	}
	return &problem
}

// misspelt gives a hint if tokens[at], or the word before it, looks like a
// keyword of the declaration.
func misspelt(tokens []lexer.Token, at int, kind kind) string {
	words := kind.keywords()
	if hint := didYouMean(tokens[at], words); hint != "" || at == 1 || slices.Contains(words, tokens[at].Value) {
		return hint
	}
	return didYouMean(tokens[at-1], words)
}

var quotedWord = regexp.MustCompile(`"([a-z]+)"`)

// keywords gives the words that mean something in a declaration of this kind.
func (k kind) keywords() []string {
	words := []string{"because"}
	grammar := k.grammar()
	if strings.Contains(grammar, "Lines") {
		words = append(words, "is", "not", "some", "maybe", "first", "becomes", "adds", "drops", "does", "each", "in")
	}
	for _, match := range quotedWord.FindAllStringSubmatch(grammar, -1) {
		if _, first := kinds[match[1]]; !first && !slices.Contains(words, match[1]) {
			words = append(words, match[1])
		}
	}
	return words
}
