//go:build linux

package linux

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"connectspec/runner/agent"
)

// agentVariable makes the test binary the child that has the room.
const agentVariable = "CONNECTSPEC_TEST_AGENT"

func TestMain(m *testing.M) {
	if os.Getenv(busyVariable) != "" {
		keepBusy()
	}
	if os.Getenv(agentVariable) != "" {
		if name := os.Getenv(fallsVariable); name != "" {
			fall(name)
		}
		if err := Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// labStart starts this test binary as a child with a lab.
func labStart() agent.Start { return Command(nil, []string{agentVariable + "=1"}) }

func newClient(t testing.TB, start agent.Start) *agent.Client {
	t.Helper()
	client, err := agent.NewClient(context.Background(), start, agent.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// deniedStart starts this test binary as a child that has been told that it
// gets no lab.
func deniedStart(reason string) agent.Start {
	c := &command{variables: []string{agentVariable + "=1"}, denied: reason}
	return c.start
}

func openLoopback(t testing.TB) *Room {
	t.Helper()
	room, err := OpenLoopback("a test of plain loopback")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { room.Close() })
	return room
}

// scripts reads scripts that are separated by empty lines.
func scripts(text string) (batch [][]string) {
	var script []string
	for line := range strings.Lines(text + "\n\n") {
		if line = strings.TrimSpace(line); line != "" {
			script = append(script, line)
		} else if script != nil {
			batch = append(batch, script)
			script = nil
		}
	}
	return batch
}

func prepareAll(t testing.TB, room *Room, batch [][]string) (prepared [][]agent.Call) {
	t.Helper()
	for _, script := range batch {
		var calls []agent.Call
		for _, line := range script {
			call, err := room.Prepare(line)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			calls = append(calls, call)
		}
		prepared = append(prepared, calls)
	}
	return prepared
}
