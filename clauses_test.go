//go:build linux

package connectspec

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/gen"
	"connectspec/model"
	"connectspec/runner"
)

var clauseSequences = flag.Int("clause-sequences", 20_000, "how many sequences on real sockets may show that a rule is missing")

// decorations are citing rules that may be taken away with nothing to show for
// it, each with its reason.
var decorations = map[string]string{
	"winsock connect.infrared_media": "connect.network_down allows the same of any socket",
}

// TestClauses takes away each rule that cites a clause, one at a time: a clause
// whose rules nobody misses is cited for decoration. A rule is missed if a case
// is left without any, if a scenario fails, or if what real sockets do is no
// longer allowed.
func TestClauses(t *testing.T) {
	if testing.Short() {
		t.Skip("rules are taken away in the full test only")
	}
	var trials []*trial
	for _, platform := range []string{"linux", "posix", "windows", "winsock"} {
		trials = effective(t, trials, platform)
	}
	var witnesses []*witness
	for _, platform := range []string{"linux", "posix", "windows", "winsock"} {
		witnesses = append(witnesses, newWitness(t, platform))
	}
	used := map[string]bool{}
	for _, trial := range trials {
		missed := slices.ContainsFunc(witnesses, func(w *witness) bool {
			return slices.Contains(trial.platforms, w.platform) && w.misses(t, trial.rule)
		})
		reason, excused := decorations[trial.key()]
		used[trial.key()] = excused
		switch {
		case !missed && !excused:
			t.Errorf("%s:%d: nobody misses %s, which cites %s on %s",
				trial.at.File, trial.at.Line, trial.rule, strings.Join(trial.clauses, " "), strings.Join(trial.platforms, ", "))
		case missed && excused:
			t.Errorf("%s is missed: it is no longer true that %s", trial.key(), reason)
		}
	}
	for key := range decorations {
		if _, tried := used[key]; !tried {
			t.Errorf("there is no rule %s any more", key)
		}
	}
}

// A trial is a rule as it is written at one place.
type trial struct {
	at        dsl.Position
	rule      string
	owner     string   // the platform that says so
	platforms []string // that have it so
	clauses   []string
}

func (t *trial) key() string { return t.owner + " " + t.rule }

// effective adds the rules with clauses that a platform has.
func effective(t *testing.T, trials []*trial, platform string) []*trial {
	t.Helper()
	for _, rule := range loaded(t, parsed(t), platform).Spec.Rules {
		if len(rule.Cites) == 0 {
			continue
		}
		i := slices.IndexFunc(trials, func(t *trial) bool { return t.at == rule.Pos })
		if i < 0 {
			i = len(trials)
			one := &trial{at: rule.Pos, rule: rule.Name, owner: rule.Platform}
			for _, cite := range rule.Cites {
				one.clauses = append(one.clauses, cite.Text)
			}
			trials = append(trials, one)
		}
		trials[i].platforms = append(trials[i].platforms, platform)
	}
	return trials
}

// A witness knows a platform as it is, and notices what is missing.
type witness struct {
	platform  string
	gaps      int
	scenarios map[string]bool // that fail
	traces    []model.Trace   // of real sockets, which the platform allows
	doubtful  uint64          // calls of them that are not judged
}

func newWitness(t *testing.T, platform string) *witness {
	t.Helper()
	machine := loaded(t, parsed(t), platform)
	w := &witness{platform: platform, gaps: len(machine.Explore(model.Limits{}).Gaps), scenarios: failing(machine)}
	if who := describeHere(t); who.Dictionary == platform {
		w.record(t, machine)
	}
	return w
}

// misses says whether anything shows that the platform has the rule no more.
// What is cheap to ask is asked first.
func (w *witness) misses(t *testing.T, rule string) bool {
	t.Helper()
	machine := loaded(t, without(parsed(t), w.platform, rule), bereft)
	judge := machine.NewJudge(w.platform)
	for _, trace := range w.traces {
		if len(judge.Trace(trace)) > 0 {
			return true
		}
	}
	// What no rule is about is not judged any more.
	if judge.Coverage().Doubtful > w.doubtful {
		return true
	}
	for scenario := range failing(machine) {
		if !w.scenarios[scenario] {
			return true
		}
	}
	return len(machine.Explore(model.Limits{}).Gaps) > w.gaps
}

// bereft is the name of a platform that lacks a rule, and is otherwise as
// another one.
const bereft = "bereft"

// without is a file with the platform bereft, whose scenarios are those of the
// one that it extends.
func without(file *dsl.File, platform, rule string) *dsl.File {
	named := func(name string) dsl.Name { return dsl.Name{Text: name} }
	for i := range file.Declarations {
		declaration := &file.Declarations[i]
		switch node := declaration.Node.(type) {
		case *dsl.Order:
			node.Rules = slices.DeleteFunc(node.Rules, func(name dsl.Name) bool {
				return name.Text == rule || node.Call.Text+"."+name.Text == rule
			})
		case *dsl.Scenario:
			if slices.ContainsFunc(declaration.On, func(name dsl.Name) bool { return name.Text == platform }) {
				declaration.On = append(declaration.On, named(bereft))
			}
		}
	}
	extends := named(platform)
	file.Declarations = append(file.Declarations, dsl.Declaration{
		Node: &dsl.Platform{Name: named(bereft), Extends: &extends},
	}, dsl.Declaration{
		On: []dsl.Name{named(bereft)}, Because: &dsl.Prose{Text: "it is taken away"},
		Node: &dsl.Drop{Name: named(rule)},
	})
	return file
}

// failing are the scenarios that a platform does not allow.
func failing(machine *model.Machine) map[string]bool {
	failed := map[string]bool{}
	judge := machine.NewJudge("")
	for _, scenario := range machine.Spec.Scenarios {
		trace, at, err := machine.Scenario(scenario)
		if err != nil || len(judge.Trace(trace)) > 0 {
			failed[fmt.Sprintf("%s:%d", scenario.Title, at.Line)] = true
		}
	}
	return failed
}

// slowSequences is how many of them take about a second each.
const slowSequences = 24

// record has sequences run on this machine, and keeps what the platform allows.
func (w *witness) record(t *testing.T, machine *model.Machine) {
	t.Helper()
	who := describeHere(t)
	lanes, err := gen.NewLanes(machine, who.Without())
	if err != nil {
		t.Fatal(err)
	}
	target, err := runner.Opener(machine, thisMachine)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	w.draw(t, machine, target, lanes.Fast, *clauseSequences)
	if lanes.Slow != nil {
		w.draw(t, machine, target, lanes.Slow, slowSequences)
	}
	judge := machine.NewJudge(w.platform)
	for _, trace := range w.traces {
		judge.Trace(trace)
	}
	w.doubtful = judge.Coverage().Doubtful
}

func (w *witness) draw(t *testing.T, machine *model.Machine, target runner.Target, from *gen.Generator, sequences int) {
	t.Helper()
	judge := machine.NewJudge(w.platform)
	for first := 0; first < sequences; {
		var batch []model.Script
		for len(batch) < 8 {
			batch = append(batch, slices.Clone(from.Draw(*seed+uint64(first))))
			first++
		}
		if err := target.Submit(batch); err != nil {
			t.Fatal(err)
		}
		traces, err := target.Receive()
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range traces {
			if len(judge.Trace(trace)) == 0 {
				w.traces = append(w.traces, model.Trace{Script: trace.Script, Answers: slices.Clone(trace.Answers)})
			}
		}
	}
}
