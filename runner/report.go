package runner

import (
	"slices"
	"strings"
	"time"

	"connectspec/model"
	"connectspec/spec"
)

// A Report is what a run has found. Its JSON form is an interface: fields are
// added, and not changed.
type Report struct {
	Spec     string `json:"spec"`     // its title
	Version  int    `json:"version"`  // of the specification
	Platform string `json:"platform"` // whose rules judged
	Target   string `json:"target"`   // whose sockets they were
	// Own is the platform that describes the target, if another one judged, and
	// something was found.
	Own     string  `json:"own,omitempty"`
	System  string  `json:"system"` // the version of the target
	Seed    uint64  `json:"seed"`
	Seconds float64 `json:"seconds"`

	Sequences   uint64 `json:"sequences"`
	Calls       uint64 `json:"calls"`
	Unjudged    uint64 `json:"unjudged"` // calls that any answer would have done for
	Interrupted bool   `json:"interrupted"`
	// Failure is why the run could not be finished; "" if it could.
	Failure string `json:"failure,omitempty"`

	Divergences  []Divergence   `json:"divergences"`
	NotExercised []NotExercised `json:"not_exercised"`
	Coverage     Tally          `json:"coverage"`
	Rules        []RuleHits     `json:"rules"`
	Codes        []CodeHits     `json:"codes"`
	NeverSeen    []NeverSeen    `json:"never_seen"`
	Departures   []Departure    `json:"departures"`
	Untrue       []Untrue       `json:"untrue"`
	Renamings    []Renaming     `json:"renamings"`

	lacking int // the first of NotExercised are what the target lacks
	saved   bool
}

// A Divergence is something observed that the model forbids, with the shortest
// script that shows it.
type Divergence struct {
	ID       string    `json:"id"` // the same for the same fault in each run
	Call     string    `json:"call"`
	Rules    []string  `json:"rules"`    // that applied
	Observed string    `json:"observed"` // in the words of the specification
	Native   string    `json:"native"`   // in those of the target
	Allowed  []Allowed `json:"allowed"`
	// OwnAllows says that the platform that describes the target allows it, and
	// DueTo by which departures.
	OwnAllows bool    `json:"own_allows,omitempty"`
	DueTo     []DueTo `json:"due_to,omitempty"`
	// Script is a trace; its last call is the one that diverged.
	Script string `json:"script"`
	Steps  int    `json:"steps"` // calls of the script
	// Overlapping are the calls that threads were in when the last one was made.
	Overlapping []string `json:"overlapping,omitempty"`
	Minimal     bool     `json:"minimal"`    // no call of it can be left out
	Executions  int      `json:"executions"` // that shrinking it took
	// Reproduced says in how many replays of the script it showed, of how many.
	Reproduced [2]int `json:"reproduced"`
	Sightings  uint64 `json:"sightings"` // sequences whose first divergence it was
	Sequence   uint64 `json:"sequence"`  // in which it was found, from 1
	Seed       uint64 `json:"seed"`      // of that sequence
	File       string `json:"file,omitempty"`
	Replay     string `json:"replay,omitempty"` // the command

	lines []string
	shown string
}

// Allowed is a result that the model allows, and the rule that says so.
type Allowed struct {
	Result   string   `json:"result"` // in the words of the specification
	Native   string   `json:"native"`
	Rule     string   `json:"rule"`
	Clauses  []string `json:"clauses"`
	Platform string   `json:"platform"` // that declared the rule
	Position string   `json:"position"` // file:line
	Because  string   `json:"because,omitempty"`
}

// report puts together what a run has found.
func (r *run) report(interrupted bool) *Report {
	s := r.Machine.Spec
	report := &Report{
		Spec: s.Title, Version: s.Version, Platform: s.Platform,
		Target: r.Agent.Name, System: r.Agent.Version,
		Seed: r.Seed, Seconds: time.Since(r.started).Seconds(), Interrupted: interrupted,
		Sequences: r.sequences.Load(), Calls: r.coverage.Calls, Unjudged: r.coverage.Doubtful,
		Divergences: []Divergence{}, saved: r.Save != "",
	}
	if r.failure != nil {
		report.Failure = r.failure.Error()
	}
	r.cover(report)
	for _, f := range r.ledger.found {
		report.Divergences = append(report.Divergences, r.divergence(f))
	}
	slices.SortFunc(report.Divergences, func(a, b Divergence) int {
		if a.Steps != b.Steps {
			return a.Steps - b.Steps
		}
		return strings.Compare(a.ID, b.ID)
	})
	r.explain(report)
	return report
}

func (r *run) divergence(f *found) Divergence {
	last := len(f.trace.Answers) - 1
	answer := f.trace.Answers[last]
	d := Divergence{
		ID: f.id, Call: f.call, Rules: append([]string{}, f.rules...),
		Observed: observedText(r.Machine, f.divergence, answer), Native: answer.String(),
		Allowed: r.allowed(f.divergence),
		Script:  r.Machine.Format(f.trace), Steps: len(f.trace.Script), Minimal: f.minimal,
		Executions: f.executions, Reproduced: [2]int{f.shown, f.tried},
		Sightings: r.ledger.sightingsOf(f), Sequence: f.number + 1, Seed: f.seed, File: f.file,
	}
	d.shown = speak(r.Machine, r.Agent.Dictionary).answer(d.Native, d.Observed)
	for _, i := range r.Machine.Overlapping(f.trace) {
		d.Overlapping = append(d.Overlapping, r.Machine.Line(f.trace.Script[i]))
	}
	if f.file != "" && r.Command != nil {
		d.Replay = r.Command(f.file)
	}
	d.lines = strings.Split(strings.TrimSuffix(d.Script, "\n"), "\n")
	return d
}

// allowed lists what would have been allowed, each result of a rule once.
func (r *run) allowed(d *model.Divergence) []Allowed {
	names := speak(r.Machine, r.Agent.Dictionary)
	list := []Allowed{}
	for _, one := range d.Allowed {
		allowed := Allowed{
			Result: one.Result, Native: names.result(d.Call, one.Result),
			Rule: one.Rule.Name, Clauses: clauses(one.Rule), Platform: one.Rule.Platform,
			Position: position(one.Rule.Pos.File, one.Rule.Pos.Line), Because: one.Rule.Because,
		}
		same := func(other Allowed) bool { return other.Result == allowed.Result && other.Rule == allowed.Rule }
		if !slices.ContainsFunc(list, same) {
			list = append(list, allowed)
		}
	}
	return list
}

func clauses(rule *spec.Rule) []string {
	ids := []string{}
	for _, cite := range rule.Cites {
		ids = append(ids, cite.Text)
	}
	return ids
}
