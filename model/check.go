package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	cited    map[string]bool
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
		applied: map[dsl.Position]bool{}, declared: map[dsl.Position]*spec.Outcome{}, cited: map[string]bool{},
	}
	document, problems := spec.Open(file)
	c.document = document
	c.add("names", "error", problems...)
	for _, platform := range document.Platforms {
		c.platform(platform.Name)
	}
	c.neverApplied()
	c.clauses()
	c.sort()
	return c
}

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

func (c *Checked) platform(name string) {
	s, problems := c.document.Resolve(name)
	c.add("names", "error", problems...)
	if s == nil || len(problems) > 0 {
		return
	}
	machine, err := New(s)
	if err != nil {
		c.add("size", "error", dsl.Problem{Pos: c.document.Platform(name).Pos, Length: len(name), Message: err.Error()})
		return
	}
	x := machine.Explore(Limits{})
	c.Platforms = append(c.Platforms, PlatformCheck{
		Name: name, States: x.States, Cases: x.Cases, Gaps: len(x.Gaps), Machine: machine,
		Looseness: float64(x.Results) / float64(max(x.Cases, 1)),
	})
	c.cases(name, machine, x)
	c.outcomes(s, x)
	c.scenarios(machine)
}

// cases complains of gaps and overlaps.
func (c *Checked) cases(platform string, m *Machine, x *Exploration) {
	for _, gap := range x.Gaps {
		call := m.Spec.Calls[gap.Script[len(gap.Script)-1].Call]
		c.add("gap", "error", dsl.Problem{
			Pos: call.Pos, Length: len(call.Name),
			Message: fmt.Sprintf("on %s no rule says what the last of these calls answers: %s", platform, m.oneLine(gap.Script)),
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

func (m *Machine) oneLine(script Script) string {
	return strings.ReplaceAll(strings.TrimSpace(m.Format(Trace{Script: script})), "\n", "; ")
}

// outcomes notes which outcomes a platform reaches, and what its rules cite.
func (c *Checked) outcomes(s *spec.Spec, x *Exploration) {
	for _, rule := range s.Rules {
		for _, cite := range rule.Cites {
			c.cited[cite.Text] = true
		}
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

func (c *Checked) neverApplied() {
	for pos, outcome := range c.declared {
		if !c.applied[pos] {
			c.add("never-applies", "warning", dsl.Problem{
				Pos: pos, Length: 2,
				Message: fmt.Sprintf("this outcome of %s is never reached", outcome.Rule.Name),
			})
		}
	}
}

// clauses complains of clauses that nobody cites, and of those that are set
// aside and cited all the same.
func (c *Checked) clauses() {
	for _, clause := range c.document.Clauses {
		c.Clauses++
		problem := dsl.Problem{Pos: clause.Pos, Length: len(clause.ID)}
		switch {
		case clause.SetAside != "" && c.cited[clause.ID]:
			problem.Message = fmt.Sprintf("clause %s is set aside, and cited", clause.ID)
			c.add("clause", "error", problem)
		case clause.SetAside != "":
			c.SetAside++
		case c.cited[clause.ID]:
			c.Cited++
		default:
			problem.Message = fmt.Sprintf("no rule cites clause %s, and it is not set aside", clause.ID)
			c.add("clause", "error", problem)
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
