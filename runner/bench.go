package runner

import (
	"context"
	"time"

	"connectspec/model"
)

// A bench runs single scripts on a target of its own, and judges them.
type bench struct {
	machine    *model.Machine
	target     Target
	judge      *model.Judge
	lacks      map[string]bool // what scripts must do without
	executions int
	slowest    time.Duration // of a script so far
}

// openBench starts a target for a bench.
func openBench(ctx context.Context, config *Config) (*bench, error) {
	target, err := config.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &bench{
		machine: config.Machine, target: target, judge: config.Machine.NewJudge(config.Agent.Dictionary),
		lacks: config.Agent.Without(),
	}, nil
}

// run runs a script once. The trace is valid until the next run.
func (b *bench) run(script model.Script) (model.Trace, []model.Finding, error) {
	b.executions++
	started := time.Now()
	if err := b.target.Submit([]model.Script{script}); err != nil {
		return model.Trace{}, nil, err
	}
	traces, err := b.target.Receive()
	if err != nil {
		return model.Trace{}, nil, err
	}
	b.slowest = max(b.slowest, time.Since(started))
	return traces[0], b.judge.Trace(traces[0]), nil
}
