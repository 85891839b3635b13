//go:build linux

package wine

import (
	"testing"

	"connectspec/runner/agent"
)

// BenchmarkSequences is how many times a second Wine makes a socket, connects it
// and closes it, each time as a script of its own. As in a run, scripts are sent
// 30 at a time, and two batches are under way.
func BenchmarkSequences(b *testing.B) {
	for _, way := range []struct{ name, socket, connect string }{
		{"accepted", "s0 = socket stream inet blocking", "connect s0 listener"},
		{"refused", "s0 = socket stream inet blocking", "connect s0 refuser"},
		{"begun", "s0 = socket stream inet nonblocking", "connect s0 listener"},
		{"datagram", "s0 = socket datagram inet blocking", "connect s0 listener"},
	} {
		b.Run(way.name, func(b *testing.B) {
			client, _ := openAgent(b, b.Context())
			defer client.Close()
			var batch [][]string
			for range 30 {
				batch = append(batch, []string{way.socket, way.connect, "close s0"})
			}
			submit(b, client, batch)
			for b.Loop() {
				submit(b, client, batch)
				receive(b, client)
			}
			b.ReportMetric(float64(b.N*len(batch))/b.Elapsed().Seconds(), "sequences/s")
		})
	}
}

func submit(b *testing.B, client *agent.Client, batch [][]string) {
	b.Helper()
	if err := client.Submit(batch); err != nil {
		b.Fatal(err)
	}
}

// receive takes a batch's answers, all of whose sequences must have ended.
func receive(b *testing.B, client *agent.Client) {
	b.Helper()
	traces, err := client.Receive()
	if err != nil {
		b.Fatal(err)
	}
	for _, trace := range traces {
		if closed := trace[len(trace)-1].Name; len(trace) != 3 || closed != "ok" {
			b.Fatalf("a sequence answered %v", trace)
		}
	}
}
