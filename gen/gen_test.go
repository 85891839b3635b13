package gen

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"connectspec/model"
	"connectspec/model/modeltest"
)

// machine is that of the specification in the repository.
func machine(t testing.TB, platform string) *model.Machine {
	t.Helper()
	return modeltest.Load(t, "../connect.spec", platform)
}

func generator(t testing.TB, platform string) *Generator {
	t.Helper()
	g, err := New(machine(t, platform), map[string]bool{"irda": true, "winsock": true}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestSameSeedSameScript(t *testing.T) {
	g := generator(t, "linux")
	other := g.Clone()
	for seed := range uint64(2000) {
		one := slices.Clone(g.Draw(seed))
		if two := other.Draw(seed); !slices.Equal(one, two) {
			t.Fatalf("seed %d draws two scripts:\n%v\n%v", seed, one, two)
		}
	}
}

func TestScriptsReadBack(t *testing.T) {
	g := generator(t, "linux")
	rapid.Check(t, func(t *rapid.T) {
		script := g.Rapid().Draw(t, "script")
		text := g.machine.Format(model.Trace{Script: script})
		trace, err := g.machine.Parse("script", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !slices.Equal(trace.Script, script) {
			t.Fatalf("read back as\n%sand was\n%s", g.machine.Format(trace), text)
		}
	})
}

func FuzzDecode(f *testing.F) {
	g := generator(f, "linux")
	f.Add([]byte("connect"))
	f.Fuzz(func(t *testing.T, data []byte) {
		script := slices.Clone(g.Decode(data))
		if len(data) > 1 && len(script) == 0 {
			t.Fatal("bytes make no script")
		}
		if !slices.Equal(script, g.Decode(data)) {
			t.Fatal("the same bytes make another script")
		}
		text := g.machine.Format(model.Trace{Script: script})
		if trace, err := g.machine.Parse("script", text); err != nil || !slices.Equal(trace.Script, script) {
			t.Fatalf("does not read back: %v\n%s", err, text)
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	g := generator(b, "linux")
	calls, seed := 0, uint64(0)
	for b.Loop() {
		calls += len(g.Draw(seed))
		seed++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(calls), "ns/call")
}
