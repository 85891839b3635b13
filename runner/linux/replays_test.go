//go:build linux

package linux

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"connectspec/model"
	"connectspec/runner"
)

var (
	scriptCount = flag.Int("scripts", 200, "how many scripts TestReplays draws; 2000 for the long run")
	replayCount = flag.Int("replays", 5, "how often TestReplays runs each of them; 20 for the long run")
	replaySeed  = flag.Uint64("seed", 91, "the seed of the first script of TestReplays")
)

// A performance is what came of a script in all its replays.
type performance struct {
	seed     uint64
	script   model.Script
	verdicts tally
	answers  []tally // by step
}

// A tally counts texts, in the order in which they came first.
type tally []tallied

type tallied struct {
	text  string
	times int
}

func (t *tally) add(text string) {
	i := slices.IndexFunc(*t, func(other tallied) bool { return other.text == text })
	if i < 0 {
		i = len(*t)
		*t = append(*t, tallied{text: text})
	}
	(*t)[i].times++
}

func (t tally) String() string {
	var parts []string
	for _, each := range t {
		parts = append(parts, fmt.Sprintf("%s (%d times)", each.text, each.times))
	}
	return strings.Join(parts, ", ")
}

// add counts a trace. A step that it does not have was not made.
func (p *performance) add(trace model.Trace, findings []model.Finding) {
	for i := range p.script {
		text := "not made"
		if i < len(trace.Answers) {
			text = trace.Answers[i].String()
		}
		p.answers[i].add(text)
	}
	verdict := "as specified"
	if len(findings) > 0 {
		step := findings[0].Step
		verdict = fmt.Sprintf("diverges in step %d, which answers %s", step+1, trace.Answers[step].Name)
	}
	p.verdicts.add(verdict)
}

// varied is what differed among the replays, a line a step; empty if nothing did.
func (p *performance) varied(m *model.Machine) string {
	var text strings.Builder
	for i, answers := range p.answers {
		if len(answers) > 1 {
			fmt.Fprintf(&text, "  step %d of %d: %s: %v\n", i+1, len(p.script), m.Line(p.script[i]), answers)
		}
	}
	return text.String()
}

// perform draws scripts as a run does, and runs all of them so often, one after
// the other, so that the same script comes after different others.
func perform(t *testing.T, config runner.Config) []*performance {
	t.Helper()
	judge := config.Machine.NewJudge(config.Agent.Dictionary)
	draw := config.Source(judge)
	var all []*performance
	for seed := *replaySeed; len(all) < *scriptCount; seed++ {
		script := slices.Clone(draw(seed))
		all = append(all, &performance{seed: seed, script: script, answers: make([]tally, len(script))})
	}
	target, err := config.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	for range *replayCount {
		for some := range slices.Chunk(all, 32) {
			performOnce(t, target, judge, some)
		}
	}
	return all
}

func performOnce(t *testing.T, target runner.Target, judge *model.Judge, some []*performance) {
	t.Helper()
	var batch []model.Script
	for _, p := range some {
		batch = append(batch, p.script)
	}
	if err := target.Submit(batch); err != nil {
		t.Fatal(err)
	}
	traces, err := target.Receive()
	if err != nil {
		t.Fatal(err)
	}
	for i, trace := range traces {
		some[i].add(trace, judge.Trace(trace))
	}
}

// TestReplays: each replay of a script gets the same verdict. What the kernel
// does not order may still answer now this and now that, where the specification
// allows both: -v shows the list of the scripts whose traces varied.
//
//	go test ./runner/linux -run TestReplays -v -scripts 2000 -replays 20
func TestReplays(t *testing.T) {
	config := wholeRun(t)
	all := perform(t, config)
	calls, varied, diverged := 0, 0, 0
	for _, p := range all {
		calls += len(p.script)
		differs := p.varied(config.Machine)
		if differs != "" {
			varied++
			t.Logf("seed %d varied:\n%s%s", p.seed, differs, config.Machine.Format(model.Trace{Script: p.script}))
		}
		if len(p.verdicts) > 1 {
			t.Errorf("seed %d: the verdict varied: %v", p.seed, p.verdicts)
		}
		if p.verdicts[0].text != "as specified" {
			diverged++
			t.Logf("seed %d: %v", p.seed, p.verdicts)
		}
	}
	if calls < 2**scriptCount {
		t.Errorf("%d scripts had only %d calls", len(all), calls)
	}
	t.Logf("%d scripts of %d calls, %d replays of each: the traces of %d varied, %d diverged", len(all), calls, *replayCount, varied, diverged)
}
