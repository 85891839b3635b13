//go:build linux

package linux

import (
	"flag"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"connectspec/runner/agent"
	"golang.org/x/sys/unix"
)

var repetitions = flag.Int("repetitions", 50, "how often TestStepsHaveHappened runs each of its scripts")

// busyVariable makes the test binary do nothing but keep a processor busy.
const busyVariable = "CONNECTSPEC_TEST_BUSY"

// keepBusy does so until the input ends.
func keepBusy() {
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
	}
}

// saturate keeps all processors busy until the test ends.
func saturate(t *testing.T) {
	for range runtime.NumCPU() {
		program := exec.Command("/proc/self/exe")
		program.Env = append(os.Environ(), busyVariable+"=1")
		input, err := program.StdinPipe()
		if err == nil {
			err = program.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { input.Close(); program.Wait() })
	}
}

const (
	listening = "s0 = socket stream inet blocking; bind s0 loopback; listen s0"
	connected = listening + "; s1 = socket stream inet blocking; connect s1 s0; s2 = accept s0"
	pending   = "s0 = socket stream inet blocking; a: connect s0 silent"
)

// wakes are scripts with a step that ends another thread's call, or must not
// end it, and what the call answers at once after it.
var wakes = []struct{ before, step, want string }{
	{listening + "; a: s1 = accept s0; s2 = socket stream inet nonblocking", "connect s2 s0", "ok"},
	{listening + "; a: s1 = accept s0", "shutdown s0 reading", "EINVAL"},
	{listening + "; a: s1 = accept s0", "connect s0 unspec", "EINVAL"},
	{listening + "; a: s1 = accept s0", "close s0", "blocks"},
	{pending, "shutdown s0 writing", "ECONNRESET"},
	{pending, "b: shutdown s0 both_ways", "ECONNRESET"},
	{pending, "connect s0 unspec", "EPIPE"},
	{pending, "interrupt a", "EINTR"},
	{pending, "restart a", "blocks"},
	{pending, "close s0", "blocks"},
	{pending + "; b: connect s0 silent", "connect s0 unspec", "EPIPE"},
	{pending, "network accepts s0", "ok"},
	{pending, "network refuses s0", "ECONNREFUSED"},
	{pending, "network reports s0 host_unreachable", "EHOSTUNREACH"},
	{pending + "; b: connect s0 listener", "network accepts s0", "ok"},
	{pending + "; b: send s0", "network accepts s0", "ok"},
	{connected + "; a: recv s1", "send s2", "ok #1"},
	{connected + "; a: recv s1", "shutdown s2 writing", "ok end"},
	{connected + "; a: recv s1", "close s2", "ok end"},
	{connected + "; a: recv s1", "connect s2 unspec", "ECONNRESET"},
	{connected + "; a: recv s1", "b: send s2", "ok #1"},
	{"s0 = socket datagram inet blocking; bind s0 loopback; s1 = socket datagram inet blocking; a: recv s0", "sendto s1 s0", "ok #1"},
}

// TestStepsHaveHappened: what a step causes in another thread has happened when
// the next step is made, also while all processors are busy with other work.
func TestStepsHaveHappened(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that what a step causes has happened before the next one") {
		return
	}
	room := labRoom(t)
	for _, busy := range []bool{false, true} {
		if busy {
			saturate(t)
		}
		for _, w := range wakes {
			lines := append(strings.Split(w.before, "; "), w.step, "return a")
			script := prepareAll(t, room, [][]string{lines})[0]
			seen := map[string]int{}
			for range *repetitions {
				seen[lastAnswer(t, room, script)]++
			}
			t.Logf("busy %v: %s: %v", busy, w.step, seen)
			if seen[w.want] != *repetitions {
				t.Errorf("busy %v: %s: answers %v, not %s each time", busy, strings.Join(lines, "; "), seen, w.want)
			}
		}
	}
}

// lastAnswer runs a script, again if it was held up, and returns its last answer.
func lastAnswer(t *testing.T, room *Room, script []agent.Call) string {
	for {
		if err := room.Begin(script); err != nil {
			t.Fatal(err)
		}
		answers, err := playOn(room, script)
		if err != nil {
			t.Fatal(err)
		}
		if !heldUp(t, room.End()) {
			return answers[len(answers)-1]
		}
	}
}

