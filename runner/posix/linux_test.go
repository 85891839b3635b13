//go:build linux

package posix_test

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"connectspec/gen"
	"connectspec/model"
	"connectspec/model/modeltest"
	"connectspec/runner/agent"
	"connectspec/runner/linux"
	"connectspec/runner/posix"
)

var (
	scriptCount = flag.Int("scripts", 2000, "how many scripts both rooms are given")
	scriptSeed  = flag.Uint64("seed", 17, "the seed of the first of them")
)

// A stage is a room on a thread of its own, which both rooms want.
type stage struct {
	agent.Room
	tasks chan func()
}

func newStage(t *testing.T, open func() (agent.Room, error)) *stage {
	t.Helper()
	s := &stage{tasks: make(chan func())}
	var err error
	opened, ended := make(chan bool), make(chan bool)
	go func() {
		s.Room, err = open()
		close(opened)
		for task := range s.tasks {
			task()
		}
		if closer, ok := s.Room.(interface{ Close() error }); ok {
			closer.Close()
		}
		close(ended)
	}()
	t.Cleanup(func() { close(s.tasks); <-ended })
	if <-opened; err != nil {
		t.Fatal(err)
	}
	return s
}

// do runs a task on the room's thread.
func (s *stage) do(task func()) {
	done := make(chan bool)
	s.tasks <- func() { defer close(done); task() }
	<-done
}

// play is the trace of a script, a line a call.
func (s *stage) play(t *testing.T, lines []string) (trace []string) {
	t.Helper()
	s.do(func() {
		for tries := 0; ; tries++ {
			trace = nil
			err := s.playOnce(lines, &trace)
			if err == agent.ErrHeldUp && tries < 10 {
				continue
			}
			if err != nil {
				t.Errorf("%v in\n%s", err, strings.Join(lines, "\n"))
			}
			return
		}
	})
	return trace
}

func (s *stage) playOnce(lines []string, trace *[]string) error {
	var calls []agent.Call
	for _, line := range lines {
		call, err := s.Prepare(line)
		if err != nil {
			return err
		}
		calls = append(calls, call)
	}
	if err := s.Begin(calls); err != nil {
		return err
	}
	for i, call := range calls {
		answer, err := s.Do(call)
		if err != nil {
			answer = agent.Answer{Name: agent.Protocol, Value: err.Error()}
		}
		*trace = append(*trace, lines[i]+"  -> "+answer.String())
		if err != nil {
			break
		}
	}
	return s.End()
}

// TestOnLinux runs scripts in this room and in that of Linux, drawn as a run on
// this room draws them. Both must answer alike: they make the same calls on the same
// kernel, in ways that have nothing but the calls in common.
func TestOnLinux(t *testing.T) {
	native := newStage(t, func() (agent.Room, error) { return linux.OpenLoopback("a test") })
	portable := newStage(t, func() (agent.Room, error) { return posix.Open() })
	machine := modeltest.Load(t, "../../connect.spec", "posix")
	lanes, err := gen.NewLanes(machine, portable.Describe().Without())
	if err != nil {
		t.Fatal(err)
	}
	draw := lanes.Fast.Source(machine.NewJudge("posix"))
	calls, answers, chance := 0, map[string]bool{}, 0
	for seed := range uint64(*scriptCount) {
		lines := linesOf(machine, draw(*scriptSeed+seed))
		want, got := native.play(t, lines), portable.play(t, lines)
		for _, line := range got {
			calls++
			answers[line[strings.Index(line, "  -> "):]] = true
		}
		if slices.Equal(want, got) {
			continue
		}
		report := t.Errorf
		if alike(t, native, portable, lines) {
			chance++
			report = t.Logf
		}
		report("seed %d: here\n%s\nand in package linux\n%s", *scriptSeed+seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	t.Logf("%d calls, %d answers; %d of %d scripts differed by chance", calls, len(answers), chance, *scriptCount)
	if most := 1 + *scriptCount/5000; chance > most {
		t.Errorf("%d scripts differed by chance, and not %d at most", chance, most)
	}
	if calls < 2**scriptCount || len(answers) < 30 {
		t.Errorf("%d scripts had %d calls with %d answers only", *scriptCount, calls, len(answers))
	}
}

// alike says that both rooms answer alike in ten plays more. A port of the system's
// choice may be one that the script names: package linux sees to that in the lab
// only.
func alike(t *testing.T, native, portable *stage, lines []string) bool {
	t.Helper()
	for range 10 {
		if !slices.Equal(native.play(t, lines), portable.play(t, lines)) {
			return false
		}
	}
	return true
}

func linesOf(machine *model.Machine, script model.Script) (lines []string) {
	for _, op := range script {
		lines = append(lines, machine.FullLine(op))
	}
	return lines
}
