package model

// An Exploration finds out what can come of a specification: which outcomes its
// rules can have, and where none applies, or two do. It takes sockets apart.
//
//  1. What can be said of a socket by itself is worked out once for all states
//     that have one like it: part.go, with menu.go and unit.go.
//  2. Sockets that know nothing of each other behave so side by side. What one
//     asks of others is tried with others that show something different each:
//     circle.go.
//  3. Sockets that are linked, because one names the other, are looked at
//     together: company.go, component.go.
//
// A state is gone on from if it shows a new case of a call, asks something new
// of other sockets, or shows them something new. So an outcome without a walk is
// one that was not reached like this, and not always one that cannot be.
type Exploration struct {
	States  int // of sockets that are linked, whatever others there are
	Cases   int
	Results int // allowed, over all cases
	// Gaps are cases in which no rule applies, one for each call with its
	// arguments; Overlaps those in which several acts do.
	Gaps     []Case
	Overlaps []Case
	// Walks hold a script that leads to each outcome, and nearly always a shortest
	// one, by the id of the outcome; nil where none does. To a level that select
	// shows leads a script that ends with select.
	Walks []Script
	// CaseWalks are scripts that lead to each case, whose last call is the one.
	CaseWalks []Script
	// Ranked says of each call whether two of its refusals were met that apply in
	// one case with different results.
	Ranked []bool
}

// A Case is a call in a state, with the script that leads there.
type Case struct {
	Script Script // its last call is the one
	Rules  []string
}

// Limits bound an exploration.
type Limits struct {
	Lacks  map[string]bool // capabilities, calls, classes and words that are not to be had
	States int             // at most; 0: no bound
}

// An explorer is at work on an exploration.
type explorer struct {
	*Exploration
	machine  *Machine
	lacks    map[string]bool
	openings []opening
	roster   *roster
	roots    []root // by world

	cook  cook
	menus map[uint32]*menu // by the main fields of a socket

	partsOf       [][]*part // by world and record; nil: nobody has asked
	parts         store[part]
	answerNumbers keyMap // by what a unit sees
	answers       store[answer]
	circleNumbers keyMap
	circles       []circle
	askers        []asker
	pools         pools

	seen   seen
	nodes  []node
	tasks  [][]task // by the length of their scripts
	at     place    // where calls are tried
	keeps  bool     // a script that leads there is wanted
	found  []found  // by outcome
	firsts []found  // of each case
	noted  map[string]bool

	bench bench
}

// Pools hold the lists of parts and answers, one behind the other (see cut).
type pools struct {
	answers []int32     // of parts
	effects []effective // of answers
	open    []openOffer // of answers
	moves   []move      // of parts
}

// Seen is what need not be looked at again.
type seen struct {
	states keySet // of linked sockets
	cases  keySet // that were judged
	kinds  keySet // of calls among linked sockets: what can come of them
	asks   keySet // what a socket asks of others, all in one
	asked  keySet // each of these
	shows  keySet // what a socket shows to others, all in one
	wide   keySet // who has asked in a wide circle
	groups keySet // of linked sockets: what they ask of each other, and show
	told   keySet // questions, and answers with several, with what those show who answer them
}

// A bench has room for what is at hand.
type bench struct {
	solo      stateKey
	soloState State // of solo: one socket
	joint     State // of linked sockets
	state     State // that is gone on from
	next      State // that it leads to
	question  question
	companies []digest // of the socket at hand, by circle; 0: not known
	choices   []choice
	spare     []choice
	leads     []lead
	made      pools // lists that are being made
	ops       []Op  // that are gone on with
	jointOps  []Op  // that linked sockets try
}

// A task is to go on from a node, or to hold a meeting.
type task struct {
	node    int32 // or nowhere
	meeting meeting
}

// A found outcome can be had by a call at a place.
type found struct {
	at place
	op Op
	is bool
}

// noCall marks an Op that is none.
const noCall = 255

