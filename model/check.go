package model

import (
	"fmt"
	"strings"
	"sync"

	"connectspec/dsl"
	"connectspec/spec"
)

// Checked is what a check of a whole file came to.
type Checked struct {
	Complaints []Complaint
	Platforms  []PlatformCheck // none if a name is wrong
	Clauses    int             // declared
	Cited      int             // by a rule or an error
	SetAside   int

	document *spec.Document
	applied  map[dsl.Position]bool // outcomes that some platform reaches
	declared map[dsl.Position]*spec.Outcome
	orders   map[dsl.Position]order
	cited    map[string]bool
}

// An order of refusals, and whether it decides anything on some platform.
type order struct {
	call   string
	ranked bool
}

// PlatformCheck is what the exploration of one platform came to.
type PlatformCheck struct {
	Name   string
	States int
	Cases  int
	Gaps   int
	// Looseness is the mean number of different results that are allowed in a
	// case: 1 is a specification that leaves nothing open.
	Looseness float64
	Machine   *Machine
}

// Check resolves every platform of a file, explores it, and runs its scenarios.
// If a name is wrong, it says so and no more: whatever else there is to find may
// be due to that.
func Check(file *dsl.File) *Checked {
	c := &Checked{
		applied: map[dsl.Position]bool{}, declared: map[dsl.Position]*spec.Outcome{},
		orders: map[dsl.Position]order{}, cited: map[string]bool{},
	}
	document, problems := spec.Open(file)
	c.document, c.Clauses = document, len(document.Clauses)
	c.add("names", "error", problems...)
	specs := c.resolve()
	if len(c.Complaints) == 0 {
		for _, resolved := range specs {
			c.add("overlay", "error", resolved.Idle()...)
		}
		c.add("unused", "warning", document.Unused()...)
		c.explore(specs)
	}
	c.finish()
	return c
}

// resolve resolves every platform.
func (c *Checked) resolve() []*spec.Spec {
	var specs []*spec.Spec
	for _, platform := range c.document.Platforms {
		resolved, problems := c.document.Resolve(platform.Name)
		c.add("names", "error", problems...)
		specs = append(specs, resolved)
	}
	return specs
}

// explore explores all platforms at the same time, and complains of what that
// shows.
func (c *Checked) explore(specs []*spec.Spec) {
	all := make([]explored, len(specs))
	var wait sync.WaitGroup
	for i, resolved := range specs {
		wait.Go(func() { all[i] = explore(resolved) })
	}
	wait.Wait()
	for i, platform := range c.document.Platforms {
		c.platform(platform, all[i])
	}
	if len(c.Platforms) == len(specs) {
		c.neverApplied()
		c.neverRanked()
		c.clauses()
		c.conflicts()
	}
}

// An explored platform: either the error of New, or the rest.
type explored struct {
	machine     *Machine
	err         error
	exploration *Exploration
}

func explore(resolved *spec.Spec) (e explored) {
	if e.machine, e.err = New(resolved); e.err == nil {
		e.exploration = e.machine.Explore(Limits{States: maxChecked})
	}
	return e
}

// maxChecked bounds the states that a check visits on a platform, so that no
// text makes it run on and on.
const maxChecked = 200_000

func (c *Checked) platform(platform *spec.Platform, e explored) {
	if e.err != nil {
		c.add("size", "error", dsl.Problem{Pos: platform.Pos, Length: len(platform.Name), Message: e.err.Error()})
		return
	}
	x, machine := e.exploration, e.machine
	c.Platforms = append(c.Platforms, PlatformCheck{
		Name: platform.Name, States: x.States, Cases: x.Cases, Gaps: len(x.Gaps), Machine: machine,
		Looseness: float64(x.Results) / float64(max(x.Cases, 1)),
	})
	c.cases(machine, x)
	c.outcomes(machine.Spec, x)
	c.ranks(machine.Spec, x)
	c.provoked(machine, x)
	c.scenarios(machine)
}

