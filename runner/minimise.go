package runner

import (
	"context"
	"math"
	"slices"
	"time"

	"connectspec/model"
	"connectspec/spec"
)

// Bounds of what is spent on one divergence.
const (
	maxExecutions = 200
	maxConfirming = 20               // runs of the script as it was found
	maxTries      = 25               // runs of one shorter script
	maxShrinking  = 20 * time.Second // for agents that are slow, or hang
	slowScript    = 300 * time.Millisecond
	replays       = 10 // of the shrunk script, to see how often it shows
	replaysIfSlow = 3
	maxWalks      = 64 // ways through the model that are followed in one look ahead
)

// A minimiser looks for the shortest script that still shows a fault: the same
// call, the same observation, and at least one of the rules. What it keeps
// ends with the call that shows it.
type minimiser struct {
	ctx     context.Context
	bench   *bench
	fault   fault
	anyStep bool // it need not be the first divergence of the trace (yet)

	best       model.Script
	seen       model.Seen // what best's last call answered, in its numbers
	trace      model.Trace
	divergence *model.Divergence

	rejected map[string]int // scripts that did not show it, and in how many runs
	shown    int            // of so many
	known    int            // runs of scripts that can show it
	started  time.Time
	spent    int // executions that were not for shrinking this divergence
	minimal  bool
	failure  error
}

// newMinimiser starts from a trace that showed a fault with its last call.
func newMinimiser(ctx context.Context, b *bench, s *suspect) *minimiser {
	return &minimiser{
		ctx: ctx, bench: b, fault: s.fault, anyStep: !s.first,
		best: s.trace.Script, seen: s.divergence.Observed, trace: s.trace, divergence: s.divergence,
		rejected: map[string]int{}, started: time.Now(), spent: b.executions,
	}
}

// executions is what this divergence has cost.
func (m *minimiser) executions() int { return m.bench.executions - m.spent }

// left says whether there is anything left to spend.
func (m *minimiser) left() bool {
	return m.failure == nil && m.ctx.Err() == nil && m.executions() < maxExecutions && time.Since(m.started) < maxShrinking
}

// confirm runs the script alone. It is run until it has shown the fault a few
// times, so that it is known how often it shows; once, if it takes long.
func (m *minimiser) confirm() bool {
	for m.left() && m.known < maxConfirming {
		m.known++
		if m.once(m.best, m.seen) {
			m.shown++
		}
		enough := 3
		if m.bench.slowest > slowScript {
			enough = 1
		}
		if m.shown >= enough && (m.shown == m.known || m.shown > enough) {
			break
		}
	}
	return m.shown > 0
}

// once runs a script once. If it shows the fault, it is the best from now on,
// cut after the call that shows it.
func (m *minimiser) once(script model.Script, seen model.Seen) bool {
	trace, findings, err := m.bench.run(script)
	if err != nil {
		m.failure = err
		return false
	}
	for i := range findings {
		finding := &findings[i]
		found := faultOf(m.bench.machine, finding.Divergence, trace.Answers[finding.Step])
		if found.like(&m.fault) {
			m.trace = copyOf(trace, finding.Step)
			m.best, m.seen, m.divergence = m.trace.Script, finding.Observed, finding.Divergence
			return true
		}
		if !m.anyStep {
			break
		}
	}
	return false
}

// reduce makes the script as short and simple as it can. Afterwards minimal
// says whether no call of it can be left out.
func (m *minimiser) reduce() {
	keep := related(m.bench.machine, m.best)
	m.drop(func(i int) bool { return !keep[i] })
	for size := len(m.best) / 2; size > 1; size /= 2 {
		m.chunks(size)
	}
	for m.left() {
		m.chunks(1)
		if m.simplify() {
			continue
		}
		if !m.singles() {
			m.minimal = m.left()
			return
		}
	}
}

// measure replays the script to see in how many of how many runs it shows the
// fault, as the first divergence of its trace. These runs are not counted as
// spent on shrinking.
func (m *minimiser) measure() (shown, tried int) {
	m.anyStep, m.bench.slowest = false, 0
	script, seen := m.best, m.seen
	for tried < replays && m.failure == nil && m.ctx.Err() == nil {
		tried++
		m.spent++
		if m.once(script, seen) {
			shown++
		}
		if m.bench.slowest > slowScript && tried >= replaysIfSlow {
			break
		}
	}
	return shown, tried
}

// doubt takes back what was concluded from scripts that did not show the fault
// in a few runs.
func (m *minimiser) doubt(shown, known int) {
	m.shown += shown
	m.known += known
	for script, runs := range m.rejected {
		if runs > 0 {
			delete(m.rejected, script)
		}
	}
}

// chunks tries to leave out so many calls at a time, from the end on. The last
// call stays: it is the one that shows the fault.
func (m *minimiser) chunks(size int) {
	for end := len(m.best) - 1; end > 0 && m.left(); end = min(end-size, len(m.best)-1) {
		m.drop(func(i int) bool { return i >= end-size && i < end })
	}
}

// singles tries to leave out each single call once more than before, if the
// fault does not always show; it says whether one of them could go.
func (m *minimiser) singles() bool {
	for i := len(m.best) - 2; i >= 0; i-- {
		v, ok := without(m.bench.machine, m.best, func(k int) bool { return k == i })
		if !ok {
			continue
		}
		if m.rejected[m.key(v.script)] > 0 && m.attempt(v, true) {
			return true
		}
	}
	return false
}

