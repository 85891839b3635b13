package model

import "connectspec/spec"

// A root is a world without sockets: what can be called there, upon no socket or
// upon handles, is tried once.
type root struct {
	tried bool
	moves []rootMove
}

// A rootMove makes a socket, or changes the world.
type rootMove struct {
	op     Op
	world  uint8
	record uint16 // of the socket; 0: none
}

func (x *explorer) root(world uint8) *root {
	for int(world) >= len(x.roots) {
		x.roots = append(x.roots, root{})
	}
	r := &x.roots[world]
	if !r.tried {
		r.tried = true
		r.moves = x.rootMoves(stateKey(0).withWorld(world))
	}
	return r
}

func (x *explorer) rootMoves(k stateKey) []rootMove {
	var moves []rootMove
	x.roster.state(k, &x.bench.state)
	for i := range x.openings {
		o := &x.openings[i]
		if isNamed(o.op) {
			continue
		}
		made := offer{op: o.op, call: o.call, plan: *o.plan, alike: [][3]uint8{o.op.Args}}
		if o.call.Makes != "" {
			made.op.Made = 0
		}
		if !o.call.OnSocket {
			moves = x.tryRoot(moves, k, &made)
			continue
		}
		for h, handle := range x.machine.Spec.Handles {
			if made.op.Subject = uint8(spec.MaxSockets + h); !x.lacks[handle.Name] && x.machine.makesSense(&x.bench.state, made.op) {
				moves = x.tryRoot(moves, k, &made)
			}
		}
	}
	return moves
}

func (x *explorer) tryRoot(moves []rootMove, k stateKey, o *offer) []rootMove {
	b := &x.bench
	p := x.prospect(&b.state, o, o.op)
	x.judge(&b.state, o, o.op, o.op, &p)
	for i := range p.choices {
		if !x.changes(o, p.choices[i].outcome) {
			continue
		}
		b.next = b.state
		x.machine.applyTo(&b.next, o.op, &p.choices[i], hasResult(p.choices[i].outcome, spec.OK))
		if to, fits := x.roster.after(k, &b.state, &b.next); fits && to != k {
			moves = append(moves, rootMove{o.op, to.world(), to.record(0)})
		}
	}
	return moves
}

// leave goes on from a node by calls that concern none of its sockets. Sockets
// are made where there are none: what several are like is seen where they meet.
func (x *explorer) leave(at int32) {
	n := x.nodes[at]
	for _, m := range x.root(n.state.world()).moves {
		to, changed := n.state.withWorld(m.world), n.focus
		switch {
		case n.focus != 0 && (m.record != 0 || m.op.Subject != NoSocket):
			continue
		case m.record != 0:
			to, changed = to.withRecord(0, m.record), 1
		}
		x.visit(to, changed, path{from: place{at, nowhere}, op: m.op})
	}
}