// cases complains of gaps and overlaps. Gaps of one call and one class of its
// first argument are told together.
func (c *Checked) cases(m *Machine, x *Exploration) {
	more := map[[2]uint8]int{}
	for _, gap := range x.Gaps {
		more[gap.group()]++
	}
	for _, gap := range x.Gaps {
		count := more[gap.group()]
		if count == 0 {
			continue // told with an earlier one
		}
		more[gap.group()] = 0
		others := ""
		if count > 1 {
			others = fmt.Sprintf("; and %d more with other arguments", count-1)
		}
		call := m.Spec.Calls[gap.group()[0]]
		c.addOn(m.Spec.Platform, Complaint{
			Problem: dsl.Problem{Pos: call.Pos, Length: len(call.Name)}, Check: "gap", Severity: "error",
			key: m.firstArgument(gap.Script),
			say: func(on string) string {
				return fmt.Sprintf("on %s no rule says what the last of these calls answers: %s%s", on, m.oneLine(gap.Script), others)
			},
		})
	}
	for _, overlap := range x.Overlaps {
		first, rule := m.Spec.Rule(overlap.Rules[0]), m.Spec.Rule(overlap.Rules[1])
		names := strings.Join(overlap.Rules, " and ")
		c.addOn(m.Spec.Platform, Complaint{
			Problem: dsl.Problem{
				Pos: rule.Pos, Length: len(rule.Name), Hint: fmt.Sprintf("%s stands in line %d", first.Name, first.Pos.Line),
			},
			Check: "overlap", Severity: "error", key: names,
			say: func(on string) string {
				return fmt.Sprintf("on %s %s both apply after %s", on, names, m.oneLine(overlap.Script))
			},
		})
	}
}

// group is the call of a case, and the class of its first argument.
func (c *Case) group() [2]uint8 {
	last := c.Script[len(c.Script)-1]
	return [2]uint8{last.Call, alikeArguments(last)[0]}
}

// firstArgument is the name of the first argument of a script's last call; ""
// if it has none.
func (m *Machine) firstArgument(script Script) string {
	op := script[len(script)-1]
	if parameters := m.Spec.Calls[op.Call].Parameters; len(parameters) > 0 {
		return m.argumentName(parameters[0], op.Args[0])
	}
	return ""
}

func (m *Machine) oneLine(script Script) string {
	return strings.ReplaceAll(strings.TrimSpace(m.Format(Trace{Script: script})), "\n", "; ")
}

// outcomes notes which outcomes a platform reaches, and what its rules cite.
func (c *Checked) outcomes(s *spec.Spec, x *Exploration) {
	for _, rule := range s.Rules {
		c.cite("rule", rule.Cites)
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				c.declared[outcome.Pos] = outcome
				if x.Walks[outcome.ID] != nil {
					c.applied[outcome.Pos] = true
				}
			}
		}
	}
	for _, e := range s.Errors {
		c.cite("error", e.Cites)
	}
	for _, scenario := range s.Scenarios {
		c.cite("scenario", scenario.Cites)
	}
}

func (c *Checked) scenarios(m *Machine) {
	judge := m.NewJudge("")
	for _, scenario := range m.Spec.Scenarios {
		trace, at, err := m.Scenario(scenario)
		if err != nil {
			c.add("scenario", "error", wordProblem(at, err))
			continue
		}
		findings := judge.Trace(trace)
		if len(findings) == 0 {
			continue
		}
		step := scenario.Steps[findings[0].Step]
		wrong := step.Call // who says nothing of the answer says `ok`
		if step.Result != nil {
			wrong = *step.Result
		}
		c.addOn(m.Spec.Platform, Complaint{
			Problem: dsl.Problem{
				Pos: wrong.Pos, Length: len(wrong.Text), Hint: "allowed: " + findings[0].AllowedText(),
			},
			Check: "scenario", Severity: "error", key: scenario.Title,
			say: func(on string) string {
				return fmt.Sprintf("in the scenario %q this is not allowed on %s", scenario.Title, on)
			},
		})
	}
}
