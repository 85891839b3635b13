package spec

import "connectspec/dsl"

// declared is what a declaration declares, and under what name; "" for those
// that have no name of their own.
func declared(node dsl.Node) (what string, name dsl.Name) {
	switch node := node.(type) {
	case *dsl.Field:
		return "field", node.Name
	case *dsl.Variable:
		if node.World {
			return "world " + node.Type.Text, node.Name
		}
		return node.Type.Text, node.Name
	case *dsl.Queue:
		return "queue", node.Name
	case *dsl.Handle:
		return "handle", node.Name
	case *dsl.Group:
		return "group", node.Name
	case *dsl.Error:
		return "error", node.Name
	case *dsl.Input:
		return "input", node.Name
	case *dsl.Call:
		return "call", node.Name
	case *dsl.Event:
		return "event", node.Name
	case *dsl.Change:
		return "change", node.Name
	case *dsl.Target:
		return "target", node.Name
	case *dsl.Order:
		return "order of", node.Call
	}
	return "", dsl.Name{}
}

// space is what a name must be unique in: all fields of a socket share one, and
// so do those of the world.
func space(node dsl.Node, what string) string {
	switch node := node.(type) {
	case *dsl.Field, *dsl.Queue:
		return "field"
	case *dsl.Variable:
		if node.World {
			return "field of the world"
		}
		return "field"
	}
	return what
}

// checkTwice reports names that are declared twice for one platform. (Words,
// clauses, platforms and rules are looked after where they are gathered.)
func (d *Document) checkTwice() {
	type key struct{ space, name, platform string }
	known := map[key]bool{}
	for _, declaration := range d.file.Declarations {
		what, name := declared(declaration.Node)
		if what == "" {
			continue
		}
		in := space(declaration.Node, what)
		for _, platform := range platformsOf(declaration) {
			k := key{in, name.Text, platform}
			if known[k] {
				d.reportName(name, "the %s `%s` is declared twice", in, name.Text)
				break
			}
			known[k] = true
		}
	}
}

// platformsOf are those that a declaration is for; the base platform is "".
func platformsOf(declaration dsl.Declaration) []string {
	if len(declaration.On) == 0 {
		return []string{""}
	}
	var platforms []string
	for _, on := range declaration.On {
		platforms = append(platforms, on.Text)
	}
	return platforms
}

// checkRepeated reports names that stand in one list twice.
func (d *Document) checkRepeated() {
	for _, declaration := range d.file.Declarations {
		d.repeated(declaration.On)
		switch node := declaration.Node.(type) {
		case *dsl.Conflict:
			d.repeated(node.Clauses)
		case *dsl.Error:
			d.repeated(node.Cites)
		case *dsl.Group:
			d.repeated(node.Words)
		case *dsl.Input:
			for _, class := range node.Classes {
				d.repeated(class.For)
			}
		case *dsl.Call:
			d.repeated(node.Parameters)
			d.repeated(node.Levels)
		case *dsl.Event:
			d.repeated(node.Parameters)
			d.repeated(node.Cites)
			d.repeatedInLines(node.Lines)
		case *dsl.Order:
			d.repeated(node.Rules)
		case *dsl.Scenario:
			d.repeated(node.Cites)
		case *dsl.Rule:
			d.repeated(node.For)
			d.repeated(node.Cites)
			d.repeatedInLines(node.Lines)
		case *dsl.Change:
			d.repeatedInLines(node.Lines)
		}
	}
}

func (d *Document) repeatedInLines(lines []dsl.Line) {
	for _, line := range lines {
		for _, atom := range line.Guard {
			var words []dsl.Name
			for _, value := range atom.Values {
				if value.Field == nil {
					words = append(words, value.Base)
				}
			}
			d.repeated(words)
		}
		for _, outcome := range line.Outcomes {
			var results []dsl.Name
			for _, result := range outcome.Results {
				if result.Value == nil {
					results = append(results, result.Name)
				}
			}
			d.repeated(results)
		}
	}
}

func (d *Document) repeated(names []dsl.Name) {
	for i, name := range names {
		if namesContain(names[:i], name.Text) {
			d.reportName(name, "`%s` stands here twice", name.Text)
		}
	}
}
