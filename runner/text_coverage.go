package runner

import (
	"fmt"
	"strings"
)

// coverage writes what a run has exercised, and what not.
func (p *page) coverage(report *Report) {
	c := report.Coverage
	p.line("")
	p.wrapped("coverage: ", "  ", fmt.Sprintf(
		"%d of %d outcomes of rules that this target can show were exercised, and %d more came where another rule allowed the same; the platform has %d.",
		c.Exercised, c.Reachable, c.Reached, c.Outcomes))
	p.codes(report)
	p.untrue(report)
	p.stale(report)
	if !p.style.Coverage {
		p.uncovered(report)
		return
	}
	p.neverSeen(report)
	p.rest(report)
	p.departures(report)
}

// uncovered counts what the lists would name.
func (p *page) uncovered(report *Report) {
	text := fmt.Sprintf("%s never seen, %s not exercised",
		counted(uint64(len(report.NeverSeen)), "allowed result"), counted(uint64(len(report.NotExercised)-report.lacking), "thing"))
	if count := len(report.Departures); count > 0 {
		text += fmt.Sprintf("; of %s from the documentation, %d needed",
			counted(uint64(count), "departure"), len(departuresOf(report, Needed)))
	}
	p.wrapped("more with --coverage: ", "  ", text+".")
}

// codes writes what connect answered.
func (p *page) codes(report *Report) {
	var seen, unseen []string
	for _, code := range report.Codes {
		name := code.shown
		if code.Hits == 0 {
			unseen = append(unseen, name)
		} else {
			seen = append(seen, fmt.Sprintf("%s %s", name, grouped(code.Hits)))
		}
	}
	if len(seen) > 0 {
		p.wrapped("connect answered: ", "  ", strings.Join(seen, ", "))
	}
	if len(unseen) > 0 {
		p.wrapped("connect never answered: ", "  ", strings.Join(unseen, ", "))
	}
}

// fewLines is how many entries of a list are written; the JSON has them all.
const fewLines = 8

func (p *page) neverSeen(report *Report) {
	if len(report.NeverSeen) == 0 {
		return
	}
	p.line("allowed, and never seen (%d):", len(report.NeverSeen))
	for _, one := range report.NeverSeen[:min(fewLines, len(report.NeverSeen))] {
		p.wrapped("  ", "    ", fmt.Sprintf("%s -> %s (%s)", one.Rule, one.Result, one.Position))
	}
	p.more(len(report.NeverSeen))
}

func (p *page) more(count int) {
	if count > fewLines {
		p.line("  and %d more (--json lists all)", count-fewLines)
	}
}

// rest writes what was not exercised for other reasons than want of something.
func (p *page) rest(report *Report) {
	list := report.NotExercised[report.lacking:]
	if len(list) == 0 {
		return
	}
	p.line("not exercised (%d):", len(list))
	for _, one := range list[:min(fewLines, len(list))] {
		p.wrapped("  ", "    ", one.What+": "+one.Why)
	}
	p.more(len(list))
}

// departuresOf are those of a verdict.
func departuresOf(report *Report, verdict string) []Departure {
	var list []Departure
	for _, one := range report.Departures {
		if one.Verdict == verdict {
			list = append(list, one)
		}
	}
	return list
}

// untrue tells of which errors it is wrong to say that they cannot be provoked.
func (p *page) untrue(report *Report) {
	for _, one := range report.Untrue {
		p.wrapped(p.paint(yellow, "no longer true: "), "  ", fmt.Sprintf("%s cannot be provoked (%s) because %q: it came %s",
			one.Error, one.Position, one.Because, counted(one.Hits, "time")))
	}
}

// stale tells which departures the system seems to have given up. It is told in
// any case: a specification that says too much is no better than one that says
// too little.
func (p *page) stale(report *Report) {
	list := departuresOf(report, Stale)
	if len(list) == 0 {
		return
	}
	p.line("%s", p.paint(yellow, "stale on "+report.System+" (is it still so?):"))
	for _, one := range list[:min(fewLines, len(list))] {
		what := fmt.Sprintf("it never showed in %s in which it could have", counted(uint64(one.Weighed), "sequence"))
		if one.Refuted > 0 {
			what = fmt.Sprintf("in %d of %s came what would hold without it", one.Refuted, counted(uint64(one.Weighed), "sequence"))
		}
		p.wrapped("  ", "    ", fmt.Sprintf("%s (%s) because %q: %s", one.Rule, one.Position, one.Because, what))
	}
	p.more(len(list))
}

func (p *page) departures(report *Report) {
	if len(report.Departures) > 0 {
		p.wrapped("departures: ", "  ", fmt.Sprintf(
			"%d rules say what %s does otherwise than the documentation. Without %d of them something that was seen would have been rejected; %d only take results away, none of which came; %d are stale; of the others this run tells nothing.",
			len(report.Departures), report.Platform, len(departuresOf(report, Needed)), len(departuresOf(report, Held)),
			len(departuresOf(report, Stale))))
	}
	if len(report.Renamings) > 0 {
		var list []string
		for _, one := range report.Renamings {
			of := ""
			if one.Call != "" {
				of = " of " + one.Call
			}
			list = append(list, fmt.Sprintf("%s%s for %s", one.Native, of, one.Means))
		}
		p.wrapped("other names, no departures: ", "  ", strings.Join(list, ", "))
	}
}
