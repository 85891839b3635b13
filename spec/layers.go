package spec

import (
	"slices"

	"connectspec/dsl"
)

// A layered rule is a rule as the platform has it, before its names are
// resolved.
type layered struct {
	node     *dsl.Rule
	at       dsl.Position // of the declaration
	platform string       // that declared it
	because  string
	parent   *layered      // what it replaced
	recodes  []*dsl.Recode // that made it of its parent
}

// A replacement is a declaration in the place of another of the same name.
type replacement struct {
	at       dsl.Position
	platform string
	old, new dsl.Node
}

// An origin is where a declaration stands, and the platform that it is for.
type origin struct {
	at       dsl.Position
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
	dropped   []drop
	gone      []gone        // calls and fields
	replaced  []replacement // rules aside
	changes   []*dsl.Change
	orders    []*dsl.Order
	ordered   map[*dsl.Order]origin
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
	l.back(declaration.Node)
	switch node := declaration.Node.(type) {
	case *dsl.Field:
		l.layField(node)
	case *dsl.Variable, *dsl.Queue, *dsl.Handle:
		l.variables = append(l.variables, node)
	case *dsl.Group:
		l.groups = layOver(l, l.groups, node, declaration.Pos, platform)
	case *dsl.Error:
		l.errors = layOver(l, l.errors, node, declaration.Pos, platform)
	case *dsl.Input:
		l.layInput(node)
	case *dsl.Call:
		l.calls = layOver(l, l.calls, node, declaration.Pos, platform)
	case *dsl.Event:
		l.events = layOver(l, l.events, node, declaration.Pos, platform)
		l.layRule(&layered{node: ruleOf(node), at: declaration.Pos, platform: platform, because: reason(declaration)})
	case *dsl.Target:
		l.targets = append(l.targets, node)
	case *dsl.Order:
		l.ordered[node] = origin{declaration.Pos, platform}
		l.orders = layOver(l, l.orders, node, declaration.Pos, platform)
	case *dsl.Change:
		l.changes = layOver(l, l.changes, node, declaration.Pos, platform)
	case *dsl.Rule:
		l.layRule(&layered{node: node, at: declaration.Pos, platform: platform, because: reason(declaration)})
	case *dsl.Drop:
		l.drop(node, drop{at: declaration.Pos, platform: platform, because: reason(declaration)})
	case *dsl.Recode:
		l.recode(node, &layered{at: declaration.Pos, platform: platform, because: reason(declaration)})
	}
}

// reason is what stands behind the `because` of a declaration; "" if it has none.
func reason(declaration dsl.Declaration) string {
	if declaration.Because == nil {
		return ""
	}
	return declaration.Because.Text
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

// layOver puts a declaration in the place of the one with the same name, or
// behind the others.
func layOver[N dsl.Node](l *layers, list []N, node N, at dsl.Position, platform string) []N {
	_, name := declared(node)
	for i, old := range list {
		if _, known := declared(old); known.Text == name.Text {
			l.replaced = append(l.replaced, replacement{at, platform, old, node})
			list[i] = node
			return list
		}
	}
	return append(list, node)
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

// layRule puts a rule in the place of the one with the same name. One that the
// same platform has dropped before is replaced like any other.
func (l *layers) layRule(rule *layered) {
	name := rule.node.Name
	for i, other := range l.rules {
		if other.node.Name.Text != name.Text {
			continue
		}
		if other.platform == rule.platform {
			l.report(name, "%s is declared for %s already, in line %d", name.Text, rule.platform, other.at.Line)
			return
		}
		rule.parent = other
		l.rules[i] = rule
		return
	}
	for i, one := range l.dropped {
		if one.rule.node.Name.Text == name.Text {
			if one.platform == rule.platform {
				rule.parent = one.rule
			}
			l.dropped = slices.Delete(l.dropped, i, i+1)
			break
		}
	}
	l.rules = append(l.rules, rule)
}

// findRule is the place of the rule that an overlay is about; -1, and a problem,
// if there is none.
func (l *layers) findRule(name dsl.Name) int {
	known := make([]string, 0, len(l.rules))
	for i, rule := range l.rules {
		if rule.node.Name.Text == name.Text {
			return i
		}
		known = append(known, rule.node.Name.Text)
	}
	if !l.reportDropped(name, name.Text) {
		l.unknown(name, "rule", known)
	}
	return -1
}

// recode replaces one result of a rule by another. Several recodings of one
// platform make one rule.
func (l *layers) recode(node *dsl.Recode, rule *layered) {
	i := l.findRule(node.Rule)
	if i < 0 {
		return
	}
	before := l.rules[i]
	for _, earlier := range before.recodes {
		if before.platform == rule.platform && earlier.From.Text == node.From.Text {
			l.report(node.From, "%s of %s is recoded on %s already, in line %d",
				node.From.Text, node.Rule.Text, rule.platform, earlier.From.Pos.Line)
			return
		}
	}
	if before.platform == rule.platform && len(before.recodes) == 0 {
		l.report(node.Rule, "%s is declared for %s in line %d: say there what it answers",
			node.Rule.Text, rule.platform, before.at.Line)
		return
	}
	changed, any := recoded(before.node, node)
	if !any {
		l.report(node.From, "rule %s never answers %s", node.Rule.Text, node.From.Text)
		return
	}
	rule.node, rule.parent, rule.recodes = changed, before, []*dsl.Recode{node}
	if before.platform == rule.platform {
		rule.parent, rule.recodes = before.parent, append(before.recodes, node)
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
