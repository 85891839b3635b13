package runner

import (
	"slices"
	"strconv"
	"strings"

	"connectspec/model"
	"connectspec/spec"
)

// A Tally says how much of the specification a run has exercised: outcomes of
// rules, without which some trace would have been rejected.
type Tally struct {
	Exercised int `json:"exercised"`
	Reached   int `json:"reached"`   // showed, but another rule allowed the same
	Reachable int `json:"reachable"` // all that this target can show
	Outcomes  int `json:"outcomes"`  // all that the platform's rules have
}

// RuleHits say how often a rule accounted for what was seen.
type RuleHits struct {
	Name      string `json:"name"`
	Hits      uint64 `json:"hits"`
	Exercised uint64 `json:"exercised"` // of these, when no other rule did
	Reachable bool   `json:"reachable"` // this target can show it
}

// CodeHits say how often connect itself answered with a result.
type CodeHits struct {
	Name   string   `json:"name"`   // in the words of the specification
	Native string   `json:"native"` // in those of the target
	Hits   uint64   `json:"hits"`
	Rules  []string `json:"rules"` // that accounted for it

	shown string
}

// NeverSeen is an outcome that the model allows, that the target could have
// shown, and that never came.
type NeverSeen struct {
	Rule     string `json:"rule"`
	Result   string `json:"result"`
	Position string `json:"position"`
}

// NotExercised is something that a run could not, or did not, try.
type NotExercised struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Untrue is a reason why a platform cannot provoke an error, which came all the
// same.
type Untrue struct {
	Error    string `json:"error"`
	Because  string `json:"because"` // what the specification says
	Position string `json:"position"`
	Hits     uint64 `json:"hits"` // answers, of any call
}

// A Renaming is a native name that stood for one of the specification's.
type Renaming struct {
	Native  string `json:"native"`
	Call    string `json:"call,omitempty"` // "": of any
	Means   string `json:"means"`
	Because string `json:"because"`
}

// theCall is the call that the specification is about.
const theCall = "connect"

// cover fills in what was covered.
func (r *run) cover(report *Report) {
	s := r.Machine.Spec
	goals := map[int]bool{}
	for _, id := range r.Goals {
		goals[id] = true
	}
	report.Rules, report.NeverSeen = []RuleHits{}, []NeverSeen{}
	perRule := map[string]uint64{}
	for _, rule := range s.Rules {
		hits := RuleHits{Name: rule.Name}
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				r.coverOutcome(report, &hits, outcome, goals[outcome.ID])
			}
		}
		report.Rules = append(report.Rules, hits)
		perRule[rule.Name] = hits.Hits
	}
	report.Departures = r.departures(perRule)
	report.Coverage.Outcomes = s.Outcomes
	report.Codes = r.codes()
	report.Renamings = r.renamings()
	report.Untrue = []Untrue{}
	report.NotExercised = r.notExercised(report)
}

func (r *run) coverOutcome(report *Report, hits *RuleHits, outcome *spec.Outcome, goal bool) {
	exercised, reached := r.coverage.Exercised[outcome.ID], r.coverage.Reached[outcome.ID]
	hits.Hits += exercised + reached
	hits.Exercised += exercised
	seen := exercised+reached > 0
	hits.Reachable = hits.Reachable || goal || seen
	switch {
	case exercised > 0:
		report.Coverage.Exercised++
	case reached > 0:
		report.Coverage.Reached++
	}
	if goal || seen {
		report.Coverage.Reachable++
	}
	if goal && !seen {
		report.NeverSeen = append(report.NeverSeen, NeverSeen{
			outcome.Rule.Name, resultsText(r.Machine.Spec, outcome), position(outcome.Pos.File, outcome.Pos.Line),
		})
	}
}

// resultsText is the results of an outcome; what a rule without results does
// has none.
func resultsText(s *spec.Spec, outcome *spec.Outcome) string {
	var texts []string
	for _, result := range outcome.Results {
		texts = append(texts, codeName(s, result.Code))
	}
	if len(texts) == 0 {
		return outcome.Rule.Rank.String()
	}
	return strings.Join(texts, " | ")
}

func codeName(s *spec.Spec, code uint8) string {
	switch {
	case code == spec.OK:
		return "ok"
	case code == spec.Blocks:
		return "blocks"
	case int(code)-spec.Errors < len(s.Errors):
		return s.Errors[code-spec.Errors].Name
	}
	return ""
}