// TestScriptsEndWithinCalls: whatever call a script leaves a thread in, nothing
// of it is left for the next one.
func TestScriptsEndWithinCalls(t *testing.T) {
	room := openLoopback(t)
	leavers := scripts(`
		s0 = socket stream inet blocking
		bind s0 loopback
		listen s0
		a: s1 = accept s0
		b: s2 = accept s0
		close s0

		s0 = socket stream inet blocking
		bind s0 loopback
		listen s0
		a: s1 = accept s0
		s2 = socket stream inet blocking
		connect s2 s0

		s0 = socket stream inet6 blocking
		bind s0 loopback
		listen s0
		s1 = socket stream inet6 blocking
		connect s1 s0
		s2 = accept s0
		a: recv s1
		b: recv s2
		close s1

		s0 = socket datagram inet blocking
		bind s0 loopback
		a: recvfrom s0
		restart a
	`)
	next := []string{"s0 = socket stream inet blocking", "a: connect s0 refuser", "b: connect s0 listener", "return a", "return b"}
	descriptors := 0
	for round := range 50 {
		for _, script := range leavers {
			if answers, err := play(t, room, script...); err != nil {
				t.Fatalf("%v, %v", answers, err)
			}
			if answers, err := play(t, room, next...); err != nil || strings.Join(answers, " ") != "ok ECONNREFUSED ok ok ok" {
				t.Fatalf("after %v: %v, %v", script, answers, err)
			}
		}
		now := entries(t, "/proc/self/fd")
		if round == 0 {
			descriptors = now
		} else if now != descriptors {
			t.Fatalf("%d descriptors after the first round, %d after round %d", descriptors, now, round)
		}
	}
}

// TestBusyThread: a thread whose call has not been asked for takes no other.
func TestBusyThread(t *testing.T) {
	room := openLoopback(t)
	fresh := []string{"s0 = socket stream inet blocking", "bind s0 loopback", "listen s0", "a: s1 = accept s0"}
	other := []string{"s2 = socket stream inet blocking", "connect s2 s0"}
	for _, script := range [][]string{append(fresh, "a: close s0"), append(append(fresh, other...), "a: recv s2")} {
		if answers, err := play(t, room, script...); err != nil || answers[len(answers)-1] != "busy" {
			t.Errorf("%v: %v, %v", script, answers, err)
		}
	}
	if answers, err := play(t, room, append(fresh, "b: close s0", "return a", "return b")...); err != nil ||
		strings.Join(answers, " ") != "ok ok ok blocks ok blocks ok" {
		t.Errorf("%v, %v", answers, err)
	}
}

// TestSendTimeoutOfThread: a call has the send timeout that was set when it was
// made; for one that was set later nobody waits.
func TestSendTimeoutOfThread(t *testing.T) {
	room := openLoopback(t)
	full := []string{"s0 = socket stream inet blocking", "listen s0 tiny", "s1 = socket stream inet blocking", "connect s1 s0",
		"s2 = socket stream inet blocking"}
	const call, timeout = "a: connect s2 s0", "set_send_timeout s2 short"
	for _, c := range []struct {
		steps []string
		want  string
		waits bool
	}{
		{[]string{timeout, call, "return a"}, "ok EINPROGRESS ok", true},
		{[]string{call, timeout, "return a"}, "blocks ok blocks", false},
	} {
		answers, err := play(t, room, append(full, c.steps...)...)
		if err != nil || strings.Join(answers[len(full):], " ") != c.want {
			t.Errorf("%v: %v, %v", c.steps, answers, err)
		}
		if waits := room.waited > 0; waits != c.waits {
			t.Errorf("%v: it waited for %v", c.steps, room.waited)
		}
	}
}

// TestSleepWatch: only a thread that sleeps in the very call that is expected is
// asleep.
func TestSleepWatch(t *testing.T) {
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	buffer := new([1]byte)
	call := waiting{trap: unix.SYS_READ, fd: uintptr(pipe[0]), a2: uintptr(unsafe.Pointer(buffer)), a3: 1}
	number, done := make(chan int), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		number <- unix.Gettid()
		unix.Syscall(call.trap, call.fd, uintptr(unsafe.Pointer(buffer)), call.a3)
	}()
	watch, err := newSleepWatch(<-number)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.close()
	sleeps := func(call waiting) bool {
		watch.expect(&call)
		asleep, err := watch.asleep()
		if err != nil {
			t.Fatal(err)
		}
		return asleep
	}
	for !sleeps(call) {
		runtime.Gosched()
	}
	for what, change := range map[string]func(*waiting){
		"number": func(w *waiting) { w.trap = unix.SYS_WRITE }, "descriptor": func(w *waiting) { w.fd *= 16 },
		"length": func(w *waiting) { w.a3 = 16 }, "last argument": func(w *waiting) { w.a6 = 1 },
	} {
		other := call
		if change(&other); sleeps(other) {
			t.Errorf("the thread is asleep in a call with another %s", what)
		}
	}
	if !sleeps(call) {
		t.Error("the thread is not asleep any more")
	}
	unix.Close(pipe[1])
	<-done
	unix.Close(pipe[0])
}

// TestThreadsAllocateNothing: calls in threads cost system calls only.
func TestThreadsAllocateNothing(t *testing.T) {
	room := openLoopback(t)
	prepared := prepareAll(t, room, scripts(`
		s0 = socket stream inet blocking
		bind s0 loopback
		listen s0
		a: s1 = accept s0
		s2 = socket stream inet blocking
		b: connect s2 s0
		return a
		a: recv s2
		send s1
		return a
		a: recvfrom s1
		interrupt a
		b: close s0
		return a
	`))
	allocations := testing.AllocsPerRun(50, func() { replay(t, room, prepared) })
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
