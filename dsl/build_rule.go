package dsl

import (
	"github.com/alecthomas/participle/v2/lexer"
)

func (g *ruleGrammar) build(b *builder) Declaration {
	return b.rule(rule(g.Rank, g.Name, g.For, g.Cites), g.Lines.Lines, g.reasoned)
}

func (g *laterGrammar) build(b *builder) Declaration {
	return b.rule(rule(g.Rank, g.Name, g.For, g.Cites), g.Lines.Lines, g.reasoned)
}

func (g *readyGrammar) build(b *builder) Declaration {
	return b.rule(rule(g.Rank, g.Name, g.For, g.Cites), g.Lines.Lines, g.reasoned)
}

func (g *changeGrammar) build(b *builder) Declaration {
	node := &Change{Name: name(g.Name), Lines: g.Lines.Lines}
	if len(node.Lines) == 0 {
		b.fault(node.Name.Pos, len(node.Name.Text), "the change `"+clip(node.Name.Text)+"` has no lines",
			"its effects stand below it, indented, each line with an arrow: `-> s becomes fresh`")
	}
	return g.declaration(node)
}

func (g *eventGrammar) build(b *builder) Declaration {
	node := &Event{Cites: (*nameList)(g.Cites).names()}
	node.Name = Name{Pos: position(g.Actor.Pos), Text: g.Actor.Value + " " + g.Deed.Value}
	node.Parameters = (*nameList)(g.Parameters).names()
	seen := onlyOnce{b, nil}
	for _, m := range g.Modifiers {
		seen.check(m.Tokens[0])
		if m.Needs != nil {
			node.Needs = optionalName(m.Needs)
		} else {
			node.Weight = b.number(*m.Weight)
		}
	}
	node.Lines = g.Lines.Lines
	if len(node.Lines) == 0 {
		b.fault(node.Name.Pos, length(g.Actor), "the event `"+clip(node.Name.Text)+"` has no lines",
			"what it changes stands below it, indented, each line with an arrow: `s is connecting -> s becomes connected`")
	}
	return g.declaration(node)
}

// rule makes the node of a rule, without its lines.
func rule(rank, ruleName lexer.Token, words *choiceList, cites *spacedList) *Rule {
	return &Rule{Rank: name(rank), Name: name(ruleName), For: (*nameList)(words).names(), Cites: (*nameList)(cites).names()}
}

// rule gives a rule its lines. One without says nothing, and most likely its
// lines are not indented; only what is unstated may be so altogether.
func (b *builder) rule(node *Rule, lines []Line, r reasoned) Declaration {
	node.Lines = lines
	if len(lines) == 0 && node.Rank.Text != "unstated" {
		b.fault(node.Name.Pos, len(node.Name.Text), "the rule `"+clip(node.Name.Text)+"` has no lines",
			"its conditions and outcomes stand below it, indented")
	}
	return r.declaration(node)
}
