package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"connectspec/dsl"
	"connectspec/spec"
)

// A Complaint is something that is wrong with a specification.
type Complaint struct {
	dsl.Problem
	Check    string // which check found it: syntax, names, gap, overlap ...
	Severity string // error or warning
}

// Checked is what a check of a whole file came to.
type Checked struct {
	Complaints []Complaint
	Platforms  []PlatformCheck
	Clauses    int // declared
	Cited      int // by a rule, an error or a scenario
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
func Check(file *dsl.File) *Checked {
	c := &Checked{
		applied: map[dsl.Position]bool{}, declared: map[dsl.Position]*spec.Outcome{},
		orders: map[dsl.Position]order{}, cited: map[string]bool{},
	}
	document, problems := spec.Open(file)
	c.document = document
	c.add("names", "error", problems...)
	problems, doubts := document.Lint()
	c.add("overlay", "error", problems...)
	c.add("unused", "warning", doubts...)
	for i, explored := range exploreAll(document) {
		c.platform(document.Platforms[i], explored)
	}
	c.neverApplied()
	c.neverRanked()
	c.clauses()
	c.conflicts()
	c.sort()
	return c
}

// An explored platform: either its problems, or the error of New, or the rest.
type explored struct {
	spec        *spec.Spec
	problems    []dsl.Problem
	machine     *Machine
	err         error
	exploration *Exploration
}

// exploreAll explores all platforms at the same time.
func exploreAll(document *spec.Document) []explored {
	all := make([]explored, len(document.Platforms))
	var wait sync.WaitGroup
	for i, platform := range document.Platforms {
		wait.Go(func() { all[i] = explore(document, platform.Name) })
	}
	wait.Wait()
	return all
}

func explore(document *spec.Document, platform string) (e explored) {
	e.spec, e.problems = document.Resolve(platform)
	if len(e.problems) > 0 {
		return e
	}
	if e.machine, e.err = New(e.spec); e.err == nil {
		e.exploration = e.machine.Explore(Limits{States: maxChecked})
	}
	return e
}

// maxChecked bounds the states that a check visits on a platform, so that no
// text makes it run on and on.
const maxChecked = 200_000

func (c *Checked) add(check, severity string, problems ...dsl.Problem) {
	for _, problem := range problems {
		known := slices.ContainsFunc(c.Complaints, func(other Complaint) bool {
			return other.Pos == problem.Pos && other.Message == problem.Message
		})
		if !known {
			c.Complaints = append(c.Complaints, Complaint{problem, check, severity})
		}
	}
}

func (c *Checked) sort() {
	slices.SortStableFunc(c.Complaints, func(a, b Complaint) int { return a.Pos.Offset - b.Pos.Offset })
}

func (c *Checked) platform(platform *spec.Platform, e explored) {
	c.add("names", "error", e.problems...)
	if e.err != nil {
		c.add("size", "error", dsl.Problem{Pos: platform.Pos, Length: len(platform.Name), Message: e.err.Error()})
	}
	if e.exploration == nil {
		return
	}
	x, machine := e.exploration, e.machine
	c.Platforms = append(c.Platforms, PlatformCheck{
		Name: platform.Name, States: x.States, Cases: x.Cases, Gaps: len(x.Gaps), Machine: machine,
		Looseness: float64(x.Results) / float64(max(x.Cases, 1)),
	})
	c.cases(platform.Name, machine, x)
	c.outcomes(e.spec, x)
	c.ranks(e.spec, x)
	c.provoked(machine, x)
	c.scenarios(machine)
}

// cases complains of gaps and overlaps. Gaps of one call and one class of its
// first argument are told together.
func (c *Checked) cases(platform string, m *Machine, x *Exploration) {
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
		c.add("gap", "error", dsl.Problem{
			Pos: call.Pos, Length: len(call.Name),
			Message: fmt.Sprintf("on %s no rule says what the last of these calls answers: %s%s", platform, m.oneLine(gap.Script), others),
		})
	}
	for _, overlap := range x.Overlaps {
		rule := m.Spec.Rule(overlap.Rules[1])
		c.add("overlap", "error", dsl.Problem{
			Pos: rule.Pos, Length: len(rule.Name),
			Message: fmt.Sprintf("on %s %s both apply after %s", platform, strings.Join(overlap.Rules, " and "), m.oneLine(overlap.Script)),
		})
	}
}

// group is the call of a case, and the class of its first argument.
func (c *Case) group() [2]uint8 {
	k := keyOf(c.Script[len(c.Script)-1])
	return [2]uint8{k.call, k.args[0]}
}

func (m *Machine) oneLine(script Script) string {
	return strings.ReplaceAll(strings.TrimSpace(m.Format(Trace{Script: script})), "\n", "; ")
}

// outcomes notes which outcomes a platform reaches, and what its rules cite.
func (c *Checked) outcomes(s *spec.Spec, x *Exploration) {
	for _, rule := range s.Rules {
		c.cite(rule.Cites)
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				if rule.Rank == spec.Ready {
					continue
				}
				c.declared[outcome.Pos] = outcome
				if x.Walks[outcome.ID] != nil {
					c.applied[outcome.Pos] = true
				}
			}
		}
	}
	for _, e := range s.Errors {
		for _, cite := range e.Cites {
			c.cited[cite.Text] = true
		}
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
		if findings := judge.Trace(trace); len(findings) > 0 {
			first := findings[0]
			step := scenario.Steps[first.Step]
			c.add("scenario", "error", dsl.Problem{
				Pos: step.Pos, Length: len(step.Call.Text),
				Message: fmt.Sprintf("%s does not allow this of the scenario %q", m.Spec.Platform, scenario.Title),
				Hint:    "allowed: " + first.AllowedText(),
			})
		}
	}
}

func wordProblem(at dsl.Position, err error) dsl.Problem {
	problem := dsl.Problem{Pos: at, Length: 1, Message: err.Error()}
	var word *WordError
	if errors.As(err, &word) {
		problem.Pos, problem.Length = word.Word.Pos, len(word.Word.Text)
	}
	return problem
}

// Scenario is the trace of a scenario; the position is that of the step that
// is wrong.
func (m *Machine) Scenario(scenario *spec.Scenario) (Trace, dsl.Position, error) {
	var (
		trace Trace
		names Names
	)
	for _, step := range scenario.Steps {
		op, err := m.Op(step, &names)
		if err != nil {
			return trace, step.Pos, err
		}
		trace.Script = append(trace.Script, op)
		answer := Answer{Name: "ok"}
		if step.Result != nil {
			answer = names.answer(step)
		}
		trace.Answers = append(trace.Answers, answer)
	}
	return trace, dsl.Position{}, nil
}

// AllowedText lists what would have been allowed, and by which rules.
func (d *Divergence) AllowedText() string {
	var texts []string
	for _, allowed := range d.Allowed {
		texts = append(texts, fmt.Sprintf("%s (%s)", allowed.Result, allowed.Rule.Name))
	}
	if len(texts) == 0 {
		return "nothing"
	}
	return strings.Join(texts, ", ")
}
