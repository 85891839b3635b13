//go:build linux

package strace

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A suite is a part of what others test their sockets with, which looks into corners
// that nobody here has thought of.
type suite struct {
	name string
	find func(t *testing.T, folder string) string // a program; "" if it is not there
	args string
	long bool // it is recorded with -every only
}

// withoutVSOCK are arguments of Python's tests: sockets of virtual machines are
// followed by nobody, and where there is none of them wait for ever.
const withoutVSOCK = "-m test -u network -i *VSOCK* "

var suites = []suite{
	{"Python test_socket", pythonWithTests, withoutVSOCK + "test_socket", false},
	{"Python test_asyncore", pythonWithTests, withoutVSOCK + "test_asyncore", false},
	{"Python test_ssl", pythonWithTests, withoutVSOCK + "test_ssl", true},
	{"Python test_httplib", pythonWithTests, withoutVSOCK + "test_httplib", false},
	{"Python test_ftplib", pythonWithTests, withoutVSOCK + "test_ftplib", true},
	{"Python test_imaplib", pythonWithTests, withoutVSOCK + "test_imaplib", true},
	{"Python test_poplib", pythonWithTests, withoutVSOCK + "test_poplib", true},
	{"Python test_smtplib", pythonWithTests, withoutVSOCK + "test_smtplib", true},
	{"Python test_socketserver", pythonWithTests, withoutVSOCK + "test_socketserver", true},
	{"Python test_asyncio", pythonWithTests, withoutVSOCK + "test_asyncio", true},
	{"Go net, its corners", testsOfGo("net"), "-test.short -test.run Sendfile|Splice|UDP|Listen", false},
	{"Go net", testsOfGo("net"), "-test.short", true},
	{"Go net/http", testsOfGo("net/http"), "-test.short", true},
}

// pythonWithTests is a Python that has its own tests, as Debian's package
// libpython3.11-testsuite does.
func pythonWithTests(t *testing.T, _ string) string {
	t.Helper()
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		found, err := exec.Command(name, "-c", "import sys, test.test_socket; print(sys.executable)").Output()
		if err == nil {
			return strings.TrimSpace(string(found))
		}
	}
	return ""
}

// testsOfGo compiles the tests of a package of Go's own.
func testsOfGo(name string) func(t *testing.T, folder string) string {
	return func(t *testing.T, folder string) string {
		t.Helper()
		program := filepath.Join(folder, "program.test")
		if text, err := exec.Command("go", "test", "-c", "-o", program, name).CombinedOutput(); err != nil {
			t.Logf("%v: %s", err, text)
			return ""
		}
		return program
	}
}

// TestSuites records tests of others, and holds that nothing their programs were told
// is called impossible. What those tests make of it is not looked at: without a
// network, some fail.
func TestSuites(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT TESTED, as in every short run: logs of others' tests")
	}
	for _, s := range suites {
		if s.long && !*every {
			continue
		}
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			folder := t.TempDir()
			program := s.find(t, folder)
			if program == "" {
				t.Skipf("NOT TESTED: %s is not here", s.name)
			}
			log := filepath.Join(folder, "suite.log")
			t.Setenv("GODEBUG", "multipathtcp=0") // such sockets are followed by nobody
			recordAlone(t, "-f", log, program, strings.Fields(s.args)...)
			j := newJudge(t)
			for _, name := range append([]string{log}, network(t, []string{log})...) {
				file, err := os.Open(name)
				if err != nil {
					t.Fatal(err)
				}
				if err := j.Log(filepath.Base(name), file); err != nil {
					t.Error(err)
				}
				file.Close()
			}
			r := j.Report()
			t.Logf("%d lines, %d sockets, %d calls, %d judged", r.Lines, r.Sockets, r.Calls, r.Judged)
			for _, d := range r.Divergences {
				t.Errorf("%s:%d: %s\n  %s, allowed %v", d.File, d.Line, d.Call, d.Observed, d.Allowed)
			}
			if len(r.Divergences) > 0 {
				keep(t, s.name, []string{log})
			}
			if r.Judged == 0 {
				t.Error("nothing is judged")
			}
		})
	}
}
