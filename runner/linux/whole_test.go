//go:build linux

package linux

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"connectspec/gen"
	"connectspec/model/modeltest"
	"connectspec/runner"
	"connectspec/runner/agent"
)

var soakCalls = flag.Uint64("calls", 300_000, "how many calls TestSoak draws, runs and judges at least")

// A census is what a process has of the system at one moment.
type census struct {
	calls       uint64 // that the run has made so far
	descriptors int
	memory      int // resident, in KiB
	children    map[int]childCensus
	dead        int // children that nobody has waited for
}

type childCensus struct {
	descriptors int // watches aside
	watches     int // those by which it sees whether its threads are asleep
	memory      int // resident, in KiB
}

// maxWatches is how many watches a child opens, when a script first needs its
// two threads: two for each.
const maxWatches = 4

// countDescriptors counts what a child has open.
func countDescriptors(process string) (c childCensus, err error) {
	folder := "/proc/" + process + "/fd/"
	list, err := os.ReadDir(folder)
	for _, entry := range list {
		// Files of /proc are known by their names within it.
		target, _ := os.Readlink(folder + entry.Name())
		if strings.Contains(target, "/task/") && (strings.HasSuffix(target, "/stat") || strings.HasSuffix(target, "/syscall")) {
			c.watches++
		} else {
			c.descriptors++
		}
	}
	return c, err
}

// takeCensus looks at this process and its children, and holds the namespaces
// that they are in. What holds them does not count.
func takeCensus(t testing.TB, held heldNamespaces) census {
	t.Helper()
	c := census{descriptors: entries(t, "/proc/self/fd") - len(held), memory: residentKiB("self"), children: map[int]childCensus{}}
	for _, number := range children(t) {
		process := strconv.Itoa(number)
		child, err := countDescriptors(process)
		held.hold(t, process)
		if err == nil {
			if child.watches > maxWatches {
				t.Errorf("child %d watches its threads by %d descriptors", number, child.watches)
			}
			child.memory = residentKiB(process)
			c.children[number] = child
		}
	}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, _ := os.ReadFile(path)
		if _, rest, found := strings.Cut(string(stat), ") Z "); found && strings.HasPrefix(rest, strconv.Itoa(os.Getpid())+" ") {
			c.dead++
		}
	}
	return c
}

func residentKiB(process string) int {
	text, _ := os.ReadFile("/proc/" + process + "/statm")
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(fields[1])
	return pages * os.Getpagesize() / 1024
}

// wholeRun is the configuration of a run of connect.spec on this machine, as
// the command makes it.
func wholeRun(t testing.TB) runner.Config {
	t.Helper()
	machine := modeltest.Load(t, "../../connect.spec", "linux")
	start := labStart()
	who, err := agent.Describe(t.Context(), start)
	if err != nil {
		t.Fatal(err)
	}
	lanes, err := gen.NewLanes(machine, who.Without())
	if err != nil {
		t.Fatal(err)
	}
	config := runner.Config{
		Machine: machine, Agent: who, Open: runner.Opener(machine, start), Source: lanes.Fast.Source,
		Goals: lanes.Goals, Seed: 20, Jobs: 2,
	}
	if lanes.Slow != nil {
		config.Slow = lanes.Slow.Source
	}
	return config
}

// callsPerSequence is fewer than a sequence has on average.
const callsPerSequence = 5

