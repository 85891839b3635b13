package model_test

import (
	"testing"

	"connectspec/dsl"
	"connectspec/model"
)

// coins is a specification in which an answer may leave open what has happened.
const coins = `
spec "coins" version 1
  source "made up for the tests of the model"

platform base "as documented"
error WSATAILS 1 "it shows the other side"
error WSAMOVING 2 "it has not come to rest"

field face
  idle
  spinning
  heads
  tails
  lost
address local "needed"

call socket() makes s
call toss(s)
call spin(s)
call look(s)
call ask(s)

act socket.made
  -> ok
act toss.lands
  idle
    -> ok ; s becomes heads
    -> ok ; s becomes tails
act spin.begins
  idle -> ok ; s becomes spinning
act look.sees
  heads -> ok
  tails -> WSATAILS
  spinning -> WSAMOVING
act ask.answers
  heads | tails | spinning -> ok
unstated toss.again
  not idle
  because "nobody tosses a coin that was tossed"
later coin.falls
  spinning
    -> s becomes heads
    -> s becomes tails
`

func TestHindsight(t *testing.T) {
	file, problems := dsl.Parse("coins", []byte(coins))
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	m := model.Check(file).Platforms[0].Machine
	cases := []struct {
		name, trace string
		exercised   map[string][]bool // by rule, its outcomes
		reached     map[string][]bool
	}{
		{"nothing tells", "s0 = socket -> ok\ntoss s0 -> ok\nask s0 -> ok",
			map[string][]bool{"toss.lands": {false, false}, "ask.answers": {true}},
			map[string][]bool{"toss.lands": {true, true}}},
		{"a later answer tells", "s0 = socket -> ok\ntoss s0 -> ok\nask s0 -> ok\nlook s0 -> WSATAILS\nask s0 -> ok",
			map[string][]bool{"toss.lands": {false, true}, "look.sees": {false, true, false}},
			map[string][]bool{"toss.lands": {true, false}}},
		{"of two coins one is looked at", "s0 = socket -> ok\ns1 = socket -> ok\ntoss s0 -> ok\nlook s0 -> ok\ntoss s1 -> ok",
			map[string][]bool{"toss.lands": {true, false}},
			map[string][]bool{"toss.lands": {true, true}}},
		{"what happened by itself", "s0 = socket -> ok\nspin s0 -> ok\nask s0 -> ok\nlook s0 -> ok",
			map[string][]bool{"coin.falls": {true, false}, "spin.begins": {true}}, nil},
		{"what may still happen by itself", "s0 = socket -> ok\nspin s0 -> ok\nask s0 -> ok\nlook s0 -> WSAMOVING",
			map[string][]bool{"coin.falls": {false, false}}, nil},
		{"a divergence ends it", "s0 = socket -> ok\ntoss s0 -> ok\nlook s0 -> WSAMOVING\nlook s0 -> ok",
			map[string][]bool{"toss.lands": {false, false}}, nil},
		{"what nothing is said of", "s0 = socket -> ok\nspin s0 -> ok\ntoss s0 -> WSAMOVING",
			map[string][]bool{"toss.again": {true}}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			trace, err := m.Parse("trace", c.trace)
			if err != nil {
				t.Fatal(err)
			}
			judge := m.NewJudge("")
			judge.Trace(trace)
			coverage := judge.Coverage()
			compare(t, m, "exercised", coverage.Exercised, c.exercised)
			compare(t, m, "reached", coverage.Reached, c.reached)
		})
	}
}

// compare holds counts against which of them should not be zero.
func compare(t *testing.T, m *model.Machine, what string, counts []uint64, want map[string][]bool) {
	t.Helper()
	for _, rule := range m.Spec.Rules {
		var got []bool
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				got = append(got, counts[outcome.ID] > 0)
			}
		}
		for i, wanted := range want[rule.Name] {
			if got[i] != wanted {
				t.Errorf("outcome %d of %s: %s is %v", i, rule.Name, what, got[i])
			}
		}
	}
}
