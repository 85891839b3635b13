//go:build linux

package linux

import (
	"connectspec/runner/room"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"connectspec/runner/agent"
)

// endingsPage has, for each ending in each state of a socket, what every call
// answers after it: the same call twice, and then two connects. Its tables come
// after the mark.
const (
	endingsPage = "../../docs/endings.md"
	endingsMark = "<!-- What follows is written by TestEndings. -->\n"
)

// A phase of a socket is reached by the calls of its script.
type endingPhase struct {
	name, script string
	events       []string
	calls        []string
	slow         bool // an ending takes a second
}

var (
	streamCalls = strings.Fields("connect so_error poll select getpeername getsockname send recv shutdown")
	threadCalls = append([]string{"return a"}, streamCalls...)
	streamEnds  = []string{"peer opens", "peer sends", "peer finishes", "peer resets"}
	calledOff   = []string{"shutdown s0 reading", "shutdown s0 writing", "shutdown s0 both_ways", "connect s0 unspec"}
	threadEnds  = append([]string{"network accepts", "network refuses", "network reports host_unreachable", "interrupt a"}, calledOff...)
	endings     = []endingPhase{
		{name: "An attempt within this host", script: "s0 = socket stream inet nonblocking", calls: streamCalls,
			events: []string{"connect s0 listener", "connect s0 refuser"}},
		{name: "A pending attempt, IPv4", script: connectingStream("inet"), calls: streamCalls,
			events: append(withReports(inet, "network accepts", "network refuses"), append(streamEnds, calledOff...)...)},
		{name: "A pending attempt, IPv6", script: connectingStream("inet6"), calls: streamCalls,
			events: append(withReports(inet6, "network accepts", "network refuses"), append(streamEnds, calledOff...)...)},
		{name: "A pending attempt that a thread waits for", calls: threadCalls, events: threadEnds,
			script: "s0 = socket stream inet blocking; a: connect s0 silent; set_mode s0 nonblocking"},
		{name: "A pending attempt that takes too long", calls: streamCalls, events: []string{"select s0 soon"}, slow: true,
			script: "s0 = socket stream inet nonblocking; set_timeout s0; connect s0 silent"},
		{name: "A pending attempt to a host that is not there", calls: streamCalls, events: []string{"select s0 soon"},
			script: "s0 = socket stream inet nonblocking; connect s0 absent"},
		{name: "Accepted, and not told so", script: connectingStream("inet") + "; network accepts s0", events: streamEnds[1:], calls: streamCalls},
		{name: "Connected", script: openStream, calls: streamCalls,
			events: append([]string{"network accepts", "network refuses", "network reports host_unreachable"}, streamEnds...)},
		{name: "Connected, and has ended", script: openStream + "; shutdown s0 writing", events: streamEnds[1:], calls: streamCalls},
		{name: "Connected, and shut down for reading", script: openStream + "; shutdown s0 reading", events: streamEnds[1:], calls: streamCalls},
		{name: "Connected, and shut down both ways", script: openStream + "; shutdown s0 both_ways", events: streamEnds[1:], calls: streamCalls},
		{name: "Connected, and the other side has ended", script: openStream + "; peer finishes s0",
			events: append([]string{"shutdown"}, streamEnds[3:]...), calls: streamCalls},
		{name: "Connected, with data", script: openStream + "; peer sends s0", events: streamEnds[1:], calls: streamCalls},
		{name: "Datagrams, IPv4", script: sentDatagram("inet"), calls: streamCalls[:8],
			events: append(withReports(inet, "network refuses"), streamEnds[1:]...)},
		{name: "Datagrams, IPv6", script: sentDatagram("inet6"), calls: streamCalls[:8],
			events: append(withReports(inet6, "network refuses"), streamEnds[1:]...)},
	}
)

const openStream = "s0 = socket stream inet nonblocking; connect s0 silent; network accepts s0; connect s0 silent"

func connectingStream(f string) string {
	return "s0 = socket stream " + f + " nonblocking; connect s0 silent"
}

func sentDatagram(f string) string {
	return "s0 = socket datagram " + f + " nonblocking; connect s0 silent; send s0"
}

// withReports are some events and all errors that a family has.
func withReports(f family, events ...string) []string {
	for _, kind := range room.Reports {
		if kind.Codes[f] != 0 {
			events = append(events, "network reports "+kind.Word)
		}
	}
	return events
}

// line is the call upon s0 that a test means by a word or two. What names a
// socket or a thread is a line already.
func line(words string) string {
	switch name, rest, _ := strings.Cut(words, " "); {
	case name == "network" || name == "peer":
		event, kind, _ := strings.Cut(rest, " ")
		return strings.TrimSpace(name + " " + event + " s0 " + kind)
	case rest != "":
		return words
	case name == "connect":
		return "connect s0 silent"
	case name == "poll" || name == "select":
		return name + " s0 now"
	case name == "shutdown":
		return "shutdown s0 writing"
	}
	return words + " s0"
}

