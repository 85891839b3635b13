// Package runner runs scripts on real systems, and reports what they do that
// the model forbids.
//
// Its phases:
//
//  1. Run gives each worker a target of its own. Workers draw scripts in
//     batches, run one while they draw the next, and judge the traces
//     (worker.go, lane.go, target.go, remote.go).
//  2. A divergence that nobody has seen yet is handed to the investigator,
//     which runs it alone, shrinks it and gives it an identity. Sightings of
//     what is known are only counted (ledger.go, investigate.go, minimise.go,
//     edit.go, identity.go).
//  3. What was found and what was covered make the report, for programs and for
//     people (report.go, coverage.go, departures.go, explain.go, text.go, names.go).
//  4. Each divergence can be saved as a trace in a file, and replayed (save.go,
//     replay.go).
//
// Package runner knows nothing of how scripts are drawn, nor of sockets.
package runner

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"connectspec/model"
	"connectspec/runner/agent"
)

// A Source gives the script of a seed: the same one each time. What it returns
// is valid until it is asked again. It is used by one goroutine at a time.
type Source = func(seed uint64) model.Script

// Config says what to run.
type Config struct {
	Machine *model.Machine
	// Own is the machine of the platform that describes the target, if that is
	// another one: it accounts for divergences. It may be nil.
	Own *model.Machine
	// Agent says whom the scripts run on; it is what Open's targets say of
	// themselves.
	Agent agent.Description
	// Open starts a target. Each goroutine opens one for itself. A target ends
	// when the context does, if not earlier.
	Open func(context.Context) (Target, error)
	// Source makes a source of scripts for one goroutine, which may share what
	// that goroutine's judge has worked out. All of them give the same script
	// for the same seed.
	Source func(*model.Judge) Source
	// Slow is the same for scripts that take about a second each; nil for none.
	Slow func(*model.Judge) Source
	// Goals are the ids of the outcomes that the target can show.
	Goals []int

	Checks     int           // sequences to run; 0: as many as fit into Time
	Time       time.Duration // for drawing; divergences are shrunk after it
	SlowChecks int           // slow sequences to run at least; 0: 2
	Seed       uint64
	Jobs       int  // workers; 0: as many as there are processors
	StopAtOne  bool // draw no more once a divergence was seen

	// Save is the folder where each divergence is saved; "" for none.
	Save string
	// Command gives the command that replays a file, for the report; nil if
	// there is none.
	Command func(file string) string
	// Progress, if it is set, is called a few times a second.
	Progress func(Progress)
}

// Progress is how far a run has come.
type Progress struct {
	Elapsed     time.Duration
	Sequences   uint64
	Calls       uint64
	Divergences int  // distinct ones so far
	Shrinking   int  // divergences that wait for being shrunk
	Drawing     bool // still drawing new sequences
}

// defaultTime is how long a run draws if nothing else is said.
const defaultTime = 3 * time.Second

// run is the state that the goroutines of one Run share.
type run struct {
	Config
	started   time.Time
	fast      *lane
	slow      *lane
	ledger    *ledger
	drawing   atomic.Bool
	sequences atomic.Uint64
	calls     atomic.Uint64

	lock     sync.Mutex // guards what follows
	coverage *model.Coverage
	natives  natives
	kept     exhibits
	failure  error
}

// Run draws, runs and judges scripts, and reports what it found. When ctx ends,
// the report holds what was found so far. An error is a reason why the work
// could not be done; the report is still what was found, or nil.
func Run(ctx context.Context, config Config) (*Report, error) {
	r, err := newRun(config)
	if err != nil {
		return nil, err
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()

	stopProgress := r.tellProgress()
	defer stopProgress()

	var investigator sync.WaitGroup
	investigator.Go(func() { r.investigate(inner) })

	var workers sync.WaitGroup
	for range r.fast.jobs(r.Jobs) {
		r.start(inner, &workers, cancel, r.fast, r.Source)
	}
	if r.Slow != nil {
		for range r.slow.jobs(slowJobs) {
			r.start(inner, &workers, cancel, r.slow, r.Slow)
		}
	}
	workers.Wait()
	r.drawing.Store(false)
	r.ledger.close()
	investigator.Wait()
	stopProgress()

	if r.coverage == nil {
		if r.failure == nil {
			r.failure = ctx.Err()
		}
		return nil, r.failure
	}
	if ctx.Err() != nil {
		r.kept = nil // who interrupts does not want to wait
	}
	return r.report(ctx.Err() != nil), r.failure
}

func newRun(config Config) (*run, error) {
	if config.Machine == nil || config.Open == nil || config.Source == nil {
		return nil, errors.New("runner: a run needs a machine, a target and a source of scripts")
	}
	if config.Jobs <= 0 {
		config.Jobs = runtime.GOMAXPROCS(0)
	}
	if config.Checks <= 0 && config.Time <= 0 {
		config.Time = defaultTime
	}
	if config.SlowChecks <= 0 {
		config.SlowChecks = 2
	}
	if config.Save != "" {
		if err := prepareFolder(config.Save); err != nil {
			return nil, err
		}
	}
	r := &run{Config: config, started: time.Now(), ledger: newLedger(), natives: natives{}}
	r.drawing.Store(true)
	r.fast = &lane{seed: mix(config.Seed), batch: batchSize, keeps: 8, checks: uint64(config.Checks)}
	r.slow = &lane{seed: mix(config.Seed + 1), batch: 1, keeps: 1, checks: uint64(config.SlowChecks)}
	if config.Time > 0 {
		r.fast.until = r.started.Add(config.Time)
		r.slow.until = r.fast.until
		r.slow.atLeast, r.slow.checks = uint64(config.SlowChecks), 0
	}
	return r, nil
}

// start runs one worker in a goroutine. If it fails, the run ends.
func (r *run) start(ctx context.Context, group *sync.WaitGroup, cancel func(), from *lane, open func(*model.Judge) Source) {
	group.Go(func() {
		err := r.work(ctx, from, open)
		if err != nil && ctx.Err() == nil {
			r.fail(err)
			cancel()
		}
	})
}

// fail notes why the run could not do its work; the first reason counts.
func (r *run) fail(err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.failure == nil {
		r.failure = err
	}
}

// collect adds what a worker has covered and kept.
func (r *run) collect(w *worker) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.kept = r.kept.merge(w.kept)
	judge := w.judge
	r.natives.add(judge)
	if r.coverage == nil {
		r.coverage = judge.Coverage()
		return
	}
	r.coverage.Add(judge.Coverage())
}

// tellProgress calls Progress until the function that it returns is called.
func (r *run) tellProgress() func() {
	if r.Progress == nil {
		return func() {}
	}
	stop := make(chan struct{})
	var teller sync.WaitGroup
	teller.Go(func() {
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				r.Progress(r.progress())
			}
		}
	})
	return sync.OnceFunc(func() {
		close(stop)
		teller.Wait()
	})
}

func (r *run) progress() Progress {
	found, waiting := r.ledger.counts()
	return Progress{
		Elapsed: time.Since(r.started), Sequences: r.sequences.Load(), Calls: r.calls.Load(),
		Divergences: found, Shrinking: waiting, Drawing: r.drawing.Load(),
	}
}
