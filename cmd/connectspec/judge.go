package main

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"connectspec/model"
	"connectspec/runner"
	"connectspec/runner/strace"
	"connectspec/spec"
)

type judgeCommand struct {
	Files    []string `arg:"" name:"file" help:"Traces, one in a file or several between lines of ---, or logs of strace; - for standard input."`
	Format   string   `help:"How they are written: ${enum}." enum:"trace,strace" default:"trace"`
	Explain  int      `help:"Of a log: show what may be known of a socket before and after the calls of this line." placeholder:"LINE"`
	Spec     string   `help:"Specification file; without it, the one that is part of the program." placeholder:"FILE"`
	Platform string   `help:"Platform whose rules judge; usually the one that the trace names." placeholder:"NAME"`
	JSON     bool     `name:"json" help:"Write one JSON object."`
}

// judgeReport is what came of judging; the JSON form is an interface.
type judgeReport struct {
	Traces      int               `json:"traces"`
	Calls       int               `json:"calls"`
	Judged      int               `json:"judged"`
	SetAside    []strace.SetAside `json:"set_aside"`
	Rules       []strace.Hits     `json:"rules"`
	Divergences []judgeDivergence `json:"divergences"`
}

type judgeDivergence struct {
	strace.Divergence
	text  string   // the line
	shown []string // what is allowed, in the platform's language
}

// A tribunal judges traces by the platforms that they name.
type tribunal struct {
	opened   *document
	platform string // "" for the one that a trace names
	judges   map[benchOf]*model.Judge
	machines map[string]*model.Machine
	report   judgeReport
	unasked  int // calls without an answer
}

// A benchOf is what a judge sits for.
type benchOf struct {
	platform   string
	dictionary string // whose names the answers have
}

// Run judges traces.
func (c *judgeCommand) Run(t *terminal) error {
	if c.Format == "strace" {
		return c.strace(t)
	}
	opened, err := t.open(c.Spec)
	if err != nil {
		return err
	}
	court := &tribunal{
		opened: opened, platform: c.Platform,
		judges: map[benchOf]*model.Judge{}, machines: map[string]*model.Machine{},
	}
	for _, name := range c.Files {
		text, err := t.readTrace(name)
		if err != nil {
			return err
		}
		before := court.report.Traces
		if err := court.file(name, string(text)); err != nil {
			return err
		}
		if court.report.Traces == before {
			return fmt.Errorf("%s: there is no call in it", name)
		}
	}
	court.close()
	court.text(t.people(c.JSON))
	if c.JSON {
		if err := t.json(court.report); err != nil {
			return err
		}
	}
	if len(court.report.Divergences) > 0 {
		return errFound
	}
	return nil
}

func (t *terminal) readTrace(name string) ([]byte, error) {
	if name == "-" {
		return readAll(t.stdin)
	}
	return readFile(name)
}

// file judges the traces of a file. Lines are counted from the file's start.
func (c *tribunal) file(name, text string) error {
	header := runner.ReadHeader([]byte(text))
	platform, err := c.platformOf(name, header)
	if err != nil {
		return err
	}
	if c.machines[platform] == nil {
		machine, err := model.Load(c.opened.Document, platform)
		if err != nil {
			return err
		}
		c.machines[platform] = machine
	}
	machine, seat := c.machines[platform], benchOf{platform, platform}
	if machine.Spec.Target(header.Dictionary) != nil {
		seat.dictionary = header.Dictionary
	}
	if c.judges[seat] == nil {
		c.judges[seat] = machine.NewJudge(seat.dictionary)
	}
	for line, part := range parts(text) {
		if err := c.trace(seat, name, line, part); err != nil {
			return err
		}
	}
	return nil
}

// platformOf is the platform that was asked for, or else the one that a file
// names: another one in its place would judge it by rules that it was not made for.
func (c *tribunal) platformOf(name string, header runner.Header) (string, error) {
	if c.platform != "" || header.Platform == "" {
		return c.opened.platform(c.platform)
	}
	platform, err := c.opened.platform(header.Platform)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return platform, nil
}

