//go:build linux

package agent

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// processes lists the numbers of living processes for which keep holds; its
// arguments are the parent's number and the command line.
func processes(t testing.TB, keep func(parent int, line string) bool) (numbers []int) {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		number, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		line, _ := os.ReadFile("/proc/" + entry.Name() + "/cmdline")
		parent, _ := strconv.Atoi(fields[1])
		if fields[0] != "Z" && keep(parent, string(line)) {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

func ourChildren(t testing.TB) []int {
	return processes(t, func(parent int, _ string) bool { return parent == os.Getpid() })
}

func TestCloseLeavesNoProcess(t *testing.T) {
	before := len(ourChildren(t))
	client := parrotClient(t, "outlived", Options{})
	children := ourChildren(t)
	if len(children) != before+1 {
		t.Fatalf("%d children, not %d", len(children), before+1)
	}
	agent := children[len(children)-1]
	started := time.Now()
	var grandchildren []int
	for len(grandchildren) == 0 && time.Since(started) < 5*time.Second {
		grandchildren = processes(t, func(parent int, line string) bool {
			return parent == agent && strings.HasPrefix(line, "sleep")
		})
	}
	if len(grandchildren) != 1 {
		t.Fatalf("the agent has %d children", len(grandchildren))
	}
	client.Close()
	if left := len(ourChildren(t)); left != before {
		t.Errorf("%d children are left", left-before)
	}
	for start := time.Now(); syscall.Kill(grandchildren[0], 0) == nil && !isZombie(grandchildren[0]); {
		if time.Since(start) > 5*time.Second {
			t.Fatal("what the agent started is left")
		}
		time.Sleep(time.Millisecond)
	}
}

func isZombie(number int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(number) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// An agent that somebody kills in the middle of its work is started again, and
// every script is answered.
func TestKilledInMidRun(t *testing.T) {
	before := ourChildren(t)
	client := parrotClient(t, "numbers", Options{})
	var batch [][]string
	for range 200 {
		batch = append(batch, []string{"say ok", "say ok #1", "say EINVAL"})
	}
	const batches = 200
	submit(t, client, batch...)
	for i := range batches {
		if i < batches-1 {
			submit(t, client, batch...)
		}
		if i%50 == 10 {
			for _, number := range ourChildren(t) {
				if !contains(before, number) {
					syscall.Kill(number, syscall.SIGKILL)
				}
			}
		}
		for _, text := range receive(t, client) {
			if text != "ok, ok #1, EINVAL" {
				t.Fatalf("a trace is %s", text)
			}
		}
	}
	if client.Restarts() != batches/50 {
		t.Errorf("%d restarts, not %d", client.Restarts(), batches/50)
	}
}

func contains(numbers []int, number int) bool {
	for _, n := range numbers {
		if n == number {
			return true
		}
	}
	return false
}

// An agent does not outlive a client that is killed, even while it hangs.
func TestDiesWithItsParent(t *testing.T) {
	if os.Getenv("CONNECTSPEC_TEST_PARENT") != "" {
		client := parrotClient(t, "numbers", Options{Deadline: time.Hour})
		submit(t, client, []string{"hang"})
		client.Receive()
		return
	}
	parent := exec.Command(os.Args[0], "-test.run=^TestDiesWithItsParent$")
	parent.Env = append(os.Environ(), "CONNECTSPEC_TEST_PARENT=1")
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var agents []int
	for start := time.Now(); len(agents) == 0 && time.Since(start) < 10*time.Second; {
		agents = processes(t, func(of int, _ string) bool { return of == parent.Process.Pid })
	}
	if len(agents) != 1 {
		t.Fatalf("%d agents", len(agents))
	}
	time.Sleep(50 * time.Millisecond) // let it begin to hang
	parent.Process.Kill()
	parent.Wait()
	for start := time.Now(); syscall.Kill(agents[0], 0) == nil && !isZombie(agents[0]); {
		if time.Since(start) > 5*time.Second {
			t.Fatal("the agent is left")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestNoDescriptorIsLeft(t *testing.T) {
	client := parrotClient(t, "numbers", Options{})
	client.Close()
	before := descriptors(t)
	for range 20 {
		client, err := NewClient(context.Background(), parrotStart("numbers"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		submit(t, client, []string{"die"}, []string{"say ok"})
		expect(t, receive(t, client), "crash", "ok")
		client.Close()
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func descriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// What somebody else kills is no crash of the call that it was at: the script is
// run again, alone as well.
func TestKilledWhileAlone(t *testing.T) {
	for _, way := range bothWays {
		client := parrotClient(t, way, Options{})
		submit(t, client, []string{"say ok"}, []string{"say ok", "fall " + filepath.Join(t.TempDir(), "falls"), "say EINVAL"})
		expect(t, receive(t, client), "ok", "ok, ok, EINVAL")
		if client.Restarts() != fallsEach {
			t.Errorf("%s: %d restarts, not %d", way, client.Restarts(), fallsEach)
		}
	}
}

// Somebody who kills the agent again and again is told of.
func TestKilledAgainAndAgain(t *testing.T) {
	client := parrotClient(t, "numbers", Options{})
	folder := t.TempDir()
	var err error
	batches := 0
	for ; err == nil && batches < 2*maxKilled; batches++ {
		submit(t, client, []string{"say ok", "fall " + filepath.Join(folder, strconv.Itoa(batches))})
		_, err = client.Receive()
	}
	const want = "agent parrot: it was killed 21 times, the last time by SIGKILL, which is not its own doing; giving up"
	if err == nil || err.Error() != want || client.Restarts() != maxKilled+1 {
		t.Errorf("after %d restarts: %v", client.Restarts(), err)
	}
	if _, again := client.Receive(); again == nil {
		t.Error("and goes on")
	}
}

// An agent that shakes hands and then answers nothing is given up soon.
func TestAnswersNothing(t *testing.T) {
	for _, c := range []struct {
		call     string
		deadline time.Duration
		want     string
	}{
		{"hang", hasty, "agent parrot: it answers nothing: 3 scripts in a row hung, and 0 ended it, at their first call; the last was `hang`"},
		{"die", patient, "agent parrot: it answers nothing: 0 scripts in a row hung, and 8 ended it, at their first call; the last was `die`"},
	} {
		client := parrotClient(t, "numbers", Options{Deadline: c.deadline})
		batch := make([][]string, 32)
		for i := range batch {
			batch[i] = []string{c.call, "say ok"}
		}
		submit(t, client, batch...)
		if _, err := client.Receive(); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", c.call, err)
		}
	}
	// One that answers something is not.
	client := parrotClient(t, "numbers", Options{})
	batch := [][]string{{"say ok", "die"}}
	var want []string
	for range 2 * maxEnded {
		batch = append(batch, []string{"die"})
		want = append(want, "crash")
	}
	submit(t, client, batch...)
	expect(t, receive(t, client), append([]string{"ok, crash"}, want...)...)
}

// A handshake ends when its context does.
func TestInterruptedHandshake(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err := NewClient(ctx, parrotStart("mute"), Options{Greeting: time.Minute})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(started))
	}
}

// TestStoppedAgent: an agent that somebody stops is waited for, as long as it
// takes, and does not count as one that hangs.
func TestStoppedAgent(t *testing.T) {
	before := ourChildren(t)
	client := parrotClient(t, "numbers", Options{Deadline: patient / 3})
	for _, number := range ourChildren(t) {
		if !contains(before, number) {
			stopFor(t, number, patient)
		}
	}
	submit(t, client, []string{"say ok", "say ok #1"})
	expect(t, receive(t, client), "ok, ok #1")
	if client.Restarts() != 0 {
		t.Errorf("%d restarts", client.Restarts())
	}
}

// stopFor stops a process, and lets it go on after that time.
func stopFor(t *testing.T, number int, long time.Duration) {
	t.Helper()
	syscall.Kill(number, syscall.SIGSTOP)
	stopped := func() bool {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(number) + "/stat")
		return err == nil && strings.Contains(string(stat), ") T ")
	}
	for start := time.Now(); !stopped(); time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("it does not stop")
		}
	}
	time.AfterFunc(long, func() { syscall.Kill(number, syscall.SIGCONT) })
}
