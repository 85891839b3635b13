//go:build linux

package connectspec

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What the sockets of a run may be told to reach. The lab's addresses are those
// of networks that are set aside for tests, or for nobody.
var (
	loopbackOnly = networks("127.0.0.0/8", "::1/128", "::ffff:127.0.0.0/104", "0.0.0.0/32", "::/128")
	labOnly      = append(networks("198.18.0.0/15", "::ffff:198.18.0.0/111", "203.0.113.0/24", "239.18.0.0/16",
		"fd00:18::/32", "fd00:18:1::/48", "fd00:18:2::/48", "fd00:18:3::/48", "fd00:19::/32", "ff15::/16", "fe80::1/128"), loopbackOnly...)
	// bind sends nothing, and is meant to fail there.
	foreign = networks("192.0.2.1/32", "2001:db8::1/128")
)

func networks(texts ...string) (list []netip.Prefix) {
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// TestNothingLeaves traces a run: whatever its processes connect to, or send
// to, is loopback, or is the lab's and named in the lab.
func TestNothingLeaves(t *testing.T) {
	program := buildCommand(t)
	if describeHere(t).Without()["lab"] {
		t.Skip("no run in a lab was traced: there is none here")
	}
	trace := traced(t, exec.CommandContext(soon(t), program, "run", "--checks", "400", "--jobs", "1"))
	if trace.inLab < 100 || trace.labAddresses < 10 {
		t.Errorf("the trace shows little: %d addresses in the lab, %d of them not loopback", trace.inLab, trace.labAddresses)
	}
	if trace.outside > 0 {
		t.Errorf("%d addresses were named outside the lab", trace.outside)
	}
}

// TestNothingLeavesLoopback does the same where namespaces are denied: in a user
// namespace that allows no further ones, with this machine's own network.
func TestNothingLeavesLoopback(t *testing.T) {
	program := buildCommand(t)
	command := exec.CommandContext(soon(t), "sh", "-c", `echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" run --checks 400 --jobs 1`, program)
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	if describeHere(t).Without()["lab"] {
		// They are denied anyhow.
		command = exec.CommandContext(soon(t), program, "run", "--checks", "400", "--jobs", "1")
	}
	trace := traced(t, command)
	if trace.inLab > 0 {
		t.Errorf("%d addresses were named in a namespace that cannot be", trace.inLab)
	}
	if trace.outside < 100 {
		t.Errorf("the trace shows little: %d addresses", trace.outside)
	}
}

// buildCommand builds the command, and is the file.
func buildCommand(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"go", "strace"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no run was traced: there is no %s here", tool)
		}
	}
	program := filepath.Join(t.TempDir(), "connectspec")
	if said, err := exec.Command("go", "build", "-o", program, "./cmd/connectspec").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return program
}

// soon is when a run that is traced must have ended: seconds are usual.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// A trace is what strace saw.
type trace struct {
	labs         map[string]bool // threads, whether they are in a network namespace of the run's own
	wrong        []string        // what must not be reached from where it was
	inLab        int             // addresses named in one
	labAddresses int             // of these, those that are not loopback
	outside      int             // addresses named elsewhere
}

// traced runs a command under strace.
func traced(t *testing.T, command *exec.Cmd) *trace {
	t.Helper()
	file := filepath.Join(t.TempDir(), "trace")
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal(err)
	}
	command.Args = append([]string{"strace", "-f", "-qq", "-o", file,
		"-e", "trace=connect,sendto,sendmsg,sendmmsg,bind,clone,clone3"}, command.Args...)
	command.Path = strace
	command.WaitDelay = time.Second
	said, err := command.CombinedOutput()
	// A divergence is none of this test's business.
	if status := command.ProcessState.ExitCode(); err != nil && status != 1 {
		if strings.Contains(string(said), "ptrace") || strings.Contains(string(said), "max_user_namespaces") {
			t.Skipf("no run was traced: %s", said)
		}
		t.Fatalf("%v\n%s", err, said)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	trace := newTrace(string(text))
	for _, wrong := range trace.wrong {
		t.Error(wrong)
	}
	return trace
}

