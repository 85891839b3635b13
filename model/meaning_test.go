package model_test

import (
	"testing"

	"connectspec/model/modeltest"
)

// TestNameOfACall: what a dictionary says of one call comes before an error of
// that very name.
func TestNameOfACall(t *testing.T) {
	m := modeltest.Load(t, "../connect.spec", "linux")
	judge := m.NewJudge("linux")
	for text, diverges := range map[string]int{
		"s0 = socket datagram inet nonblocking -> ok\nrecv s0 -> EAGAIN\n":                                  0,
		"s0 = socket datagram inet blocking -> ok\nset_ports s0 used_up -> ok\nconnect s0 -> EAGAIN\n":      0,
		"s0 = socket datagram inet blocking -> ok\nset_ports s0 used_up -> ok\nconnect s0 -> EINPROGRESS\n": 1,
	} {
		trace, err := m.Parse("a test", text)
		if err != nil {
			t.Fatal(err)
		}
		if findings := judge.Trace(trace); len(findings) != diverges {
			t.Errorf("%s%d divergences, not %d", text, len(findings), diverges)
		}
	}
}
