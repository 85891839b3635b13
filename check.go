package connectspec

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"connectspec/gen"
	"connectspec/model"
	"connectspec/runner"
	"connectspec/runner/agent"
	"connectspec/spec"
)

// An Option changes what Check does.
type Option func(*settings)

type settings struct {
	platform string
	checks   int
	seed     uint64
	jobs     int           // workers; 0: as many as there are processors
	patience time.Duration // with a call that does not return
}

// Platform names the platform of connect.spec whose rules judge. Without it,
// that is the one that the room's dictionary is named after, if there is one,
// and winsock otherwise: the documentation itself.
func Platform(name string) Option { return func(s *settings) { s.platform = name } }

// Checks is how many call sequences are run; 20,000 without it.
func Checks(n int) Option { return func(s *settings) { s.checks = n } }

// Seed decides which sequences are drawn: the same seed draws the same ones, on
// any machine. Without it, or if it is 0, one is chosen at random and printed.
func Seed(n uint64) Option { return func(s *settings) { s.seed = n } }

const (
	defaultChecks   = 20_000
	defaultPlatform = "winsock"
)

// Check holds another implementation of sockets against connect.spec. The room
// makes the calls: see agent.Room for what it has to do, and docs/agent.md for
// the words of scripts. Check draws call sequences that the specification gives
// a meaning to, has the room run each in a fresh world, and judges the answers.
//
// Each answer that the specification forbids is shrunk to the shortest sequence
// that still shows it, and reported with t.Errorf: the calls with their
// answers, what would have been allowed, by which rules and clauses. Equal
// faults are reported once. A panic within a call is an answer (`crash`) like
// any other, and shrunk like any other; a call that does not return for some
// seconds ends the check. What the room says it lacks is not tried, and named
// in the log, with the seed and what was covered.
//
// The room is used by one goroutine at a time, for one sequence at a time.
func Check(t testing.TB, room agent.Room, options ...Option) {
	t.Helper()
	s := settings{jobs: 1, patience: returnWithin} // there is one room only
	for _, option := range options {
		option(&s)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	attended := attend(room, s.patience, cancel)
	report, err := run(ctx, room.Describe(), agent.Within(attended), s)
	if panicked := attended.panicked(); panicked != "" {
		t.Log(panicked)
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	tell(t, report, err)
}

// run draws, runs and judges, on an agent that describes itself so.
func run(ctx context.Context, who agent.Description, start agent.Start, s settings) (*runner.Report, error) {
	machine, err := machineOf(s.platform, who.Dictionary)
	if err != nil {
		return nil, err
	}
	lanes, err := gen.NewLanes(machine, who.Without())
	if err != nil {
		return nil, err
	}
	config := runner.Config{
		Machine: machine, Agent: who, Open: runner.Opener(machine, start),
		Source: lanes.Fast.Source, Goals: lanes.Goals,
		Checks: s.checks, Seed: s.seed, Jobs: s.jobs,
	}
	if lanes.Slow != nil {
		config.Slow = lanes.Slow.Source
	}
	if config.Checks <= 0 {
		config.Checks = defaultChecks
	}
	if config.Seed == 0 {
		config.Seed = uint64(rand.Uint32()) + 1 // short enough to be typed again
	}
	return runner.Run(ctx, config)
}

// machineOf is the model of a platform; without a name, of the one that a
// dictionary is named after.
func machineOf(platform, dictionary string) (*model.Machine, error) {
	document, problems := spec.Read("connect.spec", Spec())
	if len(problems) > 0 {
		return nil, problems[0]
	}
	if platform == "" {
		platform = defaultPlatform
		if document.Platform(dictionary) != nil {
			platform = dictionary
		}
	}
	return model.Load(document, platform)
}

// tell fails the test with what a run has found.
func tell(t testing.TB, report *runner.Report, err error) {
	t.Helper()
	if report != nil {
		for i := range report.Divergences {
			t.Error(report.One(&report.Divergences[i]))
		}
		t.Log(report.Summary() + fmt.Sprintf("\nto run the same sequences again: connectspec.Seed(%d)", report.Seed))
	}
	if err != nil {
		t.Error(err)
	}
}
