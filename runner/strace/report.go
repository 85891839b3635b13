package strace

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"connectspec/model"
)

// A Report is what came of judging logs; the JSON form is an interface.
type Report struct {
	Traces      int          `json:"traces"` // logs
	Lines       int          `json:"lines"`
	Programs    []string     `json:"programs"`
	Sockets     int          `json:"sockets"`
	Linked      int          `json:"linked"` // connections of which both ends are in the log, and known to be
	Calls       int          `json:"calls"`  // upon sockets
	Judged      int          `json:"judged"`
	SetAside    []SetAside   `json:"set_aside"`
	Attempts    []Attempts   `json:"attempts"`
	Rules       []Hits       `json:"rules"`
	Divergences []Divergence `json:"divergences"`
	Odd         []Odd        `json:"not_understood"`
	Notes       []string     `json:"notes"`
}

// SetAside counts calls that were not judged, by the reason.
type SetAside struct {
	Why   string `json:"why"`
	Calls int    `json:"calls"`
}

// Attempts counts how connect ended, in the names of the system.
type Attempts struct {
	Answer string `json:"answer"`
	Calls  int    `json:"calls"`
}

// Hits counts how often a rule accounted for an answer.
type Hits struct {
	Name string `json:"name"`
	Hits uint64 `json:"hits"`
}

// A Divergence is an answer that nothing allows that the log leaves open.
type Divergence struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Call     string   `json:"call"`
	Observed string   `json:"observed"`
	Allowed  []string `json:"allowed"`
	Rules    []string `json:"rules"`
}

// Odd are lines of a log that were not understood.
type Odd struct {
	File  string `json:"file"`
	Line  int    `json:"line"` // the first of them
	Lines int    `json:"lines"`
}

// An Explanation says what may be known of a socket before and after a call.
type Explanation struct {
	File          string
	Line          int
	Call          string
	Before, After []string
}

// Why calls are set aside.
const (
	becauseUnstated   = "the specification does not say, or no longer knows the socket"
	becauseImpossible = "an earlier answer upon this socket was impossible"
	becauseCrowded    = "too many calls upon one socket overlap"
	becauseConnect    = "a connect overlapped with other calls upon the socket: it does its work in two parts"
	becauseOrder      = "calls upon the socket overlapped, and too much depends on their order"
	becauseUnfollowed = "a process or a thread that the log does not follow has the socket too (record with -f)"
	becauseNoReturn   = "a call upon the socket never returned"
	becauseCut        = "a line about the socket was cut off"
	becauseUnmade     = "the socket was made before the log begins, or out of its sight"
	becauseAmbiguous  = "the log shows neither close nor fork, and the descriptor may name several sockets"
	becauseStranger   = "a descriptor was used whose making the log does not show; it may name any socket"
	becausePassed     = "the socket was passed to another process"
	becauseInjected   = "strace made the answer up"
	becauseURing      = "io_uring was set up: what it does to sockets does not show"
	becauseFastOpen   = "TCP Fast Open is not part of the specification"
	becauseUrgent     = "urgent data is not part of the specification"
	becauseMemory     = "memory that the call could not use"
	becauseHidden     = "the log does not show what the call was given, and it may have failed for that"
)

// bytesOf is a number of bytes.
func bytesOf(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// putAside counts a call that is not judged.
func (j *Judge) putAside(why string) { j.asides[why]++ }

// maxPrograms bounds the list of programs.
const maxPrograms = 1000

// programs adds a program.
func (r *Report) programs(name string) {
	if !slices.Contains(r.Programs, name) {
		r.Programs = append(r.Programs, name)
	}
}

// note adds a remark, once.
func (r *Report) note(text string) {
	if !slices.Contains(r.Notes, text) && len(r.Notes) < maxPrograms {
		r.Notes = append(r.Notes, text)
	}
}

// diverge keeps an answer that is impossible.
func (j *Judge) diverge(a act, d *model.Divergence) { j.keep(j.divergenceOf(a, d)) }

func (j *Judge) divergenceOf(a act, d *model.Divergence) Divergence {
	found := Divergence{
		File: j.file, Line: a.last, Call: a.shown(), Observed: j.machine.Text(d.Call, a.seen),
		Allowed: []string{}, Rules: append([]string{}, d.Rules...),
	}
	for _, allowed := range d.Allowed {
		found.Allowed = append(found.Allowed, fmt.Sprintf("%s (%s)", allowed.Result, allowed.Rule.Name))
	}
	return found
}

func (j *Judge) keep(found Divergence) {
	if len(j.report.Divergences) < maxDivergences {
		j.report.Divergences = append(j.report.Divergences, found)
	}
}

// maxDivergences bounds what a log can make a report keep.
const maxDivergences = 10_000

// explain keeps what is known of a socket before and after a call.
func (j *Judge) explain(s *socket, a act, before []position) {
	j.Explanations = append(j.Explanations, Explanation{
		File: j.file, Line: a.last, Call: a.shown(), Before: statesOf(before), After: statesOf(s.at),
	})
}

// statesOf are the states of positions.
func statesOf(list []position) []string {
	var lines []string
	for i := range list {
		lines = append(lines, list[i].walk.States(0)...)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// Report sums up.
func (j *Judge) Report() *Report {
	r := &j.report
	r.SetAside, r.Attempts, r.Rules = []SetAside{}, []Attempts{}, []Hits{}
	for _, why := range slices.Sorted(maps.Keys(j.asides)) {
		r.SetAside = append(r.SetAside, SetAside{why, j.asides[why]})
	}
	slices.SortStableFunc(r.SetAside, func(a, b SetAside) int { return b.Calls - a.Calls })
	for _, answer := range slices.Sorted(maps.Keys(j.ends)) {
		r.Attempts = append(r.Attempts, Attempts{answer, j.ends[answer]})
	}
	coverage := j.judge.Coverage()
	for _, rule := range j.machine.Spec.Rules {
		total := uint64(0)
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				total += coverage.Exercised[outcome.ID] + coverage.Reached[outcome.ID]
			}
		}
		if total > 0 && !strings.HasPrefix(rule.Name, "set_mode.") {
			r.Rules = append(r.Rules, Hits{rule.Name, total})
		}
	}
	if r.Divergences == nil {
		r.Divergences = []Divergence{}
	}
	if r.Programs == nil {
		r.Programs = []string{}
	}
	if r.Odd == nil {
		r.Odd = []Odd{}
	}
	if r.Notes == nil {
		r.Notes = []string{}
	}
	return r
}
