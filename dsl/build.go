package dsl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// A builder turns what the grammar captured into the syntax tree. It reports
// what the grammar lets pass because it can be told better here.
type builder struct {
	problems *problemList
	feed     feed
}

func (b *builder) fault(pos Position, length int, message, hint string) {
	b.problems.add(Problem{Pos: pos, Length: length, Message: message, Hint: hint})
}

func name(t lexer.Token) Name {
	return Name{Pos: position(t.Pos), Text: t.Value}
}

func optionalName(t *lexer.Token) *Name {
	if t == nil {
		return nil
	}
	n := name(*t)
	return &n
}

func prose(t lexer.Token) Prose {
	return Prose{Pos: position(t.Pos), Text: unquote(t.Value)}
}

func optionalProse(t *lexer.Token) *Prose {
	if t == nil {
		return nil
	}
	p := prose(*t)
	return &p
}

// unquote gives the text of a quotation.
func unquote(quoted string) string {
	text := quoted[1 : len(quoted)-1]
	if strings.IndexByte(text, '\\') < 0 {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\') {
			i++
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// number gives the value of a number.
func (b *builder) number(t lexer.Token) int {
	n, err := strconv.ParseInt(t.Value, 10, 32)
	if err != nil {
		b.fault(position(t.Pos), length(t), "this number is too large", "the largest is 2147483647")
	}
	return int(n)
}

// weight gives the value of a weight.
func (b *builder) weight(t lexer.Token) int {
	n := b.number(t)
	if n < 1 {
		b.fault(position(t.Pos), length(t), "a weight is at least 1", "")
	}
	return n
}

func (r reasoned) declaration(node Node) Declaration {
	return Declaration{Because: optionalProse(r.Because), Node: node}
}

func (g *titleGrammar) build(b *builder) Declaration {
	return Declaration{Node: &Title{Spec: prose(g.Spec), Version: b.number(g.Version), Source: prose(g.Source)}}
}

func (g *clauseGrammar) build(*builder) Declaration {
	return Declaration{Node: &Clause{ID: name(g.ID), Text: prose(g.Text), SetAside: optionalProse(g.SetAside)}}
}

func (g *conflictGrammar) build(*builder) Declaration {
	return Declaration{Node: &Conflict{Clauses: g.Clauses.Names, Text: prose(g.Text),
		Decided: prose(g.Decided), Decision: prose(g.Reason)}}
}

func (g *platformGrammar) build(*builder) Declaration {
	return Declaration{Node: &Platform{Name: name(g.Name), Extends: optionalName(g.Extends), Text: prose(g.Text)}}
}

func (g *errorGrammar) build(b *builder) Declaration {
	node := &Error{Name: name(g.Name), Number: b.number(g.Number), Text: prose(g.Text), Cites: (*nameList)(g.Cites).names()}
	for _, c := range g.Cannots {
		node.Cannots = append(node.Cannots, Cannot{Pos: position(c.Pos), On: c.On.Names, Because: prose(c.Because)})
	}
	return g.declaration(node)
}

func (g *targetGrammar) build(*builder) Declaration {
	node := &Target{Name: name(g.Name), Text: prose(g.Text)}
	for _, r := range g.Renamings {
		node.Renamings = append(node.Renamings, Renaming{Native: name(r.Native), Call: optionalName(r.Call),
			Kind: optionalName(r.Kind), Means: name(r.Means), Because: prose(r.Because)})
	}
	return Declaration{Node: node}
}

func (g *fieldGrammar) build(b *builder) Declaration {
	node := &Field{Name: name(g.Name), Text: optionalProse(g.Text)}
	for _, w := range g.Words {
		node.Words = append(node.Words, Word{Name: name(w.Name), Text: optionalProse(w.Text)})
	}
	if len(node.Words) == 0 {
		b.fault(node.Name.Pos, length(g.Name), "the field `"+clip(node.Name.Text)+"` has no words",
			"its words stand below it, indented, one a line")
	}
	return g.declaration(node)
}

func (g *variableGrammar) build(b *builder) Declaration {
	return g.declaration(&Variable{World: g.World, Type: name(g.Type), Name: name(g.Name), Text: optionalProse(g.Text)})
}

func (g *queueGrammar) build(b *builder) Declaration {
	return g.declaration(&Queue{Name: name(g.Name), Of: name(g.Of), Holds: b.number(g.Holds), Text: optionalProse(g.Text)})
}

func (g *handleGrammar) build(b *builder) Declaration {
	return g.declaration(&Handle{Name: name(g.Name), Text: optionalProse(g.Text)})
}

func (g *groupGrammar) build(b *builder) Declaration {
	return g.declaration(&Group{Name: name(g.Name), Words: g.Words.Names})
}

func (g *inputGrammar) build(b *builder) Declaration {
	node := &Input{Name: name(g.Name)}
	for _, c := range g.Classes {
		class := Class{Name: name(c.Name), Text: optionalProse(c.Text)}
		seen := onlyOnce{b, nil}
		for _, m := range c.Modifiers {
			seen.check(m.Tokens[0])
			switch {
			case m.Usual:
				class.Usual = true
			case m.Weight != nil:
				class.Weight = b.weight(*m.Weight)
			case m.Needs != nil:
				class.Needs = optionalName(m.Needs)
			default:
				class.For = m.For.Names
			}
		}
		node.Classes = append(node.Classes, class)
	}
	if len(node.Classes) == 0 {
		b.fault(node.Name.Pos, length(g.Name), "the input `"+clip(node.Name.Text)+"` has no classes",
			"its classes stand below it, indented, one a line")
	}
	return g.declaration(node)
}

func (g *callGrammar) build(b *builder) Declaration {
	node := &Call{Name: name(g.Name), Parameters: (*nameList)(g.Parameters).names()}
	seen := onlyOnce{b, nil}
	for _, m := range g.Modifiers {
		seen.check(m.Tokens[0])
		switch {
		case m.Makes != nil:
			node.Makes = optionalName(m.Makes)
		case m.Answers != nil:
			node.Answers = optionalName(m.Answers)
		case m.Levels != nil:
			node.Levels = m.Levels.Names
		case m.Needs != nil:
			node.Needs = optionalName(m.Needs)
		case m.Like != nil:
			node.Like = optionalName(m.Like)
		default:
			node.Weight = b.weight(*m.Weight)
		}
	}
	return g.declaration(node)
}

// onlyOnce reports a modifier, `weight 3`, that stands twice.
type onlyOnce struct {
	*builder
	seen []string
}

func (o *onlyOnce) check(keyword lexer.Token) {
	if slices.Contains(o.seen, keyword.Value) {
		o.fault(position(keyword.Pos), length(keyword), "`"+keyword.Value+"` stands here twice", "")
	}
	o.seen = append(o.seen, keyword.Value)
}

func (g *dropGrammar) build(b *builder) Declaration {
	if g.Rule != nil {
		return g.declaration(&Drop{Name: name(*g.Rule)})
	}
	return g.declaration(&Drop{Kind: optionalName(g.Kind), Name: name(*g.Name)})
}

func (g *recodeGrammar) build(b *builder) Declaration {
	return g.declaration(&Recode{Rule: name(g.Rule), From: name(g.From), To: name(g.To)})
}

func (g *orderGrammar) build(b *builder) Declaration {
	return g.declaration(&Order{Call: name(g.Call), Rules: g.Rules.Names})
}

func (g *scenarioGrammar) build(b *builder) Declaration {
	node := &Scenario{Title: prose(g.Title), Cites: (*nameList)(g.Cites).names(), Steps: g.Steps.Steps}
	if len(node.Steps) == 0 {
		b.fault(node.Title.Pos, length(g.Title), "this scenario has no steps",
			"its calls stand below it, indented, one a line")
	}
	return Declaration{On: (*nameList)(g.On).names(), Node: node}
}
