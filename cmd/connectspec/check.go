package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"connectspec/dsl"
	"connectspec/model"
)

type checkCommand struct {
	File string `arg:"" optional:"" help:"Specification file, or - for standard input; without it, the one that is part of the program."`
	JSON bool   `name:"json" help:"Write one JSON object."`
	All  bool   `help:"Show every finding, not only the first 20."`
}

// What check has to tell; the JSON form is an interface.
type checkReport struct {
	Findings  []checkFinding  `json:"findings"`
	Clauses   clauseCount     `json:"clauses"`
	States    int             `json:"states"`
	Cases     int             `json:"cases"`
	Gaps      int             `json:"gaps"`
	Platforms []platformCount `json:"platforms"`
}

type checkFinding struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Check    string `json:"check"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

type clauseCount struct {
	Total    int `json:"total"`
	Cited    int `json:"cited"`
	SetAside int `json:"set_aside"`
}

type platformCount struct {
	Name      string  `json:"name"`
	States    int     `json:"states"`
	Cases     int     `json:"cases"`
	Gaps      int     `json:"gaps"`
	Looseness float64 `json:"looseness"` // results allowed in a case, on average
}

// Run checks a specification.
func (c *checkCommand) Run(t *terminal) error {
	name, text, err := t.readSpec(c.File)
	if err != nil {
		return err
	}
	checked := check(name, text)
	report := newCheckReport(checked)
	people := t.people(c.JSON)
	c.show(people, text, checked.Complaints)
	report.text(people)
	if c.JSON {
		if err := t.json(report); err != nil {
			return err
		}
	}
	for _, complaint := range checked.Complaints {
		if complaint.Severity == "error" {
			return errFound
		}
	}
	return nil
}

// mostShown is how many findings are shown unless all are asked for.
const mostShown = 20

// show shows findings, errors first: warnings never hide one.
func (c *checkCommand) show(w io.Writer, text []byte, complaints []model.Complaint) {
	sorted := slices.Clone(complaints)
	slices.SortStableFunc(sorted, func(a, b model.Complaint) int { return strings.Compare(a.Severity, b.Severity) })
	shown := sorted
	if !c.All {
		shown = sorted[:min(len(sorted), mostShown)]
	}
	for _, complaint := range shown {
		problem := complaint.Problem
		problem.Message = fmt.Sprintf("%s: %s (%s)", complaint.Severity, problem.Message, complaint.Check)
		var block bytes.Buffer
		dsl.Show(&block, text, problem)
		first, rest, _ := strings.Cut(block.String(), "\n")
		fmt.Fprintf(w, "%s\n%s", wrapped(first, 80, "    "), rest)
	}
	if more := len(sorted) - len(shown); more > 0 {
		fmt.Fprintf(w, "... and %d more (--all or --json lists all)\n", more)
	}
}

// wrapped breaks a line between words so that it takes at most so many columns;
// what goes on is indented.
func wrapped(line string, columns int, indent string) string {
	var out strings.Builder
	column := 0
	for i, word := range strings.Split(line, " ") {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+length > columns:
			out.WriteString("\n" + indent)
			column = len(indent)
		default:
			out.WriteByte(' ')
			column++
		}
		out.WriteString(word)
		column += length
	}
	return out.String()
}

// check parses and, if that goes well, checks the rest.
func check(name string, text []byte) *model.Checked {
	file, problems := dsl.Parse(name, text)
	if len(problems) == 0 {
		return model.Check(file)
	}
	checked := &model.Checked{}
	for _, problem := range problems {
		checked.Complaints = append(checked.Complaints, model.Complaint{
			Problem: problem, Check: "syntax", Severity: "error",
		})
	}
	return checked
}

func newCheckReport(checked *model.Checked) *checkReport {
	report := &checkReport{
		Findings: []checkFinding{}, Platforms: []platformCount{},
		Clauses: clauseCount{checked.Clauses, checked.Cited, checked.SetAside},
	}
	for _, complaint := range checked.Complaints {
		report.Findings = append(report.Findings, checkFinding{
			File: complaint.Pos.File, Line: complaint.Pos.Line, Column: complaint.Pos.Column,
			Check: complaint.Check, Severity: complaint.Severity, Message: complaint.Message, Hint: complaint.Hint,
		})
	}
	for _, p := range checked.Platforms {
		report.States += p.States
		report.Cases += p.Cases
		report.Gaps += p.Gaps
		report.Platforms = append(report.Platforms, platformCount{p.Name, p.States, p.Cases, p.Gaps, p.Looseness})
	}
	return report
}

func (r *checkReport) text(w io.Writer) {
	for _, p := range r.Platforms {
		fmt.Fprintf(w, "%-10s %7d states %7d cases %4d gaps  %.3f results allowed a case\n",
			p.Name, p.States, p.Cases, p.Gaps, p.Looseness)
	}
	if len(r.Platforms) > 0 && r.Clauses.Total > 0 {
		fmt.Fprintf(w, "%d clauses: %d cited, %d set aside\n", r.Clauses.Total, r.Clauses.Cited, r.Clauses.SetAside)
	}
	errors := 0
	for _, finding := range r.Findings {
		if finding.Severity == "error" {
			errors++
		}
	}
	switch warnings := len(r.Findings) - errors; {
	case len(r.Findings) == 0:
		fmt.Fprintln(w, "nothing to complain of")
	default:
		fmt.Fprintf(w, "%s, %s\n", counted(errors, "error"), counted(warnings, "warning"))
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
