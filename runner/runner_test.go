package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"connectspec/model"
	"connectspec/runner/agent"
)

// only is the one divergence of a report.
func only(t *testing.T, report *Report) Divergence {
	t.Helper()
	if len(report.Divergences) != 1 {
		var text strings.Builder
		report.Text(&text, Style{})
		t.Fatalf("%d divergences and not one:\n%s", len(report.Divergences), text.String())
	}
	return report.Divergences[0]
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	report := mustRun(t, imitated(small(t, "base")))
	if len(report.Divergences) > 0 {
		t.Errorf("%v", report.Divergences)
	}
	if report.Sequences != 6000 || report.Calls < 20000 {
		t.Errorf("%d sequences, %d calls", report.Sequences, report.Calls)
	}
}

func TestShortestScripts(t *testing.T) {
	m := small(t, "base")
	for i, want := range []struct{ observed, script string }{
		{"ok", "s0 = socket stream blocking; connect s0 refuser"},
		{"WSAEINVAL", "s0 = socket stream blocking; connect s0; connect s0"},
		{"crash", "s0 = socket stream blocking; close s0; close s0; close s0"},
		{"EMULTIHOP", "s0 = socket stream blocking; connect s0 refuser; close s0"},
		{"ok #1", ""},
		{"ok refuser", "s0 = socket datagram nonblocking; connect s0; getpeername s0"},
	} {
		t.Run(injuries[i].name, func(t *testing.T) {
			report := mustRun(t, imitated(m, injuries[i]))
			d := only(t, report)
			if d.Observed != want.observed {
				t.Errorf("observed %s and not %s", d.Observed, want.observed)
			}
			if got := strings.Join(calls(d), "; "); want.script != "" && got != want.script {
				t.Errorf("the script is %s\nand could be  %s", got, want.script)
			}
			if !d.Minimal || d.Reproduced != [2]int{replays, replays} {
				t.Errorf("minimal: %v, reproduced: %v", d.Minimal, d.Reproduced)
			}
			mustBeMinimal(t, m, d, injuries[i])
		})
	}
}

// calls are the lines of a divergence's script, without the answers.
func calls(d Divergence) []string {
	var list []string
	for _, line := range d.lines {
		call, _, _ := strings.Cut(line, " -> ")
		list = append(list, strings.TrimSpace(call))
	}
	return list
}

// mustBeMinimal leaves out each call of a script, and sees that the fault is
// gone then.
func mustBeMinimal(t *testing.T, m *model.Machine, d Divergence, one injury) {
	t.Helper()
	trace, err := m.Parse("script", d.Script)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{machine: m, target: imitate(m, 3, one), judge: m.NewJudge("linux")}
	want := fault{call: d.Call, rules: d.Rules, observed: d.Observed}
	for i := range trace.Script {
		v, ok := without(m, trace.Script, func(k int) bool { return k == i })
		if !ok {
			continue
		}
		for range 20 { // the imitation chooses where the model leaves a choice
			shorter, findings, err := b.run(v.script)
			if err != nil {
				t.Fatal(err)
			}
			for _, finding := range findings[:min(1, len(findings))] {
				found := faultOf(m, finding.Divergence, shorter.Answers[finding.Step])
				if found.like(&want) {
					t.Fatalf("call %d can be left out:\n%s", i+1, m.Format(shorter))
				}
			}
		}
	}
}

func TestExecutionsToShrink(t *testing.T) {
	m := small(t, "base")
	var spent []int
	for i := range injuries {
		for seed := range uint64(10) {
			config := imitated(m, injuries[i])
			config.Seed, config.StopAtOne = seed+10, true
			d := only(t, mustRun(t, config))
			spent = append(spent, d.Executions)
		}
	}
	slices.Sort(spent)
	median, most := spent[len(spent)/2], spent[len(spent)-1]
	t.Logf("executions to shrink: median %d, most %d", median, most)
	if median > 30 || most > maxExecutions {
		t.Errorf("executions to shrink: median %d, most %d", median, most)
	}
}

