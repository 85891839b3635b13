package strace

import (
	"os"
	"slices"
	"testing"

	"connectspec/model"
	"connectspec/spec"
)

// A world is an independent account of what a log leaves open, made of the platform
// linux and of what testdata/world.spec says that others may do: every way to take each
// address for a class of input, and all that may happen between two calls and while a
// call waits. What it allows is possible, so the judge must allow it; what it does not
// allow is possible nowhere, so the judge must not.
type world struct {
	machine  *model.Machine
	judge    *model.Judge
	domains  [2]uint8          // inet, inet6
	classes  []uint8           // what `silent` may be
	classes6 []uint8           // likewise, on IPv6
	places   map[uint8][]uint8 // what a place may be
	calls    map[string]uint8  // by name
	names    map[uint8]string  // of the calls of the log's platform
	exact    uint8             // the usual length
	thread   uint8             // one that calls may be given to
	back     model.Op          // what asks it what the call has come to
}

// aThread makes a call, and is asked what it has come to.
const aThread = `
s0 = socket stream inet blocking
a: connect s0 silent
return a
`

func newWorld(t *testing.T, j *Judge) *world {
	t.Helper()
	text, err := os.ReadFile("../../connect.spec")
	if err != nil {
		t.Fatal(err)
	}
	more, err := os.ReadFile("testdata/world.spec")
	if err != nil {
		t.Fatal(err)
	}
	document, problems := spec.Read("world.spec", append(append(text, '\n'), more...))
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	machine, err := model.Load(document, "world")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{machine: machine, judge: machine.NewJudge("linux"), calls: map[string]uint8{}, names: map[uint8]string{}}
	trace, err := machine.Parse("a thread", aThread)
	if err != nil {
		t.Fatal(err)
	}
	w.thread, w.back = trace.Script[1].Thread, trace.Script[2]
	classes := map[string]uint8{}
	for _, class := range machine.Spec.Classes {
		classes[class.Input.Name+" "+class.Name] = uint8(class.Index)
	}
	for _, name := range []string{"silent", "listener", "refuser", "no_route", "unreachable", "prohibited", "blackhole", "absent", "multicast", "zero", "own"} {
		w.classes = append(w.classes, classes["name "+name])
	}
	w.classes6 = append(slices.Clone(w.classes), classes["name mapped"], classes["name scopeless"])
	w.classes = append(w.classes, classes["name broadcast"])
	w.domains = [2]uint8{classes["domain inet"], classes["domain inet6"]}
	w.exact = classes["namelen exact"]
	w.places = map[uint8][]uint8{
		j.words.names["place loopback"]: {classes["place loopback"], classes["place foreign"]},
		j.words.names["place fixed"]:    {classes["place fixed"], classes["place foreign"], classes["place loopback"]},
	}
	for _, call := range machine.Spec.Calls {
		w.calls[call.Name] = uint8(call.Index)
	}
	for _, call := range j.machine.Spec.Calls {
		w.names[uint8(call.Index)] = call.Name
	}
	return w
}

// A standingSet is every place that a walk may stand at.
type standingSet []model.Walk

func (set *standingSet) add(walk model.Walk) {
	for i := range *set {
		if (*set)[i].Same(&walk) {
			return
		}
	}
	*set = append(*set, walk)
}

// allows says whether the world allows all answers of a socket's calls. It is not
// known if a way leads out of what is specified.
func (w *world) allows(s *socket, acts []act) (allowed, known bool) {
	start := w.judge.Walk()
	domain := w.domains[0]
	if s.inet6 {
		domain = w.domains[1]
	}
	start.Follow(model.Op{Call: w.calls["socket"], Subject: model.NoSocket, Args: [3]uint8{s.kind, domain}}, model.Seen{})
	if s.born {
		w.bear(&start)
	}
	set := standingSet{start}
	for len(acts) > 0 {
		n, last := 1, acts[0].last // calls that overlap
		for n < len(acts) && acts[n].first < last {
			last = max(last, acts[n].last)
			n++
		}
		var next standingSet
		if !w.orders(set, s, acts[:n], &next) {
			return true, false
		}
		if len(next) == 0 {
			return false, true
		}
		set, acts = next, acts[n:]
	}
	return true, true
}

