package strace

import (
	"os"
	"testing"

	"connectspec/model"
	"connectspec/spec"
)

// A world is an independent account of what a log leaves open, made of the platform
// linux alone: every way to take each address for a class of input, every event of
// the network between any two calls, and every state of ports and timeouts. What it
// allows is possible; so the judge must allow it.
type world struct {
	machine *model.Machine
	judge   *model.Judge
	events  []model.Op
	classes []uint8           // what `silent` may be
	places  map[uint8][]uint8 // what a place may be
	calls   map[string]uint8  // by name
	names   map[uint8]string  // of the calls of the log's platform
	filled  *spec.Field
	exact   uint8    // the usual length
	back    model.Op // `return a`
}

// linuxEvents are what may happen between two calls, as the platform linux has it.
const linuxEvents = `
s0 = socket stream inet blocking
network accepts s0
network refuses s0
peer opens s0
peer sends s0
peer finishes s0
peer resets s0
set_timeout s0
set_ports s0 plenty
set_ports s0 used_up
return a
`

func newWorld(t *testing.T, j *Judge) *world {
	t.Helper()
	text, err := os.ReadFile("../../connect.spec")
	if err != nil {
		t.Fatal(err)
	}
	document, problems := spec.Read("connect.spec", text)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	machine, err := model.Load(document, "linux")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{machine: machine, judge: machine.NewJudge("linux"), calls: map[string]uint8{}, names: map[uint8]string{}}
	trace, err := machine.Parse("events", linuxEvents)
	if err != nil {
		t.Fatal(err)
	}
	last := len(trace.Script) - 1
	w.events, w.back = trace.Script[1:last], trace.Script[last]
	classes := map[string]uint8{}
	for _, class := range machine.Spec.Classes {
		classes[class.Input.Name+" "+class.Name] = uint8(class.Index)
		if class.Input.Name == "report" {
			report, err := machine.Parse("events", "s0 = socket stream inet blocking\nnetwork reports s0 "+class.Name)
			if err != nil {
				t.Fatal(err)
			}
			w.events = append(w.events, report.Script[1])
		}
	}
	for _, name := range []string{
		"silent", "listener", "refuser", "no_route", "unreachable", "prohibited", "blackhole", "absent", "multicast", "broadcast", "zero", "own",
	} {
		w.classes = append(w.classes, classes["name "+name])
	}
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
	for _, field := range machine.Spec.Fields {
		if field.Name == "inbox" {
			w.filled = field
		}
	}
	return w
}

// A standingSet is every place that a walk may stand at.
type standingSet []model.Walk

func (set *standingSet) add(walk model.Walk) bool {
	for i := range *set {
		if (*set)[i].Same(&walk) {
			return false
		}
	}
	*set = append(*set, walk)
	return true
}

// enough bounds how many places are followed; beyond it the world is not known well
// enough to say that anything is impossible.
const enough = 3000

// close adds what events lead to.
func (w *world) close(set *standingSet) bool {
	for i := 0; i < len(*set); i++ {
		for _, event := range w.events {
			next := (*set)[i]
			if w.machine.Spec.Calls[event.Call].Name == "peer sends" && next.Filled(0, w.filled) {
				continue
			}
			event.Token = 1
			if next.Follow(event, model.Seen{}).Divergence == nil && !next.Unknown(0) {
				set.add(next)
			}
			if len(*set) > enough {
				return false
			}
		}
	}
	return true
}

// allows says whether the world allows all answers of a socket's calls. It is not
// known if there are too many ways, or a way leads out of what is specified.
func (w *world) allows(s *socket, acts []act) (allowed, known bool) {
	start := w.judge.Walk()
	op := model.Op{Call: w.calls["socket"], Subject: model.NoSocket, Args: [3]uint8{s.kind, 0, 0}}
	start.Follow(op, model.Seen{})
	if s.born {
		w.bear(&start)
	}
	set := standingSet{start}
	for _, a := range acts {
		if !w.close(&set) {
			return true, false
		}
		var next standingSet
		for _, from := range set {
			if !w.step(from, a, &next) {
				return true, false
			}
		}
		if len(next) == 0 {
			return false, true
		}
		set = next
	}
	return true, true
}

// bear takes a new socket to where accept leaves the one that it makes: connected,
// to the silent host.
func (w *world) bear(walk *model.Walk) {
	mode := model.Op{Call: w.calls["set_mode"], Args: [3]uint8{nonblocking}, Made: model.NoSocket}
	connect := model.Op{Call: w.calls["connect"], Args: [3]uint8{w.classes[0], w.exact}, Made: model.NoSocket}
	walk.Follow(mode, model.Seen{})
	walk.Follow(connect, w.judge.Seen("connect", stream, model.Answer{Name: "EINPROGRESS"}))
	walk.Follow(w.events[0], model.Seen{})
	walk.Follow(connect, model.Seen{})
}

// step adds the places that a call leads to from one; false if one of them is not
// known.
func (w *world) step(from model.Walk, a act, next *standingSet) bool {
	name := w.names[a.op.Call]
	known := true
	try := func(op model.Op) {
		walk := from
		mode := model.Op{Call: w.calls["set_mode"], Args: [3]uint8{a.mode}, Made: model.NoSocket}
		walk.Follow(mode, model.Seen{})
		seen := a.seen
		if name == "recv" && seen.Valued && seen.Value > 0 || name == "getsockname" || name == "getpeername" {
			seen.Valued = false
			if name == "recv" { // data: whichever
				end := walk
				if end.Follow(op, model.Seen{Valued: true}).Divergence == nil {
					return // there is none, but an end
				}
			}
		}
		fact := walk.Follow(op, seen)
		if fact.Divergence == nil {
			known = known && !walk.Unknown(0)
			next.add(walk)
		}
		if name == "connect" && s0IsStream(a) && a.seen.Code != spec.Blocks {
			w.later(from, op, a, next)
		}
	}
	op := a.op
	op.Call = w.calls[name]
	switch name {
	case "connect", "sendto":
		if w.machine.Spec.Classes[op.Args[0]].Name == "silent" {
			for _, class := range w.classes {
				op.Args[0] = class
				try(op)
			}
			return known
		}
	case "bind":
		if places := w.places[op.Args[0]]; places != nil {
			for _, place := range places {
				op.Args[0] = place
				try(op)
			}
			return known
		}
	}
	try(op)
	return known
}

func s0IsStream(a act) bool { return a.mode == blocking }

// later is a blocking connect during which the network does something.
func (w *world) later(from model.Walk, op model.Op, a act, next *standingSet) {
	walk := from
	mode := model.Op{Call: w.calls["set_mode"], Args: [3]uint8{a.mode}, Made: model.NoSocket}
	walk.Follow(mode, model.Seen{})
	op.Thread = 1
	if walk.Follow(op, model.Seen{Code: spec.Blocks}).Divergence != nil || walk.Unknown(0) {
		return
	}
	for _, event := range w.events {
		in := walk
		in.Follow(event, model.Seen{})
		if in.Follow(w.back, a.seen).Divergence == nil && !in.Unknown(0) {
			next.add(in)
		}
	}
}
