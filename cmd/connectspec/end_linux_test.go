package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A program is a running connectspec.
type program struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
}

// newProgram makes this very file run as connectspec.
func newProgram(t *testing.T, arguments ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{Cmd: &exec.Cmd{Path: self, Args: append([]string{"connectspec"}, arguments...)}}
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	return p
}

func (p *program) start(t *testing.T) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })
}

// status waits for the end; it is negative after a signal.
func (p *program) status() int {
	p.Wait()
	return p.ProcessState.ExitCode()
}

// A place is a process and the network namespace that it is in.
type place struct {
	process   int
	namespace string
}

// childrenOf are the living children of a process.
func childrenOf(parent int) (list []place) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if fields[1] == strconv.Itoa(parent) && fields[0] != "Z" {
			number, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			namespace, _ := os.Readlink(filepath.Join(filepath.Dir(name), "ns/net"))
			list = append(list, place{number, namespace})
		}
	}
	return list
}

// awaitChildren waits until a run has started so many.
func awaitChildren(t *testing.T, parent, count int) []place {
	t.Helper()
	for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
		if list := childrenOf(parent); len(list) >= count {
			return list
		}
	}
	t.Fatalf("there are never %d children", count)
	return nil
}

// expectGone fails if a process, or its network namespace, is still there.
func expectGone(t *testing.T, places []place) {
	t.Helper()
	ours, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for start := time.Now(); time.Since(start) < 2*time.Second; time.Sleep(5 * time.Millisecond) {
		left = nil
		links, _ := filepath.Glob("/proc/[0-9]*/ns/net")
		for _, link := range links {
			namespace, _ := os.Readlink(link)
			if slices.ContainsFunc(places, func(p place) bool {
				return link == fmt.Sprintf("/proc/%d/ns/net", p.process) && namespace != "" ||
					namespace == p.namespace && namespace != ours && namespace != ""
			}) {
				left = append(left, link)
			}
		}
		if left == nil {
			return
		}
	}
	t.Errorf("still there: %v", left)
}

// foundThenInterrupted is the verdict of a run that had found something: one
// divergence at least.
var foundThenInterrupted = regexp.MustCompile(`^(1 divergence|[0-9]+ divergences)\. \(Interrupted\.\)$`)

// TestSignals: an interrupted run ends at once, with what it found so far, and
// leaves nobody behind. What it finds is being shrunk while it draws.
func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		for _, delay := range []time.Duration{0, 200 * time.Millisecond, time.Second} {
			p := newProgram(t, "run", "--platform", "winsock", "--time", "1h", "--jobs", "2")
			p.start(t)
			children := awaitChildren(t, p.Process.Pid, 2)
			time.Sleep(delay)
			children = append(children, childrenOf(p.Process.Pid)...)
			p.Process.Signal(signal)
			sent := time.Now()
			status := p.status()
			if took := time.Since(sent); took > 3*time.Second {
				t.Errorf("%v after %v: ends %v later", signal, delay, took)
			}
			verdict, _, _ := strings.Cut(p.stdout.String(), "\n")
			switch {
			case status == statusFound && foundThenInterrupted.MatchString(verdict):
			case delay < time.Second && status == statusClean && strings.HasSuffix(verdict, ". (Interrupted.)"):
			default:
				t.Errorf("%v after %v: status %d, verdict %q, errors %q", signal, delay, status, verdict, &p.stderr)
			}
			if strings.Contains(p.stderr.String(), "goroutine") {
				t.Errorf("%v after %v: %s", signal, delay, &p.stderr)
			}
			expectGone(t, children)
		}
	}
}