// orders adds the places that calls lead to that overlap, in every order in which each
// comes before those that began after it had returned; false if one is not known.
func (w *world) orders(set standingSet, s *socket, acts []act, next *standingSet) (known bool) {
	if len(acts) == 0 {
		for _, walk := range set {
			next.add(walk)
		}
		return true
	}
	for i, a := range acts {
		if slices.ContainsFunc(acts, func(other act) bool { return other.last < a.first }) {
			continue
		}
		var after standingSet
		for _, from := range set {
			if !w.step(from, s, a, &after) {
				return false
			}
		}
		if len(after) > 0 && !w.orders(after, s, slices.Delete(slices.Clone(acts), i, i+1), next) {
			return false
		}
	}
	return true
}

// bear takes a new socket to where accept leaves the one that it makes: connected,
// to whoever that is.
func (w *world) bear(walk *model.Walk) {
	w.setMode(walk, nonblocking)
	connect := model.Op{Call: w.calls["connect"], Args: [3]uint8{w.classes[0], w.exact}, Made: model.NoSocket}
	walk.Follow(connect, w.judge.Seen("connect", stream, model.Answer{Name: "EINPROGRESS"}))
	walk.Follow(connect, model.Seen{})
}

func (w *world) setMode(walk *model.Walk, mode uint8) {
	walk.Follow(model.Op{Call: w.calls["set_mode"], Args: [3]uint8{mode}, Made: model.NoSocket}, model.Seen{})
}

// step adds the places that a call leads to from one, whatever its arguments stand
// for; false if one of them is not known.
func (w *world) step(from model.Walk, s *socket, a act, next *standingSet) (known bool) {
	op := a.op
	op.Call, op.Token = w.calls[w.names[a.op.Call]], 1
	modes := []uint8{a.mode}
	if a.mode == unsure {
		modes = []uint8{blocking, nonblocking}
	}
	first := []uint8{op.Args[0]}
	switch w.names[a.op.Call] {
	case "connect", "sendto":
		if w.machine.Spec.Classes[op.Args[0]].Name == "silent" {
			first = w.classes
			if s.inet6 {
				first = w.classes6
			}
		}
	case "bind":
		if places := w.places[op.Args[0]]; places != nil {
			first = places
		}
	}
	known = true
	for _, mode := range modes {
		for _, op.Args[0] = range first {
			walk := from
			w.setMode(&walk, mode)
			known = w.try(walk, op, a, next) && known
			if w.names[a.op.Call] == "connect" && s.kind == stream && mode == blocking && a.seen.Code != spec.Blocks {
				w.meanwhile(walk, op, a, next)
			}
		}
	}
	return known
}

// try adds the place that a call leads to; false if it is not known.
func (w *world) try(walk model.Walk, op model.Op, a act, next *standingSet) (known bool) {
	name, seen := w.names[a.op.Call], a.seen
	known = true
	switch {
	case name == "getsockname", name == "getpeername":
		seen.Valued = false
	case name == "poll", name == "select": // it looks at one thing after the other
		for _, levels := range levelSets(w.machine.Spec.Calls[op.Call]) {
			fact := walk.Follow(op, glance(seen, levels))
			if fact.Divergence != nil {
				return true
			}
			known = known && !fact.Doubtful
		}
		next.add(walk)
		return known && !walk.Unknown(0)
	}
	fact := walk.Follow(op, seen)
	if fact.Divergence != nil {
		return true
	}
	next.add(walk)
	return !fact.Doubtful && !walk.Unknown(0)
}

// meanwhile is a blocking connect during which others do something.
func (w *world) meanwhile(walk model.Walk, op model.Op, a act, next *standingSet) {
	op.Thread = w.thread
	if walk.Follow(op, model.Seen{Code: spec.Blocks}).Divergence == nil && walk.Follow(w.back, a.seen).Divergence == nil {
		next.add(walk)
	}
}
