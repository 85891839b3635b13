//go:build linux

package linux

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"connectspec/runner/agent"
)

// A drawer draws scripts that make sense every now and then.
type drawer struct {
	*rand.Rand
	made int
}

func (d *drawer) pick(words string) string {
	choices := strings.Fields(words)
	return choices[d.IntN(len(choices))]
}

// socket is one that the script may have made.
func (d *drawer) socket() string { return fmt.Sprintf("s%d", d.IntN(d.made)) }

// upon is what a call is made upon, now and then no socket.
func (d *drawer) upon() string {
	if d.IntN(20) == 0 {
		return d.pick("file never")
	}
	return d.socket()
}

func (d *drawer) socketCall() string {
	d.made++
	return fmt.Sprintf("s%d = socket %s %s %s", d.made-1, d.pick("stream stream datagram"), d.pick("inet inet6"), d.pick("blocking nonblocking"))
}

const drawnNames = "listener listener refuser silent no_route unreachable prohibited blackhole zero zero_all zero_port" +
	" multicast unspec unspec other_family unknown_family null unreadable torn own"

func (d *drawer) name() string {
	if d.IntN(3) == 0 {
		return d.socket()
	}
	return d.pick(drawnNames)
}

// script draws up to 20 calls; half of the time they follow on a connection.
func (d *drawer) script() (script []string) {
	d.made = 0
	if d.IntN(2) == 0 {
		family := d.pick("inet inet6")
		script = append(script, "s0 = socket stream "+family+" "+d.pick("blocking nonblocking"),
			"bind s0 "+d.pick("any loopback fixed"), "listen s0 "+d.pick("roomy tiny"),
			"s1 = socket stream "+family+" "+d.pick("blocking nonblocking"), "connect s1 s0", "s2 = accept s0")
		d.made = 3
	}
	for range 1 + d.IntN(14) {
		if d.made == 0 || d.made < 4 && d.IntN(6) == 0 {
			script = append(script, d.socketCall())
			continue
		}
		script = append(script, d.call())
	}
	return script
}

func (d *drawer) call() string {
	s := d.upon()
	switch call := d.pick("bind bind listen connect connect connect connect close shutdown send recv sendto recvfrom getsockname" +
		" getpeername set_broadcast set_reuse set_v6only set_mode so_error select poll"); call {
	case "bind":
		return "bind " + s + " " + d.pick("any loopback fixed fixed foreign other_family "+d.socket())
	case "listen":
		return "listen " + s + " " + d.pick("roomy tiny")
	case "connect":
		return "connect " + s + " " + d.name() + " " + d.pick("exact exact exact exact empty one two short truncated longer storage huge negative")
	case "shutdown":
		return "shutdown " + s + " " + d.pick("reading writing both_ways")
	case "sendto":
		return "sendto " + s + " " + d.name()
	case "set_broadcast", "set_reuse", "set_v6only":
		return call + " " + s + " " + d.pick("on off")
	case "set_mode":
		return "set_mode " + s + " " + d.pick("blocking nonblocking")
	case "select", "poll":
		return call + " " + s + " " + d.pick("now now now soon")
	default:
		return call + " " + s
	}
}

// closedPorts are scripts whose sockets are closed by both ends, by one, or by
// none, and that want the port again.
var closedPorts = scripts(`
	s0 = socket stream inet blocking
	bind s0 fixed
	connect s0
	close s0
	s1 = socket stream inet blocking
	bind s1 fixed

	s0 = socket stream inet6 blocking
	bind s0 fixed
	listen s0
	s1 = socket stream inet6 blocking
	connect s1 s0
	s2 = accept s0
	close s2
	close s0
	s3 = socket stream inet6 blocking
	bind s3 fixed

	s0 = socket stream inet blocking
	bind s0 fixed
	listen s0
	s1 = socket stream inet blocking
	connect s1 s0
	s2 = accept s0
	close s2
	close s0
	s3 = socket stream inet blocking
	bind s3 fixed
	recv s1
	send s1
	send s1

	s0 = socket stream inet blocking
	bind s0 fixed
	listen s0
	s1 = socket stream inet blocking
	connect s1 s0
	s2 = accept s0
	close s1
	close s2
	close s0
	s3 = socket stream inet blocking
	bind s3 fixed
`)

