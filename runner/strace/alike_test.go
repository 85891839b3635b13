//go:build linux

package strace

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectspec/gen"
	"connectspec/model"
	"connectspec/runner"
	"connectspec/runner/agent"
	"connectspec/spec"
)

// both is what an agent answered to scripts, and the log of its calls.
type both struct {
	traces []model.Trace
	ends   []int // the size of the log after each script
	log    string
}

// recordBoth runs scripts on an agent under strace, one at a time.
func recordBoth(t *testing.T, linux *model.Machine, scripts int) both {
	t.Helper()
	folder := t.TempDir()
	program, log := filepath.Join(folder, "connectspec"), filepath.Join(folder, "agent.log")
	if text, err := exec.Command("go", "build", "-o", program, "../../cmd/connectspec").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	client, err := agent.NewClient(t.Context(), agent.Child(func(ctx context.Context) (*exec.Cmd, error) {
		return exec.CommandContext(ctx, "strace", "-f", "-o", log, program, "agent"), nil
	}), agent.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lanes, err := gen.NewLanes(linux, client.Hello().Without())
	if err != nil {
		t.Fatal(err)
	}
	target := runner.NewRemote(linux, client)
	defer target.Close()
	var b both
	for seed := range uint64(scripts) {
		if err := target.Submit([]model.Script{slices.Clone(lanes.Fast.Draw(seed))}); err != nil {
			t.Fatal(err)
		}
		traces, err := target.Receive()
		if err != nil {
			t.Fatal(err)
		}
		written, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		trace := model.Trace{Script: slices.Clone(traces[0].Script), Answers: slices.Clone(traces[0].Answers)}
		b.traces, b.ends = append(b.traces, trace), append(b.ends, int(written.Size()))
	}
	if client.Restarts() > 0 {
		t.Fatal("the agent was started again, and its log with it")
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	b.log = string(text)
	return b
}

// scriptOf is the script during which a line of the log was written, by its number.
func (b both) scriptOf(line int) int {
	size := 0
	for text := range strings.Lines(b.log) {
		if line--; line == 0 {
			break
		}
		size += len(text)
	}
	at, _ := slices.BinarySearch(b.ends, size)
	if at < len(b.ends) && b.ends[at] == size {
		at++
	}
	return at
}

// more says whether the log of a script has calls that its trace does not have: one that
// an agent has interrupted is made once more, and told when that has returned.
func (b both) more(script int) bool {
	from := 0
	if script > 0 {
		from = b.ends[script-1]
	}
	return strings.Contains(b.log[from:b.ends[script]], "ERESTART")
}

// gaveUp says whether a judge did not judge all calls of a trace.
func gaveUp(j *model.Judge, trace model.Trace) bool {
	before := j.Coverage().Doubtful
	j.Trace(trace)
	return j.Coverage().Doubtful > before
}

// faulty are connect.spec and its seeded faults.
func faulty(t *testing.T) (text []byte, document *spec.Document) {
	t.Helper()
	for _, name := range []string{"../../connect.spec", "../../testdata/faults.spec"} {
		part, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, part...), '\n')
	}
	document, problems := spec.Read("connect.spec, with faults", text)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return text, document
}

// judgeBoth judges traces, and their log, by a platform: which scripts are impossible.
func judgeBoth(t *testing.T, b both, text []byte, machine *model.Machine) (inTraces map[int]bool, inLog map[int]Divergence) {
	t.Helper()
	inTraces, inLog = map[int]bool{}, map[int]Divergence{}
	judge := machine.NewJudge("linux")
	for script, trace := range b.traces {
		if len(judge.Trace(trace)) > 0 {
			inTraces[script] = true
		}
	}
	j, err := newBy("connect.spec, with faults", text, strings.Replace(rules, "platform log extends linux", "platform log extends "+machine.Spec.Platform, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Log("log", strings.NewReader(b.log)); err != nil {
		t.Fatal(err)
	}
	for _, d := range j.Report().Divergences {
		inLog[b.scriptOf(d.Line)] = d
	}
	return inTraces, inLog
}

// TestJudgedAlike judges the traces of scripts and the log of the very same run, by
// connect.spec and by the same with a fault. The log tells less than a trace does: what
// is impossible in it must be so in the trace, and some of what the traces show must
// show in it.
func TestJudgedAlike(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("there is no program strace here")
	}
	text, document := faulty(t)
	load := func(platform string) *model.Machine {
		machine, err := model.Load(document, platform)
		if err != nil {
			t.Fatal(err)
		}
		return machine
	}
	scripts := 1000
	if testing.Short() {
		scripts = 200
	}
	linux := load("linux")
	recorded := recordBoth(t, linux, scripts)
	// Being held up by strace shows in traces: these scripts are left out.
	held, inLog := judgeBoth(t, recorded, text, linux)
	for _, d := range inLog {
		t.Errorf("line %d: %s\n  %s, allowed %v", d.Line, d.Call, d.Observed, d.Allowed)
	}
	shown, found, others, unjudged := 0, 0, 0, 0
	for i := range 20 {
		machine := load(fmt.Sprintf("fault%02d", i+1))
		inTraces, inLog := judgeBoth(t, recorded, text, machine)
		here := found
		for script := range inTraces {
			if _, shows := inLog[script]; !held[script] {
				found++
				if shows {
					shown++
				}
			}
		}
		for script, d := range inLog {
			switch {
			case inTraces[script]:
			case recorded.more(script):
				others++
			case gaveUp(machine.NewJudge("linux"), recorded.traces[script]):
				unjudged++
			default:
				t.Errorf("%s: the trace of script %d shows nothing, and the log does: line %d: %s\n  %s, allowed %v", machine.Spec.Platform, script, d.Line, d.Call, d.Observed, d.Allowed)
			}
		}
		t.Logf("%s: impossible in %d traces, and in the log of %d", machine.Spec.Platform, found-here, len(inLog))
	}
	t.Logf("%d traces show that strace holds up; of %d divergences of the others the log shows %d; in it are %d in calls that no trace has, and %d in calls upon sockets that the traces are not judged of", len(held), found, shown, others, unjudged)
	if shown*10 < found || found == 0 {
		t.Errorf("of %d divergences of traces the log shows %d", found, shown)
	}
}