func TestFaultsThatShowSometimes(t *testing.T) {
	m := small(t, "base")
	for _, chance := range []float64{0.9, 0.5, 0.2} {
		for i, steps := range []int{2, 3, 4, 3} {
			t.Run(fmt.Sprintf("%s in %v", injuries[i].name, chance), func(t *testing.T) {
				rare := injuries[i]
				rare.chance = chance
				config := imitated(m, rare)
				config.StopAtOne = true
				d := only(t, mustRun(t, config))
				if d.Steps != steps {
					t.Errorf("%d calls, and %d would do:\n%s", d.Steps, steps, d.Script)
				}
				if d.Executions > maxExecutions {
					t.Errorf("%d executions", d.Executions)
				}
				if d.Reproduced[1] != replays || chance < 0.9 && d.Reproduced[0] == replays {
					t.Errorf("reproduced %v", d.Reproduced)
				}
			})
		}
	}
}

func TestWhatIsNeverSeenAgainIsReported(t *testing.T) {
	shown := false
	fleeting := injury{name: "once only", wrong: func(m *moment) (model.Answer, bool) {
		if shown || m.right.Name != "WSAECONNREFUSED" {
			return m.right, false
		}
		shown = true
		return failing("WSAEINVAL")
	}}
	config := imitated(small(t, "base"), fleeting)
	d := only(t, mustRun(t, config))
	if d.Reproduced != [2]int{0, maxConfirming} || d.Minimal {
		t.Errorf("reproduced %v, minimal %v", d.Reproduced, d.Minimal)
	}
	if !strings.Contains(d.lines[len(d.lines)-1], "WSAEINVAL") {
		t.Errorf("the script does not end with what was seen:\n%s", d.Script)
	}
}

// TestShrinkingDoesWithoutWhatIsLacking: what a target lacks is not simpler for it.
func TestShrinkingDoesWithoutWhatIsLacking(t *testing.T) {
	m := small(t, "base")
	script, err := m.Parse("script", "s0 = socket datagram nonblocking\nclose s0\n")
	if err != nil {
		t.Fatal(err)
	}
	for lacks, want := range map[string]string{
		"":         "s0 = socket stream blocking",
		"blocking": "s0 = socket stream nonblocking",
	} {
		config := imitated(m, injury{name: "no socket", wrong: func(*moment) (model.Answer, bool) { return failing("WSAENOTSOCK") }})
		config.Source = func(*model.Judge) Source { return func(uint64) model.Script { return script.Script } }
		config.Checks, config.Agent.Lacks = 10, []agent.Lack{{What: lacks}}
		if d := only(t, mustRun(t, config)); !strings.HasPrefix(d.Script, want+" ") {
			t.Errorf("without %q it shrinks to\n%s", lacks, d.Script)
		}
	}
}

func TestAFrequentFaultDoesNotHideARareOne(t *testing.T) {
	frequent := injury{name: "frequent", wrong: func(m *moment) (model.Answer, bool) {
		if strings.HasPrefix(m.line, "s1 = socket") {
			return failing("WSAEINVAL")
		}
		return m.right, false
	}}
	rare := injury{name: "rare", wrong: func(m *moment) (model.Answer, bool) {
		if m.line == "recv s0" && countOf(m.lines, "recv s0") == 2 && m.right.Name == "WSAEWOULDBLOCK" {
			return failing("WSAENOTCONN")
		}
		return m.right, false
	}}
	report := mustRun(t, imitated(small(t, "base"), frequent, rare))
	var found []string
	for _, d := range report.Divergences {
		found = append(found, d.Call+" "+d.Observed)
	}
	if !slices.Contains(found, "socket WSAEINVAL") || !slices.Contains(found, "recv WSAENOTCONN") || len(found) != 2 {
		t.Errorf("found %v", found)
	}
}

// TestConsequencesAreNotReported: a target that says it refused a connect, and
// did not, goes on to contradict the model in other ways. All of them are the
// same fault.
func TestConsequencesAreNotReported(t *testing.T) {
	liar := injury{name: "connects and says it did not", wrong: func(m *moment) (model.Answer, bool) {
		if m.line == "connect s0" && m.right.Name == "ok" && m.lines[0] == "s0 = socket stream blocking" {
			return failing("WSAEWOULDBLOCK")
		}
		return m.right, false
	}}
	m := small(t, "base")
	config := imitated(m, liar)
	d := only(t, mustRun(t, config))
	if d.Observed != "WSAEWOULDBLOCK" || d.Call != "connect" {
		t.Errorf("%s answered %s", d.Call, d.Observed)
	}
}

