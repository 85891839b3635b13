//go:build linux

package connectspec

import (
	"context"
	"slices"
	"testing"
	"time"

	"connectspec/gen"
	"connectspec/model"
	"connectspec/runner"
	"connectspec/runner/agent"
	"connectspec/spec"
)

// Each benchmark holds what is measured against something else that is measured
// in the same run, since figures of different machines, or days, do not compare.

// benchSequences is about what a run without flags draws.
const benchSequences = 60_000

// A workshop has what benchmarks work with.
type workshop struct {
	who     agent.Description
	machine *model.Machine
	lanes   *gen.Lanes
	idle    []runner.Target // agents that are not started again for each run
}

func openWorkshop(b *testing.B) *workshop {
	b.Helper()
	w := &workshop{who: describeHere(b)}
	var err error
	if w.machine, err = machineOf("", w.who.Dictionary); err != nil {
		b.Fatal(err)
	}
	if w.lanes, err = gen.NewLanes(w.machine, w.who.Without()); err != nil {
		b.Fatal(err)
	}
	for range 3 { // two workers and an investigator
		target, err := runner.Opener(w.machine, thisMachine)(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { target.Close() })
		w.idle = append(w.idle, target)
	}
	return w
}

// A lent target is given back instead of being closed. It is not for two
// goroutines, so each worker has one of its own.
type lent struct{ runner.Target }

func (lent) Close() error { return nil }

// run is a whole run with so many workers, and how long it took.
func (w *workshop) run(b *testing.B, jobs int, from func(*model.Judge) runner.Source) (*runner.Report, time.Duration) {
	b.Helper()
	targets := make(chan runner.Target, len(w.idle))
	for _, target := range w.idle {
		targets <- lent{target}
	}
	start := time.Now()
	report, err := runner.Run(b.Context(), runner.Config{
		Machine: w.machine, Agent: w.who, Checks: benchSequences, Seed: 1, Jobs: jobs, Source: from, Goals: w.lanes.Goals,
		Open: func(context.Context) (runner.Target, error) { return <-targets, nil },
	})
	took := time.Since(start)
	if err != nil {
		b.Fatal(err)
	}
	if n := len(report.Divergences); n > 0 {
		b.Logf("%d divergences were shrunk meanwhile: the figures are of no use", n)
	}
	return report, took
}

// scripts are those that a run with one worker draws.
func (w *workshop) scripts(b *testing.B) []model.Script {
	b.Helper()
	var scripts []model.Script
	w.run(b, 1, func(judge *model.Judge) runner.Source {
		draw := w.lanes.Fast.Source(judge)
		return func(seed uint64) model.Script {
			script := draw(seed)
			scripts = append(scripts, slices.Clone(script))
			return script
		}
	})
	return scripts
}

// replay runs scripts with nothing but what it takes to run them: batches, two
// of them under way. The traces go to each.
func (w *workshop) replay(b *testing.B, scripts []model.Script, each func(model.Trace)) time.Duration {
	b.Helper()
	target := w.idle[0]
	start := time.Now()
	sent := 0
	for batch := range slices.Chunk(scripts, 32) {
		if err := target.Submit(batch); err != nil {
			b.Fatal(err)
		}
		if sent++; sent > 1 {
			receive(b, target, each)
		}
	}
	receive(b, target, each)
	return time.Since(start)
}

func receive(b *testing.B, target runner.Target, each func(model.Trace)) {
	b.Helper()
	traces, err := target.Receive()
	if err != nil {
		b.Fatal(err)
	}
	for _, trace := range traces {
		each(trace)
	}
}

func callsIn(scripts []model.Script) (calls int) {
	for _, script := range scripts {
		calls += len(script)
	}
	return calls
}