func newTrace(text string) *trace {
	trace := &trace{labs: map[string]bool{}}
	for line := range strings.Lines(text) {
		trace.line(strings.TrimSpace(line))
	}
	return trace
}

// TestTraceNotices makes sure that a trace in which something leaves is one that
// the tests above would complain of.
func TestTraceNotices(t *testing.T) {
	trace := newTrace(`10 connect(3, {sa_family=AF_INET, sin_port=htons(7001), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
10 clone(child_stack=NULL, flags=CLONE_PIDFD|CLONE_NEWUSER|CLONE_NEWNET|SIGCHLD <unfinished ...>
10 <... clone resumed>, parent_tid=[20])     = 11
11 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0, stack=0x7f} => {parent_tid=[12]}, 88) = 12
12 connect(3, {sa_family=AF_INET, sin_port=htons(7001), sin_addr=inet_addr("198.18.0.2")}, 16) = 0
12 connect(3, {sa_family=AF_INET, sin_port=htons(7001), sin_addr=inet_addr("192.0.2.1")}, 16) = 0
12 bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EADDRNOTAVAIL
10 clone(child_stack=NULL, flags=CLONE_PIDFD|CLONE_NEWUSER|CLONE_NEWNET|SIGCHLD) = -1 ENOSPC (No space left on device)
10 clone(child_stack=NULL, flags=CLONE_VM|CLONE_THREAD) = 13
13 connect(3, {sa_family=AF_INET, sin_port=htons(7001), sin_addr=inet_addr("198.18.0.2")}, 16) = 0
10 sendto(3, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(7), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "fd00:18::2", &sin6_addr), sin6_scope_id=0}, 28) = 1`)
	starts := []string{"192.0.2.1 ", "198.18.0.2 ", "fd00:18::2 "}
	if !slices.EqualFunc(trace.wrong, starts, strings.HasPrefix) {
		t.Errorf("it complains of %q", trace.wrong)
	}
	if trace.inLab != 3 || trace.labAddresses != 3 || trace.outside != 3 {
		t.Errorf("it counts %+v", trace)
	}
}

var (
	// threadLine is the number of a thread and what it did.
	threadLine = regexp.MustCompile(`^(\d+) +(.*)$`)
	// cloned ends with the number of the new thread, or an error.
	cloned = regexp.MustCompile(`^(?:<\.\.\. )?clone3?[( ].*= (\d+$|-1 |\?)`)
	// named are the addresses in a system call.
	named = regexp.MustCompile(`(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"`)
)

func (c *trace) line(text string) {
	parts := threadLine.FindStringSubmatch(text)
	if parts == nil {
		return
	}
	thread, call := parts[1], parts[2]
	if strings.HasPrefix(call, "clone") && strings.Contains(call, "CLONE_NEWNET") {
		c.labs["by "+thread] = true // its end may stand on another line
	}
	if made := cloned.FindStringSubmatch(call); made != nil {
		c.labs[made[1]] = c.labs[thread] || c.labs["by "+thread]
		delete(c.labs, "by "+thread)
		return
	}
	for _, address := range named.FindAllStringSubmatch(call, -1) {
		c.address(thread, call, netip.MustParseAddr(address[1]))
	}
}

// address counts an address, and complains of it where it must not be.
func (c *trace) address(thread, call string, address netip.Addr) {
	allowed := loopbackOnly
	if c.labs[thread] {
		allowed = labOnly
		c.inLab++
	} else {
		c.outside++
	}
	if !contain(loopbackOnly, address) && c.labs[thread] {
		c.labAddresses++
	}
	if strings.HasPrefix(call, "bind(") && contain(foreign, address) {
		return
	}
	if !contain(allowed, address) {
		c.wrong = append(c.wrong, fmt.Sprintf("%v must not be reached from here: %s", address, call))
	}
}

func contain(list []netip.Prefix, address netip.Addr) bool {
	for _, prefix := range list {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}
