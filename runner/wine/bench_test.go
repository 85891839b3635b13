//go:build linux

package wine

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"connectspec/runner/agent"
)

// BenchmarkSequences is how many times a second Wine makes a socket, connects it
// and closes it, each time as a script of its own. As in a run, scripts are sent
// 30 at a time, and two batches are under way; a run has an agent for each
// processor.
func BenchmarkSequences(b *testing.B) {
	for _, way := range []struct{ name, socket, connect string }{
		{"accepted", "s0 = socket stream inet blocking", "connect s0 listener"},
		{"refused", "s0 = socket stream inet blocking", "connect s0 refuser"},
		{"begun", "s0 = socket stream inet nonblocking", "connect s0 listener"},
		{"datagram", "s0 = socket datagram inet blocking", "connect s0 listener"},
	} {
		var batch [][]string
		for range 30 {
			batch = append(batch, []string{way.socket, way.connect, "close s0"})
		}
		for _, agents := range []int{1, runtime.NumCPU()} {
			b.Run(fmt.Sprintf("%s/agents=%d", way.name, agents), func(b *testing.B) {
				benchmarkAgents(b, agents, batch)
			})
		}
	}
}

// benchmarkAgents has each of some agents run b.N batches.
func benchmarkAgents(b *testing.B, agents int, batch [][]string) {
	clients := make([]*agent.Client, agents)
	for i := range clients {
		clients[i], _ = openAgent(b, b.Context())
		defer clients[i].Close()
		if err := clients[i].Submit(batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	var group sync.WaitGroup
	for _, client := range clients {
		group.Go(func() {
			for range b.N {
				if err := pass(client, batch); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(b.N*agents*len(batch))/b.Elapsed().Seconds(), "sequences/s")
}

// pass sends a batch and takes the answers of the one before, all of whose
// sequences must have ended.
func pass(client *agent.Client, batch [][]string) error {
	if err := client.Submit(batch); err != nil {
		return err
	}
	traces, err := client.Receive()
	if err != nil {
		return err
	}
	for _, trace := range traces {
		if closed := trace[len(trace)-1].Name; len(trace) != 3 || closed != "ok" {
			return fmt.Errorf("a sequence answered %v", trace)
		}
	}
	return nil
}