func (m *minimiser) drop(gone func(i int) bool) bool {
	v, ok := without(m.bench.machine, m.best, gone)
	return ok && len(v.script) < len(m.best) && m.attempt(v, false)
}

// simplify tries fewer sockets, calls that no thread makes, and simpler
// arguments. It says whether anything changed.
func (m *minimiser) simplify() bool {
	changed := m.mergeSockets()
	for _, field := range m.bench.machine.Spec.Fields {
		for word := range field.Words {
			if v, ok := withWord(m.bench.machine, m.best, field, uint8(word)); ok && simplerWords(m.best, v.script) {
				changed = m.attempt(v, false) || changed
			}
		}
	}
	for at := len(m.best) - 1; at >= 0 && at < len(m.best); at-- {
		if v, ok := withoutThread(m.bench.machine, m.best, at); ok && m.left() {
			changed = m.attempt(v, false) || changed
		}
		if at >= len(m.best) {
			continue // it showed earlier, and was cut there
		}
		for i, parameter := range m.bench.machine.Spec.Calls[m.best[at].Call].Parameters {
			for _, argument := range simpler(parameter, m.best[at].Args[i]) {
				if !m.left() {
					return changed
				}
				v, ok := with(m.bench.machine, m.best, at, i, argument)
				if ok && m.attempt(v, false) {
					changed = true
					break
				}
			}
			if at >= len(m.best) {
				break // it showed earlier, and was cut there
			}
		}
	}
	return changed
}

// simplerWords says that no argument of a script was put behind an earlier one.
func simplerWords(before, after model.Script) bool {
	for i := range after {
		for k, argument := range after[i].Args {
			if argument > before[i].Args[k] {
				return false
			}
		}
	}
	return true
}

func (m *minimiser) mergeSockets() bool {
	changed := false
	for from := uint8(spec.MaxSockets - 1); from > 0; from-- {
		for into := range from {
			v, ok := merged(m.bench.machine, m.best, from, into)
			if ok && len(v.script) < len(m.best) && m.attempt(v, false) {
				changed = true
				break
			}
		}
	}
	return changed
}

// attempt runs a variant of the best script as often as it takes to be rather
// sure that it does not show the fault. If it does, it is the best from now on.
// What did not show it before is only run once more, and only if again is set.
func (m *minimiser) attempt(v *variant, again bool) bool {
	if !m.left() {
		return false
	}
	k := m.key(v.script)
	runs := m.rejected[k]
	if runs != 0 && !again || runs < 0 {
		return false
	}
	seen, ok := v.translate(m.bench.machine.Spec.Call(m.fault.call).Answers, m.seen)
	if !ok || model.Missing(m.bench.machine.Spec, v.script, m.bench.lacks) != "" || !m.possible(v.script, seen) {
		m.rejected[k] = -1
		return false
	}
	tries := m.tries()
	if again {
		tries = 1
	}
	for range tries {
		if !m.left() {
			break
		}
		runs++
		if m.once(v.script, seen) {
			m.known += runs
			m.shown++
			return true
		}
	}
	m.rejected[k] = runs
	return false
}

// tries is how often a script is run before it is taken not to show the fault,
// going by how often it showed so far: a mistake once in 30 scripts.
func (m *minimiser) tries() int {
	if m.shown == m.known {
		return 1
	}
	chance := float64(m.shown) / float64(m.known)
	return min(maxTries, int(math.Ceil(math.Log(1.0/30)/math.Log(1-chance))))
}

// key identifies a script.
func (m *minimiser) key(script model.Script) string {
	text := make([]byte, 0, 8*len(script))
	for _, op := range script {
		text = append(text, op.Call, op.Subject, op.Args[0], op.Args[1], op.Args[2], op.Made, op.Token)
	}
	return string(text)
}

// possible asks the model, which costs nothing, whether a script can show the
// fault at all: whether on one of the ways through it, on which each call can be
// meant for its socket, what was seen would be a divergence at its last call,
// with one of the rules.
func (m *minimiser) possible(script model.Script, seen model.Seen) bool {
	last := len(script) - 1
	walks := []model.Walk{m.bench.judge.Walk()}
	for _, op := range script[:last] {
		var next []model.Walk
		for _, walk := range walks {
			outlook := walk.Look(op)
			if outlook.Sense == model.Foolish {
				continue
			}
			if outlook.Sense == model.Uncertain {
				walk.Meet(op, model.Seen{Code: spec.OK})
				next = append(next, walk)
				continue
			}
			for i := range outlook.Len() {
				one := walk
				one.Take(op, outlook, i)
				if !slices.Contains(next, one) {
					next = append(next, one)
				}
			}
		}
		if walks = next; len(walks) > maxWalks {
			return true // too many to tell
		}
	}
	for _, walk := range walks {
		if walk.Look(script[last]).Sense == model.Foolish {
			continue
		}
		d := walk.Meet(script[last], seen)
		if d != nil && (&fault{m.fault.call, d.Rules, m.fault.observed}).like(&m.fault) {
			return true
		}
	}
	return false
}
