package runner

import (
	"context"
	"slices"

	"connectspec/model"
)

// A worker draws scripts, runs them on a target of its own and judges what
// comes back.
type worker struct {
	*run
	ctx    context.Context
	from   *lane
	target Target
	judge  *model.Judge
	draw   Source
	cases  map[*model.Divergence]*sighting
	watch  *model.Watch
	kept   exhibits
}

// A batch is a number of scripts on their way to the target and back.
type batch struct {
	first   uint64 // number of the first one
	calls   []model.Op
	scripts []model.Script
}

// work runs sequences until the lane has no more.
func (r *run) work(ctx context.Context, from *lane, open func(*model.Judge) Source) error {
	judge := r.Machine.NewJudge(r.Agent.Dictionary)
	target, err := r.Open(ctx)
	if err != nil {
		return err
	}
	defer target.Close()
	w := &worker{
		run: r, ctx: ctx, from: from, target: target, draw: open(judge),
		judge: judge, cases: map[*model.Divergence]*sighting{},
	}
	if departures := len(r.Machine.Spec.Departures); departures > 0 {
		w.watch, w.kept = judge.Watch(), make(exhibits, departures)
	}
	err = w.loop()
	r.collect(w)
	return err
}

// loop keeps one batch running while the next is drawn.
func (w *worker) loop() error {
	var batches [2]batch
	running := false
	for turn := 0; ; turn ^= 1 {
		more := w.ctx.Err() == nil && w.fill(&batches[turn])
		if more {
			if err := w.target.Submit(batches[turn].scripts); err != nil {
				return err
			}
		}
		if running {
			if err := w.receive(&batches[turn^1]); err != nil {
				return err
			}
		}
		if !more {
			return w.ctx.Err()
		}
		running = true
	}
}

// fill draws a batch; false if there is nothing more to draw.
func (w *worker) fill(b *batch) bool {
	first, end := w.from.take()
	if first == end {
		return false
	}
	b.first, b.calls, b.scripts = first, b.calls[:0], b.scripts[:0]
	for number := first; number < end; number++ {
		script := w.draw(w.from.seedOf(number))
		// Growing would leave earlier scripts in the old array, which is still
		// right: they are not written to again.
		start := len(b.calls)
		b.calls = append(b.calls, script...)
		b.scripts = append(b.scripts, b.calls[start:len(b.calls):len(b.calls)])
	}
	return true
}

func (w *worker) receive(b *batch) error {
	traces, err := w.target.Receive()
	if err != nil {
		return err
	}
	calls := 0
	for i := range traces {
		calls += len(traces[i].Answers)
		if findings := w.judge.Trace(traces[i]); len(findings) > 0 {
			w.sight(b.first+uint64(i), traces[i], findings)
		}
		w.keep(b.first+uint64(i), traces[i])
	}
	w.run.sequences.Add(uint64(len(traces)))
	w.run.calls.Add(uint64(calls))
	return nil
}

// sight counts the first divergence of a trace, or notes it for investigation.
// A later one may be a consequence: it is only noted, if nobody knows it.
func (w *worker) sight(number uint64, trace model.Trace, findings []model.Finding) {
	for i := range findings {
		finding := &findings[i]
		seen := w.cases[finding.Divergence]
		if seen == nil {
			answer := trace.Answers[finding.Step]
			seen = w.ledger.sighting(faultOf(w.Machine, finding.Divergence, answer))
			// Two names that nobody knows are one to the judge, but not to us.
			if !finding.Observed.Nameless() {
				w.cases[finding.Divergence] = seen
			}
		}
		if i == 0 {
			seen.count.Add(1)
		}
		if !seen.wanted(i == 0) {
			continue
		}
		w.ledger.hand(&suspect{
			sighting: seen, first: i == 0, number: number, seed: w.from.seedOf(number),
			divergence: finding.Divergence, trace: copyOf(trace, finding.Step),
		})
	}
	if w.StopAtOne {
		w.fast.stopped.Store(true)
		w.slow.stopped.Store(true)
	}
}

// copyOf is a trace up to a step, in memory of its own.
func copyOf(trace model.Trace, step int) model.Trace {
	return model.Trace{Script: slices.Clone(trace.Script[:step+1]), Answers: slices.Clone(trace.Answers[:step+1])}
}
