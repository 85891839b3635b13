//go:build linux

package linux

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"connectspec/runner/agent"
)

// mix is a fixed set of scripts that a search might draw: half TCP, half UDP,
// with nothing that waits.
var mix = scripts(`
	s0 = socket stream inet blocking
	connect s0 listener
	getsockname s0
	getpeername s0
	connect s0 refuser
	send s0
	shutdown s0 writing
	close s0
	connect s0 listener

	s0 = socket datagram inet nonblocking
	connect s0 listener
	send s0
	getpeername s0
	connect s0 unspec
	connect s0 refuser
	send s0
	so_error s0
	recv s0
	poll s0 now

	s0 = socket stream inet nonblocking
	connect s0 refuser
	select s0 now
	so_error s0
	connect s0 listener short
	connect s0 unreadable
	connect s0 other_family
	connect s0 listener
	connect s0 listener

	s0 = socket datagram inet6 blocking
	bind s0 loopback
	s1 = socket datagram inet6 blocking
	connect s1 s0
	send s1
	recv s0
	sendto s0 s1
	recvfrom s1
	getsockname s0
	connect s0 zero_port
	set_broadcast s0 on

	s0 = socket stream inet blocking
	bind s0 loopback
	listen s0 tiny
	s1 = socket stream inet blocking
	connect s1 s0
	s2 = accept s0
	send s1
	recv s2
	close s2
	recv s1
	select s1 now

	s0 = socket datagram inet blocking
	connect s0 broadcast
	set_broadcast s0 on
	connect s0 broadcast
	getsockname s0
	connect s0 zero
	getpeername s0
	connect s0 null
	connect s0 listener negative
	connect file listener
`)

func callsOf(batch [][]string) (calls int) {
	for _, script := range batch {
		calls += len(script)
	}
	return calls
}

// rawReplay runs the mix in this process, prepared beforehand.
func rawReplay(b *testing.B, rounds int) time.Duration {
	room := openLoopback(b)
	prepared := prepareAll(b, room, mix)
	start := time.Now()
	for range rounds {
		for _, script := range prepared {
			if err := room.Begin(script); err != nil {
				b.Fatal(err)
			}
			for _, call := range script {
				if _, err := room.Do(call); err != nil {
					b.Fatal(err)
				}
			}
			if err := room.End(); err != nil && !errors.Is(err, agent.ErrHeldUp) {
				b.Fatal(err)
			}
		}
	}
	return time.Since(start)
}

// clientReplay runs the mix in a child, batch scripts at a time, two batches
// under way.
func clientReplay(b *testing.B, client *agent.Client, rounds, size int) time.Duration {
	var batch [][]string
	for len(batch) < size {
		batch = append(batch, mix...)
	}
	batch = batch[:size]
	batches := max(1, rounds*len(mix)/size)
	start := time.Now()
	for sent := range batches + 1 {
		if sent < batches {
			if err := client.Submit(batch); err != nil {
				b.Fatal(err)
			}
		}
		if sent > 0 {
			if _, err := client.Receive(); err != nil {
				b.Fatal(err)
			}
		}
	}
	return time.Since(start) * time.Duration(rounds*len(mix)) / time.Duration(batches*size)
}

// BenchmarkThroughput holds a client, with batches of 30 scripts, against the
// raw replay of the same scripts.
func BenchmarkThroughput(b *testing.B) {
	client := newClient(b, deniedStart("the benchmark compares like with like"))
	clientReplay(b, client, 10, 30)
	var raw, batched, single time.Duration
	for b.Loop() {
		const rounds = 50
		raw += rawReplay(b, rounds)
		batched += clientReplay(b, client, rounds, 30)
		single += clientReplay(b, client, rounds, 1)
	}
	calls := float64(b.N) * 50 * float64(callsOf(mix))
	b.ReportMetric(calls/raw.Seconds(), "raw_calls/s")
	b.ReportMetric(calls/batched.Seconds(), "client_calls/s")
	b.ReportMetric(raw.Seconds()/batched.Seconds(), "client/raw")
	b.ReportMetric(raw.Seconds()/single.Seconds(), "unbatched/raw")
}

// BenchmarkReplay is the raw replay alone; it must not allocate.
func BenchmarkReplay(b *testing.B) {
	b.ReportAllocs()
	b.StopTimer()
	room := openLoopback(b)
	prepared := prepareAll(b, room, mix)
	b.StartTimer()
	for range b.N {
		for _, script := range prepared {
			room.Begin(script)
			for _, call := range script {
				room.Do(call)
			}
			room.End()
		}
	}
	b.ReportMetric(float64(b.N*callsOf(mix))/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkStart is what it takes to start a child with its lab, and to end it.
func BenchmarkStart(b *testing.B) {
	start := labStart()
	for b.Loop() {
		client, err := agent.NewClient(context.Background(), start, agent.Options{})
		if err != nil {
			b.Fatal(err)
		}
		client.Close()
	}
}

// BenchmarkNetwork is an attempt that the network accepts: four calls, and two
// packets each way.
func BenchmarkNetwork(b *testing.B) {
	client := newClient(b, labStart())
	if why := lack(client, "network"); why != "" {
		b.Skip(why)
	}
	script := []string{"s0 = socket stream inet nonblocking", "connect s0 silent", "network accepts s0", "close s0"}
	const size = 30
	batch := slices.Repeat([][]string{script}, size)
	for b.Loop() {
		if err := client.Submit(batch); err != nil {
			b.Fatal(err)
		}
		if _, err := client.Receive(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "us/repetition")
}