// TestSameScriptSameTrace runs drawn scripts three times each, every time with
// others before them. Whatever differs was left behind by another script, or
// hangs on time.
func TestSameScriptSameTrace(t *testing.T) {
	client := newClient(t, labStart())
	needLab(t, client, "that a script's trace does not depend on what ran before")
	rounds := 30
	if testing.Short() {
		rounds = 4
	}
	d := &drawer{Rand: rand.New(rand.NewPCG(18, 6))}
	const size = 100
	for range rounds {
		batch := make([][]string, size)
		for i := range batch {
			batch[i] = d.script()
		}
		copy(batch, closedPorts)
		var first []string
		for try := range 3 {
			traces := make([]string, size)
			for i, trace := range inOrder(t, client, batch, d.Perm(size)) {
				traces[i] = sideBySide(batch[i], trace)
			}
			if try == 0 {
				first = traces
			}
			for i := range traces {
				if traces[i] != first[i] {
					t.Errorf("run 1:\n%s\nrun %d:\n%s", first[i], try+1, traces[i])
				}
			}
		}
	}
}

// inOrder runs the scripts of a batch in another order.
func inOrder(t *testing.T, client *agent.Client, batch [][]string, order []int) [][]agent.Answer {
	t.Helper()
	reordered := make([][]string, len(batch))
	for at, i := range order {
		reordered[at] = batch[i]
	}
	if err := client.Submit(reordered); err != nil {
		t.Fatal(err)
	}
	traces, err := client.Receive()
	if err != nil {
		t.Fatal(err)
	}
	back := make([][]agent.Answer, len(batch))
	for at, i := range order {
		back[i] = traces[at]
	}
	return back
}

func sideBySide(script []string, trace []agent.Answer) string {
	var text strings.Builder
	for i, answer := range trace {
		fmt.Fprintf(&text, "\t%s -> %s\n", script[i], answer)
	}
	return text.String()
}

// children are the numbers of this process's living children.
func children(t testing.TB) (numbers []int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has gone
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if parent, _ := strconv.Atoi(fields[1]); parent == os.Getpid() && fields[0] != "Z" {
			number, _ := strconv.Atoi(strings.Split(path, "/")[2])
			numbers = append(numbers, number)
		}
	}
	return numbers
}

func entries(t testing.TB, directory string) int {
	t.Helper()
	list, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// socketsOf counts what a child's network namespace holds, TIME_WAIT included.
// What is still being closed is in use; the number of orphans is that of all
// namespaces, and so of other programs too.
func socketsOf(t testing.TB, child int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/sockstat", child))
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		if len(fields) >= 7 && fields[0] == "TCP:" {
			kept = append(kept, slices.Concat(fields[:3], fields[5:7])...) // inuse, tw; what is freed later does not count
		}
		if len(fields) >= 3 && fields[0] == "UDP:" {
			kept = append(kept, fields[:3]...)
		}
	}
	return strings.Join(kept, " ")
}

// TestNothingIsLeft: after 100,000 scripts a child has the descriptors, sockets
// and ports that it had after the first ones; after Close there is no child and
// no namespace.
func TestNothingIsLeft(t *testing.T) {
	count := 100_000
	if testing.Short() {
		count = 5_000
	}
	before := children(t)
	client := newClient(t, labStart())
	lab := hasLab(client)
	now := children(t)
	if len(now) != len(before)+1 {
		t.Fatalf("%d children, not one", len(now)-len(before))
	}
	child := now[len(now)-1]
	descriptors := fmt.Sprintf("/proc/%d/fd", child)
	runMix(t, client, 600)
	hadDescriptors, hadSockets := entries(t, descriptors), socketsOf(t, child)
	runMix(t, client, count)
	if has := entries(t, descriptors); has > hadDescriptors {
		t.Errorf("the child had %d descriptors, and has %d", hadDescriptors, has)
	}
	if has := socketsOf(t, child); lab && has != hadSockets {
		t.Errorf("the child's namespace had %s, and has %s", hadSockets, has)
	}
	held := heldNamespaces{}
	defer held.release()
	namespace := held.hold(t, strconv.Itoa(child))
	ours, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	if lab == (namespace == ours) {
		t.Errorf("with a lab (%v) the child is in %s, we are in %s", lab, namespace, ours)
	}
	client.Close()
	if left := children(t); len(left) != len(before) {
		t.Errorf("children %v are left", left)
	}
	if lab && namespaceInUse(t, namespace) {
		t.Errorf("somebody is still in %s", namespace)
	}
}

