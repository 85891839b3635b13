package agent

import "testing"

// BenchmarkCarriage is the cost of a call that costs nothing: what the client,
// the pipes and the session add to it.
func BenchmarkCarriage(b *testing.B) {
	for _, way := range bothWays {
		b.Run(way, func(b *testing.B) {
			client := parrotClient(b, way, Options{})
			script := []string{"say ok", "say ok #1", "say EISCONN", "say ok", "say blocks", "say ok loopback", "say ok", "say EINVAL", "say ok", "say ok"}
			var batch [][]string
			for range 30 {
				batch = append(batch, script)
			}
			b.ReportAllocs()
			submit(b, client, batch...)
			for b.Loop() {
				submit(b, client, batch...)
				if _, err := client.Receive(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*len(batch)*len(script))/b.Elapsed().Seconds(), "calls/s")
		})
	}
}
