package connectspec

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"connectspec/runner/agent"
)

// A recorder is a test that may fail without failing ours.
type recorder struct {
	testing.TB
	errors, log string
}

func (r *recorder) Helper()                {}
func (r *recorder) Error(arguments ...any) { r.errors += fmt.Sprintln(arguments...) }
func (r *recorder) Log(arguments ...any)   { r.log += fmt.Sprintln(arguments...) }

// A closet is a room in which sockets can be made, asked for a peer, and closed.
// They are of no other use.
type closet struct {
	sockets map[string]bool // whether they are open
	twice   func()          // called when a second socket is made
	ending  error
}

func (c *closet) Describe() agent.Description {
	d := agent.Description{Name: "closet", Version: "1", Dictionary: "none of ours"}
	for _, what := range strings.Fields(`datagram inet6 irda winsock slow lab bind listen accept connect shutdown
		send recv sendto recvfrom getsockname set_broadcast set_reuse set_v6only set_linger set_no_port set_fast_open set_defer_accept set_timeout set_mode so_error select poll`) {
		d.Lacks = append(d.Lacks, agent.Lack{What: what, Why: "it is a closet"})
	}
	return d
}

func (c *closet) Prepare(line string) (agent.Call, error) { return strings.Fields(line), nil }

func (c *closet) Begin([]agent.Call) error {
	c.sockets = map[string]bool{}
	return nil
}

func (c *closet) Do(call agent.Call) (agent.Answer, error) {
	words := call.([]string)
	if words[1] == "=" {
		if len(c.sockets) == 1 && c.twice != nil {
			c.twice()
		}
		c.sockets[words[0]] = true
		return agent.Answer{Name: agent.OK}, nil
	}
	switch open := c.sockets[words[1]]; {
	case !open:
		return agent.Answer{Name: "WSAENOTSOCK"}, nil
	case words[0] == "getpeername":
		return agent.Answer{Name: "WSAENOTCONN"}, nil
	}
	c.sockets[words[1]] = false
	return agent.Answer{Name: agent.OK}, nil
}

func (c *closet) End() error { return c.ending }

// checked is what Check says of a closet.
func checked(t *testing.T, room *closet, options ...Option) *recorder {
	t.Helper()
	r := &recorder{TB: t}
	Check(r, room, append([]Option{Checks(300), Seed(7)}, options...)...)
	return r
}

func (r *recorder) wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in the errors\n%s\nor the log\n%s", part, r.errors, r.log)
		}
	}
}

func TestCheck(t *testing.T) {
	r := checked(t, &closet{})
	if r.errors != "" {
		t.Error(r.errors)
	}
	// The dictionary is named after no platform, so the documentation judges.
	r.wants(t, r.log, "No divergence.", "on closet (1)", "platform winsock", "connectspec.Seed(7)", "300 sequences")
}

func TestCheckPanic(t *testing.T) {
	r := checked(t, &closet{twice: func() { panic("the closet is full") }})
	r.wants(t, r.errors, "socket answered `crash`", "> s1 = socket stream inet blocking  -> crash", "shrunk    to 2 calls")
	r.wants(t, r.log, "the room panicked: the closet is full", "check_test.go:")
	if strings.Count(r.errors, "does not allow") != 1 {
		t.Errorf("one panic is reported several times:\n%s", r.errors)
	}
}

func TestCheckHang(t *testing.T) {
	stuck := make(chan struct{})
	defer close(stuck)
	r := checked(t, &closet{twice: func() { <-stuck }}, func(s *settings) { s.patience = 100 * time.Millisecond })
	r.wants(t, r.errors, "the room has not returned for 100ms from the last call of", "s1 = socket stream inet")
}

func TestCheckUnusable(t *testing.T) {
	r := checked(t, &closet{ending: errors.New("the door is jammed")})
	r.wants(t, r.errors, "the room is unusable after this script: the door is jammed", "s0 = socket stream inet")
}

func TestCheckNoPlatform(t *testing.T) {
	r := checked(t, &closet{}, Platform("plan9"))
	r.wants(t, r.errors, "there is no platform `plan9`")
}

// TestCheckSameSeed holds what Seed promises.
func TestCheckSameSeed(t *testing.T) {
	var scripts [2]string
	for i := range scripts {
		room := &closet{}
		room.twice = func() { scripts[i] += fmt.Sprintln(room.sockets) }
		checked(t, room)
	}
	if scripts[0] != scripts[1] || scripts[0] == "" {
		t.Error("equal seeds draw different sequences")
	}
}