// TestSoak runs, judges and shrinks for as many calls as -calls says. In the
// last quarter nothing is held that was not held in the first; at the end there
// is no descriptor, process or namespace more than before.
func TestSoak(t *testing.T) {
	config := wholeRun(t)
	held := heldNamespaces{}
	defer held.release()
	before := takeCensus(t, held)
	var taken []census
	config.Progress = func(p runner.Progress) {
		if p.Drawing {
			c := takeCensus(t, held)
			c.calls = p.Calls
			taken = append(taken, c)
		}
	}
	started := time.Now()
	for done, round := uint64(0), 0; done < *soakCalls; round++ {
		config.Checks, config.Seed = int((*soakCalls-done)/callsPerSequence)+1, uint64(20+round)
		taken = nil
		report, err := runner.Run(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		for i := range report.Divergences {
			if d := &report.Divergences[i]; d.Native == agent.Hang || d.Native == agent.Crash || d.Native == agent.Protocol {
				t.Error(report.One(d))
			}
		}
		done += report.Calls
		t.Logf("%d sequences, %d calls, %d divergences; %s in all", report.Sequences, report.Calls, len(report.Divergences), time.Since(started))
		compareQuarters(t, taken)
		compareEnds(t, before, takeCensus(t, held), held)
	}
}

// compareQuarters holds what was there late in a run against what was there
// early. A script at hand has a few sockets, so that the least of the last
// quarter is compared with the most of the first.
func compareQuarters(t *testing.T, taken []census) {
	t.Helper()
	if len(taken) < 8 {
		t.Fatalf("only %d looks at the run: -calls is too low", len(taken))
	}
	const jobs, slowOnes, investigator = 2, 2, 1
	first, last := taken[len(taken)/8:len(taken)/4+1], taken[3*len(taken)/4:]
	most, least := first[0], last[0]
	early, late := map[int]childCensus{}, map[int]childCensus{}
	for _, c := range taken {
		if c.memory > maxMemory {
			t.Errorf("after %d calls this process takes %d KiB", c.calls, c.memory)
		}
		if len(c.children) > jobs+slowOnes+investigator+1 {
			t.Errorf("after %d calls there are %d children", c.calls, len(c.children))
		}
	}
	for _, c := range first {
		most.descriptors, most.memory = max(most.descriptors, c.descriptors), max(most.memory, c.memory)
		for number, child := range c.children {
			old := early[number]
			early[number] = childCensus{descriptors: max(old.descriptors, child.descriptors), memory: max(old.memory, child.memory)}
		}
	}
	for _, c := range last {
		least.descriptors, least.memory = min(least.descriptors, c.descriptors), min(least.memory, c.memory)
		for number, child := range c.children {
			old, known := late[number]
			if !known {
				old = child
			}
			late[number] = childCensus{descriptors: min(old.descriptors, child.descriptors), memory: min(old.memory, child.memory)}
		}
	}
	if *soakCalls < settledCalls {
		most.memory = least.memory // the judges are still learning
	}
	compare(t, "this process", childCensus{descriptors: most.descriptors, memory: most.memory}, childCensus{descriptors: least.descriptors, memory: least.memory})
	lasting := 0
	for number, child := range late {
		if old, known := early[number]; known {
			lasting++
			compare(t, fmt.Sprintf("child %d", number), old, child)
		}
	}
	if lasting < jobs {
		t.Errorf("only %d children were there early and late", lasting)
	}
}

// maxMemory is what two workers may take at most, in KiB: each has a judge that
// remembers so much, and the investigator has one.
const maxMemory = 700 << 10

// settledCalls are enough for judges to have filled their memory in the first
// quarter of a run.
const settledCalls = 5_000_000

// slack is what memory may grow by, in KiB: the garbage collector's whims.
const slack = 24 << 10

func compare(t *testing.T, whose string, early, late childCensus) {
	t.Helper()
	t.Logf("%s: descriptors %d then %d, memory %d KiB then %d KiB", whose, early.descriptors, late.descriptors, early.memory, late.memory)
	if late.descriptors > early.descriptors {
		t.Errorf("%s had at most %d descriptors early, and at least %d late", whose, early.descriptors, late.descriptors)
	}
	if late.memory > early.memory+early.memory/4+slack {
		t.Errorf("%s took %d KiB of memory early, and %d KiB late", whose, early.memory, late.memory)
	}
}

// compareEnds holds what is left after a run against what was there before it.
// The namespaces are those of its children.
func compareEnds(t *testing.T, before, after census, namespaces heldNamespaces) {
	t.Helper()
	if after.descriptors > before.descriptors {
		t.Errorf("%d descriptors before, %d after", before.descriptors, after.descriptors)
	}
	if len(after.children) != len(before.children) || after.dead != before.dead {
		t.Errorf("children %v and %d dead ones are left", slices.Collect(maps.Keys(after.children)), after.dead)
	}
	ours, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for namespace := range namespaces {
		if namespace != ours && namespaceInUse(t, namespace) {
			t.Errorf("somebody is still in %s", namespace)
		}
	}
	runtime.GC()
	t.Logf("left: descriptors %d (before %d), children %d, dead %d; %d namespaces came and went",
		after.descriptors, before.descriptors, len(after.children), after.dead, len(namespaces))
}
