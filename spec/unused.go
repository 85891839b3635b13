package spec

import (
	"fmt"

	"connectspec/dsl"
)

// A usage notes which names the declarations of a file mention.
type usage struct {
	mentioned map[string]bool // in any place but their own declaration
	asked     map[string]bool // in a condition
	given     map[string]bool // as a result, or as what SO_ERROR answers
	called    map[string]bool // as a parameter or an answer of a call
}

// Unused are words, flags, inputs, groups, changes and errors that are declared
// and that nothing uses.
func (d *Document) Unused() []dsl.Problem {
	u := usage{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, declaration := range d.file.Declarations {
		u.declaration(declaration.Node)
	}
	var problems []dsl.Problem
	complain := func(name dsl.Name, message string) {
		problems = append(problems, dsl.Problem{
			Pos: name.Pos, Length: len(name.Text), Message: fmt.Sprintf(message, name.Text),
		})
	}
	for _, declaration := range d.file.Declarations {
		what, name := declared(declaration.Node)
		switch node := declaration.Node.(type) {
		case *dsl.Field: // the first word is what a new socket has
			for i, word := range node.Words {
				if i > 0 && !u.mentioned[word.Name.Text] && !u.called[node.Name.Text] {
					complain(word.Name, "no rule uses the word `%s`")
				}
			}
		case *dsl.Variable:
			u.variable(node, complain)
		case *dsl.Input:
			if !u.called[name.Text] {
				complain(name, "no call takes the input `%s`")
			}
		case *dsl.Error:
			if !u.given[name.Text] && len(node.Cannots) == 0 {
				complain(name, "no rule gives the error `%s`")
			}
		case *dsl.Queue, *dsl.Handle, *dsl.Group, *dsl.Change:
			if !u.mentioned[name.Text] {
				complain(name, "no rule uses the "+what+" `%s`")
			}
		}
	}
	return problems
}

func (u *usage) variable(node *dsl.Variable, complain func(dsl.Name, string)) {
	name := node.Name.Text
	switch {
	case !u.mentioned[name] && !u.called[name] && name != "local":
		complain(node.Name, "no rule uses the "+node.Type.Text+" `%s`")
	case node.Type.Text == "flag" && !u.asked[name] && !u.called[name]:
		complain(node.Name, "rules set the flag `%s`, and none asks for it")
	}
}

func (u *usage) declaration(node dsl.Node) {
	switch node := node.(type) {
	case *dsl.Group:
		u.ask(node.Words)
	case *dsl.Input:
		for _, class := range node.Classes {
			u.ask(class.For)
		}
	case *dsl.Call:
		for _, parameter := range node.Parameters {
			u.called[parameter.Text] = true
		}
		if node.Answers != nil {
			u.called[node.Answers.Text] = true
		}
	case *dsl.Event:
		for _, parameter := range node.Parameters {
			u.called[parameter.Text] = true
		}
		u.lines(node.Lines)
	case *dsl.Rule:
		u.ask(node.For)
		u.lines(node.Lines)
	case *dsl.Change:
		u.lines(node.Lines)
	case *dsl.Recode:
		u.given[node.To.Text] = true
	case *dsl.Target:
		for _, renaming := range node.Renamings {
			if renaming.Kind != nil {
				u.mention(renaming.Kind.Text)
			}
		}
	}
}

func (u *usage) mention(name string) { u.mentioned[name] = true }

func (u *usage) ask(names []dsl.Name) {
	for _, name := range names {
		u.mention(name.Text)
		u.asked[name.Text] = true
	}
}

func (u *usage) lines(lines []dsl.Line) {
	for _, line := range lines {
		for _, atom := range line.Guard {
			if atom.Left != nil {
				u.operand(*atom.Left, true)
			}
			for _, value := range atom.Values {
				u.operand(value, true)
			}
		}
		for _, outcome := range line.Outcomes {
			for _, result := range outcome.Results {
				u.given[result.Name.Text] = true
				if result.Code != nil {
					u.operand(*result.Code, true)
				}
				if result.Value != nil {
					u.operand(*result.Value, false)
				}
			}
			u.effects(outcome.Effects)
		}
	}
}

func (u *usage) operand(o dsl.Operand, asked bool) {
	names := []dsl.Name{o.Base}
	if o.Field != nil {
		names = append(names, *o.Field)
	}
	for _, name := range names {
		u.mention(name.Text)
		u.asked[name.Text] = u.asked[name.Text] || asked
	}
}

func (u *usage) effects(effects []dsl.Effect) {
	for _, effect := range effects {
		u.operand(effect.Target, false)
		u.operand(effect.Value, false)
		u.given[effect.Value.Base.Text] = true
		// A field that is copied is asked for.
		if effect.Value.Field != nil {
			u.asked[effect.Value.Field.Text] = true
		}
		u.effects(effect.Effects)
	}
}
