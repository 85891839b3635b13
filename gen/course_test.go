package gen

import (
	"slices"
	"testing"

	"connectspec/dsl"
	"connectspec/model"
)

// coins is a specification in which an answer leaves open what has happened.
const coins = `
spec "coins" version 1
  source "made up for the tests of drawing"

platform base "as documented"
error WSATAILS 1 "it shows the other side"

field face
  idle
  heads
  tails
address local "needed"
queue purse of tokens holds 2 "what was paid in"

input wait
  now "at once" usual weight 20
  soon "as long as it takes"

call coin() makes s
call purse() makes s
call toss(s)
call look(s) answers face
call pay(s)
call draw(s) answers token
call watch(s, wait) answers some of lying

act coin.made
  -> ok
act purse.made
  -> ok
act toss.lands
  idle
    -> ok ; s becomes heads
    -> ok ; s becomes tails
  not idle -> ok
act look.sees
  idle -> ok idle
  heads -> ok heads
  tails -> ok tails
act pay.adds
  -> ok ; s.purse adds token
act draw.takes
  s.purse is not empty -> ok first s.purse ; s.purse drops first
  s.purse is empty -> WSATAILS
act watch.sees
  -> ok ready
ready watch.lying
  heads | tails
  idle, wait is soon
`

func coinMachine(t testing.TB) *model.Machine {
	t.Helper()
	file, problems := dsl.Parse("coins", []byte(coins))
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return model.Check(file).Platforms[0].Machine
}

func coinGenerator(t testing.TB) *Generator {
	t.Helper()
	g, err := New(coinMachine(t), nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// callNames are the calls of a script, by name.
func callNames(g *Generator, script model.Script) []string {
	names := make([]string, len(script))
	for i, op := range script {
		names[i] = g.machine.Spec.Calls[op.Call].Name
	}
	return names
}

// What several states are possible after is looked at, more often than chance
// would have it.
func TestWhatIsOpenIsLookedAt(t *testing.T) {
	g := coinGenerator(t)
	tossed, seen := 0, 0
	for seed := range uint64(20 * 40) {
		if g.walkOf(seed) == nil {
			continue
		}
		names := callNames(g, g.Draw(seed))
		at := slices.Index(names, "toss")
		if at < 0 {
			continue
		}
		tossed++
		if slices.Contains(names[at:], "look") {
			seen++
		}
	}
	if tossed < 100 || seen*10 < tossed*7 {
		t.Errorf("%d of %d scripts look at a coin that was tossed", seen, tossed)
	}
}

// What waits in a queue is taken out, more often than the weights of calls say.
func TestWhatWaitsIsTakenOut(t *testing.T) {
	g := coinGenerator(t)
	paid, drawn := 0, 0
	for seed := range uint64(20 * 40) {
		names := callNames(g, g.Draw(seed))
		at := slices.Index(names, "pay")
		if at < 0 || at+2 >= len(names) {
			continue
		}
		paid++
		if slices.Contains(names[at:at+3], "draw") {
			drawn++
		}
	}
	if paid < 100 || drawn*2 < paid {
		t.Errorf("%d of %d scripts draw what was paid in", drawn, paid)
	}
}

// Turns that follow each other head for all goals and cases, each as often.
func TestTurns(t *testing.T) {
	g := coinGenerator(t)
	count := func(walks [][]model.Op, first uint64) []int {
		counts := make([]int, len(walks))
		for turn := range uint64(turns * len(g.goals) * len(g.cases)) {
			walk := g.walkOf(first + turn)
			for i := range walks {
				if walk != nil && &walk[0] == &walks[i][0] {
					counts[i]++
				}
			}
		}
		return counts
	}
	var goals, cases [][]model.Op
	for _, goal := range g.goals {
		goals = append(goals, goal.walk)
	}
	for _, walk := range g.cases {
		cases = append(cases, walk)
	}
	for _, first := range []uint64{0, 7, 1000 * turns} {
		if counts := count(goals, first); slices.Min(counts) != outcomeTurns*len(g.cases) || slices.Max(counts) != slices.Min(counts) {
			t.Errorf("from turn %d on, outcomes are headed for %v times", first, counts)
		}
		if counts := count(cases, first); slices.Min(counts) != caseTurns*len(g.goals) || slices.Max(counts) != slices.Min(counts) {
			t.Errorf("from turn %d on, cases are headed for %v times", first, counts)
		}
	}
}

// A walk that is joined takes sockets of the kind that it needs, and makes those
// that are missing.
func TestJoinTakesWhatIsThere(t *testing.T) {
	g := coinGenerator(t)
	parse := func(text string) model.Script {
		trace, err := g.machine.Parse("walk", text)
		if err != nil {
			t.Fatal(err)
		}
		return trace.Script
	}
	first, second := parse("s0 = coin\ntoss s0\ns1 = purse\n"), parse("s0 = purse\npay s0\ns1 = coin\nlook s1\n")
	joined := 0
	for seed := range uint64(200) {
		d, from := g.start(), &bytes{make([]byte, 100)}
		for i := range from.data {
			from.data[i] = byte(mix(seed) >> (i % 8 * 8))
		}
		d.head(from, first)
		d.join(from, second)
		makers := 0
		for _, op := range g.script {
			if op.Made != model.NoSocket {
				makers++
			}
		}
		text := g.machine.Format(model.Trace{Script: g.script})
		if trace, err := g.machine.Parse("script", text); err != nil || !slices.Equal(trace.Script, g.script) {
			t.Fatalf("does not read back: %v\n%s", err, text)
		}
		if makers == 2 {
			joined++
		}
	}
	if joined < 50 || joined == 200 {
		t.Errorf("%d of 200 scripts do with the two sockets of the first walk", joined)
	}
}
