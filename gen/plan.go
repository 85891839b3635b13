package gen

import "connectspec/model"

// Shares of scripts and calls, in percent. What they do to the chance of
// missing a fault is measured by the test of seeded faults.
const (
	shareJoin     = 50 // scripts with a goal that head for another one then
	shareStandIn  = 75 // sockets of the second walk for which one that is there stands in
	shareDetour   = 12 // steps of a walk with another call before them
	shareTell     = 75 // goals after which several states are possible, and a call is to tell which
	shareTellOn   = 30 // the same after other calls
	shareWait     = 60 // last steps of slow walks that first wait for what comes by itself
	shareAgain    = 15 // goals that are gone for once more, by the last step alone
	shareProbe    = 35 // failures after which the socket's state is asked for
	shareTake     = 30 // calls that take something out of a queue, if anything waits in one
	shareEmpty    = 15 // the same of calls that may leave nothing in the queue
	shareIdle     = 50 // calls that change nothing, once drawn, are kept
	shareTurned   = 30 // calls that will be turned away, once drawn, are kept
	shareDoubtful = 3  // the same of calls that nobody judges
	shareBlocks   = 6  // the same of calls that may not return
	shareAsleep   = 50 // the same if a thread makes them
	shareThread   = 30 // calls about a thread, where one is in a call
	shareFollow   = 60 // calls that concern another socket, after which that one is called upon
	shareLook     = 60 // of these, the share that asks what can be seen of it
	shareArrival  = 85 // the two of the above for calls that send, to see whether it has arrived
	shareMiss     = 80 // calls that empty a queue otherwise than by taking, after which something is to be taken
	shareOther    = 30 // addresses that are another socket's, besides those of its weight
	shareNear     = 55 // calls upon the socket that the last one was upon
	shareAlike    = 75 // sockets that are of the kind of the first one
	shareHandle   = 2  // calls upon what is no socket
	maxTail       = 6  // calls after a goal
	maxSlowTail   = 1  // the same of slow scripts: a call may take a second
	maxSlowGoals  = 4  // goals of a slow script
	maxTries      = 6  // draws of one call
)

// Of so many turns, some head for an outcome and some for a case; the others
// roam.
const (
	turns        = 20
	outcomeTurns = 5
	caseTurns    = 8
)

// A draft is a script being drawn.
type draft struct {
	*Generator
	dice    dice
	walk    model.Walk
	made    uint8                // sockets so far
	origins [maxSockets]model.Op // the calls that made them, or the listeners they are from
	sent    uint8                // tokens so far
	subject uint8                // of the last call
}

func (g *Generator) start() draft {
	g.script = g.script[:0]
	return draft{Generator: g, walk: g.judge.Walk()}
}

func (d *draft) left(calls int) bool { return calls < 4*d.options.MaxCalls }

// plan draws a script. Turns that follow each other head for one goal after the
// other, so that all have their share.
func (g *Generator) plan(from source, turn uint64) model.Script {
	d := g.start()
	d.dice.state, _ = from.word()
	var length int
	switch walk := g.walkOf(turn); {
	case g.options.Slow:
		d.slowly(from, turn)
		length = len(g.script) + d.dice.below(maxSlowTail+1)
	case walk != nil:
		d.head(from, walk)
		if d.dice.chance(shareJoin) {
			d.join(from, g.goals[d.dice.below(len(g.goals))].walk)
		}
		length = len(g.script) + d.dice.below(maxTail+1)
	default:
		length = 3 + d.dice.below(g.options.MaxCalls-2)
	}
	for len(g.script) < length {
		d.dice.state, _ = from.word()
		d.roam()
	}
	d.joinThreads()
	return g.script
}

// walkOf is the walk of a turn; nil if its script roams.
func (g *Generator) walkOf(turn uint64) model.Script {
	round, at := turn/turns, turn%turns
	switch {
	case at < outcomeTurns:
		return g.goals[(round*outcomeTurns+at)%uint64(len(g.goals))].walk
	case at < outcomeTurns+caseTurns && len(g.cases) > 0:
		return g.cases[(round*caseTurns+at-outcomeTurns)%uint64(len(g.cases))]
	}
	return nil
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

// numbered gives a call the next token, if it sends something, and the next
// place, if it makes a socket.
func (d *draft) numbered(op model.Op) model.Op {
	if d.machine.Spec.Calls[op.Call].Sends {
		op.Token = min(d.sent+1, model.MaxToken)
	}
	if op.Made != model.NoSocket {
		op.Made = d.made
	}
	return op
}

// take adds a call that is numbered, and goes on to where the model expects it to
// lead; outlook is what may come of it.
func (d *draft) take(op model.Op, outlook *model.Outlook) {
	if op.Token > 0 {
		d.sent = op.Token
	}
	if op.Made != model.NoSocket {
		d.origins[d.made] = op
		if op.Subject < maxSockets {
			d.origins[d.made] = d.origins[op.Subject]
		}
		d.made++
	}
	if op.Subject < maxSockets {
		d.subject = op.Subject
	}
	d.script = append(d.script, op)
	if outlook.Len() > 0 {
		d.walk.Take(op, outlook, d.dice.below(outlook.Len()))
	}
}
