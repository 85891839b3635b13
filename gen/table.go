package gen

import (
	"slices"
	"sort"

	"connectspec/model"
	"connectspec/spec"
)

// A table holds what can be drawn, with its weights, ready for throwing dice.
type table struct {
	calls  weighted // upon a socket; item: index of the call
	makers weighted // that make a socket of nothing
	others weighted // upon no socket or thread, making none
	// threads are calls about threads; returns are those of them that ask for a
	// result. Without these no call is given to a thread.
	threads weighted
	returns []int
	probes  []int // calls that tell something of a socket's state
	looks   []int // these, and calls that receive
	// arrivals are those that tell whether something has arrived; calls that would
	// block if it has not are rarely made, so those that tell levels count twice.
	arrivals []int
	takes    []queueing // calls that take something out of a queue
	empties  []queueing // calls that may leave nothing in one
	waits    []model.Op // calls that wait for something to show, if their argument says so
	inputs   map[*spec.Input]weighted
	// sockets are the inputs that can be another socket's address.
	sockets map[*spec.Input]bool
	words   map[*spec.Field]weighted
	// Handles that can be called upon, as subjects.
	handles []uint8
}

// A queueing is a call that does something to a queue of the socket called upon.
type queueing struct {
	call  *spec.Call
	queue *spec.Field
}

// weighted draws items in proportion to their weights.
type weighted struct {
	items []int
	sums  []int
}

func (w *weighted) add(item, weight int) {
	total := weight
	if n := len(w.sums); n > 0 {
		total += w.sums[n-1]
	}
	w.items, w.sums = append(w.items, item), append(w.sums, total)
}

func (w *weighted) throw(d *dice) int {
	n := d.below(w.sums[len(w.sums)-1])
	return w.items[sort.SearchInts(w.sums, n+1)]
}

func newTable(s *spec.Spec, lacks map[string]bool) *table {
	t := &table{
		inputs: map[*spec.Input]weighted{}, words: map[*spec.Field]weighted{}, sockets: map[*spec.Input]bool{},
	}
	for i, handle := range s.Handles {
		if !lacks[handle.Name] {
			t.handles = append(t.handles, uint8(maxSockets+i))
		}
	}
	for _, field := range s.Fields {
		var w weighted
		for i, word := range field.Words {
			if !lacks[word] {
				w.add(i, 1)
			}
		}
		t.words[field] = w
	}
	for _, input := range s.Inputs {
		var w weighted
		for _, class := range input.Classes {
			if !lacks[class.Needs] && !lacks[class.Name] {
				w.add(class.Index, class.Weight)
				t.sockets[input] = t.sockets[input] || class.Socket
			}
		}
		t.inputs[input] = w
	}
	for _, call := range s.Calls {
		if lacks[call.Needs] || lacks[call.Name] || !t.canRun(call) {
			continue
		}
		switch {
		case call.OnSocket:
			t.calls.add(call.Index, call.Weight)
			t.addLook(call)
			t.addWaits(call)
			t.addQueueing(call)
		case call.OnThread():
			t.threads.add(call.Index, call.Weight)
			if call.Answers == spec.AnswersResult {
				t.returns = append(t.returns, call.Index)
			}
		case call.Makes != "":
			t.makers.add(call.Index, call.Weight)
		default:
			t.others.add(call.Index, call.Weight)
		}
	}
	return t
}

// addLook adds a call that tells something of a socket. Calls that receive are
// added twice: there are few of them, and what they tell is worth most.
func (t *table) addLook(call *spec.Call) {
	switch call.Answers {
	case spec.AnswersNothing:
	case spec.AnswersToken:
		t.looks = append(t.looks, call.Index, call.Index)
		t.arrivals = append(t.arrivals, call.Index)
	default:
		if call.Answers == spec.AnswersLevels {
			t.arrivals = append(t.arrivals, call.Index, call.Index)
		}
		t.probes = append(t.probes, call.Index)
		t.looks = append(t.looks, call.Index)
	}
}

// addWaits adds a call with each argument upon which it depends what shows.
func (t *table) addWaits(call *spec.Call) {
	for _, rule := range call.Ready {
		if rule == nil {
			continue
		}
		for i := range rule.Cases {
			for _, condition := range rule.Cases[i].Guard {
				if condition.Kind == spec.ArgumentIs && !condition.Not {
					t.addWait(call, condition)
				}
			}
		}
	}
}

func (t *table) addWait(call *spec.Call, condition spec.Condition) {
	for _, class := range call.Parameters[condition.Argument].Input.Classes {
		if condition.Classes[class.Index/64]&(1<<(class.Index%64)) == 0 {
			continue
		}
		op := model.Op{Call: uint8(call.Index), Made: model.NoSocket}
		op.Args[condition.Argument] = uint8(class.Index)
		if !slices.Contains(t.waits, op) {
			t.waits = append(t.waits, op)
		}
	}
}

// addQueueing adds a call for each queue of the socket called upon that it takes
// something from, or empties.
func (t *table) addQueueing(call *spec.Call) {
	for _, rule := range call.Acts {
		for i := range rule.Cases {
			for _, outcome := range rule.Cases[i].Outcomes {
				for _, effect := range outcome.Effects {
					t.addEffect(queueing{call, effect.Field}, &effect)
				}
			}
		}
	}
}

func (t *table) addEffect(one queueing, effect *spec.Effect) {
	switch {
	case effect.Var != spec.VarSubject:
	case effect.Kind == spec.DropFirst && !slices.Contains(t.takes, one):
		t.takes = append(t.takes, one)
	case effect.Kind == spec.Clear && !slices.Contains(t.empties, one):
		t.empties = append(t.empties, one)
	}
}

// canRun says whether every parameter of a call has a class, or a word, left.
func (t *table) canRun(call *spec.Call) bool {
	if call.OnThread() {
		return true // there are threads
	}
	for _, parameter := range call.Parameters {
		choices := t.words[parameter.Field]
		if parameter.Input != nil {
			choices = t.inputs[parameter.Input]
		}
		if len(choices.items) == 0 {
			return false
		}
	}
	return true
}

// Decode makes a script of any bytes: about two for a call. Equal bytes make
// equal scripts, and a changed byte changes its own call and little else.
func (g *Generator) Decode(data []byte) model.Script {
	from := &bytes{data}
	d := g.start()
	for d.left(len(g.script)) {
		word, more := from.word()
		if !more {
			break
		}
		d.dice.state = word
		d.roam()
	}
	return g.script
}
