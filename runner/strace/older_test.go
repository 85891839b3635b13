package strace

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// beginsLate has a judge write, of the logs that it judges, one in which every socket was
// made before it begins: the calls upon it that are judged then name it as -yy does.
func beginsLate(j *Judge) *strings.Builder {
	var log strings.Builder
	log.WriteString(whole)
	j.witness = func(s *socket, a act) {
		text := a.shown()
		name, rest, _ := strings.Cut(text, "(")
		if s.older || !aloneCalls[name] {
			return
		}
		for _, one := range annotations {
			if one.kind == s.kind && one.inet6 == s.inet6 {
				fmt.Fprintf(&log, "1 %s(9%s%s1]>%s\n", name, rest[:digits([]byte(rest))], one.text, rest[digits([]byte(rest)):])
			}
		}
	}
	return &log
}

// TestOlder judges calls upon sockets that were made before the log begins.
func TestOlder(t *testing.T) {
	log, err := os.ReadFile("testdata/corners.strace")
	if err != nil {
		t.Fatal(err)
	}
	late := newJudge(t)
	corners := beginsLate(late)
	if err := late.Log("corners", bytes.NewReader(log)); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, log, impossible string
		judged                int // at least
	}{
		{"corner cases", corners.String(), "", 100},
		{"a datagram socket listens", whole + "1 listen(5<UDP:[127.0.0.1:80]>, 5) = 0\n", "listen ok", 1},
		{"a stream socket lacks a destination", whole + "1 connect(5<TCPv6:[1]>, " + here + ") = -1 EDESTADDRREQ (x)\n", "connect WSAEDESTADDRREQ", 1},
		{"each call is judged by itself", whole + "1 connect(5<TCP:[1]>, " + here + ") = 0\n1 connect(5<TCP:[1]>, " + here + ") = 0\n", "", 2},
		{"what it accepts is followed", whole + "1 accept4(5<TCP:[127.0.0.1:80]>, NULL, NULL, SOCK_CLOEXEC) = 6\n1 listen(6<TCP:[127.0.0.1:80->127.0.0.1:81]>, 1) = 0\n", "listen ok", 2},
		{"strace does not say what it is", whole + "1 listen(5, 5) = -1 EISCONN (x)\n", "", 0},
		{"it is of another protocol", whole + "1 listen(5<RAW:[1]>, 5) = -1 EISCONN (x)\n", "", 0},
	}
	for _, test := range tests {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			j := newJudge(t)
			if err := j.Log("log", strings.NewReader(test.log)); err != nil {
				t.Fatal(err)
			}
			got, r := "", j.Report()
			for _, d := range r.Divergences {
				got += d.Call[:strings.Index(d.Call, "(")] + " " + d.Observed
			}
			if got != test.impossible || r.Judged < test.judged {
				t.Errorf("impossible is %q, not %q; %d are judged: %v", got, test.impossible, r.Judged, r.Divergences)
			}
		})
	}
}
