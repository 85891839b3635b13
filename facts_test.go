package connectspec

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/model"
)

var factID = regexp.MustCompile(`\b[A-G]\d\d[a-b]?\b`)

// TestFacts holds docs/windows.md and platform windows together: each fact that is
// listed as part of connect.spec has a scenario there, and each fact that
// connect.spec names is listed.
func TestFacts(t *testing.T) {
	text, err := os.ReadFile("docs/windows.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(text), "## In connect.spec")
	in, out, _ := strings.Cut(tables, "## Not in connect.spec")
	listed, left := idsOfRows(in), idsOfRows(out)
	if len(listed) < 40 || len(left) < 5 {
		t.Fatalf("%d facts are listed, and %d are left out", len(listed), len(left))
	}
	var shown []string
	for _, declaration := range parsed(t).Declarations {
		scenario, isScenario := declaration.Node.(*dsl.Scenario)
		if isScenario && strings.HasPrefix(scenario.Title.Text, "fact") {
			shown = append(shown, idsIn(scenario.Title.Text)...)
		}
		if declaration.Because == nil {
			continue
		}
		for _, id := range idsIn(declaration.Because.Text) {
			if strings.Contains(declaration.Because.Text, "fact") && !slices.Contains(listed, id) {
				t.Errorf("line %d: a reason names fact %s, which docs/windows.md has not", declaration.Pos.Line, id)
			}
		}
	}
	for _, id := range listed {
		if !slices.Contains(shown, id) {
			t.Errorf("no scenario shows fact %s", id)
		}
	}
	for _, id := range append(slices.Clone(left), shown...) {
		if slices.Contains(left, id) == slices.Contains(listed, id) {
			t.Errorf("fact %s must be in one of the two tables of docs/windows.md", id)
		}
	}
}

// idsOfRows are the facts in the first cells of a table.
func idsOfRows(text string) []string {
	var ids []string
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			ids = append(ids, idsIn(cells[1])...)
		}
	}
	return ids
}

func idsIn(text string) []string { return factID.FindAllString(text, -1) }

// TestFactsHold judges the scenarios of platform windows: what Windows is known to
// do must be allowed there.
func TestFactsHold(t *testing.T) {
	windows := loaded(t, parsed(t), "windows")
	judge := windows.NewJudge("")
	for _, scenario := range windows.Spec.Scenarios {
		trace, _, err := windows.Scenario(scenario)
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range judge.Trace(trace) {
			t.Errorf("%s: call %d is not allowed; allowed: %s", scenario.Title, finding.Step+1, finding.AllowedText())
		}
	}
}

// onlyWindows are traces that the documentation does not allow, and Windows shows.
var onlyWindows = map[string]string{
	"C12": `s0 = socket stream inet nonblocking -> ok
		connect s0 refuser -> WSAEWOULDBLOCK
		select s0 soon -> ok exceptional
		so_error s0 -> ok WSAECONNREFUSED
		so_error s0 -> ok WSAECONNREFUSED`,
	"C06": `s0 = socket stream inet nonblocking -> ok
		connect s0 silent -> WSAEWOULDBLOCK
		connect_ex s0 silent -> WSAEINVAL`,
	"E11": `s0 = socket datagram inet blocking -> ok
		connect s0 broadcast -> ok`,
	"E15": `s0 = socket datagram inet blocking -> ok
		connect s0 refuser -> ok
		send s0 -> ok
		recv s0 -> WSAECONNRESET`,
	"F07": `s0 = socket stream inet blocking -> ok
		bind s0 fixed -> ok
		connect s0 listener -> ok
		close s0 -> ok
		s1 = socket stream inet blocking -> ok
		bind s1 fixed -> ok
		connect s1 listener -> WSAEADDRINUSE`,
}

// neverWindows are traces that the documentation allows, and Windows never shows.
var neverWindows = map[string]string{
	"B04": `s0 = socket stream inet blocking -> ok
		connect s0 refuser -> WSAECONNREFUSED
		select s0 -> ok nothing`,
	"B06": `s0 = socket stream inet blocking -> ok
		connect s0 refuser -> WSAECONNREFUSED
		poll s0 -> ok in+out+err+hup`,
	"B27": `s0 = socket stream inet nonblocking -> ok
		connect s0 zero_port -> WSAEADDRNOTAVAIL`,
	"B32": `s0 = socket stream inet blocking -> ok
		bind s0 any -> ok
		connect_ex s0 listener null -> WSAEFAULT`,
	"C01": `s0 = socket stream inet nonblocking -> ok
		connect s0 listener -> ok`,
	"C10": `s0 = socket stream inet nonblocking -> ok
		connect s0 refuser -> WSAEWOULDBLOCK
		poll s0 soon -> ok err`,
	"C13": `s0 = socket stream inet nonblocking -> ok
		connect s0 refuser -> WSAEWOULDBLOCK
		select s0 soon -> ok exceptional
		so_error s0 -> ok WSAECONNREFUSED
		select s0 -> ok nothing`,
	"C14": `s0 = socket stream inet nonblocking -> ok
		connect s0 refuser -> WSAECONNREFUSED`,
	"C19": `s0 = socket stream inet nonblocking -> ok
		bind s0 any -> ok
		connect_ex s0 silent -> WSA_IO_PENDING
		connect s0 silent -> WSAEALREADY`,
	"E19": `s0 = socket datagram inet blocking -> ok
		connect s0 listener -> ok
		disconnect_ex s0 -> WSAEINVAL`,
	"E02": `s0 = socket datagram inet nonblocking -> ok
		recv s0 -> WSAENOTCONN`,
	"E07": `s0 = socket datagram inet blocking -> ok
		connect s0 listener -> ok
		connect s0 unspec storage -> WSAEAFNOSUPPORT`,
	"F01": `s0 = socket stream inet blocking -> ok
		bind s0 fixed -> ok
		s1 = socket stream inet blocking -> ok
		bind s1 fixed -> ok`,
	"F03": `s0 = socket stream inet blocking -> ok
		bind s0 any -> ok
		s1 = socket stream inet blocking -> ok
		bind s1 s0 -> WSAEADDRINUSE`,
	"F07": `s0 = socket stream inet blocking -> ok
		bind s0 fixed -> ok
		close s0 -> ok
		s1 = socket stream inet blocking -> ok
		bind s1 fixed -> WSAEADDRINUSE`,
}

// TestFactsDepart: windows allows what the documentation does not, and forbids what
// it allows, where a fact says so.
func TestFactsDepart(t *testing.T) {
	winsock, windows := loaded(t, parsed(t), "winsock"), loaded(t, parsed(t), "windows")
	holds := func(m *model.Machine, text string) bool {
		trace, err := m.Parse("trace", text)
		if err != nil {
			t.Fatal(err)
		}
		findings := m.NewJudge("").Trace(trace)
		if len(findings) > 0 && findings[0].Step != len(trace.Script)-1 {
			t.Fatalf("call %d is not allowed:\n%s", findings[0].Step+1, text)
		}
		return len(findings) == 0
	}
	for id, text := range onlyWindows {
		if !holds(windows, text) || holds(winsock, text) {
			t.Errorf("fact %s: windows must allow this, and winsock must not:\n%s", id, text)
		}
	}
	for id, text := range neverWindows {
		if holds(windows, text) || !holds(winsock, text) {
			t.Errorf("fact %s: winsock must allow this, and windows must not:\n%s", id, text)
		}
	}
}
