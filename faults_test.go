//go:build linux

package connectspec

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/gen"
	"connectspec/model"
	"connectspec/runner"
	"connectspec/runner/agent"
	"connectspec/spec"
)

var faultRuns = flag.Int("faults", 3, "how many runs look for each seeded fault; 300 for the full figure")

const (
	faultsFile = "testdata/faults.spec"
	// faultLimit is how many sequences a run without flags draws, at least.
	faultLimit = 60_000
	// What shrinking may cost. The model decides nothing here but which scripts
	// make sense, so the figures are those of real executions.
	medianExecutions, mostExecutions = 30, 200
)

// withFaults is connect.spec with the seeded faults.
func withFaults(t testing.TB) *spec.Document {
	t.Helper()
	text, err := os.ReadFile(faultsFile)
	if err != nil {
		t.Fatal(err)
	}
	faults, problems := dsl.Parse(faultsFile, text)
	file := parsed(t)
	file.Declarations = append(file.Declarations, faults.Declarations...)
	document, more := spec.Open(file)
	for _, problem := range append(problems, more...) {
		t.Fatal(problem)
	}
	return document
}

// faultMachines are the models of the seeded faults.
func faultMachines(t testing.TB) []*model.Machine {
	t.Helper()
	var machines []*model.Machine
	document := withFaults(t)
	for _, platform := range document.Platforms {
		if !strings.HasPrefix(platform.Name, "fault") {
			continue
		}
		machine, err := model.Load(document, platform.Name)
		if err != nil {
			t.Fatal(err)
		}
		machines = append(machines, machine)
	}
	if len(machines) != 20 {
		t.Fatalf("%s has %d faults, not 20", faultsFile, len(machines))
	}
	return machines
}

// A healthy target cuts traces where the healthy platform forbids what comes: a
// divergence that is no seeded fault's must not be taken for one.
type healthy struct {
	runner.Target
	judge *model.Judge
}

func (h *healthy) Receive() ([]model.Trace, error) {
	traces, err := h.Target.Receive()
	for i := range traces {
		if findings := h.judge.Trace(traces[i]); len(findings) > 0 {
			traces[i].Answers = traces[i].Answers[:findings[0].Step]
		}
	}
	return traces, err
}

// A ground is where faults are hunted: targets of this machine that are lent to
// one run after the other, and what all runs of one seed have in common.
type ground struct {
	who     agent.Description
	draw    runner.Source
	targets []runner.Target
	scripts map[uint64]model.Script // by seed
	traces  map[string]model.Trace  // by script
}

// newGround opens as many targets as a run with one worker needs.
func newGround(t testing.TB, linux *model.Machine, who agent.Description, lanes *gen.Lanes) *ground {
	t.Helper()
	g := &ground{who: who, draw: lanes.Fast.Clone().Draw}
	for range 2 { // the worker's and the investigator's
		target, err := runner.Opener(linux, thisMachine)(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { target.Close() })
		g.targets = append(g.targets, &healthy{target, linux.NewJudge(who.Dictionary)})
	}
	return g
}

func (g *ground) forget() {
	g.scripts, g.traces = map[uint64]model.Script{}, map[string]model.Trace{}
}

// source gives the scripts of platform linux, which knows nothing of faults.
func (g *ground) source(*model.Judge) runner.Source {
	return func(seed uint64) model.Script {
		script, known := g.scripts[seed]
		if !known {
			script = slices.Clone(g.draw(seed))
			g.scripts[seed] = script
		}
		return script
	}
}

// round hunts each fault once, all with the same sequences.
func (g *ground) round(t testing.TB, machines []*model.Machine, hunts []*hunt, seed uint64) {
	t.Helper()
	g.forget()
	for i, machine := range machines {
		hunts[i].run(t, runner.Config{
			Machine: machine, Agent: g.who, Open: g.lend(), Source: g.source,
			Checks: faultLimit, StopAtOne: true, Seed: seed, Jobs: 1,
		})
	}
}

// lend gives each goroutine of a run one of the targets.
func (g *ground) lend() func(context.Context) (runner.Target, error) {
	targets := make(chan runner.Target, len(g.targets))
	for _, target := range g.targets {
		targets <- &remembering{Target: target, ground: g}
	}
	return func(context.Context) (runner.Target, error) { return <-targets, nil }
}

// A remembering target runs no batch of sequences that another hunt has seen.
// Scripts that come alone, as those do that shrink a fault, it runs each time:
// they come from another goroutine.
type remembering struct {
	runner.Target
	ground  *ground
	batches []batch // under way
}

// A batch is under way, or known already.
type batch struct {
	scripts []model.Script
	known   []model.Trace
}

func (r *remembering) Submit(scripts []model.Script) error {
	one := batch{scripts: scripts}
	if len(scripts) > 1 {
		one.known = r.ground.remember(scripts)
	}
	r.batches = append(r.batches, one)
	if one.known != nil {
		return nil
	}
	return r.Target.Submit(scripts)
}

