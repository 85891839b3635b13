// Package dsl reads and writes the text of specifications. It knows their
// syntax, which docs/language.md describes, and nothing of what they mean.
//
// Parse works in these phases:
//
//  1. scan.go cuts the text into tokens; what can't be a token is reported.
//  2. layout.go cuts the tokens at column 1 into declarations, so that each is
//     parsed for itself and one mistake hides no other.
//  3. grammar.go and grammar_rule.go say, for participle, what each kind of
//     declaration looks like; lists.go, lines.go, terms.go and step.go read the
//     parts that a specification is mostly made of. explain.go and expect.go
//     tell in plain words what did not fit.
//  4. build.go and build_rule.go make the syntax tree of ast.go of what matched.
//
// Format, in format.go, starts from the tokens of the first phase.
package dsl

import (
	"fmt"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// Parse reads a specification. It returns the declarations that could be read
// and, in the order of the text, the problems with the others: at most fifty
// and one that says that there are more. The name of the file, which may be
// empty, goes into positions; nothing is opened. Nothing in the tree refers to
// text afterwards.
func Parse(file string, text []byte) (*File, []Problem) {
	var problems problemList
	out := &File{Name: file}
	if len(text) > maxFile {
		problems.add(Problem{Pos: Position{File: file, Line: 1, Column: 1},
			Message: fmt.Sprintf("this file is larger than %d bytes", maxFile)})
		return out, problems.all
	}
	cut := newCutter(file, string(text), &problems)
	build := &builder{}
	for !problems.full() {
		tokens, broken, overflowed := cut.declaration()
		if tokens == nil {
			break
		}
		if overflowed {
			continue
		}
		var found problemList
		build.problems = &found
		declaration, problem := parseDeclaration(tokens, build)
		if problem == nil {
			out.Declarations = append(out.Declarations, declaration)
		} else {
			found.add(*problem)
		}
		for _, p := range found.all {
			if !broken { // otherwise it may be due to what has been told already
				problems.add(p)
			}
		}
	}
	return out, problems.sorted()
}

// parseDeclaration parses the tokens of one declaration, EOF at their end.
func parseDeclaration(tokens []lexer.Token, build *builder) (Declaration, *Problem) {
	rest, on, problem := platforms(tokens)
	if problem != nil {
		return Declaration{}, problem
	}
	kind, ok := kinds[rest[0].Value]
	if !ok || rest[0].Type != wordToken {
		return Declaration{}, explainKind(rest[0], on)
	}
	if on != nil && !kind.overlay {
		return Declaration{}, explainOverlay(rest[0])
	}
	declaration, err := kind.parse(rest, build)
	if err != nil {
		return Declaration{}, explain(rest, err, kind)
	}
	declaration.Pos = position(tokens[0].Pos)
	if on != nil {
		declaration.On = on
	}
	return declaration, nil
}

// platforms reads the `on linux, posix` that a declaration may begin with, and
// gives the tokens behind it.
func platforms(tokens []lexer.Token) (rest []lexer.Token, on []Name, problem *Problem) {
	if tokens[0].Value != "on" {
		return tokens, nil, nil
	}
	for before := "`on`"; ; before = "`,`" {
		tokens = tokens[1:]
		if tokens[0].Type != wordToken {
			p := unexpected(tokens[0], "the name of a platform after "+before)
			return nil, nil, &p
		}
		on = append(on, name(tokens[0]))
		if tokens = tokens[1:]; tokens[0].Value != "," {
			return tokens, on, nil
		}
	}
}

// A kind is a kind of declarations.
type kind struct {
	// parse reads the tokens of a declaration, `on linux` left out.
	parse func([]lexer.Token, *builder) (Declaration, error)
	// grammar gives the grammar as EBNF.
	grammar func() string
	// overlay tells whether `on linux` may stand before it.
	overlay bool
}

// buildable is a grammar whose captures can be made into a declaration.
type buildable[G any] interface {
	*G
	build(*builder) Declaration
}

// kindOf makes a kind of a grammar. Choosing the grammar by its first word is
// quicker than trying one after the other, and mistakes are told more exactly.
// Every choice in the grammars is made by the next token, so participle need not
// look ahead, and reports what it found at the right place. The parser is built
// when first needed: a program that never parses a specification, such as an
// agent, does not wait for that.
func kindOf[G any, P buildable[G]]() kind {
	parser := sync.OnceValue(func() *participle.Parser[G] {
		return participle.MustBuild[G](participle.Lexer(definition{}), participle.UseLookahead(0))
	})
	return kind{
		parse: func(tokens []lexer.Token, b *builder) (Declaration, error) {
			grammar, err := parser().ParseFromLexer(b.feed.lexer(tokens))
			if err != nil {
				return Declaration{}, err
			}
			return P(grammar).build(b), nil
		},
		grammar: func() string { return parser().String() },
	}
}

// kinds are the kinds of declarations by their first words.
var kinds = makeKinds()

func makeKinds() map[string]kind {
	variable, rule := kindOf[variableGrammar](), kindOf[ruleGrammar]()
	all := map[string]kind{
		"error":    kindOf[errorGrammar](),
		"field":    kindOf[fieldGrammar](),
		"world":    variable,
		"flag":     variable,
		"address":  variable,
		"socket":   variable,
		"code":     variable,
		"queue":    kindOf[queueGrammar](),
		"handle":   kindOf[handleGrammar](),
		"group":    kindOf[groupGrammar](),
		"input":    kindOf[inputGrammar](),
		"call":     kindOf[callGrammar](),
		"event":    kindOf[eventGrammar](),
		"refuse":   rule,
		"act":      rule,
		"may":      rule,
		"unstated": rule,
		"resume":   rule,
		"later":    kindOf[laterGrammar](),
		"ready":    kindOf[readyGrammar](),
		"change":   kindOf[changeGrammar](),
		"drop":     kindOf[dropGrammar](),
		"recode":   kindOf[recodeGrammar](),
		"order":    kindOf[orderGrammar](),
	}
	for word, k := range all {
		k.overlay = true
		all[word] = k
	}
	all["spec"] = kindOf[titleGrammar]()
	all["clause"] = kindOf[clauseGrammar]()
	all["conflict"] = kindOf[conflictGrammar]()
	all["platform"] = kindOf[platformGrammar]()
	all["target"] = kindOf[targetGrammar]()
	all["scenario"] = kindOf[scenarioGrammar]()
	return all
}
