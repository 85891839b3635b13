package spec

import (
	"fmt"
	"reflect"
	"slices"

	"connectspec/dsl"
)

// Lint finds what is declared to no effect: overlays that say what holds
// without them (problems), and names that nothing uses (doubts).
func (d *Document) Lint() (problems, doubts []dsl.Problem) {
	return d.idleOverlays(), d.unusedNames()
}

// idleOverlays are the overlays that change nothing.
func (d *Document) idleOverlays() []dsl.Problem {
	var problems []dsl.Problem
	for _, platform := range d.Platforms {
		dropped := map[string]*layered{}
		l := layers{report: ignoreReport, unknown: ignoreUnknown, lineage: d.lineage(platform)}
		for i, name := range l.lineage {
			for _, declaration := range d.file.Declarations {
				if !l.belongs(declaration, i, name) {
					continue
				}
				if message := l.idle(declaration, name, dropped); message != "" && i == len(l.lineage)-1 {
					problems = append(problems, dsl.Problem{Pos: declaration.Pos, Length: 2, Message: message})
				}
				l.lay(declaration, name)
			}
		}
	}
	return problems
}

func ignoreReport(dsl.Name, string, ...any) {}

func ignoreUnknown(dsl.Name, string, []string) {}

// idle says why a declaration changes nothing in what was laid so far; "" if it
// does. It keeps in mind which rules the platform dropped.
func (l *layers) idle(declaration dsl.Declaration, platform string, dropped map[string]*layered) string {
	switch node := declaration.Node.(type) {
	case *dsl.Rule:
		name := node.Name.Text
		if before := dropped[name]; before != nil && sameText(before.node, node) {
			return fmt.Sprintf("%s is dropped, and declared again as it was", name)
		}
		if before := l.rule(name); before != nil && before.platform != platform && sameText(before.node, node) {
			return fmt.Sprintf("%s says the same on %s already", name, before.platform)
		}
	case *dsl.Drop:
		if rule := l.rule(node.Rule.Text); rule != nil {
			dropped[node.Rule.Text] = rule
			if rule.platform == platform {
				return fmt.Sprintf("%s is declared for %s, and dropped again", node.Rule.Text, platform)
			}
		}
	case *dsl.Recode:
		if node.From.Text == node.To.Text {
			return fmt.Sprintf("this recodes %s to itself", node.From.Text)
		}
	case *dsl.Order:
		if len(node.Rules) < 2 {
			return "an order of one refusal orders nothing"
		}
	case *dsl.Group:
		return l.idleAs(node, named(l.groups, node.Name.Text, func(g *dsl.Group) string { return g.Name.Text }))
	case *dsl.Change:
		return l.idleAs(node, named(l.changes, node.Name.Text, func(c *dsl.Change) string { return c.Name.Text }))
	case *dsl.Event:
		return l.idleAs(node, named(l.events, node.Name.Text, func(e *dsl.Event) string { return e.Name.Text }))
	case *dsl.Call:
		return l.idleAs(node, named(l.calls, node.Name.Text, func(c *dsl.Call) string { return c.Name.Text }))
	}
	return ""
}

func (l *layers) idleAs(node, before any) string {
	if !reflect.ValueOf(before).IsNil() && sameText(before, node) {
		return "the platform that this one extends says the same already"
	}
	return ""
}

func (l *layers) rule(name string) *layered {
	for _, rule := range l.rules {
		if rule.node.Name.Text == name {
			return rule
		}
	}
	return nil
}

func named[T any](list []*T, name string, nameOf func(*T) string) *T {
	i := slices.IndexFunc(list, func(item *T) bool { return nameOf(item) == name })
	if i < 0 {
		return nil
	}
	return list[i]
}

// sameText says whether two parts of a syntax tree differ in their positions,
// and in the clauses that they cite, alone.
func sameText(a, b any) bool {
	return sameValue(reflect.ValueOf(a), reflect.ValueOf(b))
}

func sameValue(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return sameValue(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameValue(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			name := a.Type().Field(i).Name
			if name != "Pos" && name != "Cites" && !sameValue(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Interface() == b.Interface()
}
