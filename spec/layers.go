package spec

import (
	"slices"

	"connectspec/dsl"
)

// A layered rule is a rule as the platform has it, before its names are
// resolved.
type layered struct {
	node     *dsl.Rule
	platform string
	because  string
	parent   *layered // what it replaced
}

// A layered order is an order, and the platform that gives it.
type layeredOrder struct {
	node     *dsl.Order
	platform string
}

// layers gathers what the platforms of a lineage say, each over the last.
type layers struct {
	fields    []*dsl.Field
	variables []dsl.Node // *Variable, *Queue, *Handle, in the order of the text
	groups    []*dsl.Group
	errors    []*dsl.Error
	inputs    []*dsl.Input
	calls     []*dsl.Call
	events    []*dsl.Event
	rules     []*layered
	changes   []*dsl.Change
	orders    []*layeredOrder
	targets   []*dsl.Target
	scenarios []*dsl.Scenario
	lineage   []string

	report  func(name dsl.Name, format string, arguments ...any)
	unknown func(name dsl.Name, what string, known []string)
}

// gather lays the declarations of every platform of the lineage over those of
// the one before.
func (l *layers) gather(file *dsl.File) {
	for i, platform := range l.lineage {
		for _, declaration := range file.Declarations {
			if l.belongs(declaration, i, platform) {
				l.lay(declaration, platform)
			}
		}
	}
	for _, declaration := range file.Declarations {
		l.layScenario(declaration)
	}
}

// belongs says whether a declaration is laid with the platform at place i: a
// declaration that names several of a lineage belongs to the first of them.
func (l *layers) belongs(declaration dsl.Declaration, i int, platform string) bool {
	if len(declaration.On) == 0 {
		return i == 0
	}
	for _, earlier := range l.lineage[:i] {
		if namesContain(declaration.On, earlier) {
			return false
		}
	}
	return namesContain(declaration.On, platform)
}

func namesContain(names []dsl.Name, text string) bool {
	return slices.ContainsFunc(names, func(n dsl.Name) bool { return n.Text == text })
}

func (l *layers) lay(declaration dsl.Declaration, platform string) {
	switch node := declaration.Node.(type) {
	case *dsl.Field:
		l.layField(node)
	case *dsl.Variable, *dsl.Queue, *dsl.Handle:
		l.variables = append(l.variables, node)
	case *dsl.Group:
		l.groups = replaceOrAdd(l.groups, node, func(g *dsl.Group) string { return g.Name.Text })
	case *dsl.Error:
		l.errors = replaceOrAdd(l.errors, node, func(e *dsl.Error) string { return e.Name.Text })
	case *dsl.Input:
		l.layInput(node)
	case *dsl.Call:
		l.calls = replaceOrAdd(l.calls, node, func(c *dsl.Call) string { return c.Name.Text })
	case *dsl.Event:
		l.events = replaceOrAdd(l.events, node, func(e *dsl.Event) string { return e.Name.Text })
		l.layRule(ruleOf(node), platform, declaration.Because)
	case *dsl.Target:
		l.targets = append(l.targets, node)
	case *dsl.Order:
		order := &layeredOrder{node, platform}
		l.orders = replaceOrAdd(l.orders, order, func(o *layeredOrder) string { return o.node.Call.Text })
	case *dsl.Change:
		l.changes = replaceOrAdd(l.changes, node, func(c *dsl.Change) string { return c.Name.Text })
	case *dsl.Rule:
		l.layRule(node, platform, declaration.Because)
	case *dsl.Drop:
		l.drop(node)
	case *dsl.Recode:
		l.recode(node, platform, declaration.Because)
	}
}

func (l *layers) layScenario(declaration dsl.Declaration) {
	scenario, ok := declaration.Node.(*dsl.Scenario)
	if !ok {
		return
	}
	own := l.lineage[len(l.lineage)-1]
	if len(declaration.On) == 0 || namesContain(declaration.On, own) {
		l.scenarios = append(l.scenarios, scenario)
	}
}

// replaceOrAdd puts a declaration in the place of the one with the same name,
// or behind the others.
func replaceOrAdd[T any](list []T, item T, name func(T) string) []T {
	for i := range list {
		if name(list[i]) == name(item) {
			list[i] = item
			return list
		}
	}
	return append(list, item)
}

// layField adds a field, or words to the field of that name.
func (l *layers) layField(node *dsl.Field) {
	for i, field := range l.fields {
		if field.Name.Text == node.Name.Text {
			more := *field
			more.Words = append(slices.Clone(field.Words), node.Words...)
			l.fields[i] = &more
			return
		}
	}
	l.fields = append(l.fields, node)
}

// layInput adds an input, or classes to the input of that name.
func (l *layers) layInput(node *dsl.Input) {
	for i, input := range l.inputs {
		if input.Name.Text == node.Name.Text {
			more := *input
			more.Classes = append(slices.Clone(input.Classes), node.Classes...)
			l.inputs[i] = &more
			return
		}
	}
	l.inputs = append(l.inputs, node)
}

func (l *layers) layRule(node *dsl.Rule, platform string, because *dsl.Prose) {
	rule := &layered{node: node, platform: platform}
	if because != nil {
		rule.because = because.Text
	}
	for i, other := range l.rules {
		if other.node.Name.Text != node.Name.Text {
			continue
		}
		if other.platform == platform {
			l.report(node.Name, "rule %s is declared twice for %s", node.Name.Text, platform)
			return
		}
		rule.parent = other
		l.rules[i] = rule
		return
	}
	l.rules = append(l.rules, rule)
}

func (l *layers) findRule(name dsl.Name) int {
	for i, rule := range l.rules {
		if rule.node.Name.Text == name.Text {
			return i
		}
	}
	known := make([]string, 0, len(l.rules))
	for _, rule := range l.rules {
		known = append(known, rule.node.Name.Text)
	}
	l.unknown(name, "rule", known)
	return -1
}

func (l *layers) drop(node *dsl.Drop) {
	if i := l.findRule(node.Rule); i >= 0 {
		l.rules = slices.Delete(l.rules, i, i+1)
	}
}

// recode replaces one result of a rule by another.
func (l *layers) recode(node *dsl.Recode, platform string, because *dsl.Prose) {
	i := l.findRule(node.Rule)
	if i < 0 {
		return
	}
	changed, any := recoded(l.rules[i].node, node)
	if !any {
		l.report(node.From, "rule %s never answers %s", node.Rule.Text, node.From.Text)
		return
	}
	rule := &layered{node: changed, platform: platform, parent: l.rules[i]}
	if because != nil {
		rule.because = because.Text
	}
	l.rules[i] = rule
}

func recoded(rule *dsl.Rule, change *dsl.Recode) (*dsl.Rule, bool) {
	copied, any := *rule, false
	copied.Lines = slices.Clone(rule.Lines)
	for i := range copied.Lines {
		line := &copied.Lines[i]
		line.Outcomes = slices.Clone(line.Outcomes)
		for j := range line.Outcomes {
			outcome := &line.Outcomes[j]
			outcome.Results = slices.Clone(outcome.Results)
			for k := range outcome.Results {
				if outcome.Results[k].Name.Text == change.From.Text {
					outcome.Results[k] = dsl.Result{Name: change.To}
					any = true
				}
			}
		}
	}
	return &copied, any
}
