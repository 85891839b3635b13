//go:build linux

package linux

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"connectspec/runner/agent"
)

const (
	// namespaceVariable says that this process is alone in new namespaces.
	namespaceVariable = "CONNECTSPEC_TEST_NAMESPACE"
	// ordinaryVariable says that this process is an ordinary user's.
	ordinaryVariable = "CONNECTSPEC_TEST_ORDINARY"
	nobody           = 65534
)

// again runs the calling test once more in another process and reports what
// that one says. Inside that process it returns true at once.
func again(t *testing.T, variable string, attributes *syscall.SysProcAttr, what string) bool {
	t.Helper()
	if os.Getenv(variable) != "" {
		return true
	}
	command := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	flag.Visit(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") {
			command.Args = append(command.Args, "-"+f.Name+"="+f.Value.String())
		}
	})
	command.Env = append(os.Environ(), variable+"=1", "GODEBUG=asyncpreemptoff=1")
	command.SysProcAttr = attributes
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Skipf("NOT TESTED: %s: %v", what, err)
	}
	if at := strings.Index(string(output), "NOT TESTED"); err == nil && at >= 0 {
		t.Skip(strings.TrimSpace(string(output[at:])))
	}
	if err != nil || !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Errorf("%s: %v\n%s", what, err, output)
	}
	return false
}

// labRoom opens a room with a lab in this very process, which is in new
// namespaces.
func labRoom(t *testing.T) *Room {
	t.Helper()
	room, err := OpenLab()
	if err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	t.Cleanup(func() { room.Close() })
	return room
}

// play runs a script in this process and returns its answers, and the error
// that ended it. Like a session it runs it again when it was held up.
func play(t *testing.T, room *Room, lines ...string) (answers []string, err error) {
	t.Helper()
	calls := prepareAll(t, room, [][]string{lines})[0]
	const most = 50 // far more than a busy machine takes
	for range most {
		if err := room.Begin(calls); err != nil {
			return nil, err
		}
		answers, err = playOn(room, calls)
		if !heldUp(t, room.End()) {
			return answers, err
		}
	}
	t.Fatalf("%q was held up %d times", lines, most)
	return nil, nil
}

// playOn makes calls until one has an error.
func playOn(room *Room, calls []agent.Call) (answers []string, err error) {
	for _, call := range calls {
		answer, err := room.Do(call)
		if err != nil {
			return answers, err
		}
		answers = append(answers, answer.String())
	}
	return answers, nil
}

// heldUp says whether a script ended with ErrHeldUp. It fails the test if there
// is another error.
func heldUp(t testing.TB, ended error) bool {
	t.Helper()
	if ended != nil && !errors.Is(ended, agent.ErrHeldUp) {
		t.Fatal(ended)
	}
	return ended != nil
}

// heldNamespaces are the network namespaces that processes were seen in, by
// their names, each with a descriptor that keeps it. For a name is a number, and
// that of a namespace which is gone is given to the next one, anybody's.
type heldNamespaces map[string]*os.File

// hold holds the namespace of a process and returns its name; "" if the process
// has gone.
func (held heldNamespaces) hold(t testing.TB, process string) string {
	t.Helper()
	file, err := os.Open("/proc/" + process + "/ns/net")
	if err != nil {
		return ""
	}
	name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(file.Fd())))
	if err != nil {
		t.Fatal(err)
	}
	if _, known := held[name]; known {
		file.Close()
	} else {
		held[name] = file
	}
	return name
}

func (held heldNamespaces) release() {
	for name, file := range held {
		file.Close()
		delete(held, name)
	}
}

// TestHeldNamespaces: nobody who comes later is taken for somebody in a namespace
// that is held.
func TestHeldNamespaces(t *testing.T) {
	held := heldNamespaces{}
	defer held.release()
	const comers = 10
	for range comers {
		name := ""
		alone(t, func(process string) {
			if name = held.hold(t, process); !namespaceInUse(t, name) {
				t.Errorf("%s is in %s, and is not seen there", process, name)
			}
		})
		if namespaceInUse(t, name) {
			t.Errorf("nobody is in %s, and somebody is seen there", name)
		}
	}
	if len(held) != comers {
		t.Errorf("%d processes, each in a namespace of its own, were in %d", comers, len(held))
	}
}

// alone runs do while a process is in new namespaces.
func alone(t *testing.T, do func(process string)) {
	t.Helper()
	waits := exec.Command("cat")
	waits.SysProcAttr = namespaces()
	ends, err := waits.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := waits.Start(); err != nil {
		t.Skipf("NOT TESTED: that namespaces can be told apart: %v", err)
	}
	do(strconv.Itoa(waits.Process.Pid))
	ends.Close()
	if err := waits.Wait(); err != nil {
		t.Error(err)
	}
}
