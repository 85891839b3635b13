package dsl

import (
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// mend says how to mend what was found at tokens[at], where at is not 0, if it
// is what people write who are used to other languages; "" if it is not.
func mend(tokens []lexer.Token, at int, problem *Problem) string {
	t, before := tokens[at], tokens[at-1]
	names := isOperand(&t) && isOperand(&before)
	switch kind := tokens[0].Value; {
	case startsDeclaration(tokens, at):
		return "a declaration starts in column 1"
	case strings.HasPrefix(problem.Message, "expected `is`"):
		return mendGuard(t, before, problem)
	case t.Value == "," && listOf(tokens, at) == "cites":
		return "clauses stand one behind the other, without commas"
	case kind == "order" && at > 2 && (names || t.Value == "|"):
		return "refusals have `,` between them"
	case kind == "group" && at > 2 && (names || t.Value == ","):
		return "words have `|` between them"
	}
	return unclosed(tokens, at)
}

// mendGuard is mend where a condition could have gone on, or ended.
func mendGuard(t, before lexer.Token, problem *Problem) string {
	switch {
	case t.Value == "or":
		return "alternatives have `|` between them"
	case t.Value == "and":
		return "conditions have `,` between them"
	case before.Value == "if" || before.Value == "when":
		return "a condition starts with what it is about"
	case t.Value == "=":
		return "a condition says `is`"
	case (isResult(t) || t.Value == ":") && strings.Contains(problem.Message, "`->`"):
		return "an outcome starts with `->`"
	case before.Value == "s" && isWord(&t) && didYouMean(t, []string{"is"}) == "":
		return "write `s is " + clip(t.Value) + "`"
	}
	return ""
}

// startsDeclaration says whether tokens[at] is at the beginning of a line that
// would be a declaration if it were not indented.
func startsDeclaration(tokens []lexer.Token, at int) bool {
	start := at
	for start > 0 && tokens[start-1].Type != lineToken {
		start--
	}
	if start == 0 || tokens[start].Value == "on" && tokens[0].Value == "error" {
		return false
	}
	kind := start
	if tokens[start].Value == "on" {
		for kind++; kind < len(tokens)-1 && (isWord(&tokens[kind]) && kinds[tokens[kind].Value].parse == nil || tokens[kind].Value == ","); {
			kind++
		}
	}
	_, known := kinds[tokens[kind].Value]
	if !known || tokens[kind].Value == "socket" || at > max(kind, start+1)+1 { // `socket t` is a condition
		return false
	}
	next := tokens[min(kind+1, len(tokens)-1)]
	return isOperand(&next) || next.Type == proseToken
}

// isResult says whether a word looks like a result: WSAEINVAL, ok, blocks.
func isResult(t lexer.Token) bool {
	if t.Type != wordToken {
		return false
	}
	return t.Value == "ok" || t.Value == "blocks" || len(t.Value) > 2 && strings.ToUpper(t.Value) == t.Value
}

// listOf is the keyword before the names that stand before tokens[at].
func listOf(tokens []lexer.Token, at int) string {
	at--
	for at > 0 && isWord(&tokens[at]) {
		at--
	}
	return tokens[at].Value
}

// unclosed tells of a parenthesis that was opened in a line above tokens[at], or
// that nothing follows.
func unclosed(tokens []lexer.Token, at int) string {
	depth, line := 0, tokens[at].Pos.Line
	if tokens[at].Type == lexer.EOF {
		line = 0
	}
	for at--; at >= 0; at-- {
		switch t := tokens[at]; {
		case t.Type != markToken:
		case t.Value == ")":
			depth++
		case t.Value == "(" && depth > 0:
			depth--
		case t.Value == "(" && t.Pos.Line != line:
			return fmt.Sprintf("the `(` in line %d, column %d, is not closed", t.Pos.Line, t.Pos.Column)
		}
	}
	return ""
}
