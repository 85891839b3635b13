//go:build linux

package wine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectspec/runner/agent"
)

// TestMain is the child that Start starts, too.
func TestMain(m *testing.M) {
	if os.Getenv(loaderVariable) != "" {
		fmt.Fprintln(os.Stderr, Enter())
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// markVariable is in the environment of whatever a test starts.
const markVariable = "MARK_OF_A_TEST"

// openAgent starts an agent of Wine's sockets, all of whose processes have a
// mark.
func openAgent(t testing.TB, ctx context.Context) (client *agent.Client, mark string) {
	t.Helper()
	begin, err := Start(nil, io.Discard)
	if err != nil {
		t.Skipf("NOT TESTED: the sockets of Wine: %v", err)
	}
	mark = fmt.Sprintf("%s=%d-%s", markVariable, os.Getpid(), t.Name())
	_, value, _ := strings.Cut(mark, "=")
	t.Setenv(markVariable, value)
	client, err = agent.NewClient(ctx, begin, agent.Options{Greeting: 2 * time.Minute})
	if err != nil && strings.Contains(err.Error(), "no network namespace") {
		t.Skipf("NOT TESTED: the sockets of Wine: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return client, mark
}

// marked are the processes with a mark, but for this one.
func marked(t *testing.T, mark string) (names []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		environment, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(environment, []byte(mark+"\x00")) || filepath.Base(filepath.Dir(file)) == fmt.Sprint(os.Getpid()) {
			continue
		}
		name, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "comm"))
		names = append(names, strings.TrimSpace(string(name)))
	}
	return names
}

// awaitNone waits until no process with a mark is left: the kernel ends those
// of a namespace when its first one has ended.
func awaitNone(t *testing.T, mark string) {
	t.Helper()
	const patience, pause = 20 * time.Second, 10 * time.Millisecond
	var left []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(pause) {
		if left = marked(t, mark); len(left) == 0 {
			return
		}
	}
	t.Errorf("these are left: %v", left)
}

// TestAgent: Wine answers in the lab, what it does to bad memory is an answer,
// a crash is one as well, and nothing is left when the agent has ended.
func TestAgent(t *testing.T) {
	client, mark := openAgent(t, t.Context())
	if version := client.Hello().Version; !strings.HasPrefix(version, "Wine ") {
		t.Errorf("the version is %q", version)
	}
	cases := []struct{ script, want string }{
		{"s0 = socket stream inet blocking; connect s0 refuser; getsockname s0", "ok WSAECONNREFUSED ok"},
		{"s0 = socket stream inet blocking; connect s0 listener; recv s0; connect s0 listener", "ok ok blocks WSAEISCONN"},
		{"s0 = socket stream inet blocking; connect s0 no_route; connect s0 unreachable; connect s0 prohibited; connect s0 silent",
			"ok WSAENETUNREACH WSAEHOSTUNREACH WSAEACCES blocks"},
		{"s0 = socket stream inet blocking; connect s0 null; connect s0 unreadable; connect s0 torn; connect s0 listener",
			"ok EXCEPTION_ACCESS_VIOLATION EXCEPTION_ACCESS_VIOLATION EXCEPTION_ACCESS_VIOLATION ok"},
		{"s0 = socket stream inet blocking; connect s0 listener negative; connect s0 listener", "ok crash"},
		{"cleanup; s0 = socket stream inet blocking", "ok WSANOTINITIALISED"},
		{"s0 = socket stream inet6 nonblocking; connect s0 listener; select s0 soon", "ok WSAEWOULDBLOCK ok"},
		{"s0 = socket stream inet blocking; set_timeout s0; connect s0 silent", "ok ok WSAETIMEDOUT"},
		{"s0 = socket stream inet6 blocking; connect s0 absent; connect s0 listener; connect s0 listener",
			"ok WSAEHOSTUNREACH WSAECONNABORTED ok"},
		{"s0 = socket stream inet nonblocking; connect s0 silent; network accepts s0; connect s0 silent; peer resets s0; send s0",
			"ok WSAEWOULDBLOCK ok WSAEISCONN ok WSAECONNRESET"},
	}
	var batch [][]string
	for _, c := range cases {
		batch = append(batch, strings.Split(c.script, "; "))
	}
	if err := client.Submit(batch); err != nil {
		t.Fatal(err)
	}
	traces, err := client.Receive()
	if err != nil {
		t.Fatal(err)
	}
	for i, trace := range traces {
		var names []string
		for _, answer := range trace {
			names = append(names, answer.Name)
		}
		if got := strings.Join(names, " "); got != cases[i].want {
			t.Errorf("%s\n got %s\nwant %s", cases[i].script, got, cases[i].want)
		}
	}
	if len(marked(t, mark)) == 0 {
		t.Error("no process has the mark")
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	awaitNone(t, mark)
}

// TestInterrupted: when the client's context ends, as it does with Ctrl-C,
// nothing is left either, whatever call is being made.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client, mark := openAgent(t, ctx)
	if err := client.Submit([][]string{{"s0 = socket stream inet blocking", "connect s0 silent"}}); err != nil {
		t.Fatal(err)
	}
	cancel()
	client.Receive()
	client.Close()
	awaitNone(t, mark)
}
