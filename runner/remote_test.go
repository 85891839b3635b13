package runner

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	"connectspec/model"
	"connectspec/runner/agent"
)

// A room of imitations: the lines of scripts come in, and what the model
// expects goes out.
type imitationRoom struct {
	*imitation
	lines []string
	trace model.Trace
	at    int
}

func (r *imitationRoom) Describe() agent.Description {
	return agent.Description{
		Name: "imitation", Version: "Imitation 2", Dictionary: "linux",
		Lacks: []agent.Lack{{What: "lab", Why: "imitations have none"}},
	}
}

func (r *imitationRoom) Prepare(line string) (agent.Call, error) {
	if line == "close s3" {
		return nil, fmt.Errorf("this room does not close s3")
	}
	return line, nil
}

func (r *imitationRoom) Begin(script []agent.Call) error {
	text := ""
	for _, call := range script {
		text += call.(string) + "\n"
	}
	trace, err := r.machine.Parse("script", text)
	if err != nil {
		return err
	}
	r.trace, r.at = r.run(trace.Script), 0
	return nil
}

func (r *imitationRoom) Do(agent.Call) (agent.Answer, error) {
	r.at++
	return agent.Answer(r.trace.Answers[r.at-1]), nil
}

func (r *imitationRoom) End() error { return nil }

// A connection joins a client and a room that is served in this process.
type connection struct {
	io.Reader
	io.WriteCloser
	served chan error
}

func (c *connection) Close() error {
	c.WriteCloser.Close()
	return <-c.served
}

// startRoom starts an agent within this process.
func startRoom(room agent.Room) agent.Start {
	return func(ctx context.Context) (io.ReadWriteCloser, error) {
		theirs, ours := io.Pipe()
		out, in := io.Pipe()
		c := &connection{out, ours, make(chan error, 1)}
		go func() {
			err := agent.Serve(ctx, theirs, in, room)
			in.Close()
			c.served <- err
		}()
		return c, nil
	}
}

func openRemote(t testing.TB, m *model.Machine, injuries ...injury) Target {
	t.Helper()
	room := &imitationRoom{imitation: imitate(m, 7, injuries...)}
	room.settled = true
	client, err := agent.NewClient(context.Background(), startRoom(room), agent.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return NewRemote(m, client)
}

// TestRemoteIsTheSame: what comes back over the protocol is what the target
// answered, script for script, with several batches under way.
func TestRemoteIsTheSame(t *testing.T) {
	m := small(t, "base")
	far := openRemote(t, m, injuries[3], injuries[4])
	near := imitate(m, 7, injuries[3], injuries[4])
	near.settled = true
	draw := roaming(m)
	var batches [][]model.Script
	for number := range uint64(40) {
		var batch []model.Script
		for i := range uint64(5) {
			batch = append(batch, slices.Clone(draw(5*number+i)))
		}
		batches = append(batches, batch)
	}
	for i, batch := range batches {
		if err := far.Submit(batch); err != nil {
			t.Fatal(err)
		}
		near.Submit(batch)
		if i > 0 {
			mustAgree(t, m, near, far)
		}
	}
	mustAgree(t, m, near, far)
	if err := far.Close(); err != nil {
		t.Error(err)
	}
}

func mustAgree(t *testing.T, m *model.Machine, near, far Target) {
	t.Helper()
	want, _ := near.Receive()
	got, err := far.Receive()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d traces and not %d", len(got), len(want))
	}
	for i := range want {
		expected := m.Format(want[i])
		if i := slices.IndexFunc(want[i].Script, func(op model.Op) bool { return m.Line(op) == "close s3" }); i >= 0 {
			continue // refused by the room, which the next test is about
		}
		if m.Format(got[i]) != expected {
			t.Fatalf("the trace is\n%sand was\n%s", m.Format(got[i]), expected)
		}
	}
}

func TestWhatARoomRefusesIsFound(t *testing.T) {
	m := small(t, "base")
	config := imitated(m)
	config.Open = func(context.Context) (Target, error) { return openRemote(t, m), nil }
	report := mustRun(t, config)
	for _, d := range report.Divergences {
		if d.Call != "close" || d.Observed != "protocol error" || d.Native != "protocol this room does not close s3" {
			t.Errorf("%+v", d)
		}
	}
	if len(report.Divergences) == 0 {
		t.Error("nobody noticed that a call was refused")
	}
}
