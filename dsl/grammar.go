package dsl

import (
	"github.com/alecthomas/participle/v2/lexer"
)

// The grammar of every declaration but rules and scenarios. Fields capture
// tokens, not strings, because the syntax tree tells where everything stands.

// reasoned is the end of the declarations that a platform may have of its own.
// What stands before them, `on linux`, is read before the grammar is chosen.
type reasoned struct {
	Because *lexer.Token `parser:"('because' @Prose)?"`
}

type titleGrammar struct {
	Spec    lexer.Token `parser:"'spec' @Prose"`
	Version lexer.Token `parser:"'version' @Number"`
	Source  lexer.Token `parser:"Line? 'source' @Prose"`
}

type clauseGrammar struct {
	ID       lexer.Token  `parser:"'clause' @Word"`
	Text     lexer.Token  `parser:"@Prose"`
	SetAside *lexer.Token `parser:"(Line? 'set' 'aside' 'because' @Prose)?"`
}

type conflictGrammar struct {
	Clauses spacedList  `parser:"'conflict' @@"`
	Text    lexer.Token `parser:"@Prose"`
	Decided lexer.Token `parser:"Line? 'decided' @Prose"`
	Reason  lexer.Token `parser:"'because' @Prose"`
}

type platformGrammar struct {
	Name    lexer.Token  `parser:"'platform' @Word"`
	Extends *lexer.Token `parser:"('extends' @Word)?"`
	Text    lexer.Token  `parser:"@Prose"`
}

type errorGrammar struct {
	Name    lexer.Token     `parser:"'error' @Word"`
	Number  lexer.Token     `parser:"@Number"`
	Text    lexer.Token     `parser:"@Prose"`
	Cites   *spacedList     `parser:"('cites' @@)?"`
	Cannots []cannotGrammar `parser:"(Line @@)*"`
	reasoned
}

type cannotGrammar struct {
	Pos     lexer.Position
	On      commaList   `parser:"'on' @@"`
	Because lexer.Token `parser:"'cannot' 'provoke' 'because' @Prose"`
}

type targetGrammar struct {
	Name      lexer.Token       `parser:"'target' @Word"`
	Text      lexer.Token       `parser:"@Prose"`
	Renamings []renamingGrammar `parser:"(Line @@)*"`
}

type renamingGrammar struct {
	Native  lexer.Token  `parser:"@Word"`
	Call    *lexer.Token `parser:"('of' (?! 'means') @Word"`
	Kind    *lexer.Token `parser:"  ((?! 'means') @Word)?)?"`
	Means   lexer.Token  `parser:"'means' @Word"`
	Because lexer.Token  `parser:"'because' @Prose"`
}

type fieldGrammar struct {
	Name  lexer.Token   `parser:"'field' @Word"`
	Text  *lexer.Token  `parser:"@Prose?"`
	Words []wordGrammar `parser:"(Line @@)*"`
	reasoned
}

type wordGrammar struct {
	Name lexer.Token  `parser:"@Word"`
	Text *lexer.Token `parser:"@Prose?"`
}

type variableGrammar struct {
	World bool         `parser:"@'world'?"`
	Type  lexer.Token  `parser:"@('flag' | 'address' | 'socket' | 'code')"`
	Name  lexer.Token  `parser:"@Word"`
	Text  *lexer.Token `parser:"@Prose?"`
	reasoned
}

type queueGrammar struct {
	Name  lexer.Token  `parser:"'queue' @Word"`
	Of    lexer.Token  `parser:"'of' @('sockets' | 'tokens')"`
	Holds lexer.Token  `parser:"'holds' @Number"`
	Text  *lexer.Token `parser:"@Prose?"`
	reasoned
}

type handleGrammar struct {
	Name lexer.Token  `parser:"'handle' @Word"`
	Text *lexer.Token `parser:"@Prose?"`
	reasoned
}

type groupGrammar struct {
	Name  lexer.Token `parser:"'group' @Word"`
	Words choiceList  `parser:"'=' @@"`
	reasoned
}

type inputGrammar struct {
	Name    lexer.Token    `parser:"'input' @Word"`
	Classes []classGrammar `parser:"(Line @@)*"`
	reasoned
}

type classGrammar struct {
	Name      lexer.Token     `parser:"@Word"`
	Text      *lexer.Token    `parser:"@Prose?"`
	Modifiers []classModifier `parser:"@@*"`
}

// Participle puts all tokens of a struct into its field Tokens.
type classModifier struct {
	Tokens []lexer.Token
	Usual  bool         `parser:"@'usual'"`
	Weight *lexer.Token `parser:"| 'weight' @Number"`
	Needs  *lexer.Token `parser:"| 'needs' @Word"`
	For    *choiceList  `parser:"| 'for' @@"`
}

type callGrammar struct {
	Name       lexer.Token    `parser:"'call' @Word"`
	Parameters *commaList     `parser:"'(' @@? ')'"`
	Modifiers  []callModifier `parser:"@@*"`
	reasoned
}

type callModifier struct {
	Tokens  []lexer.Token
	Makes   *lexer.Token `parser:"'makes' @Word"`
	Levels  *choiceList  `parser:"| 'answers' ( 'some' 'of' @@"`
	Answers *lexer.Token `parser:"            | @Word )"`
	Needs   *lexer.Token `parser:"| 'needs' @Word"`
	Like    *lexer.Token `parser:"| 'like' @Word"`
	Weight  *lexer.Token `parser:"| 'weight' @Number"`
}

type eventModifier struct {
	Tokens []lexer.Token
	Needs  *lexer.Token `parser:"'needs' @Word"`
	Weight *lexer.Token `parser:"| 'weight' @Number"`
}

type dropGrammar struct {
	Rule *lexer.Token `parser:"'drop' (@Dotted"`
	Kind *lexer.Token `parser:"| @('call' | 'field')"`
	Name *lexer.Token `parser:"  @Word)"`
	reasoned
}

type recodeGrammar struct {
	Rule lexer.Token `parser:"'recode' @Dotted"`
	From lexer.Token `parser:"@Word"`
	To   lexer.Token `parser:"'->' @Word"`
	reasoned
}

type orderGrammar struct {
	Call  lexer.Token `parser:"'order' @Word"`
	Rules orderList   `parser:"@@"`
	reasoned
}
