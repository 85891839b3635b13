package runner

import (
	"context"
	"time"

	"connectspec/model"
)

// settling is how long divergences are still shrunk after the drawing has ended;
// those that are left over are reported as they were found.
const settling = 30 * time.Second

// What was found: a divergence, and the shortest script that shows it.
type found struct {
	fault
	id         string
	divergence *model.Divergence
	trace      model.Trace // its last call is the one
	number     uint64
	seed       uint64
	executions int
	shown      int // in so many
	tried      int // replays of the script
	minimal    bool
	file       string
	origin     *sighting
}

// investigate takes up what the workers hand it, until there is nothing more.
func (r *run) investigate(ctx context.Context) {
	var b *bench
	defer func() {
		if b != nil {
			b.target.Close()
		}
	}()
	var until time.Time
	for s := r.ledger.next(); s != nil; s = r.ledger.next() {
		if until.IsZero() && !r.drawing.Load() {
			until = time.Now().Add(settling)
		}
		late := !until.IsZero() && time.Now().After(until)
		if ctx.Err() != nil || late {
			r.keepAsFound(s)
			continue
		}
		if b == nil {
			var err error
			if b, err = openBench(ctx, &r.Config); err != nil {
				r.keepAsFound(s)
				r.failUnless(ctx, err)
				continue
			}
		}
		if err := r.examine(ctx, b, s); err != nil {
			r.failUnless(ctx, err)
			b.target.Close()
			b = nil
		}
	}
}

func (r *run) failUnless(ctx context.Context, err error) {
	if ctx.Err() == nil {
		r.fail(err)
	}
}

// keepAsFound reports a divergence that there was no time to look into.
func (r *run) keepAsFound(s *suspect) {
	if s.first {
		r.note(&found{
			fault: s.fault, divergence: s.divergence, trace: s.trace, number: s.number, seed: s.seed, origin: s.sighting,
		})
	}
}

// examine shrinks a divergence, gives it its identity, and counts how often it
// shows. One that was not the first of its trace counts only if it is the first
// one of its own script.
func (r *run) examine(ctx context.Context, b *bench, s *suspect) error {
	m := newMinimiser(ctx, b, s)
	f := &found{fault: s.fault, number: s.number, seed: s.seed, origin: s.sighting}
	if m.confirm() {
		m.reduce()
		f.shown, f.tried = m.measure()
		if m.shown == m.known && f.shown < f.tried {
			// It shows less often than the minimiser took for granted, so what
			// it rejected may have been right.
			m.doubt(f.shown, f.tried)
			m.reduce()
			f.shown, f.tried = m.measure()
		}
		f.fault = faultOf(r.Machine, m.divergence, m.trace.Answers[len(m.trace.Answers)-1])
	} else {
		f.tried = m.known
	}
	f.divergence, f.trace, f.executions, f.minimal = m.divergence, m.trace, m.executions(), m.minimal
	if s.first || f.shown > 0 {
		r.note(f)
	}
	return m.failure
}

// note adds what was found to the report, and saves it.
func (r *run) note(f *found) {
	f.id = f.fault.id(r.Machine.Spec.Platform)
	replaced, isNew := r.ledger.add(f)
	for _, one := range replaced {
		removeSaved(one.file)
	}
	if !isNew || r.Save == "" {
		return
	}
	file, err := r.save(f)
	if err != nil {
		r.fail(err)
		return
	}
	f.file = file
}
