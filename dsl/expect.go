package dsl

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// explainSyntax says what was expected at tokens[at], where at is not 0. What
// stands before it tells that best; if it does not, participle's own message
// names what the grammar wanted.
func explainSyntax(tokens []lexer.Token, at int, message string) Problem {
	t, before := tokens[at], tokens[at-1]
	expected := expectedFirst[before.Value]
	if at > 1 || expected == "" {
		expected = expectedAfter(tokens[0].Value, before)
	}
	if expected == "" || expected == describe(t) {
		expected = translate(message)
	}
	if expected != "" && before.Type != lineToken {
		expected += " after " + describe(before)
	}
	if expected != "" {
		return unexpected(t, expected)
	}
	if t.Type == lineToken { // participle does not look beyond it
		return unexpected(tokens[at+1], "the end of the declaration")
	}
	p := unexpected(t, "")
	p.Message = describe(t) + " can not stand after " + describe(before)
	if t.Type == lexer.EOF {
		p.Message = "something is missing after " + describe(before)
	}
	return p
}

// expectedFirst says what stands behind the first word of a declaration.
var expectedFirst = map[string]string{
	"spec":     "the name of the specification in quotes",
	"clause":   "the name of a clause",
	"conflict": "the names of the clauses",
	"platform": "the name of a platform",
	"error":    "the name of an error",
	"target":   "the name of a target",
	"field":    "the name of a field",
	"world":    "`flag`, `address`, `socket` or `code`",
	"flag":     "the name of a flag",
	"address":  "the name of an address",
	"socket":   "the name of a socket field",
	"code":     "the name of a code",
	"queue":    "the name of a queue",
	"handle":   "the name of a handle",
	"group":    "the name of a group",
	"input":    "the name of an input",
	"call":     "the name of a call",
	"event":    "who acts",
	"refuse":   ruleName,
	"act":      ruleName,
	"may":      ruleName,
	"unstated": ruleName,
	"resume":   ruleName,
	"later":    ruleName,
	"ready":    ruleName,
	"drop":     ruleName + " `call` or `field`",
	"recode":   ruleName,
	"order":    "the name of a call",
	"change":   "the name of a change",
	"scenario": "a title in quotes",
}

const ruleName = "the name of a rule, such as `connect.refused`,"

// expectedAfter says what stands behind a keyword or a mark further on in a
// declaration of the kind, or "".
func expectedAfter(kind string, before lexer.Token) string {
	switch before.Value {
	case "version", "weight", "holds":
		return "a number"
	case "source", "decided", "because":
		return "a text in quotes"
	case "cites":
		return "the name of a clause"
	case "on", "extends":
		return "the name of a platform"
	case "set":
		return "`aside`"
	case "cannot":
		return "`provoke`"
	case "aside", "provoke":
		return "`because`"
	case "of":
		return map[string]string{"queue": "`sockets` or `tokens`", "target": "the name of a call", "call": "a level"}[kind]
	case "means":
		return "the name of an error"
	case "makes":
		return "a name for the new socket"
	case "answers":
		return "what the call answers"
	case "needs":
		return "a capability"
	case "for", "|":
		return "a word"
	case "=":
		return "a word"
	case "(":
		return "a parameter or `)`"
	case ",":
		return "another name"
	}
	return ""
}

// translate turns the first thing that participle says it expected into plain
// words; "" if it did not say.
func translate(message string) string {
	const opening = " (expected "
	i := strings.LastIndex(message, opening)
	if i < 0 {
		return ""
	}
	grammar := strings.TrimPrefix(message[i+len(opening):], "<line>? ")
	first, _, _ := strings.Cut(strings.TrimLeft(grammar, "("), " ")
	if strings.HasPrefix(first, `")"`) {
		return "`,` or `)`"
	}
	first = strings.TrimRight(first, ")?*+")
	if word, quoted := strings.CutPrefix(first, `"`); quoted {
		return "`" + strings.TrimSuffix(word, `"`) + "`"
	}
	return map[string]string{
		"<word>": "a name", "<dotted>": "a name with a dot", "<number>": "a number", "<prose>": "a text in quotes",
		"commaList": "a name", "choiceList": "a word", "spacedList": "a name", "orderList": "the names of rules",
		"WordGrammar": "a word of the field", "ClassGrammar": "a class of the input",
	}[first]
}
