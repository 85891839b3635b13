package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"connectspec/runner/strace"
)

// strace judges logs of strace.
func (c *judgeCommand) strace(t *terminal) error {
	name, text, err := t.readSpec(c.Spec)
	if err != nil {
		return err
	}
	if c.Platform != "" && c.Platform != strace.Platform {
		return fmt.Errorf("logs are judged by the platform %s", strace.Platform)
	}
	judge, err := strace.New(name, text)
	if err != nil {
		return err
	}
	judge.Explain = c.Explain
	for _, name := range c.Files {
		if err := t.judgeLog(judge, name); err != nil {
			return err
		}
	}
	report, people := judge.Report(), t.people(c.JSON)
	explainLog(people, judge.Explanations)
	logText(people, report)
	if c.JSON {
		if err := t.json(report); err != nil {
			return err
		}
	}
	if len(report.Divergences) > 0 {
		return errFound
	}
	return nil
}

// judgeLog judges one log, as it is read.
func (t *terminal) judgeLog(judge *strace.Judge, name string) error {
	if name == "-" {
		return judge.Log("standard input", t.stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return judge.Log(name, file)
}

// explainLog shows what may be known of a socket before and after a line.
func explainLog(w io.Writer, list []strace.Explanation) {
	for _, e := range list {
		fmt.Fprintf(w, "%s:%d: %s\n  before, one of:\n    %s\n  after, one of:\n    %s\n", e.File, e.Line, e.Call,
			strings.Join(e.Before, "\n    "), strings.Join(e.After, "\n    "))
	}
}

// logText shows a report to people.
func logText(w io.Writer, r *strace.Report) {
	for _, d := range r.Divergences {
		allowed := strings.Join(d.Allowed, ", ")
		if allowed == "" {
			allowed = "nothing"
		}
		fmt.Fprintf(w, "%s:%d: %s\n    impossible: %s\n    allowed: %s\n", d.File, d.Line, d.Call, d.Observed, allowed)
	}
	if len(r.Programs) > 0 {
		fmt.Fprintf(w, "programs: %s\n", strings.Join(r.Programs, ", "))
	}
	fmt.Fprintf(w, "%d logs, %d lines, %d sockets followed, %d calls upon sockets, %d judged; %d impossible answers\n",
		r.Traces, r.Lines, r.Sockets, r.Calls, r.Judged, len(r.Divergences))
	for _, one := range r.Attempts {
		fmt.Fprintf(w, "%d times connect answered %s\n", one.Calls, one.Answer)
	}
	for _, one := range r.SetAside {
		fmt.Fprintf(w, "%d calls set aside: %s\n", one.Calls, one.Why)
	}
	for _, odd := range r.Odd {
		fmt.Fprintf(w, "%s:%d: the first of %d lines that are not understood\n", odd.File, odd.Line, odd.Lines)
	}
	for _, note := range r.Notes {
		fmt.Fprintln(w, note)
	}
}
