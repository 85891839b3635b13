//go:build linux

package linux

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"connectspec/runner/agent"
)

// endingsPath has, for each event of the network in each state of a socket, what
// every call answers after it: three times the same call, and then two connects.
const endingsPath = "testdata/endings.golden"

// A phase of a socket is reached by the calls of its script.
type endingPhase struct {
	name, script string
	events       []string
	calls        []string
}

var (
	streamCalls = strings.Fields("connect so_error poll select getpeername getsockname send recv shutdown")
	streamEnds  = []string{"peer opens", "peer sends", "peer finishes", "peer resets"}
	endings     = []endingPhase{
		{"connecting, inet", connectingStream("inet"), append(withReports(inet, "network accepts", "network refuses"), streamEnds...), streamCalls},
		{"connecting, inet6", connectingStream("inet6"), append(withReports(inet6, "network accepts", "network refuses"), streamEnds...), streamCalls},
		{"accepted, and not told so", connectingStream("inet") + "; network accepts s0", streamEnds[1:], streamCalls},
		{"connected", openStream, append([]string{"network accepts", "network refuses", "network reports host_unreachable"}, streamEnds...), streamCalls},
		{"connected, has ended", openStream + "; shutdown s0 writing", streamEnds[1:], streamCalls},
		{"connected, shut down for reading", openStream + "; shutdown s0 reading", streamEnds[1:], streamCalls},
		{"connected, shut down both ways", openStream + "; shutdown s0 both_ways", streamEnds[1:], streamCalls},
		{"connected, other side has ended", openStream + "; peer finishes s0", append([]string{"shutdown"}, streamEnds[3:]...), streamCalls},
		{"connected, with data", openStream + "; peer sends s0", streamEnds[1:], streamCalls},
		{"datagram, inet", sentDatagram("inet"), append(withReports(inet, "network refuses"), streamEnds[1:]...), streamCalls[:8]},
		{"datagram, inet6", sentDatagram("inet6"), append(withReports(inet6, "network refuses"), streamEnds[1:]...), streamCalls[:8]},
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
	for _, kind := range reports {
		if kind.codes[f] != 0 {
			events = append(events, "network reports "+kind.word)
		}
	}
	return events
}

// line is the call upon s0 that a test means by a word or two.
func line(words string) string {
	switch name, rest, _ := strings.Cut(words, " "); {
	case name == "network" || name == "peer":
		event, kind, _ := strings.Cut(rest, " ")
		return strings.TrimSpace(name + " " + event + " s0 " + kind)
	case name == "connect":
		return "connect s0 silent"
	case name == "poll" || name == "select":
		return name + " s0 now"
	case name == "shutdown":
		return "shutdown s0 writing"
	}
	return words + " s0"
}

// table is the answers to every call after an event, and the error that they
// have in common, which stands there as ERROR.
func (p *endingPhase) table(t *testing.T, client *agent.Client, event string) (table, fault string) {
	t.Helper()
	var text strings.Builder
	for _, call := range p.calls {
		script := append(strings.Split(p.script, "; "), line(event), line(call), line(call), line(call), line("connect"), line("connect"))
		var cells []string
		for _, answer := range runOne(t, client, script)[len(script)-5:] {
			cells = append(cells, strings.TrimPrefix(answer.String(), "ok "))
		}
		if call == "so_error" && cells[0] != "none" {
			fault = cells[0]
		}
		row := fmt.Sprintf("    %-12s%-18s%-18s%-18sconnect  %-14s%s", call, cells[0], cells[1], cells[2], cells[3], cells[4])
		text.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	if fault == "" {
		return text.String(), ""
	}
	padded := fmt.Sprintf("%-*s", len("ERROR"), fault) // columns stay where they are
	table = strings.ReplaceAll(text.String(), padded, "ERROR"+strings.Repeat(" ", len(padded)-len("ERROR")))
	return table, fault
}

// section is what the events of a phase do; those that do the same stand over
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
		events[table] += strings.TrimRight(fmt.Sprintf("  %-38s%s", event, fault), " ") + "\n"
	}
	text := p.name + ": " + p.script + "\n"
	for _, table := range tables {
		text += events[table] + table
	}
	return text
}

// TestNetworkEndings holds what each event of the network does on this kernel
// against what it did before.
func TestNetworkEndings(t *testing.T) {
	client := newClient(t, labStart())
	needNetwork(t, client, "what the events of the network do")
	var sections []string
	for i := range endings {
		sections = append(sections, endings[i].section(t, client))
	}
	text := strings.Join(sections, "\n")
	if *update {
		if err := os.WriteFile(endingsPath, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(endingsPath)
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.Split(text, "\n"), strings.Split(string(golden), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%s:%d: this kernel answers otherwise:\n%s", endingsPath, i+1, text)
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