// TestInterruptedAgents: an agent that never says hello does not keep an
// interrupted run, nor one that hangs in the middle.
func TestInterruptedAgents(t *testing.T) {
	for _, script := range []string{"exec sleep 100", "read -r l; " + sayHello + "; exec sleep 100"} {
		agent := filepath.Join(t.TempDir(), "agent")
		if err := os.WriteFile(agent, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		p := newProgram(t, "run", "--spec", "testdata/tiny.spec", "--target", "exec:"+agent, "--time", "1h")
		p.start(t)
		children := awaitChildren(t, p.Process.Pid, 1)
		time.Sleep(100 * time.Millisecond)
		p.Process.Signal(syscall.SIGINT)
		sent := time.Now()
		status := p.status()
		if took := time.Since(sent); took > 3*time.Second {
			t.Errorf("%s: ends %v later", script, took)
		}
		interrupted := strings.Contains(p.stderr.String(), "interrupted before there was anything to report") && status == statusFailed ||
			strings.HasPrefix(p.stdout.String(), "Nothing was run. (Interrupted.)") && status == statusClean
		if !interrupted {
			t.Errorf("%s: status %d\n%s\n%s", script, status, &p.stdout, &p.stderr)
		}
		expectGone(t, children)
	}
}

const sayHello = `printf 'hello 1\nname shell\nversion Shell 1\ndictionary linux\nend\n'`

// TestKilledChildren: somebody who kills a run's children does not make it find
// anything, and is told of if it does not stop.
func TestKilledChildren(t *testing.T) {
	kill := func(p *program, times int) {
		for range times {
			for start := time.Now(); time.Since(start) < 5*time.Second; time.Sleep(2 * time.Millisecond) {
				if list := childrenOf(p.Process.Pid); len(list) > 0 {
					for _, child := range list {
						syscall.Kill(child.process, syscall.SIGKILL)
					}
					break
				}
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	p := newProgram(t, "run", "--spec", "testdata/tiny.spec", "--platform", "tiny", "--time", "2s", "--jobs", "2")
	p.start(t)
	awaitChildren(t, p.Process.Pid, 2)
	kill(p, 10)
	if status := p.status(); status != statusClean || !strings.HasPrefix(p.stdout.String(), "No divergence.\n") {
		t.Errorf("killed ten times: status %d\n%s\n%s", status, &p.stdout, &p.stderr)
	}

	p = newProgram(t, "run", "--spec", "testdata/tiny.spec", "--platform", "tiny", "--time", "1h", "--jobs", "2")
	p.start(t)
	awaitChildren(t, p.Process.Pid, 2)
	go kill(p, 300)
	status := p.status()
	// Those who set up their lab are killed too, perhaps before anything was run.
	headline, rest, _ := strings.Cut(p.stdout.String(), "\n")
	if status != statusFailed || !strings.Contains(p.stderr.String(), "which is not its own doing") ||
		headline != "No divergence so far." && headline != "Nothing was run." ||
		!strings.HasPrefix(rest, "The run could not be finished: ") {
		t.Errorf("killed again and again: status %d\n%s\n%s", status, &p.stdout, &p.stderr)
	}
}

// TestClosedOutput: whoever reads only the start of a report sees no trace of a
// panic, and an output that cannot be written to is no success.
func TestClosedOutput(t *testing.T) {
	p := newProgram(t, "run", "--spec", "testdata/tiny.spec", "--platform", "tiny", "--checks", "100")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.Stdout = writer
	p.start(t)
	writer.Close()
	reader.Close()
	p.Wait()
	if p.ProcessState.Success() || p.stderr.Len() > 0 && !strings.HasPrefix(p.stderr.String(), "connectspec: ") {
		t.Errorf("%v\n%s", p.ProcessState, &p.stderr)
	}
	for _, arguments := range [][]string{
		{"run", "--spec", "testdata/tiny.spec", "--platform", "tiny", "--checks", "100"}, {"check", "testdata/tiny.spec"},
		{"check", "--json", "testdata/tiny.spec"}, {"fmt", "testdata/tiny.spec"}, {"targets"}, {"--help"},
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skipf("outputs that are full were not tested: %v", err)
		}
		p := newProgram(t, arguments...)
		p.Stdout = full
		p.start(t)
		if status := p.status(); status != statusFailed || !strings.Contains(p.stderr.String(), "no space left on device") {
			t.Errorf("%v: status %d\n%s", arguments, status, &p.stderr)
		}
		full.Close()
	}
}

// TestFullDisk: a divergence that cannot be saved is shown, what is written is
// whole, and the status says that something went wrong.
func TestFullDisk(t *testing.T) {
	folder := t.TempDir()
	const mount = `mount -t tmpfs -o size=4k none "$0" && head -c 4096 /dev/zero > "$0/filler" || exit 77
		"$@"; status=$?; ls -A "$0" | grep -v filler >&2; exit $status`
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The shell calls this file by its name, so that it is a connectspec.
	link := filepath.Join(t.TempDir(), "connectspec")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	agent := "exec:sh testdata/agent.sh"
	run := exec.Command("sh", "-c", mount, folder, link,
		"run", "--spec", "testdata/tiny.spec", "--target", agent, "--checks", "640", "--seed", "4", "--save", folder)
	run.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	var stdout, stderr bytes.Buffer
	run.Stdout, run.Stderr = &stdout, &stderr
	err = run.Run()
	var ended *exec.ExitError
	if err == nil || !errors.As(err, &ended) || ended.ExitCode() == 77 {
		t.Skipf("a full disk was not tested, since none could be made: %v %s", err, &stderr)
	}
	// After the message of the program comes the list of what it left there.
	if ended.ExitCode() != statusFailed || !strings.HasSuffix(stderr.String(), "no space left on device\n") {
		t.Errorf("%v\n%s", err, &stderr)
	}
	if !strings.HasPrefix(stdout.String(), "1 divergence.\nThe run could not be finished: cannot save") ||
		!strings.Contains(stdout.String(), "> connect s0 refuser") || strings.Contains(stdout.String(), "saved in") {
		t.Errorf("%s", &stdout)
	}
}
