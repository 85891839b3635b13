//go:build linux

package linux

import (
	"strings"
	"testing"

	"connectspec/runner/room"
)

// TestLinesThatAreNone: Prepare says what is wrong with a line.
func TestLinesThatAreNone(t *testing.T) {
	opened := openLoopback(t)
	cases := []struct{ line, want string }{
		{"", "names no call"},
		{"s0 =", "names no call"},
		{"sing s0", `no call "sing"`},
		{"startup", "Winsock"},
		{"connect", "upon which socket"},
		{"connect s0 nowhere", `"nowhere"`},
		{"connect s0 listener longest", `"longest"`},
		{"connect s0 listener exact now", "more words"},
		{"s1 = connect s0", "only socket and accept"},
		{"accept s0", "must name it"},
		{"socket stream inet blocking", "must name it"},
		{"s0 = socket stream inet", "missing"},
		{"s0 = socket stream irda blocking", "4.17"},
		{"s0 = socket raw inet blocking", `"raw"`},
		{"file = socket stream inet blocking", `"file"`},
		{"connect s16", `"s16"`},
		{"connect s99999999999999999999", "no socket"},
		{"connect s0x", "no socket"},
		{"bind s0", "missing"},
		{"bind s0 service", "IrDA"},
		{"bind s0 fixed", "lab"},
		{"connect s0 file", `"file"`},
		{"select s0 later", `"later"`},
		{"c: connect s0", `"c" is no thread`},
		{"a:", "names no call"},
		{"a: return a", "no call that a thread makes"},
		{"b: interrupt a", "no call that a thread makes"},
		{"a: network accepts s0", "no call that a thread makes"},
		{"return", `"" is no thread`},
		{"restart s0", `"s0" is no thread`},
		{"set_send_timeout s0 never", `"never"`},
		{"set_linger s0", "missing"},
		{"network", `no call "network"`},
		{"network accepts", "upon which socket"},
		{"network sings s0", `no call "network sings"`},
		{"a: network accepts s0", "no call that a thread makes"},
		{"peer accepts s0", `no call "peer accepts"`},
		{"network reports s0", "missing"},
		{"network reports s0 rain", `"rain"`},
		{"peer sends s0 listener", "more words"},
		{"peer sends s0", "a test of plain loopback"},
	}
	for _, c := range cases {
		if _, err := opened.Prepare(c.line); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v does not say %s", c.line, err, c.want)
		}
	}
}

// TestScriptsThatAreNone: Begin refuses what nobody can run, and the next
// script is not affected.
func TestScriptsThatAreNone(t *testing.T) {
	opened := openLoopback(t)
	fresh := "s0 = socket datagram inet blocking"
	sends := []string{fresh}
	for range room.MaxSends + 1 {
		sends = append(sends, "sendto s0 listener")
	}
	for want, script := range map[string][]string{"made twice": {fresh, fresh}, "tokens": sends} {
		if _, err := play(t, opened, script...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	if answers, err := play(t, opened, sends[:room.MaxSends+1]...); err != nil || strings.Join(answers, "") != strings.Repeat("ok", room.MaxSends+1) {
		t.Errorf("%v, %v", answers, err)
	}
	for word, f := range map[string]string{"broadcast": "inet6", "mapped": "inet"} {
		if _, err := play(t, opened, "s0 = socket stream "+f+" blocking", "connect s0 "+word); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s of %s: error %v", word, f, err)
		}
	}
}

// TestReplayAllocatesNothing: running prepared scripts costs system calls only.
func TestReplayAllocatesNothing(t *testing.T) {
	opened := openLoopback(t)
	prepared := prepareAll(t, opened, mix)
	allocations := testing.AllocsPerRun(100, func() {
		for _, script := range prepared {
			opened.Begin(script)
			for _, call := range script {
				opened.Do(call)
			}
			opened.End()
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations in %d scripts", allocations, len(mix))
	}
}
