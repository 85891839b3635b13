package model_test

import (
	"strings"
	"testing"

	"connectspec/model"
	"connectspec/model/modeltest"
)

// small is the machine of a platform of testdata/small.spec.
func small(t testing.TB, platform string) *model.Machine {
	t.Helper()
	return modeltest.Load(t, "testdata/small.spec", platform)
}

func TestJudge(t *testing.T) {
	cases := []struct {
		name, platform, trace string
		step                  int // of the first divergence; -1: none
		rules, allowed        string
	}{
		{"allowed", "base", `
			s0 = socket stream blocking -> ok
			connect s0 listener -> ok
			connect s0 listener -> EISCONN`, -1, "", ""},
		{"a renamed result", "base", `
			s0 = socket stream nonblocking -> ok
			connect s0 listener -> EINPROGRESS
			connect s0 listener -> WSAEISCONN`, -1, "", ""},
		{"a wrong result", "base", `
			s0 = socket stream blocking -> ok
			connect s0 refuser -> ok`, 1, "connect.refused", "WSAECONNREFUSED (connect.refused)"},
		{"a result nobody knows", "base", `
			s0 = socket stream blocking -> ok
			connect s0 refuser -> EMULTIHOP`, 1, "connect.refused", "WSAECONNREFUSED (connect.refused)"},
		{"a crash", "base", `
			s0 = socket stream blocking -> ok
			connect s0 refuser -> crash`, 1, "connect.refused", "WSAECONNREFUSED (connect.refused)"},
		{"a wrong value", "base", `
			s0 = socket stream blocking -> ok
			connect s0 listener -> ok
			getpeername s0 -> ok refuser`, 2, "getpeername.peer", "ok listener (getpeername.peer)"},
		{"later may have happened or not", "base", `
			s0 = socket stream nonblocking -> ok
			connect s0 listener -> EINPROGRESS
			select s0 -> ok nothing
			select s0 -> ok writable
			select s0 -> ok nothing`, 4, "select.levels", "ok writable (select.levels)"},
		{"later, behind a socket that was never made", "base", `
			s0 = socket stream blocking -> ok
			s1 = accept s0 -> EWOULDBLOCK
			s2 = socket stream nonblocking -> ok
			connect s2 listener -> EINPROGRESS
			select s2 -> ok writable`, -1, "", ""},
		{"a level that may show or not", "base", `
			s0 = socket stream blocking -> ok
			connect s0 refuser -> ECONNREFUSED
			select s0 -> ok writable
			select s0 -> ok nothing
			select s0 -> ok readable`, 4, "select.levels", "ok (writable) (select.levels)"},
		{"several levels", "base", `
			s0 = socket stream blocking -> ok
			listen s0 -> ok
			s1 = socket stream blocking -> ok
			connect s1 s0 -> ok
			s2 = accept s0 -> ok
			send s1 -> ok
			select s2 -> ok readable+writable
			select s2 -> ok readable`, 7, "select.levels", "ok readable+writable (select.levels)"},
		{"of several refusals any may answer", "base", `
			s0 = socket stream blocking -> ok
			listen s0 -> ok
			close s0 -> ok
			listen s0 -> EINVAL
			listen s0 -> EBADF`, -1, "", ""},
		{"an overlay's order", "odd", `
			s0 = socket stream blocking -> ok
			listen s0 -> ok
			connect s0 listener -> EISCONN`, -1, "", ""},
		{"tokens", "base", `
			s0 = socket stream blocking -> ok
			listen s0 -> ok
			s1 = socket stream blocking -> ok
			connect s1 s0 -> ok
			s2 = accept s0 -> ok
			send s1 -> ok
			send s1 -> ok
			recv s2 -> ok #1
			recv s2 -> ok #1`, 8, "recv.taken", "ok #2 (recv.taken)"},
		{"more than the model keeps is not judged", "base", `
			s0 = socket stream blocking -> ok
			listen s0 -> ok
			s1 = socket stream blocking -> ok
			connect s1 s0 -> ok
			s2 = accept s0 -> ok
			send s1 -> ok
			send s1 -> ok
			send s1 -> ok
			recv s2 -> ok #7
			close s1 -> EISCONN`, -1, "", ""},
		{"a handle", "base", `
			connect file refuser -> ENOTSOCK
			getpeername file -> ENOTCONN`, -1, "", ""},
		{"goes on after a divergence", "base", `
			s0 = socket stream blocking -> ok
			connect s0 listener -> ECONNREFUSED
			connect s0 listener -> ok
			connect s0 listener -> ok`, 1, "connect.accepted", "ok (connect.accepted)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := small(t, c.platform)
			trace, err := m.Parse("trace", c.trace)
			if err != nil {
				t.Fatal(err)
			}
			judge := m.NewJudge("linux")
			for range 2 { // worked out first, then remembered
				check(t, judge.Trace(trace), c.step, c.rules, c.allowed)
			}
		})
	}
}

