package model_test

import (
	"slices"
	"testing"

	"connectspec/model/modeltest"
)

// TestThreads: a call that blocks goes on in its thread, and what it comes to is
// told when it is asked for.
func TestThreads(t *testing.T) {
	const asleep = `
		s0 = socket -> ok
		a: connect s0 -> blocks`
	const both = asleep + `
		b: connect s0 -> blocks
		network refuses s0 -> ok`
	const receives = asleep + `
		network accepts s0 -> ok
		b: recv s0 -> blocks`
	machine := modeltest.Load(t, "testdata/threads.spec", "base")
	for _, c := range []struct {
		name, trace string
		step        int
	}{
		{"it sleeps", asleep + `
			return a -> blocks
			return a -> blocks`, -1},
		{"it is done", asleep + `
			network accepts s0 -> ok
			return a -> ok`, -1},
		{"it was to be done", asleep + `
			network accepts s0 -> ok
			return a -> blocks`, 3},
		{"it is told once", asleep + `
			network accepts s0 -> ok
			return a -> ok
			return a -> ok
			a: connect s0 -> ok`, -1},
		{"nothing is told of a thread in no call", `
			return a -> ok
			return b -> blocks`, 1},
		{"a busy thread makes no call", asleep + `
			a: connect s0 -> busy
			return a -> blocks`, -1},
		{"a busy thread was to make no call", asleep + `
			a: connect s0 -> blocks`, 2},
		{"a thread in no call is not busy", `
			s0 = socket -> ok
			a: connect s0 -> busy`, 1},
		{"one that is back is busy until it is asked", asleep + `
			network accepts s0 -> ok
			a: connect s0 -> busy
			return a -> ok`, -1},
		{"the first takes the error", both + `
			return a -> ECONNREFUSED
			return b -> ECONNABORTED`, -1},
		{"the second takes the error", both + `
			return a -> ECONNABORTED
			return b -> ECONNREFUSED`, -1},
		{"both take the error", both + `
			return a -> ECONNREFUSED
			return b -> ECONNREFUSED`, 5},
		{"a signal", asleep + `
			interrupt a -> ok
			return a -> EINTR
			connect s0 -> blocks`, -1},
		{"a signal for somebody else", asleep + `
			interrupt b -> ok
			return a -> EINTR`, 3},
		{"a signal that comes too late", asleep + `
			network accepts s0 -> ok
			interrupt a -> ok
			return a -> ok`, -1},
		{"a signal that restarts", asleep + `
			restart a -> ok
			return a -> blocks
			interrupt a -> ok
			return a -> EINTR`, -1},
		{"made again in another mode", asleep + `
			set_mode s0 nonblocking -> ok
			return a -> blocks
			restart a -> ok
			return a -> EALREADY`, -1},
		{"woken in the mode it was made in", receives + `
			set_mode s0 nonblocking -> ok
			return b -> blocks
			peer sends s0 -> ok
			return b -> ok #1
			recv s0 -> EWOULDBLOCK`, -1},
		{"the result has a value", receives + `
			peer sends s0 -> ok
			return b -> ok #1`, -1},
		{"the result was to have another value", receives + `
			peer sends s0 -> ok
			return b -> ok #2`, 5},
		{"what has been told is gone", receives + `
			peer sends s0 -> ok
			recv s0 -> ok #1`, 5},
		{"a socket is held", asleep + `
			held s0 -> ok EALREADY
			interrupt a -> ok
			held s0 -> ok none`, -1},
		{"a socket that was made when nobody judged", `
			s0 = socket -> ok
			a: s1 = accept s0 -> blocks
			b: s2 = accept s0 -> blocks
			return b -> ok
			b: connect s2 -> blocks
			return b -> blocks`, -1},
		{"a call that nothing wakes", `
			s0 = socket -> ok
			a: s1 = accept s0 -> blocks
			return a -> blocks`, -1},
	} {
		t.Run(c.name, func(t *testing.T) { divergesAt(t, machine, c.trace, c.step) })
	}
}

// TestThreadsAreCredited: what a thread has come to counts for the rule that woke
// it, and for the call that it was in.
func TestThreadsAreCredited(t *testing.T) {
	machine := modeltest.Load(t, "testdata/threads.spec", "base")
	trace, err := machine.Parse("trace", `
		s0 = socket -> ok
		a: connect s0 -> blocks
		interrupt a -> ok
		return a -> EINTR`)
	if err != nil {
		t.Fatal(err)
	}
	judge := machine.NewJudge("")
	judge.Trace(trace)
	coverage := judge.Coverage()
	outcome := machine.Spec.Rule("connect.ends").Cases[0].Outcomes[0].ID
	if coverage.Exercised[outcome] != 1 {
		t.Errorf("the rule was exercised %d times", coverage.Exercised[outcome])
	}
	for result, count := range coverage.Answers {
		if name := machine.Spec.Calls[result.Call].Name; name == "return" {
			t.Errorf("%d results of return", count)
		}
	}
}

// TestOverlapping: a call overlaps with those that threads are in.
func TestOverlapping(t *testing.T) {
	machine := modeltest.Load(t, "testdata/threads.spec", "base")
	for text, want := range map[string][]int{
		"s0 = socket -> ok\na: connect s0 -> blocks\nconnect s0 -> blocks":                                       {1},
		"s0 = socket -> ok\na: connect s0 -> blocks\nb: recv s0 -> blocks\nreturn a -> blocks":                   {1, 2},
		"s0 = socket -> ok\na: connect s0 -> blocks\ninterrupt a -> ok\nreturn a -> EINTR\nconnect s0 -> blocks": nil,
		"s0 = socket -> ok\na: connect s0 -> blocks":                                                             nil,
	} {
		trace, err := machine.Parse("trace", text)
		if err != nil {
			t.Fatal(err)
		}
		if got := machine.Overlapping(trace); !slices.Equal(got, want) {
			t.Errorf("%s\noverlaps with %v, and not %v", text, got, want)
		}
	}
}

// TestThreadText: steps of threads read as they are written, and mistakes in
// them are told.
func TestThreadText(t *testing.T) {
	machine := modeltest.Load(t, "testdata/threads.spec", "base")
	const text = "s0 = socket           -> ok\na: connect s0         -> blocks\nb: s1 = accept s0     -> blocks\nset_mode s0 blocking  -> ok\nreturn a              -> blocks\n"
	trace, err := machine.Parse("trace", text)
	if err != nil {
		t.Fatal(err)
	}
	if again := machine.Format(trace); again != text {
		t.Errorf("it reads\n%s", again)
	}
	for line, want := range map[string]string{
		"c: connect s0":         "trace:2:1: there is no thread `c`",
		"a: socket":             "trace:2:1: `socket` is nothing that a thread may be asleep in",
		"a: network accepts s0": "trace:2:1: `network accepts` is nothing that a thread may be asleep in",
		"a: return b":           "trace:2:1: `return` is nothing that a thread may be asleep in",
		"return c":              "trace:2:8: there is no word of thread `c`",
	} {
		if _, err := machine.Parse("trace", "s0 = socket\n"+line); err == nil || err.Error() != want {
			t.Errorf("%s: %v, and not %s", line, err, want)
		}
	}
}
