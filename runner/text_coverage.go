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
	seen, stale := departuresOf(report)
	p.wrapped("more with --coverage: ", "  ", fmt.Sprintf(
		"%s never seen, %s not exercised; of %s from the documentation, %d at work and %d doubtful.",
		counted(uint64(len(report.NeverSeen)), "allowed result"), counted(uint64(len(report.NotExercised)-report.lacking), "thing"),
		counted(uint64(len(report.Departures)), "departure"), seen, len(stale)))
}

// codes writes what connect answered.
func (p *page) codes(report *Report) {
	var seen, unseen []string
	for _, code := range report.Codes {
		name := both(code.Native, code.Name)
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

// departuresOf counts the departures that were at work, and lists those that had
// every chance to show all their results and did not.
func departuresOf(report *Report) (seen int, stale []string) {
	for _, one := range report.Departures {
		if one.Hits > 0 {
			seen++
		}
		if len(one.Unseen) > 0 {
			stale = append(stale, one.Rule)
		}
	}
	return seen, stale
}

func (p *page) departures(report *Report) {
	seen, stale := departuresOf(report)
	if len(report.Departures) > 0 {
		p.wrapped("departures: ", "  ", fmt.Sprintf(
			"%d rules say what %s does otherwise than the documentation; %d of them at work in this run.",
			len(report.Departures), report.Platform, seen))
	}
	if len(stale) > 0 {
		p.wrapped("  ", "    ", fmt.Sprintf("often at work on %s, and never with all their results (see --json; is it still so?): %s",
			report.System, strings.Join(stale, ", ")))
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