func TestTheSameSeedRunsTheSameScripts(t *testing.T) {
	m := small(t, "base")
	run := func(jobs int) (scripts, ids []string) {
		config := imitated(m, injuries[0], injuries[4])
		config.Jobs, config.Checks = jobs, 500
		var lock sync.Mutex
		open := config.Open
		config.Open = func(ctx context.Context) (Target, error) {
			target, err := open(ctx)
			target.(*imitation).ran = func(script model.Script) {
				lock.Lock()
				defer lock.Unlock()
				scripts = append(scripts, m.Format(model.Trace{Script: script}))
			}
			return target, err
		}
		report := mustRun(t, config)
		for _, d := range report.Divergences {
			ids = append(ids, d.ID)
		}
		slices.Sort(ids)
		if report.Sequences != 500 {
			t.Errorf("%d jobs run %d sequences", jobs, report.Sequences)
		}
		return scripts, ids
	}
	one, oneFound := run(1)
	three, threeFound := run(3)
	if !slices.Equal(oneFound, threeFound) || len(oneFound) != 2 {
		t.Errorf("one job finds %v, three find %v", oneFound, threeFound)
	}
	draw := roaming(m)
	lane := lane{seed: mix(1)}
	for number := range uint64(500) {
		script := m.Format(model.Trace{Script: draw(lane.seedOf(number))})
		if !slices.Contains(one, script) || !slices.Contains(three, script) {
			t.Fatalf("sequence %d was not run by all", number)
		}
	}
}

func TestInterruptedRunsReport(t *testing.T) {
	config := imitated(small(t, "base"), injuries[0])
	config.Checks, config.Time = 0, time.Hour
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, cancel)
	report, err := Run(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Interrupted || report.Sequences == 0 || len(report.Divergences) != 1 {
		t.Errorf("interrupted %v, %d sequences, %d divergences", report.Interrupted, report.Sequences, len(report.Divergences))
	}
}

func TestStopAtOne(t *testing.T) {
	config := imitated(small(t, "base"), injuries[0])
	config.Checks, config.StopAtOne = 1_000_000, true
	report := mustRun(t, config)
	d := only(t, report)
	if report.Sequences > 10*batchSize || d.Sequence == 0 || d.Sequence > report.Sequences {
		t.Errorf("found in sequence %d of %d", d.Sequence, report.Sequences)
	}
}

func TestTargetsAreClosed(t *testing.T) {
	config := imitated(small(t, "base"), injuries...)
	config.Jobs = 2
	var lock sync.Mutex
	var opened []*imitation
	open := config.Open
	config.Open = func(ctx context.Context) (Target, error) {
		target, err := open(ctx)
		lock.Lock()
		defer lock.Unlock()
		opened = append(opened, target.(*imitation))
		return target, err
	}
	mustRun(t, config)
	if len(opened) != 3 {
		t.Errorf("%d targets for two workers and a bench", len(opened))
	}
	for _, target := range opened {
		if !target.closed {
			t.Error("a target was not closed")
		}
	}
}

func TestNoMoreWorkersThanBatches(t *testing.T) {
	config := imitated(small(t, "base"))
	config.Checks, config.Jobs = batchSize+1, 8
	config.Slow, config.SlowChecks = config.Source, 1
	var opened atomic.Int32
	open := config.Open
	config.Open = func(ctx context.Context) (Target, error) {
		opened.Add(1)
		return open(ctx)
	}
	report := mustRun(t, config)
	if want := uint64(batchSize + 2); opened.Load() != 3 || report.Sequences != want {
		t.Errorf("%d targets for three batches, %d sequences, want %d", opened.Load(), report.Sequences, want)
	}
}

func TestATargetThatCannotStart(t *testing.T) {
	config := imitated(small(t, "base"))
	config.Open = func(context.Context) (Target, error) { return nil, fmt.Errorf("no such thing") }
	if report, err := Run(context.Background(), config); err == nil || report != nil {
		t.Errorf("report %v, error %v", report, err)
	}
}
