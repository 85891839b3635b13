package model_test

import (
	"slices"
	"strings"
	"testing"

	"connectspec/model"
	"connectspec/model/modeltest"
	"connectspec/spec"
)

// departure finds a departure by its name.
func departure(t *testing.T, m *model.Machine, name string) (int, *spec.Departure) {
	t.Helper()
	i := slices.IndexFunc(m.Spec.Departures, func(d *spec.Departure) bool { return d.Name() == name })
	if i < 0 {
		t.Fatalf("there is no departure %s", name)
	}
	return i, m.Spec.Departures[i]
}

// TestWeigh has of each departure what needs it, what refutes it, and what tells
// nothing; in the first ones it must be at work.
func TestWeigh(t *testing.T) {
	m := modeltest.Load(t, "testdata/departures.spec", "odd")
	for _, c := range []struct {
		departure, calls string
		needed           string // the last answer, if it shows the departure
		refuted          string // if it shows what would hold without it
		missed, held     string // if it might have shown either
	}{
		{departure: "connect.again", calls: "s0 = socket datagram -> ok; connect s0 -> ok; connect s0 -> ",
			needed: "WSAEINVAL", refuted: "WSAEISCONN"},
		{departure: "bind.datagram", calls: "s0 = socket datagram -> ok; bind s0 -> ",
			needed: "ok", refuted: "WSAEFAULT"},
		{departure: "listen.datagram", calls: "s0 = socket datagram -> ok; listen s0 -> ",
			needed: "WSAEINVAL", refuted: "ok"},
		{departure: "accept.works", calls: "s0 = socket stream -> ok; accept s0 -> ",
			needed: "WSAEFAULT", missed: "WSAEINVAL"},
		{departure: "send.works", calls: "s0 = socket stream -> ok; send s0 -> ",
			refuted: "WSAEINVAL", held: "ok"},
		{departure: "mark.marks", calls: "s0 = socket stream -> ok; mark s0 -> ok; seen s0 -> ",
			needed: "WSAEISCONN", refuted: "ok"},
		{departure: "attempt.ends", calls: "s0 = socket stream -> ok; connect s0 -> WSAEWOULDBLOCK; connect s0 -> ",
			refuted: "WSAEINVAL", held: "WSAEWOULDBLOCK"},
		{departure: "select.readable", calls: "s0 = socket stream -> ok; select s0 -> ",
			needed: "ok readable+writable", refuted: "ok writable"},
	} {
		i, d := departure(t, m, c.departure)
		for answer, want := range map[string]model.Evidence{
			c.needed: {Needed: 1}, c.refuted: {Refuted: 1}, c.missed: {Missed: 1}, c.held: {Held: 1},
		} {
			if answer == "" {
				continue
			}
			trace := traceOf(t, m, c.calls+answer)
			if got := m.Weigh(d, "", []model.Trace{trace}); got != want {
				t.Errorf("%s, %s%s: %+v, want %+v", c.departure, c.calls, answer, got, want)
			}
			if at := m.NewJudge("").Watch().AtWork(trace); !slices.Contains(at, i) {
				t.Errorf("%s is not at work in %s%s: %v", c.departure, c.calls, answer, at)
			}
		}
		// Nothing that is wrong on both sides, or about another call, tells anything.
		for _, calls := range []string{
			c.calls + "EMULTIHOP", "s0 = socket stream -> ok; close s0 -> ok; close s0 -> WSAEFAULT", "s0 = socket stream -> ok",
		} {
			if got := m.Weigh(d, "", []model.Trace{traceOf(t, m, calls)}); got != (model.Evidence{}) {
				t.Errorf("%s, %s: %+v", c.departure, calls, got)
			}
		}
	}
}

func traceOf(t *testing.T, m *model.Machine, lines string) model.Trace {
	t.Helper()
	trace, err := m.Parse("trace", strings.ReplaceAll(lines, "; ", "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

func TestWeighStopsWhereItIsNeeded(t *testing.T) {
	m := modeltest.Load(t, "testdata/departures.spec", "odd")
	_, d := departure(t, m, "bind.datagram")
	with := traceOf(t, m, "s0 = socket datagram -> ok; bind s0 -> ok")
	without := traceOf(t, m, "s0 = socket datagram -> ok; bind s0 -> WSAEFAULT")
	want := model.Evidence{Needed: 1, Refuted: 1}
	if got := m.Weigh(d, "", []model.Trace{without, with, without, with}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestNothingElseIsAtWork makes sure that a departure is found where it is, and
// nowhere else.
func TestNothingElseIsAtWork(t *testing.T) {
	m := modeltest.Load(t, "testdata/departures.spec", "odd")
	trace := traceOf(t, m, "s0 = socket stream -> ok; bind s0 -> ok; listen s0 -> ok; send s0 -> ok")
	i, _ := departure(t, m, "send.works")
	if at := m.NewJudge("").Watch().AtWork(trace); !slices.Equal(at, []int{i}) {
		t.Errorf("at work: %v, want %v", at, []int{i})
	}
}