// TestNoTimeWait: on plain loopback too, what End closes leaves nothing in
// TIME_WAIT.
func TestNoTimeWait(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that sockets leave no TIME_WAIT outside the lab") {
		return
	}
	if err := upLoopback(); err != nil {
		t.Fatal(err)
	}
	room := openLoopback(t)
	had := socketsOf(t, os.Getpid())
	for _, script := range mix {
		var open []string // without its own closes, which wait as they should
		for _, line := range script {
			if !strings.HasPrefix(line, "close ") {
				open = append(open, line)
			}
		}
		for range 20 {
			if _, err := play(t, room, open...); err != nil {
				t.Fatal(err)
			}
		}
	}
	if has := socketsOf(t, os.Getpid()); has != had {
		t.Errorf("the namespace had %s, and has %s", had, has)
	}
}

func runMix(t *testing.T, client *agent.Client, count int) {
	t.Helper()
	for done := 0; done < count; done += len(mix) * 10 {
		var batch [][]string
		for range 10 {
			batch = append(batch, mix...)
		}
		if err := client.Submit(batch); err != nil {
			t.Fatal(err)
		}
		traces, err := client.Receive()
		if err != nil {
			t.Fatal(err)
		}
		for i, trace := range traces {
			if len(trace) != len(batch[i]) {
				t.Fatalf("%q answers %v", batch[i], trace)
			}
		}
	}
	if client.Restarts() != 0 {
		t.Errorf("%d restarts", client.Restarts())
	}
}

// namespaceInUse says whether some process is in a namespace, which must be held.
func namespaceInUse(t *testing.T, namespace string) bool {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == namespace {
			return true
		}
	}
	return false
}

// TestKilledInMidRun: a child that is killed takes its lab with it; the next
// one has its own, and every script is answered.
func TestKilledInMidRun(t *testing.T) {
	before := map[int]bool{}
	for _, number := range children(t) {
		before[number] = true
	}
	client := newClient(t, labStart())
	lacks := len(client.Hello().Lacks)
	want := ""
	for i := range 40 {
		if err := client.Submit(mix); err != nil {
			t.Fatal(err)
		}
		if i%10 == 5 {
			for _, number := range children(t) {
				if !before[number] {
					syscall.Kill(number, syscall.SIGKILL)
				}
			}
		}
		traces, err := client.Receive()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for j, trace := range traces {
			got += sideBySide(mix[j], trace)
		}
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("batch %d answers\n%s, not\n%s", i, got, want)
		}
	}
	if client.Restarts() != 4 || len(client.Hello().Lacks) != lacks {
		t.Errorf("%d restarts, not 4; lacks %v", client.Restarts(), client.Hello().Lacks)
	}
}

// fallsVariable names a file. A child that has it in its environment is killed
// before its lab is ready, until the file has so many bytes.
const (
	fallsVariable = "CONNECTSPEC_TEST_FALLS"
	fallsInAll    = 3
)

// fall is killed, perhaps.
func fall(name string) {
	note, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer note.Close()
	note.WriteString("x")
	if info, err := note.Stat(); err == nil && info.Size() <= fallsInAll {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// TestKilledWhileItSetsUp: a child that somebody kills before its lab is ready
// is started again, and never replaced by one that has no lab.
func TestKilledWhileItSetsUp(t *testing.T) {
	lacks := newClient(t, labStart()).Hello().Lacks
	falls := filepath.Join(t.TempDir(), "falls")
	client := newClient(t, Command(nil, []string{agentVariable + "=1", fallsVariable + "=" + falls}))
	if text, err := os.ReadFile(falls); err != nil || len(text) != fallsInAll+1 {
		t.Errorf("it was started %d times, not %d (%v)", len(text), fallsInAll+1, err)
	}
	if has := client.Hello().Lacks; len(has) != len(lacks) {
		t.Errorf("the one that was left in peace lacks %v", has)
	}
}