// Explore explores the machine, states with short scripts first. Equal machines
// and limits give equal explorations.
func (m *Machine) Explore(limits Limits) *Exploration {
	x := &explorer{
		Exploration: &Exploration{Walks: make([]Script, m.Spec.Outcomes), Ranked: make([]bool, len(m.Spec.Calls))},
		machine:     m, lacks: limits.Lacks, roster: newRoster(m), cook: newCook(m), menus: map[uint32]*menu{},
		found: make([]found, m.Spec.Outcomes), noted: map[string]bool{},
	}
	for _, call := range m.Spec.Calls {
		x.openings = append(x.openings, m.openings(call, limits.Lacks)...)
	}
	x.visit(0, 0, path{from: place{nowhere, nowhere}})
	for length := 0; length < len(x.tasks); length++ {
		for i := 0; i < len(x.tasks[length]) && (limits.States == 0 || x.States < limits.States); i++ {
			if t := x.tasks[length][i]; t.node != nowhere {
				x.expand(t.node)
			} else {
				x.meet(t.meeting)
			}
		}
	}
	for id, f := range x.found {
		if f.is {
			x.Walks[id] = x.script(f.at, f.op)
		}
	}
	x.scenarios()
	for _, f := range x.firsts {
		x.CaseWalks = append(x.CaseWalks, x.script(f.at, f.op))
	}
	return x.Exploration
}

// visit takes in what has changed in a state, with what is linked with it.
func (x *explorer) visit(k stateKey, changed uint8, w path) {
	if k.sockets() == 0 {
		if x.seen.states.add(uint64(k) + 1) {
			x.enter(k, 0, w)
		}
		return
	}
	for changed != 0 {
		focus := x.roster.component(k, first(changed))
		changed &^= focus
		if alone, fits := x.roster.alone(k, focus); fits && x.seen.states.add(uint64(alone)+1) {
			x.enter(k, focus, w)
		}
	}
}

// enter makes a node of a state, unless there is nothing new about it.
func (x *explorer) enter(k stateKey, focus uint8, w path) {
	x.States++
	at := int32(len(x.nodes))
	if w.from.node != nowhere {
		w.touchy = w.touchy || w.from.other != nowhere || x.nodes[w.from.node].touchy
	}
	x.nodes = append(x.nodes, node{state: k, focus: focus, path: w, length: x.lengthOf(&w)})
	x.at = place{at, nowhere}
	x.keeps = false
	switch {
	case x.isWorthwhile(at):
		x.schedule(x.nodes[at].length, task{node: at})
	case !x.keeps:
		x.nodes = x.nodes[:at]
	}
}

func (x *explorer) schedule(length uint8, t task) {
	for int(length) >= len(x.tasks) {
		x.tasks = append(x.tasks, nil)
	}
	x.tasks[length] = append(x.tasks[length], t)
}

// isWorthwhile tries the calls that can be made in the state of a node, and says
// whether it is worth to be gone on from.
func (x *explorer) isWorthwhile(at int32) bool {
	n := x.nodes[at]
	if n.focus == 0 {
		x.root(n.state.world())
		return true
	}
	any := false
	for slots := n.focus; slots != 0; slots &= slots - 1 {
		_, isNew := x.part(n.state, first(slots))
		any = any || isNew
	}
	any = x.together(n.state, n.focus) || any
	if n.state.world() == 0 {
		any = x.introduce(at) || any
	}
	return any
}

// expand goes on from a node.
func (x *explorer) expand(at int32) {
	n := x.nodes[at]
	for slots := n.focus; slots != 0; slots &= slots - 1 {
		x.moveOn(at, &n, first(slots))
	}
	if n.state.sockets() > 1 {
		for slots := n.focus; slots != 0; slots &= slots - 1 {
			x.moveTogether(at, &n, first(slots))
		}
	}
	x.leave(at)
}

// moveOn goes on by what a socket does whatever others there are.
func (x *explorer) moveOn(at int32, n *node, slot uint8) {
	p, _ := x.part(n.state, slot)
	named := x.roster.named(n.state, slot)
	for _, m := range x.moves(p, n.state, slot) {
		if m.lonely && n.state.sockets() > 1 {
			continue
		}
		op := m.offer.op
		op.Subject = slot
		w := path{from: place{at, nowhere}, op: op, later: m.offer.later(), touchy: m.lonely}
		if m.concerns || m.renames && named {
			x.moveHere(n, &m, w)
			continue
		}
		x.visit(n.state.withWorld(m.world).withRecord(slot, m.record), n.focus, w)
	}
}

// moveHere makes a move that concerns other sockets.
func (x *explorer) moveHere(n *node, m *move, w path) {
	b := &x.bench
	if b.ops = m.offer.ops(b.ops[:0], n.state, w.op.Subject, 0); len(b.ops) == 0 {
		return
	}
	w.op = b.ops[0]
	x.roster.state(n.state, &b.state)
	b.leads = b.leads[:0]
	x.lead(n.state, m.offer, w.op, &m.choice)
	for _, l := range b.leads {
		x.visit(l.state, l.changed, w)
	}
}
