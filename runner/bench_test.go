package runner

import (
	"context"
	"slices"
	"testing"

	"connectspec/model"
	"connectspec/runner/agent"
)

// A quickRoom answers every call at once: what is left is what it costs to hand
// scripts over, get their answers back and judge them.
type quickRoom struct{}

func (quickRoom) Describe() agent.Description {
	return agent.Description{Name: "quick", Version: "Quick 1", Dictionary: "linux"}
}
func (quickRoom) Prepare(line string) (agent.Call, error)      { return line, nil }
func (quickRoom) Begin([]agent.Call) error                     { return nil }
func (quickRoom) Do(agent.Call) (answer agent.Answer, _ error) { return agent.Answer{Name: "ok"}, nil }
func (quickRoom) End() error                                   { return nil }

// BenchmarkParent is what our side does for a call that costs the target
// nothing: translating, sending, receiving, judging. Scripts are drawn before.
func BenchmarkParent(b *testing.B) {
	m := small(b, "base")
	client, err := agent.NewClient(context.Background(), startRoom(quickRoom{}), agent.Options{})
	if err != nil {
		b.Fatal(err)
	}
	target := NewRemote(m, client)
	defer target.Close()
	judge := m.NewJudge("linux")
	draw := roaming(m)
	var batch []model.Script
	calls := 0
	for seed := range uint64(batchSize) {
		batch = append(batch, slices.Clone(draw(seed)))
		calls += len(batch[seed])
	}
	b.ReportAllocs()
	done := 0
	for b.Loop() {
		if err := target.Submit(batch); err != nil {
			b.Fatal(err)
		}
		traces, err := target.Receive()
		if err != nil {
			b.Fatal(err)
		}
		for _, trace := range traces {
			judge.Trace(trace)
		}
		done += calls
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(done), "ns/call")
}