// codes are the results of connect, with those that the specification knows
// and that never came.
func (r *run) codes() []CodeHits {
	s, list := r.Machine.Spec, []CodeHits{}
	call := s.Call(theCall)
	if call == nil {
		return list
	}
	names := speak(r.Machine, r.Agent.Dictionary)
	for code := uint8(0); code < 255; code++ {
		result := model.Result{Call: uint8(call.Index), Code: code}
		if codeName(s, code) == "" && r.coverage.Answers[result] == 0 {
			continue
		}
		name := r.Machine.Text(theCall, model.Seen{Code: code})
		hits := CodeHits{Name: name, Hits: r.coverage.Answers[result], Rules: r.rulesOf(result)}
		hits.Native = strings.Join(r.natives.of(result), ", ")
		if hits.Native == "" {
			hits.Native = names.native(theCall, name)
		}
		hits.shown = names.both(hits.Native, name)
		if hits.Hits > 0 || isAnswerOf(call, code) {
			list = append(list, hits)
		}
	}
	return list
}

// isAnswerOf says that some rule of a call has the result.
func isAnswerOf(call *spec.Call, code uint8) bool {
	for _, rule := range slices.Concat(call.Refusals, call.Acts, call.Mays, call.Resumes) {
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				if slices.ContainsFunc(outcome.Results, func(r spec.Result) bool { return r.Code == code }) {
					return true
				}
			}
		}
	}
	return false
}

// rulesOf are the rules of a call that accounted for a result.
func (r *run) rulesOf(result model.Result) []string {
	accounted := map[string]bool{}
	call := r.Machine.Spec.Calls[result.Call]
	for _, rule := range slices.Concat(call.Refusals, call.Acts, call.Mays, call.Unstated, call.Resumes) {
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				if r.coverage.Codes[model.Code{Call: result.Call, Result: result.Code, Outcome: outcome.ID}] > 0 {
					accounted[rule.Name] = true
				}
			}
		}
	}
	list := []string{}
	for name := range accounted {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// renamings are the entries of the target's dictionary that were needed.
func (r *run) renamings() []Renaming {
	s, list := r.Machine.Spec, []Renaming{}
	target := s.Target(r.Agent.Dictionary)
	if target == nil {
		return list
	}
	for _, entry := range target.Renamings {
		used := false
		for one := range r.natives {
			call := s.Calls[one.Call].Name
			used = used || one.name == entry.Native && int(one.Code) == spec.Errors+entry.Means && (entry.Call == "" || entry.Call == call)
		}
		if used {
			list = append(list, Renaming{entry.Native, entry.Call, s.Errors[entry.Means].Name, entry.Because})
		}
	}
	return list
}

// notExercised lists what the target lacks first, then the errors that the
// platform says cannot be provoked, then the rules that this target could have
// shown and did not. Of errors that came, the reasons are untrue.
func (r *run) notExercised(report *Report) []NotExercised {
	list := []NotExercised{}
	for _, lack := range r.Agent.Lacks {
		list = append(list, NotExercised{lack.What, lack.Why})
	}
	report.lacking = len(list)
	for _, e := range r.Machine.Spec.Errors {
		if e.Cannot == "" {
			continue
		}
		if hits := r.answered(e); hits > 0 {
			report.Untrue = append(report.Untrue, Untrue{
				e.Name, e.Cannot, position(e.CannotPos.File, e.CannotPos.Line), hits,
			})
			continue
		}
		list = append(list, NotExercised{e.Name, e.Cannot})
	}
	for _, rule := range report.Rules {
		switch {
		case rule.Hits > 0:
		case rule.Reachable:
			list = append(list, NotExercised{rule.Name, "no sequence showed it"})
		default:
			list = append(list, NotExercised{rule.Name, "needs what this target lacks"})
		}
	}
	return list
}

// answered is how often any call answered an error.
func (r *run) answered(e *spec.Error) uint64 {
	hits := uint64(0)
	for result, count := range r.coverage.Answers {
		if int(result.Code) == spec.Errors+e.Index {
			hits += count
		}
	}
	return hits
}

func position(file string, line int) string { return file + ":" + strconv.Itoa(line) }
