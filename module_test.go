package connectspec

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// module is another module, with an implementation of sockets of its own.
const module = "testdata/module"

// testModule runs the module's own test, without asking any network for
// anything.
func testModule(t *testing.T, arguments ...string) (output string, err error) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the module in testdata was not tested: there is no go command here")
	}
	command := exec.Command("go", append([]string{"test", "-count=1", "-v", "."}, arguments...)...)
	command.Dir = module
	command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=readonly", "GOWORK=off")
	said, err := command.CombinedOutput()
	return string(said), err
}

// TestModule holds the network of the module against connect.spec, as its author
// would.
func TestModule(t *testing.T) {
	output, err := testModule(t)
	if err != nil || !strings.Contains(output, "--- PASS: TestNetwork") {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, part := range []string{"20,000 sequences", "not exercised: datagram, sendto, recvfrom: there are streams only"} {
		if !strings.Contains(output, part) {
			t.Errorf("the log does not say %q:\n%s", part, output)
		}
	}
}

// TestModuleFault gives the network a fault, and wants to be shown the shortest
// way to see it.
func TestModuleFault(t *testing.T) {
	output, err := testModule(t, "-forgetful")
	if err == nil {
		t.Fatalf("the fault was not found:\n%s", output)
	}
	const wanted = `connect answered "ok", which winsock does not allow here:

    s0 = socket stream inet blocking  -> ok
    connect s0                        -> ok
  > connect s0                        -> ok

  allowed:
    WSAEISCONN (10056) by connect.again (M6 E12 R9 P1) at connect.spec:`
	if !strings.Contains(outdented(output), strings.ReplaceAll(wanted, `"`, "`")) {
		t.Errorf("this is not in it:\n%s\n\n%s", wanted, output)
	}
	if n := strings.Count(output, "does not allow here"); n != 1 {
		t.Errorf("one fault is reported %d times:\n%s", n, output)
	}
}

// outdented takes the indent of the testing package from every line.
func outdented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "        ")
		if strings.TrimSpace(line) == "" {
			lines[i] = ""
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), "\n  connect answered", "\nconnect answered")
}

// TestModuleSums holds the module's list of checksums to ours: the module needs
// nothing that we do not need, so its test finds all it needs where ours did.
func TestModuleSums(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	ours := read("go.sum")
	for line := range strings.Lines(read(filepath.Join(module, "go.sum"))) {
		if !strings.Contains(ours, line) {
			t.Errorf("%s/go.sum has a line that go.sum does not have; copy the file: %s", module, line)
		}
	}
	versions := read("go.mod")
	for line := range strings.Lines(read(filepath.Join(module, "go.mod"))) {
		required := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "// indirect"))
		if strings.Contains(required, ".") && strings.Contains(required, " v") && !strings.Contains(versions, required) &&
			!strings.HasPrefix(required, "require connectspec ") {
			t.Errorf("%s/go.mod requires %q, and go.mod does not", module, required)
		}
	}
}