// remember finds the traces of scripts; nil if one of them has not run.
func (g *ground) remember(scripts []model.Script) []model.Trace {
	var traces []model.Trace
	for _, script := range scripts {
		trace, known := g.traces[keyOf(script)]
		if !known {
			return nil
		}
		traces = append(traces, trace)
	}
	return traces
}

func (r *remembering) Receive() ([]model.Trace, error) {
	one := r.batches[0]
	r.batches = r.batches[1:]
	if one.known != nil {
		return one.known, nil
	}
	traces, err := r.Target.Receive()
	if len(one.scripts) > 1 {
		for _, trace := range traces {
			r.ground.traces[keyOf(trace.Script)] = model.Trace{
				Script: slices.Clone(trace.Script), Answers: slices.Clone(trace.Answers),
			}
		}
	}
	return traces, err
}

// Close does nothing: the target is lent.
func (r *remembering) Close() error { return nil }

// keyOf is a script as a key of a map.
func keyOf(script model.Script) string {
	key := make([]byte, 0, 8*len(script))
	for _, op := range script {
		key = append(key, op.Call, op.Subject, op.Args[0], op.Args[1], op.Args[2], op.Made, op.Token)
	}
	return string(key)
}

// A hunt is what the runs that looked for one fault came to.
type hunt struct {
	name       string
	sequences  []int // until it was found
	executions []int // to shrink it
	steps      []int // of the shortest script
	missed     int
	script     string // the shortest one, with its answers
	long       string // one in which a call could still be left out
}

// TestFaults looks for each seeded fault with as many sequences as a run
// without flags would draw. The sequences are those of platform linux, which
// knows nothing of the fault, so that all hunts of one seed run the same ones.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("seeded faults are looked for in the full test only")
	}
	who := describeHere(t)
	if who.Without()["lab"] {
		t.Skip("no seeded fault was looked for: some need the lab, and there is none")
	}
	linux, err := machineOf("linux", "")
	if err != nil {
		t.Fatal(err)
	}
	lanes, err := gen.NewLanes(linux, who.Without())
	if err != nil {
		t.Fatal(err)
	}
	ground := newGround(t, linux, who, lanes)
	machines := faultMachines(t)
	var hunts []*hunt
	for _, machine := range machines {
		hunts = append(hunts, &hunt{name: machine.Spec.Platform})
	}
	for i := range *faultRuns {
		ground.round(t, machines, hunts, *seed+1+uint64(i))
	}
	report(t, hunts)
}

func (h *hunt) run(t testing.TB, config runner.Config) {
	t.Helper()
	report, err := runner.Run(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Divergences) == 0 {
		h.missed++
		return
	}
	found := slices.MinFunc(report.Divergences, func(a, b runner.Divergence) int { return int(a.Sequence) - int(b.Sequence) })
	if found.Reproduced[0] < found.Reproduced[1] {
		t.Errorf("%s showed in %d of %d replays of\n%s", h.name, found.Reproduced[0], found.Reproduced[1], found.Script)
	}
	h.sequences = append(h.sequences, int(found.Sequence))
	h.executions = append(h.executions, found.Executions)
	h.steps = append(h.steps, found.Steps)
	if h.script == "" || found.Steps <= slices.Min(h.steps) {
		h.script = found.Script
	}
	if !found.Minimal {
		h.long = found.Script
	}
}

// report prints a line for each fault, and holds the goals.
func report(t testing.TB, hunts []*hunt) {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "%-10s %6s %12s %12s %9s\n", "", "missed", "sequences", "executions", "calls")
	all := &hunt{name: "all"}
	for _, h := range hunts {
		t.Logf("%s\n%s", h.name, h.script)
		h.line(&text)
		all.missed += h.missed
		all.sequences = append(all.sequences, h.sequences...)
		all.executions = append(all.executions, h.executions...)
		all.steps = append(all.steps, h.steps...)
		if h.long != "" {
			t.Errorf("%s: a call can be left out of\n%s", h.name, h.long)
		}
	}
	all.line(&text)
	t.Logf("%d runs for each fault, %d sequences at most; median and maximum:\n%s", *faultRuns, faultLimit, &text)
	runs := *faultRuns * len(hunts)
	if all.missed*100 >= runs {
		t.Errorf("%d of %d runs missed their fault; less than one in a hundred may", all.missed, runs)
	}
	if median(all.executions) > medianExecutions || most(all.executions) > mostExecutions {
		t.Errorf("shrinking took %d executions in the median and %d at most; %d and %d are the goals",
			median(all.executions), most(all.executions), medianExecutions, mostExecutions)
	}
}

func (h *hunt) line(text *strings.Builder) {
	pair := func(list []int) string { return fmt.Sprintf("%d %d", median(list), most(list)) }
	fmt.Fprintf(text, "%-10s %6d %12s %12s %9s\n", h.name, h.missed, pair(h.sequences), pair(h.executions), pair(h.steps))
}

func median(list []int) int {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func most(list []int) int {
	if len(list) == 0 {
		return 0
	}
	return slices.Max(list)
}
