package runner

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// columns is the width that reports keep to.
const columns = 80

// A Style says how a report for people looks.
type Style struct {
	Color    bool // the output is a terminal that shows colours
	Coverage bool // list what was covered and what not, instead of counting it
}

// page writes a report for people.
type page struct {
	out   *bufio.Writer
	style Style
}

// Text writes the report for people: what was found first, then what was
// covered and what was not.
func (report *Report) Text(w io.Writer, style Style) error {
	p := &page{bufio.NewWriter(w), style}
	p.headline(report)
	p.keep(report)
	p.lacks(report)
	for i, list := 0, report.partings(); i < len(list); i++ {
		if i == inFull && len(list) > inFull+1 {
			p.others(list[i:])
			break
		}
		p.divergence(report, list[i][0], list[i][1:]...)
	}
	if report.Sequences > 0 {
		p.coverage(report)
	}
	return p.out.Flush()
}

// Summary is the report without its divergences: how much was run, what could
// not be, and what was covered.
func (report *Report) Summary() string {
	return plainText(func(p *page) {
		p.headline(report)
		p.lacks(report)
		p.coverage(report)
	})
}

// One is a divergence of the report as Text writes it.
func (report *Report) One(d *Divergence) string {
	return plainText(func(p *page) { p.divergence(report, d) })
}

func plainText(write func(*page)) string {
	var text strings.Builder
	p := &page{bufio.NewWriter(&text), Style{Coverage: true}}
	write(p)
	p.out.Flush()
	return strings.Trim(text.String(), "\n")
}

func (p *page) line(format string, arguments ...any) {
	fmt.Fprintf(p.out, format, arguments...)
	p.out.WriteByte('\n')
}

// wrapped writes text in lines, the first with one indent and the others with
// another.
func (p *page) wrapped(first, others, text string) {
	p.out.WriteString(first)
	used := visible(first)
	for i, word := range strings.Fields(text) {
		length := visible(word)
		if i > 0 {
			if used+1+length > columns {
				p.out.WriteString("\n" + others)
				used = visible(others)
			} else {
				p.out.WriteByte(' ')
				used++
			}
		}
		p.out.WriteString(word)
		used += length
	}
	p.out.WriteByte('\n')
}

// visible is the number of columns that text takes on a terminal.
func visible(text string) int {
	columns := utf8.RuneCountInString(text)
	for {
		_, colored, found := strings.Cut(text, "\x1b[")
		if !found {
			return columns
		}
		color, rest, _ := strings.Cut(colored, "m")
		columns -= len("\x1b[m") + len(color)
		text = rest
	}
}

// The colours of a terminal.
const (
	red    = "31;1"
	yellow = "33"
	green  = "32;1"
)

