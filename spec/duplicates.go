package spec

import "connectspec/dsl"

// checkTwice reports names that are declared twice for one platform. (Words,
// clauses, platforms and rules are looked after where they are gathered.)
func (d *Document) checkTwice() {
	type key struct{ what, name, platform string }
	known := map[key]bool{}
	for _, declaration := range d.file.Declarations {
		what, name := declared(declaration.Node)
		if what == "" {
			continue
		}
		platforms := []string{""}
		if len(declaration.On) > 0 {
			platforms = nil
			for _, on := range declaration.On {
				platforms = append(platforms, on.Text)
			}
		}
		for _, platform := range platforms {
			k := key{what, name.Text, platform}
			if known[k] {
				d.reportName(name, "the %s `%s` is declared twice", what, name.Text)
				break
			}
			known[k] = true
		}
	}
}

// declared is what a declaration declares, and under what name.
func declared(node dsl.Node) (what string, name dsl.Name) {
	switch node := node.(type) {
	case *dsl.Field:
		return "field", node.Name
	case *dsl.Variable:
		if node.World {
			return "field of the world", node.Name
		}
		return "field", node.Name
	case *dsl.Queue:
		return "field", node.Name
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
