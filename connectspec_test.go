//go:build linux

package connectspec

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"connectspec/gen"
	"connectspec/model"
	"connectspec/runner"
	"connectspec/runner/agent"
	"connectspec/runner/linux"
)

var (
	seed   = flag.Uint64("seed", 1, "the seed of the sequences that are drawn; 0 for a random one")
	checks = flag.Int("checks", 10_000, "how many sequences TestThisMachine runs")
)

// agentVariable makes the test binary the child that has the sockets.
const agentVariable = "CONNECTSPEC_TEST_AGENT"

func TestMain(m *testing.M) {
	switch os.Getenv(agentVariable) {
	case "", "handwritten":
		os.Exit(m.Run())
	}
	if err := linux.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// thisMachine starts this test binary as the child that has the sockets of
// this machine, in a lab of its own where it may.
var thisMachine = linux.Command(nil, []string{agentVariable + "=sockets"})

// whoIsHere is what the child says of itself.
var whoIsHere = sync.OnceValues(func() (agent.Description, error) {
	return agent.Describe(context.Background(), thisMachine)
})

func describeHere(t testing.TB) agent.Description {
	t.Helper()
	who, err := whoIsHere()
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// TestThisMachine is the property: sequences that rapid draws from the model do
// on this machine's sockets what its platform says.
func TestThisMachine(t *testing.T) {
	who := describeHere(t)
	s := settings{checks: *checks, seed: *seed}
	if testing.Short() {
		s.checks = min(s.checks, 2000)
	}
	report, err := run(t.Context(), who, thisMachine, s)
	tell(t, report, err)
	for _, lack := range who.Lacks {
		if lack.What == "lab" {
			t.Logf("only loopback was tried: %s", lack.Why)
		}
	}
	// A run that exercises little proves little: most of what can be shown
	// must have been.
	if report != nil && report.Coverage.Exercised < report.Coverage.Reachable/2 {
		t.Errorf("only %d of %d outcomes were exercised", report.Coverage.Exercised, report.Coverage.Reachable)
	}
}

// A lonely script is run by itself: drawn once, judged, and shrunk if need be.
func lonely(t testing.TB, who agent.Description, machine *model.Machine, script model.Script) *runner.Report {
	t.Helper()
	report, err := runner.Run(t.Context(), runner.Config{
		Machine: machine, Agent: who, Open: runner.Opener(machine, thisMachine), Checks: 1, Jobs: 1,
		Source: func(*model.Judge) runner.Source {
			return func(uint64) model.Script { return script }
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// FuzzSequences has Go's fuzzer look for sequences: about two bytes of its input
// make a call.
func FuzzSequences(f *testing.F) {
	who := describeHere(f)
	machine, err := machineOf("", who.Dictionary)
	if err != nil {
		f.Fatal(err)
	}
	lanes, err := gen.NewLanes(machine, who.Without())
	if err != nil {
		f.Fatal(err)
	}
	target, err := runner.Opener(machine, thisMachine)(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { target.Close() })
	judge := machine.NewJudge(who.Dictionary)
	for _, seed := range []string{"", "connect", "a listener and those who connect to it", "\x00\xff\x7f\x80 datagrams, to and fro"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		script := slices.Clone(lanes.Fast.Decode(data))
		if len(script) == 0 {
			return
		}
		if err := target.Submit([]model.Script{script}); err != nil {
			t.Fatal(err)
		}
		traces, err := target.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if len(judge.Trace(traces[0])) == 0 {
			return
		}
		report := lonely(t, who, machine, script)
		for i := range report.Divergences {
			t.Error(report.One(&report.Divergences[i]))
		}
		if len(report.Divergences) == 0 {
			t.Errorf("this diverged once, and not again:\n%s", machine.Format(traces[0]))
		}
	})
}
