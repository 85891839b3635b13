package main

import (
	"bytes"
	"encoding/json"
	"testing"
)

// TestDeparturesOfWine judges the scripts that a run on Wine has found: each is
// one that the documentation forbids, and the platform wine allows.
func TestDeparturesOfWine(t *testing.T) {
	for platform, departs := range map[string]bool{"winsock": true, "wine": false} {
		var out, said bytes.Buffer
		terminal := &terminal{ctx: t.Context(), stdout: &out, stderr: &said}
		status := terminal.run([]string{"judge", "--json", "--spec", "../../connect.spec", "--platform", platform, "../../testdata/wine.trace"})
		var report judgeReport
		if err := json.Unmarshal(out.Bytes(), &report); err != nil {
			t.Fatalf("%s: %v: %s", platform, err, said.String())
		}
		want, wantStatus := 0, statusClean
		if departs {
			want, wantStatus = report.Traces, statusFound
		}
		if report.Traces == 0 || len(report.Divergences) != want || status != wantStatus {
			t.Errorf("%s: %d traces, %d divergences, status %d; want %d and %d: %+v", platform, report.Traces, len(report.Divergences),
				status, want, wantStatus, report.Divergences)
		}
	}
}

// TestLaterBesideUnknown: an attempt comes to its end although another socket is
// not known any more.
func TestLaterBesideUnknown(t *testing.T) {
	var out, said bytes.Buffer
	terminal := &terminal{ctx: t.Context(), stdout: &out, stderr: &said, stdin: bytes.NewBufferString(`# platform: winsock
# dictionary: winsock

s0 = socket stream inet blocking     -> ok
connect s0 silent                    -> blocks
send s0                              -> WSAECONNRESET
s1 = socket stream inet nonblocking  -> ok
s2 = socket stream inet blocking     -> ok
bind s2 any                          -> ok
listen s2                            -> ok
connect s1 s2                        -> WSAEWOULDBLOCK
select s2                            -> ok readable
`)}
	if status := terminal.run([]string{"judge", "--spec", "../../connect.spec", "-"}); status != statusClean {
		t.Errorf("status %d: %s%s", status, out.String(), said.String())
	}
}
