package runner

import (
	"context"

	"connectspec/model"
	"connectspec/runner/agent"
)

// A remote runs scripts on an agent. Calls are turned into lines only once, and
// the memory of batches is used again.
type remote struct {
	machine *model.Machine
	client  *agent.Client
	lines   map[model.Op]string
	flights []*flight // submitted and not yet received
	spare   []*flight
	answers []model.Answer
	traces  []model.Trace
}

// A flight is a batch under way.
type flight struct {
	scripts []model.Script
	lines   []string
	batch   [][]string
}

// Opener opens targets, each with an agent of its own. The machine gives the
// lines of scripts. It fits Config.Open.
func Opener(machine *model.Machine, start agent.Start) func(context.Context) (Target, error) {
	return func(ctx context.Context) (Target, error) {
		client, err := agent.NewClient(ctx, start, agent.Options{})
		if err != nil {
			return nil, err
		}
		return NewRemote(machine, client), nil
	}
}

// NewRemote is the target behind a client, which it owns from here on. The
// machine gives the lines of scripts.
func NewRemote(machine *model.Machine, client *agent.Client) Target {
	return &remote{machine: machine, client: client, lines: map[model.Op]string{}}
}

func (r *remote) Submit(batch []model.Script) error {
	f := r.flight()
	f.scripts = append(f.scripts, batch...)
	calls := 0
	for _, script := range batch {
		calls += len(script)
	}
	if cap(f.lines) < calls {
		f.lines = make([]string, 0, 2*calls)
	}
	for _, script := range batch {
		start := len(f.lines)
		for _, op := range script {
			f.lines = append(f.lines, r.line(op))
		}
		f.batch = append(f.batch, f.lines[start:])
	}
	if err := r.client.Submit(f.batch); err != nil {
		return err
	}
	r.flights = append(r.flights, f)
	return nil
}

// flight is an empty one, used before if possible.
func (r *remote) flight() *flight {
	if n := len(r.spare); n > 0 {
		f := r.spare[n-1]
		r.spare = r.spare[:n-1]
		f.scripts, f.lines, f.batch = f.scripts[:0], f.lines[:0], f.batch[:0]
		return f
	}
	return &flight{}
}

func (r *remote) line(op model.Op) string {
	op.Token = 0 // the line of a call that sends does not show what it sends
	line, known := r.lines[op]
	if !known {
		line = r.machine.FullLine(op)
		r.lines[op] = line
	}
	return line
}

func (r *remote) Receive() ([]model.Trace, error) {
	received, err := r.client.Receive()
	if err != nil {
		return nil, err
	}
	f := r.flights[0]
	r.flights = append(r.flights[:0], r.flights[1:]...)
	r.spare = append(r.spare, f)
	r.answers, r.traces = r.answers[:0], r.traces[:0]
	for _, trace := range received {
		for _, answer := range trace {
			r.answers = append(r.answers, model.Answer(answer))
		}
	}
	rest := r.answers
	for i, trace := range received {
		r.traces = append(r.traces, model.Trace{Script: f.scripts[i], Answers: rest[:len(trace):len(trace)]})
		rest = rest[len(trace):]
	}
	return r.traces, nil
}

func (r *remote) Close() error { return r.client.Close() }
