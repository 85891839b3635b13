package strace

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// Plausible answers, by call: what a falsified log has in the place of the true one.
var plausible = map[string][]string{
	"connect": {"0", "ECONNREFUSED", "EINPROGRESS", "EALREADY", "EISCONN", "ENETUNREACH", "EAFNOSUPPORT", "ECONNABORTED", "EINVAL", "ETIMEDOUT",
		"EAGAIN", "EOPNOTSUPP", "ECONNRESET", "EADDRNOTAVAIL", "EPIPE", "ENOTCONN"},
	"bind":        {"0", "EINVAL", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT"},
	"listen":      {"0", "EINVAL", "EADDRINUSE", "EOPNOTSUPP"},
	"accept4":     {"EAGAIN", "EINVAL", "EOPNOTSUPP", "ECONNABORTED"},
	"shutdown":    {"0", "ENOTCONN", "EINVAL"},
	"getpeername": {"0", "ENOTCONN"},
	"sendto":      {"1", "EPIPE", "ECONNRESET", "EAGAIN", "EDESTADDRREQ", "ECONNREFUSED", "ENOTCONN", "EINVAL", "EISCONN", "ENETUNREACH"},
	"recvfrom":    {"0", "1", "EAGAIN", "ENOTCONN", "ECONNRESET", "ECONNREFUSED", "EINVAL", "EPIPE", "ETIMEDOUT"},
}

// history are the calls upon each socket, as the judge took them.
type history struct {
	order []*socket
	acts  map[*socket][]act
}

// judged judges a log, and tells whether something in it is impossible.
func judged(t *testing.T, j *Judge, log []byte) (impossible bool, h history) {
	t.Helper()
	h.acts = map[*socket][]act{}
	j.witness = func(s *socket, a act) {
		if h.acts[s] == nil {
			h.order = append(h.order, s)
		}
		a.text, a.line = a.shown(), nil
		h.acts[s] = append(h.acts[s], a)
	}
	before := len(j.report.Divergences)
	if err := j.Log("falsified", bytes.NewReader(log)); err != nil {
		t.Fatal(err)
	}
	return len(j.report.Divergences) > before, h
}

// falsify changes the answer of one call of a log, and says which line that is; 0 if
// it could not.
func falsify(lines []string, random *rand.Rand) (log []byte, at int) {
	for range 100 {
		at := random.IntN(len(lines))
		var l line
		l.scan([]byte(lines[at]))
		answers := plausible[string(l.name)]
		if l.kind != complete || answers == nil || !l.parse() {
			continue
		}
		answer := answers[random.IntN(len(answers))]
		if answer == string(l.failure) || l.value >= 0 && answer >= "0" && answer <= "9" && (answer == "0") == (l.value == 0) {
			continue
		}
		if answer[0] > '9' {
			answer = "-1 " + answer + " (falsified)"
		}
		end := strings.LastIndex(lines[at], " = ")
		changed := append(append([]string{}, lines[:at]...), lines[at][:end]+" = "+answer)
		return []byte(strings.Join(append(changed, lines[at+1:]...), "\n")), at + 1
	}
	return nil, 0
}

// TestFalsified changes one answer of a log at a time. What an exhaustive search of
// the world allows must not be called impossible, and what it does not allow must be.
func TestFalsified(t *testing.T) {
	log, err := os.ReadFile("testdata/corners.strace")
	if err != nil {
		t.Fatal(err)
	}
	j := newJudge(t)
	w, lines := newWorld(t, j), strings.Split(string(log), "\n")
	impossible, h := judged(t, j, log)
	if impossible {
		t.Fatalf("the true log is impossible: %v", j.report.Divergences)
	}
	for _, s := range h.order {
		if allowed, known := w.allows(s, h.acts[s]); !allowed || !known {
			t.Fatalf("what the socket of line %d answered is not in the world: allowed %v, known %v", s.line, allowed, known)
		}
	}
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(1, seed))
		caught, open, unknown := 0, 0, 0
		for range 500 {
			falsified, at := falsify(lines, random)
			if at == 0 {
				t.Fatal("there is nothing to falsify")
			}
			impossible, h := judged(t, j, falsified)
			allowed, known := w.allowsAll(h, at)
			switch text := bytes.Split(falsified, []byte("\n"))[at-1]; {
			case !known:
				unknown++
			case impossible && allowed:
				t.Errorf("line %d: %s\n  is possible and was called impossible: %v", at, text, j.report.Divergences[len(j.report.Divergences)-1].Allowed)
			case !impossible && !allowed:
				t.Errorf("line %d: %s\n  is possible in no world, and was not called impossible", at, text)
			case impossible:
				caught++
			default:
				open++
			}
		}
		t.Logf("of 500 logs %d are caught, %d may be true, and the search does not know of %d", caught, open, unknown)
		if unknown > 0 {
			t.Errorf("the search gave up on %d of 500 logs", unknown)
		}
	}
}

// allowsAll says whether the world allows what the socket answered that a line is about.
func (w *world) allowsAll(h history, at int) (allowed, known bool) {
	for _, s := range h.order {
		if concerns(h.acts[s], at) {
			return w.allows(s, h.acts[s])
		}
	}
	return true, false
}

// concerns says whether one of the calls stands on a line.
func concerns(acts []act, at int) bool {
	for _, a := range acts {
		if a.last == at {
			return true
		}
	}
	return false
}