func check(t *testing.T, findings []model.Finding, step int, rules, allowed string) {
	t.Helper()
	if step < 0 {
		if len(findings) > 0 {
			t.Fatalf("diverges at step %d, allowed: %s", findings[0].Step, findings[0].AllowedText())
		}
		return
	}
	if len(findings) == 0 {
		t.Fatalf("does not diverge")
	}
	first := findings[0]
	if got := strings.Join(first.Rules, " "); first.Step != step || got != rules || first.AllowedText() != allowed {
		t.Fatalf("diverges at step %d, rules %s, allowed %s;\nwant step %d, rules %s, allowed %s",
			first.Step, got, first.AllowedText(), step, rules, allowed)
	}
}

func TestFormatReadsBack(t *testing.T) {
	m := small(t, "base")
	const text = "s0 = socket stream blocking  -> ok\nconnect s0                   -> EISCONN\nconnect file own             -> blocks\n"
	trace, err := m.Parse("trace", text)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Format(trace); got != text {
		t.Fatalf("got\n%swant\n%s", got, text)
	}
}

// TestReasonsReadBack: whatever an agent said when it ended a script, the saved
// trace can be judged again.
func TestReasonsReadBack(t *testing.T) {
	m := small(t, "base")
	for reason, want := range map[string]string{
		"no call":                   `"no call"`,
		"because":                   `"because"`,
		`it said "C:\tmp" -> # 1`:   `"it said \"C:\\tmp\" -> # 1"`,
		"grüße, \x00\xff\nund mehr": `"grüße,    und mehr"`,
	} {
		trace := model.Trace{Answers: []model.Answer{{Name: "protocol", Value: reason}}}
		script, err := m.Parse("script", "close file")
		if err != nil {
			t.Fatal(err)
		}
		trace.Script = script.Script
		text := m.Format(trace)
		if text != "close file  -> protocol "+want+"\n" {
			t.Errorf("%q stands there as %s", reason, text)
		}
		again, err := m.Parse("trace", text)
		if err != nil || m.Format(again) != text {
			t.Errorf("%s reads back as %+v (%v)", text, again, err)
		}
		if !strings.Contains(want, "  ") && again.Answers[0].Value != reason {
			t.Errorf("%q reads back as %q", reason, again.Answers[0].Value)
		}
	}
	odd := model.Trace{Script: model.Script{{Subject: model.NoSocket, Made: model.NoSocket}}, Answers: []model.Answer{{Name: "ok", Value: "some odd#thing"}}}
	if text := m.Format(odd); !strings.HasSuffix(text, `-> ok "some odd#thing"`+"\n") {
		t.Errorf("an odd value stands there as %s", text)
	}
}

func TestParseErrors(t *testing.T) {
	m := small(t, "base")
	cases := map[string]string{
		"conect s0":                              "script:1:1: there is no call `conect`; did you mean `connect`?",
		"connect":                                "script:1:1: connect needs a socket to be called upon",
		"connect s0 refuser":                     "script:1:9: there is no socket `s0`",
		"s0 = socket strem blocking":             "script:1:13: there is no word of kind `strem`; did you mean `stream`?",
		"s0 = socket stream":                     "script:1:6: socket needs its argument `mode`",
		"socket stream blocking":                 "script:1:1: socket creates a socket: `s0 = socket ...`",
		"s0 = listen file":                       "script:1:1: listen creates no socket",
		"close file -> ok\nclose file own -> ok": "script:2:12: close takes no more arguments",
		"close file\nclose file -> ok":           "script:2:15: an earlier call has no answer",
	}
	for text, want := range cases {
		if _, err := m.Parse("script", text); err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestWalksLeadToTheirOutcomes(t *testing.T) {
	m := small(t, "base")
	x := m.Explore(model.Limits{})
	for id, walk := range x.Walks {
		if walk == nil {
			continue
		}
		trace, err := m.Parse("walk", m.Format(model.Trace{Script: walk}))
		if err != nil {
			t.Errorf("walk to outcome %d: %v", id, err)
		}
		for i := range trace.Script {
			if trace.Script[i] != walk[i] {
				t.Errorf("walk to outcome %d does not read back:\n%s", id, m.Format(model.Trace{Script: walk}))
			}
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	m := small(b, "base")
	trace, err := m.Parse("trace", `
		s0 = socket stream blocking -> ok
		listen s0 -> ok
		s1 = socket stream blocking -> ok
		connect s1 s0 -> ok
		s2 = accept s0 -> ok
		send s1 -> ok
		recv s2 -> ok #1
		close s1 -> ok`)
	if err != nil {
		b.Fatal(err)
	}
	judge := m.NewJudge("linux")
	for b.Loop() {
		judge.Trace(trace)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(trace.Answers)), "ns/call")
}