// BenchmarkWorkers holds runs, in which scripts are drawn, run and judged,
// against the same scripts, run the same way and neither drawn nor judged; and
// two workers against one.
func BenchmarkWorkers(b *testing.B) {
	w := openWorkshop(b)
	scripts := w.scripts(b)
	var raw, one, two time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		raw += w.replay(b, scripts, func(model.Trace) {})
		_, took := w.run(b, 1, w.lanes.Fast.Source)
		one += took
		_, took = w.run(b, 2, w.lanes.Fast.Source)
		two += took
	}
	calls := float64(rounds * callsIn(scripts))
	b.ReportMetric(calls/raw.Seconds(), "raw-calls/s")
	b.ReportMetric(calls/one.Seconds(), "calls/s")
	b.ReportMetric(raw.Seconds()/one.Seconds(), "run/raw")
	b.ReportMetric(one.Seconds()/two.Seconds(), "two/one")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkJudge judges the traces of a run with nothing beside it: by a judge
// that has seen none before, and again by the same.
func BenchmarkJudge(b *testing.B) {
	w := openWorkshop(b)
	scripts := w.scripts(b)
	var traces []model.Trace
	w.replay(b, scripts, func(trace model.Trace) {
		traces = append(traces, model.Trace{Script: trace.Script, Answers: slices.Clone(trace.Answers)})
	})
	var cold, warm time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		judge := w.machine.NewJudge(w.who.Dictionary)
		for _, took := range []*time.Duration{&cold, &warm} {
			start := time.Now()
			for i := range traces {
				judge.Trace(traces[i])
			}
			*took += time.Since(start)
		}
	}
	calls := float64(rounds * callsIn(scripts))
	b.ReportMetric(calls/cold.Seconds(), "first-calls/s")
	b.ReportMetric(calls/warm.Seconds(), "again-calls/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLoad does what a run does before it draws.
func BenchmarkLoad(b *testing.B) {
	lacks := describeHere(b).Without()
	var read, resolve, explore time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		start := time.Now()
		document, problems := spec.Read("connect.spec", Spec())
		if len(problems) > 0 {
			b.Fatal(problems[0])
		}
		read += time.Since(start)

		start = time.Now()
		machine, err := model.Load(document, "linux")
		if err != nil {
			b.Fatal(err)
		}
		resolve += time.Since(start)

		start = time.Now()
		if _, err := gen.NewLanes(machine, lacks); err != nil {
			b.Fatal(err)
		}
		explore += time.Since(start)
	}
	milliseconds := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(rounds) }
	b.ReportMetric(milliseconds(read), "read-ms")
	b.ReportMetric(milliseconds(resolve), "resolve-ms")
	b.ReportMetric(milliseconds(explore), "explore-ms")
	b.ReportMetric(milliseconds(read+resolve+explore), "all-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkShrink finds and shrinks each seeded fault once a round.
func BenchmarkShrink(b *testing.B) {
	w := openWorkshop(b)
	if w.who.Without()["lab"] {
		b.Skip("some seeded faults need the lab, and there is none")
	}
	ground, machines, all := newGround(b, w.machine, w.who, w.lanes), faultMachines(b), &hunt{}
	seed := uint64(0)
	for b.Loop() {
		seed++
		ground.round(b, machines, slices.Repeat([]*hunt{all}, len(machines)), seed)
	}
	b.ReportMetric(float64(median(all.executions)), "median-executions")
	b.ReportMetric(float64(most(all.executions)), "most-executions")
	b.ReportMetric(100*float64(all.missed)/float64(all.missed+len(all.executions)), "%missed")
}

// BenchmarkHandWritten is what a state machine written by hand with rapid does
// with the same sockets and the same seeded faults, in 100 sequences of 30 calls.
func BenchmarkHandWritten(b *testing.B) {
	var all handResult
	missed := 0
	for b.Loop() {
		result := handChild(b, 10)
		all.Calls += result.Calls
		all.Seconds += result.Seconds
		all.Runs += result.Runs
		for _, n := range result.Missed {
			missed += n
		}
	}
	b.ReportMetric(float64(all.Calls)/all.Seconds, "calls/s")
	b.ReportMetric(100*float64(missed)/float64(all.Runs*20), "%missed")
	b.ReportMetric(0, "ns/op")
}
