package gen

import "connectspec/model"

// Shares of scripts and calls, in percent. What they do to the chance of
// missing a fault is measured by the test of seeded faults.
const (
	shareGoals    = 45 // scripts that head for an outcome
	shareDetour   = 12 // steps of such a walk with another call before them
	shareProbe    = 35 // failures after which the socket's state is asked for
	shareTurned   = 30 // calls that will be turned away, once drawn, are kept
	shareDoubtful = 3  // the same of calls that nobody judges
	shareBlocks   = 6  // the same of calls that may not return
	shareFollow   = 60 // calls that concern another socket, after which that one is called upon
	shareLook     = 60 // of these, the share that asks what can be seen of it
	shareOther    = 30 // addresses that are another socket's, besides those of its weight
	shareNear     = 55 // calls upon the socket that the last one was upon
	shareAlike    = 75 // sockets that are of the kind of the first one
	shareHandle   = 2  // calls upon what is no socket
	maxTail       = 6  // calls after a goal
	maxTries      = 6  // draws of one call
)

// A draft is a script being drawn.
type draft struct {
	*Generator
	dice    dice
	walk    model.Walk
	made    uint8 // sockets so far
	sent    uint8 // tokens so far
	subject uint8 // of the last call
}

func (g *Generator) start() draft {
	g.script = g.script[:0]
	return draft{Generator: g, walk: g.judge.Walk()}
}

func (d *draft) left(calls int) bool { return calls < 4*d.options.MaxCalls }

// plan draws a script.
func (g *Generator) plan(from source) model.Script {
	d := g.start()
	length := 0
	d.dice.state, _ = from.word()
	if g.options.Slow || d.dice.chance(shareGoals) {
		d.head(from, g.goals[d.dice.below(len(g.goals))].walk)
		length = len(g.script) + d.dice.below(maxTail+1)
	} else {
		length = 3 + d.dice.below(g.options.MaxCalls-2)
	}
	for len(g.script) < length {
		d.dice.state, _ = from.word()
		d.roam()
	}
	return g.script
}

// head goes a walk, with detours.
func (d *draft) head(from source, walk model.Script) {
	for _, op := range walk {
		d.dice.state, _ = from.word()
		if d.made > 0 && d.dice.chance(shareDetour) {
			d.upon()
		}
		d.take(op)
	}
	d.follow(d.script[len(d.script)-1])
}

// roam adds a call that makes sense, or nothing if it finds none.
func (d *draft) roam() {
	switch {
	case d.made == 0 && (len(d.table.others.items) == 0 || d.dice.chance(85)):
		d.create()
	case d.made == 0:
		d.other()
	case d.made < maxSockets && d.dice.below(d.table.weightAll()) < d.table.weightMakers():
		d.create()
	default:
		d.upon()
	}
}

func (t *table) weightMakers() int { return t.makers.sums[len(t.makers.sums)-1] }

func (t *table) weightAll() int {
	return t.weightMakers() + t.calls.sums[len(t.calls.sums)-1]
}

// take adds a call and goes on to where the model expects it to lead.
func (d *draft) take(op model.Op) {
	call := d.machine.Spec.Calls[op.Call]
	if call.Sends {
		d.sent = min(d.sent+1, 250)
		op.Token = d.sent
	}
	if op.Made != model.NoSocket {
		op.Made = d.made
		d.made++
	}
	if op.Subject < maxSockets {
		d.subject = op.Subject
	}
	outlook := d.walk.Look(op)
	d.script = append(d.script, op)
	if outlook.Len() > 0 {
		d.walk.Take(op, outlook, d.dice.below(outlook.Len()))
	}
}
