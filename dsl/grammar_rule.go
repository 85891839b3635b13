package dsl

import (
	"github.com/alecthomas/participle/v2/lexer"
)

// The grammar of rules and scenarios, the declarations whose lines matter. The
// lines themselves, of which there may be none, are read by lines.go, terms.go
// and step.go.

type ruleGrammar struct {
	Rank  lexer.Token `parser:"@Word"` // refuse, act, may, unstated, resume
	Name  lexer.Token `parser:"@Dotted"`
	For   *choiceList `parser:"('for' @@)?"`
	Cites *spacedList `parser:"('cites' @@)?"`
	Lines *caseLines  `parser:"@@?"`
	reasoned
}

type laterGrammar struct {
	Rank  lexer.Token  `parser:"@'later'"`
	Name  lexer.Token  `parser:"@Dotted"`
	For   *choiceList  `parser:"('for' @@)?"`
	Cites *spacedList  `parser:"('cites' @@)?"`
	Lines *changeLines `parser:"@@?"`
	reasoned
}

type readyGrammar struct {
	Rank  lexer.Token `parser:"@'ready'"`
	Name  lexer.Token `parser:"@Dotted"`
	For   *choiceList `parser:"('for' @@)?"`
	Cites *spacedList `parser:"('cites' @@)?"`
	Lines *levelLines `parser:"@@?"`
	reasoned
}

// changeGrammar is effects with a name; its lines are those of a later rule.
type changeGrammar struct {
	Name  lexer.Token `parser:"'change' @Word"`
	Lines changeLines `parser:"@@"`
	reasoned
}

// eventGrammar is what may happen far away, and what that changes here.
type eventGrammar struct {
	Actor      lexer.Token     `parser:"'event' @Word"`
	Deed       lexer.Token     `parser:"@Word"`
	Parameters *commaList      `parser:"'(' @@? ')'"`
	Modifiers  []eventModifier `parser:"@@*"`
	Cites      *spacedList     `parser:"('cites' @@)?"`
	Lines      *changeLines    `parser:"@@?"`
	reasoned
}

type scenarioGrammar struct {
	Title lexer.Token `parser:"'scenario' @Prose"`
	On    *commaList  `parser:"('on' @@)?"`
	Cites *spacedList `parser:"('cites' @@)?"`
	Steps *stepLines  `parser:"@@?"`
}