// parts are the traces of a file, with the numbers of the lines where they start.
// They share the memory of the text: a file may hold many.
func parts(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		line, first, start, at := 0, 1, 0, 0
		for content := range strings.Lines(text) {
			line++
			if strings.TrimSpace(content) == "---" {
				if !yield(first, text[start:at]) {
					return
				}
				first, start = line+1, at+len(content)
			}
			at += len(content)
		}
		yield(first, text[start:])
	}
}

func (c *tribunal) trace(seat benchOf, name string, line int, text string) error {
	machine := c.machines[seat.platform]
	trace, lines, err := machine.ParsePart(name, line, text)
	if err != nil || len(trace.Script) == 0 {
		return err
	}
	c.report.Traces++
	c.report.Calls += len(trace.Script)
	c.unasked += len(trace.Script) - len(trace.Answers)
	for _, finding := range c.judges[seat].Trace(trace) {
		answer := trace.Answers[finding.Step]
		divergence := judgeDivergence{
			Divergence: strace.Divergence{
				File: name, Line: lines[finding.Step], Call: finding.Call, Observed: answer.String(),
				Allowed: []string{}, Rules: append([]string{}, finding.Rules...),
			},
			text: machine.Line(trace.Script[finding.Step]),
		}
		for _, allowed := range finding.Allowed {
			divergence.Allowed = append(divergence.Allowed, fmt.Sprintf("%s (%s)", allowed.Result, allowed.Rule.Name))
			inWords := runner.InWords(machine, seat.dictionary, finding.Call, allowed.Result)
			divergence.shown = append(divergence.shown, fmt.Sprintf("%s by %s", inWords, allowed.Rule.Name))
		}
		c.report.Divergences = append(c.report.Divergences, divergence)
	}
	return nil
}

// close sums up.
func (c *tribunal) close() {
	r := &c.report
	doubtful, hits := 0, map[string]uint64{}
	for seat, judge := range c.judges {
		coverage := judge.Coverage()
		doubtful += int(coverage.Doubtful)
		for _, rule := range c.machines[seat.platform].Spec.Rules {
			hits[rule.Name] += ruleTotal(rule, coverage)
		}
	}
	for _, machine := range c.machines {
		for _, rule := range machine.Spec.Rules {
			if n := hits[rule.Name]; n > 0 {
				r.Rules = append(r.Rules, strace.Hits{Name: rule.Name, Hits: n})
				delete(hits, rule.Name)
			}
		}
	}
	r.Judged = r.Calls - doubtful - c.unasked
	r.SetAside = []strace.SetAside{}
	if doubtful > 0 {
		r.SetAside = append(r.SetAside, strace.SetAside{
			Why: "the specification does not say, or no longer knows the socket", Calls: doubtful,
		})
	}
	if c.unasked > 0 {
		r.SetAside = append(r.SetAside, strace.SetAside{Why: "there is no answer", Calls: c.unasked})
	}
	if r.Rules == nil {
		r.Rules = []strace.Hits{}
	}
	if r.Divergences == nil {
		r.Divergences = []judgeDivergence{}
	}
}

func ruleTotal(rule *spec.Rule, coverage *model.Coverage) uint64 {
	total := uint64(0)
	for i := range rule.Cases {
		for _, outcome := range rule.Cases[i].Outcomes {
			total += coverage.Exercised[outcome.ID] + coverage.Reached[outcome.ID]
		}
	}
	return total
}

func (c *tribunal) text(w io.Writer) {
	for _, d := range c.report.Divergences {
		allowed := strings.Join(d.shown, ", ")
		if allowed == "" {
			allowed = "nothing"
		}
		fmt.Fprintf(w, "%s:%d: %s -> %s is not allowed\n    allowed: %s\n", d.File, d.Line, d.text, d.Observed, allowed)
	}
	r := &c.report
	fmt.Fprintf(w, "%s, %s, %d judged; %s\n", counted(r.Traces, "trace"), counted(r.Calls, "call"), r.Judged, counted(len(r.Divergences), "divergence"))
	for _, one := range r.SetAside {
		fmt.Fprintf(w, "%s set aside: %s\n", counted(one.Calls, "call"), one.Why)
	}
}
