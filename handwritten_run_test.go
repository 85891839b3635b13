//go:build linux

package connectspec

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"connectspec/model"
	"connectspec/runner/agent"
	"connectspec/runner/linux"
)

// What a child is told, and where it is to write what came of it.
const (
	handRunsVariable   = "CONNECTSPEC_TEST_RUNS"
	handResultVariable = "CONNECTSPEC_TEST_RESULT"
	handChecks         = 100 // sequences of a run, as rapid has it by default
)

// handResult is what runs of the hand-written machine came to.
type handResult struct {
	Runs    int
	Calls   int
	Seconds float64        // of drawing, calling and checking
	Missed  map[string]int // by fault: runs none of whose sequences show it
}

// TestHandWritten runs the hand-written machine: what it knows of Linux holds,
// too. It needs the lab in this process, so it starts itself in namespaces.
func TestHandWritten(t *testing.T) {
	if os.Getenv(agentVariable) == "handwritten" {
		handWritten(t)
		return
	}
	result := handChild(t, 10)
	if result.Calls < handChecks*handSteps/3 {
		t.Errorf("%d calls only", result.Calls)
	}
}

// handChild has a child of its own lab run the machine so often.
func handChild(t testing.TB, runs int) handResult {
	t.Helper()
	if describeHere(t).Without()["lab"] {
		t.Skip("the hand-written machine was not run: it needs the lab, and there is none")
	}
	file := filepath.Join(t.TempDir(), "result.json")
	child := exec.Command("/proc/self/exe", "-test.run=^TestHandWritten$", "-rapid.nofailfile",
		"-rapid.checks="+strconv.Itoa(handChecks))
	child.Env = append(os.Environ(), agentVariable+"=handwritten", "GODEBUG=asyncpreemptoff=1",
		handRunsVariable+"="+strconv.Itoa(runs), handResultVariable+"="+file)
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	if said, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var result handResult
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&result); err != nil {
		t.Fatal(err)
	}
	return result
}

// handWritten is what the child does.
func handWritten(t *testing.T) {
	runs, err := strconv.Atoi(os.Getenv(handRunsVariable))
	if err != nil {
		t.Fatal(err)
	}
	room, err := linux.OpenLab()
	if err != nil {
		t.Fatal(err)
	}
	defer room.Close()
	machines := faultMachines(t)
	result := handResult{Missed: map[string]int{}}
	for range runs {
		var sequences []*byHand
		start := time.Now()
		sequences = handRun(t, room)
		result.Seconds += time.Since(start).Seconds()
		result.Runs++
		for _, sequence := range sequences {
			result.Calls += len(sequence.lines)
		}
		for _, machine := range machines {
			if !shows(t, machine, sequences) {
				result.Missed[machine.Spec.Platform]++
			}
		}
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv(handResultVariable), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// handRun is one rapid.Check of the machine.
func handRun(t *testing.T, room agent.Room) []*byHand {
	calls := map[string]agent.Call{}
	// The room is told at the start that addresses will be asked for.
	asks, err := room.Prepare("getpeername s0")
	if err != nil {
		t.Fatal(err)
	}
	var sequences []*byHand
	rapid.Check(t, func(t *rapid.T) {
		h := &byHand{t: t, room: room, calls: calls}
		if err := room.Begin([]agent.Call{asks}); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := room.End(); err != nil && !errors.Is(err, agent.ErrHeldUp) {
				t.Fatal(err)
			}
		}()
		h.run()
		sequences = append(sequences, h)
	})
	return sequences
}

// shows says whether any of the sequences would have shown a fault to whoever
// knows every answer. That is more than a hand-written machine knows: it is
// given the benefit of the doubt.
func shows(t *testing.T, machine *model.Machine, sequences []*byHand) bool {
	judge := machine.NewJudge("linux")
	for _, sequence := range sequences {
		trace, err := machine.Parse("sequence", strings.Join(sequence.lines, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		for _, answer := range sequence.answers {
			trace.Answers = append(trace.Answers, model.Answer(answer))
		}
		if len(judge.Trace(trace)) > 0 {
			return true
		}
	}
	return false
}