// An endingRow is what a call answers after an ending.
type endingRow struct {
	call, first, again string
	connects           [2]string // what two connects answer then
	code               string    // or so_error, after only one such call
}

// ask runs the scripts of a row.
func (p *endingPhase) ask(t *testing.T, client *agent.Client, event, call string) endingRow {
	t.Helper()
	ends := func(count int, rest ...string) (cells []string) {
		script := append(strings.Split(p.script, "; "), line(event))
		for _, words := range rest {
			script = append(script, line(words))
		}
		answers := runOne(t, client, script)
		if len(answers) < len(script) {
			t.Errorf("%q answered only %v", script, answers)
			return make([]string, count)
		}
		for _, answer := range answers[len(script)-count:] {
			cells = append(cells, strings.TrimPrefix(answer.String(), "ok "))
		}
		return cells
	}
	told := ends(4, call, call, "connect", "connect")
	return endingRow{call, told[0], told[1], [2]string{told[2], told[3]}, ends(1, call, "so_error")[0]}
}

// rows asks in every way. Where that takes long, all ask at the same time.
func (p *endingPhase) rows(t *testing.T, client *agent.Client, event string) []endingRow {
	t.Helper()
	rows := make([]endingRow, len(p.calls))
	var group sync.WaitGroup
	for i, call := range p.calls {
		if !p.slow {
			rows[i] = p.ask(t, client, event, call)
			continue
		}
		other := newClient(t, labStart())
		group.Go(func() { rows[i] = p.ask(t, other, event, call) })
	}
	group.Wait()
	return rows
}

// takes is what a call leaves less of: code and told are what so_error and
// connect would have answered instead of it.
func (r *endingRow) takes(code, told string) string {
	var parts []string
	if code != "none" && r.code != code {
		parts = append(parts, "error")
	}
	next := r.connects[0]
	switch {
	case told == next || told == "EINPROGRESS" || next == "ECONNABORTED":
	case told == "EALREADY":
		parts = append(parts, "attempt")
	default:
		parts = append(parts, "end")
	}
	return strings.Join(parts, ", ")
}

// table is the rows after an ending, and the error that they have in common,
// which stands there as ERROR.
func (p *endingPhase) table(t *testing.T, client *agent.Client, event string) (table, fault string) {
	t.Helper()
	const form = "| %-11s | %-17s | %-17s | %-12s | %-12s | %-10s |\n"
	rows := p.rows(t, client, event)
	var code, told string
	for _, r := range rows {
		switch {
		case r.call == "so_error":
			code = r.first
		case r.call == "connect":
			told = r.first
		case r.call == "return a" && strings.HasPrefix(r.first, "E"):
			fault = r.first
		}
	}
	if code != "none" {
		fault = code
	}
	text := fmt.Sprintf(form, "asked by", "answers", "again", "connect then", "once more", "takes") +
		"|---|---|---|---|---|---|\n"
	for _, r := range rows {
		cells := []any{r.call, r.first, r.again, r.connects[0], r.connects[1], r.takes(code, told)}
		for i := range cells[1:5] {
			if cells[i+1] == fault && fault != "" {
				cells[i+1] = "ERROR"
			}
		}
		text += fmt.Sprintf(form, cells...)
	}
	return text, fault
}

// section is what the endings of a phase do; those that do the same stand over
// one table.
func (p *endingPhase) section(t *testing.T, client *agent.Client) string {
	t.Helper()
	var tables []string
	events := map[string]string{} // by table
	for _, event := range p.events {
		table, fault := p.table(t, client, event)
		if events[table] == "" {
			tables = append(tables, table)
		}
		if fault != "" {
			fault = ": " + fault
		}
		events[table] += "* `" + line(event) + "`" + fault + "\n"
	}
	text := "\n## " + p.name + "\n    " + strings.ReplaceAll(p.script, "; ", "\n    ") + "\n"
	for _, table := range tables {
		text += "\n" + events[table] + "\n" + table
	}
	return text
}

// TestEndings holds what this kernel makes of each ending against what the page
// says.
func TestEndings(t *testing.T) {
	client := newClient(t, labStart())
	needNetwork(t, client, "what tells how an attempt has ended")
	page, err := os.ReadFile(endingsPage)
	if err != nil {
		t.Fatal(err)
	}
	text, _, found := strings.Cut(string(page), endingsMark)
	if !found {
		t.Fatalf("%s lacks the mark", endingsPage)
	}
	text += endingsMark
	for i := range endings {
		text += endings[i].section(t, client)
	}
	if *update {
		if err := os.WriteFile(endingsPage, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, want := strings.Split(text, "\n"), strings.Split(string(page), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%s:%d: this kernel answers otherwise:\n%s", endingsPage, i+1, text)
		}
	}
}

// needNetwork skips a test where the far side cannot be had.
func needNetwork(t *testing.T, client *agent.Client, what string) {
	t.Helper()
	if why := lack(client, "network"); why != "" {
		t.Skipf("NOT TESTED: %s: %s", what, why)
	}
}
