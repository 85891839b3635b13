package strace

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// told finds the port and the host that an answer tells.
var (
	toldPort = regexp.MustCompile(`htons\((\d+)\)`)
	toldHost = regexp.MustCompile(`"127\.0\.0\.1"|"::ffff:127\.0\.0\.1"|"::"`)
)

// otherHosts are told in the place of the true ones.
var otherHosts = map[string]string{`"127.0.0.1"`: `"127.0.0.3"`, `"::ffff:127.0.0.1"`: `"::ffff:127.0.0.3"`, `"::"`: `"::1"`}

// unprovoked are the lines of testdata/corners.strace on which another name is not
// impossible: the log tells it there for the first time, and never again. (A name that
// is told again contradicts the later lines.)
var unprovoked = map[string]bool{
	// What has come to be accepted, whose socket is not asked for its peer.
	"accept4 port 9": true, "accept4 port 30": true, "accept4 port 81": true, "accept4 port 91": true, "accept4 port 190": true,
	"accept4 port 206": true, "accept4 port 217": true, "accept4 port 290": true, "accept4 port 317": true,
	"accept4 host 9": true, "accept4 host 30": true, "accept4 host 81": true, "accept4 host 91": true, "accept4 host 190": true,
	"accept4 host 206": true, "accept4 host 217": true, "accept4 host 290": true, "accept4 host 317": true,
	// Ports of the system's choice, told once.
	"getsockname port 126": true, "getsockname port 172": true, "getsockname port 180": true,
	// Where a client has found a listener that has the wildcard.
	"getsockname host 148": true,
}

// TestFalsifiedNames changes a port, or a host, that a call has told.
func TestFalsifiedNames(t *testing.T) {
	log, err := os.ReadFile("testdata/corners.strace")
	if err != nil {
		t.Fatal(err)
	}
	j, lines := newJudge(t), strings.Split(string(log), "\n")
	caught := 0
	for i, text := range lines {
		call, _, _ := strings.Cut(strings.TrimLeft(text, "0123456789 "), "(")
		if call != "getsockname" && call != "getpeername" && call != "accept4" || !strings.Contains(text, "sa_family") {
			continue
		}
		for what, changed := range map[string]string{
			"port": toldPort.ReplaceAllString(text, "htons(1234)"),
			"host": toldHost.ReplaceAllStringFunc(text, func(host string) string { return otherHosts[host] }),
		} {
			falsified := append(append(append([]string{}, lines[:i]...), changed), lines[i+1:]...)
			impossible, _ := judged(t, j, []byte(strings.Join(falsified, "\n")))
			if impossible {
				caught++
			}
			if impossible == unprovoked[fmt.Sprintf("%s %s %d", call, what, i+1)] {
				t.Errorf("line %d: %s\n  impossible: %v", i+1, changed, impossible)
			}
		}
	}
	t.Logf("%d other names are impossible, %d may be true", caught, len(unprovoked))
}