func (p *page) paint(color, text string) string {
	if !p.style.Color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (p *page) headline(report *Report) {
	verdict := p.paint(green, "No divergence.")
	if n := len(report.Divergences); n > 0 {
		verdict = p.paint(red, counted(uint64(n), "divergence")+".")
	}
	if len(report.Divergences) == 0 && report.Sequences == 0 {
		verdict = p.paint(yellow, "Nothing was run.")
	} else if len(report.Divergences) == 0 && report.Failure != "" {
		verdict = p.paint(yellow, "No divergence so far.")
	}
	if report.Interrupted {
		verdict += " (Interrupted.)"
	}
	p.line("%s", verdict)
	if report.Failure != "" {
		p.wrapped(p.paint(red, "The run could not be finished: "), "  ", report.Failure)
	}
	p.wrapped("", "", fmt.Sprintf("%s and %s on %s (%s), judged by %s version %d as platform %s, in %s.",
		counted(report.Sequences, "sequence"), counted(report.Calls, "call"), report.Target, report.System,
		report.Spec, report.Version, report.Platform, secondsText(report.Seconds)))
	p.line("seed %d", report.Seed)
	if report.Own != "" {
		p.wrapped("", "", p.account(report))
	}
}

// account says what the target's own platform makes of what was found.
func (p *page) account(report *Report) string {
	allowed := report.accounted()
	text := fmt.Sprintf("Platform %s, which describes this target, allows %d of them.", report.Own, allowed)
	if rest := len(report.Divergences) - allowed; rest > 0 {
		text += fmt.Sprintf(" The other %d come first.", rest)
	}
	return text + fmt.Sprintf(" What is due to the same departure stands together, which makes %d.", len(report.partings()))
}

// keep says how to keep what was found.
func (p *page) keep(report *Report) {
	if len(report.Divergences) > 0 && !report.saved {
		p.wrapped("to keep them: ", "  ", fmt.Sprintf(
			"the same run with --seed %d --save DIR writes each to a file, which connectspec replay runs again.", report.Seed))
	}
}

// counted is a number with its noun: `1,234 calls`.
func counted(n uint64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// grouped is a number with commas between thousands.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func secondsText(seconds float64) string {
	return strconv.FormatFloat(seconds, 'f', 1, 64) + " s"
}

// lacks says first what could not be tried for want of something: a run that
// tried half of it must not look like one that tried all.
func (p *page) lacks(report *Report) {
	for rest := report.NotExercised[:report.lacking]; len(rest) > 0; {
		what, why := rest[0].What, rest[0].Why
		for rest = rest[1:]; len(rest) > 0 && rest[0].Why == why; rest = rest[1:] {
			what += ", " + rest[0].What
		}
		p.wrapped(p.paint(yellow, "not exercised: "), "  ", what+": "+why)
	}
}

// inFull is how many divergences are written with all there is to say; of the
// others, nobody would read it.
const inFull = 5

// inShort is how many more are written in short.
const inShort = 100

func (p *page) others(list []parting) {
	p.line("")
	p.line("and %d more (--json and --save have them in full):", len(list))
	for _, one := range list[:min(inShort, len(list))] {
		d := one[0]
		p.wrapped("  ", "    ", fmt.Sprintf("%s  `%s` -> %s", d.ID, p.lastCall(d), d.Shown()))
		if len(d.DueTo) > 0 {
			p.wrapped("    ", "    ", fmt.Sprintf("%s: %q", d.dueTo(), d.DueTo[0].Because))
		}
	}
	if more := len(list) - inShort; more > 0 {
		p.line("  and %d more", more)
	}
}

// lastCall is the call that diverged, without its answer.
func (p *page) lastCall(d *Divergence) string {
	call, _, _ := strings.Cut(d.lines[len(d.lines)-1], " -> ")
	return strings.TrimSpace(call)
}

// divergence writes a divergence; like are others that are due to the same.
func (p *page) divergence(report *Report, d *Divergence, like ...*Divergence) {
	p.line("")
	p.line("%s", p.paint(red, d.ID))
	p.wrapped("  ", "  ", fmt.Sprintf("%s answered `%s`, which %s does not allow here:", d.Call, d.Shown(), report.Platform))
	p.line("")
	for i, text := range d.lines {
		if i == len(d.lines)-1 {
			p.line("%s", p.paint(red, "  > "+text))
		} else {
			p.line("    %s", text)
		}
	}
	p.line("")
	p.allowed(d)
	p.dueTo(report, d)
	p.facts(d)
	p.like(like)
}

// like names divergences that are due to the same. What reads the same stands
// together: they differ in what came before.
func (p *page) like(list []*Divergence) {
	var texts []string
	ids := map[string][]string{}
	for _, other := range list {
		text := fmt.Sprintf("`%s` -> %s", p.lastCall(other), other.Shown())
		if ids[text] == nil {
			texts = append(texts, text)
		}
		ids[text] = append(ids[text], other.ID)
	}
	for _, text := range texts {
		p.wrapped("  like it   ", "            ", text+"  "+strings.Join(ids[text], " "))
	}
}

// dueTo says why the target's own platform allows a divergence.
func (p *page) dueTo(report *Report, d *Divergence) {
	switch {
	case report.Own == "":
	case !d.OwnAllows:
		p.line("  %s does not allow it either", report.Own)
	case len(d.DueTo) == 0:
		p.line("  %s allows it", report.Own)
	}
	for _, one := range d.DueTo {
		p.wrapped("  ", "    ", fmt.Sprintf("%s allows it by %s at %s", one.Platform, one.Rule, one.Position))
		p.wrapped("      ", "      ", fmt.Sprintf("because %q", one.Because))
	}
}

// Shown is what was observed, in the language of the platform, with the target's
// own name where that is another.
func (d *Divergence) Shown() string { return d.shown }

func (p *page) allowed(d *Divergence) {
	if len(d.Allowed) == 0 {
		p.line("  allowed: nothing")
		return
	}
	p.line("  allowed:")
	for rest := d.Allowed; len(rest) > 0; {
		// Results of one rule stand together.
		rule, results := rest[0], []string{rest[0].Native}
		rest = rest[1:]
		for len(rest) > 0 && rest[0].Rule == rule.Rule {
			results = append(results, rest[0].Native)
			rest = rest[1:]
		}
		p.wrapped("    ", "      ", fmt.Sprintf("%s  by %s%s at %s",
			strings.Join(results, " or "), rule.Rule, citing(rule.Clauses), rule.Position))
		if rule.Because != "" {
			p.wrapped("      ", "      ", fmt.Sprintf("because %q", rule.Because))
		}
	}
}

func citing(clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	return " (" + strings.Join(clauses, " ") + ")"
}

func (p *page) facts(d *Divergence) {
	fact := func(name, format string, arguments ...any) {
		p.wrapped(fmt.Sprintf("  %-10s", name), "            ", fmt.Sprintf(format, arguments...))
	}
	if len(d.Overlapping) > 0 {
		fact("overlaps", "%s", "with `"+strings.Join(d.Overlapping, "`, `")+"`")
	}
	switch {
	case d.Reproduced[1] == 0:
		fact("replayed", "not at all: the run ended before; the script is as it was found")
	case d.Reproduced[0] == 0:
		fact("replayed", "0 of %d replays showed it; the script is as it was found", d.Reproduced[1])
	default:
		fact("replayed", "%d of %d replays showed it", d.Reproduced[0], d.Reproduced[1])
	}
	minimal := "no call can be left out"
	if !d.Minimal {
		minimal = "it may be longer than need be"
	}
	fact("shrunk", "to %s in %s; %s", counted(uint64(d.Steps), "call"), counted(uint64(d.Executions), "execution"), minimal)
	if d.Sightings > 0 {
		fact("seen", "in %s", counted(d.Sightings, "sequence"))
	} else {
		fact("seen", "only after other divergences, and reproduced without them")
	}
	if d.File != "" {
		fact("saved in", "%s", d.File)
	}
	if d.Replay != "" {
		p.line("  %-10s%s", "replay", d.Replay)
	}
}
