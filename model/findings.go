package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectspec/dsl"
	"connectspec/spec"
)

// neverApplied complains of outcomes that the exploration of no platform met;
// those of one rule are told together. Where two acts overlap the second is
// never come to, and that has been told.
func (c *Checked) neverApplied() {
	missed, all := map[dsl.Position][]dsl.Position{}, map[dsl.Position]int{}
	for pos, outcome := range c.declared {
		all[outcome.Rule.Pos]++
		if !c.applied[pos] {
			missed[outcome.Rule.Pos] = append(missed[outcome.Rule.Pos], pos)
		}
	}
	for pos, at := range missed {
		overlaps := slices.ContainsFunc(c.Complaints, func(other Complaint) bool {
			return other.Check == "overlap" && other.Pos == pos
		})
		if overlaps {
			continue
		}
		slices.SortFunc(at, func(a, b dsl.Position) int { return a.Offset - b.Offset })
		name := c.declared[at[0]].Rule.Name
		problem := dsl.Problem{Pos: at[0], Length: len("->")}
		switch {
		case len(at) == all[pos]:
			problem = dsl.Problem{Pos: pos, Length: len(name)}
			problem.Message = fmt.Sprintf("%s never applied within the bounds of the exploration", name)
		case len(at) == 1:
			problem.Message = fmt.Sprintf("this outcome of %s was not reached within the bounds of the exploration", name)
		default:
			problem.Message = fmt.Sprintf("%d outcomes of %s were not reached within the bounds of the exploration: %s",
				len(at), name, linesOf(at))
		}
		c.add("never-applies", "warning", problem)
	}
}

// ranks notes of every order whether it decides anything on a platform.
func (c *Checked) ranks(s *spec.Spec, x *Exploration) {
	for _, call := range s.Calls {
		if call.Ordered {
			known := c.orders[call.OrderPos]
			c.orders[call.OrderPos] = order{call.Name, known.ranked || x.Ranked[call.Index]}
		}
	}
}

func (c *Checked) neverRanked() {
	for pos, order := range c.orders {
		if !order.ranked && !c.complained(pos.Line) {
			c.add("order", "warning", dsl.Problem{
				Pos: pos, Length: len(order.call),
				Message: fmt.Sprintf("this order decides nothing: no two refusals of %s that apply together differ", order.call),
			})
		}
	}
}

// complained says whether something is wrong with a line already.
func (c *Checked) complained(line int) bool {
	return slices.ContainsFunc(c.Complaints, func(other Complaint) bool { return other.Pos.Line == line })
}

// clauses complains of clauses that nobody cites, and of rules that cite one
// that is set aside.
func (c *Checked) clauses() {
	for _, clause := range c.document.Clauses {
		switch {
		case clause.SetAside != "":
			c.SetAside++
		case c.cited[clause.ID]:
			c.Cited++
		default:
			c.add("clause", "error", dsl.Problem{
				Pos: clause.Pos, Length: len(clause.ID),
				Message: fmt.Sprintf("no rule cites clause %s, and it is not set aside", clause.ID),
			})
		}
	}
}

// cite notes that clauses are cited. A clause that is set aside is said to
// promise nothing that could be observed, so nothing can be about it. A scenario
// is an example for a clause, and no rule about it.
func (c *Checked) cite(by string, cites []dsl.Name) {
	for _, cite := range cites {
		c.cited[cite.Text] = c.cited[cite.Text] || by != "scenario"
		if clause := c.document.Clause(cite.Text); clause != nil && clause.SetAside != "" {
			c.add("clause", "error", dsl.Problem{
				Pos: cite.Pos, Length: len(cite.Text),
				Message: fmt.Sprintf("this %s cites clause %s, which is set aside", by, cite.Text),
				Hint:    "line " + strconv.Itoa(clause.Pos.Line) + " says that it promises nothing that could be observed",
			})
		}
	}
}

// conflicts complains of conflicts between clauses that no rule is about.
func (c *Checked) conflicts() {
	for _, conflict := range c.document.Conflicts {
		any := false
		var ids []string
		for _, clause := range conflict.Clauses {
			any = any || c.cited[clause.Text]
			ids = append(ids, clause.Text)
		}
		if !any && len(ids) > 0 {
			c.add("conflict", "warning", dsl.Problem{
				Pos: conflict.Clauses[0].Pos, Length: len(ids[0]),
				Message: fmt.Sprintf("no rule cites any clause of this conflict: %s", strings.Join(ids, ", ")),
			})
		}
	}
}

// provoked complains of errors of which the platform says that they cannot be
// provoked, where a rule gives nothing else and needs nothing special.
func (c *Checked) provoked(m *Machine, x *Exploration) {
	for _, rule := range m.Spec.Rules {
		if rule.Rank != spec.Refuse && rule.Rank != spec.Act {
			continue
		}
		for i := range rule.Cases {
			outcomes := rule.Cases[i].Outcomes
			if len(outcomes) != 1 || len(outcomes[0].Results) != 1 || outcomes[0].Results[0].Code < spec.Errors {
				continue
			}
			e := m.Spec.Errors[outcomes[0].Results[0].Code-spec.Errors]
			walk := x.Walks[outcomes[0].ID]
			if e.Cannot == "" || walk == nil || !m.plain(walk) {
				continue
			}
			c.addOn(m.Spec.Platform, Complaint{
				Problem: dsl.Problem{Pos: e.CannotPos, Length: len("on")}, Check: "cannot-provoke", Severity: "warning",
				say: func(on string) string {
					return fmt.Sprintf("%s is said to be impossible on %s, and %s gives it after %s", e.Name, on, rule.Name, m.oneLine(walk))
				},
			})
		}
	}
}

// plain says whether a script ends with the call that the specification is
// about, and needs no capability.
func (m *Machine) plain(script Script) bool {
	if m.Spec.Calls[script[len(script)-1].Call].Name != m.Spec.Title {
		return false
	}
	for _, op := range script {
		call := m.Spec.Calls[op.Call]
		if call.Needs != "" {
			return false
		}
		for i, parameter := range call.Parameters {
			if parameter.Input != nil && op.Args[i] < spec.SocketArg && m.Spec.Classes[op.Args[i]].Needs != "" {
				return false
			}
		}
	}
	return true
}
