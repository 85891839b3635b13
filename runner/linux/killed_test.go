//go:build linux

package linux

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// killedVariable says that this process is to end itself, as nobody can help it.
const killedVariable = "CONNECTSPEC_TEST_KILLED"

// TestKilled: a room that is killed while the absent host is looked for leaves
// no namespace for longer than the lab lets the kernel look.
func TestKilled(t *testing.T) {
	const what = "that nothing is left of a room that is killed"
	if os.Getenv(killedVariable) != "" {
		endInTheMiddle(t)
	}
	if os.Getenv(namespaceVariable) == "" {
		t.Parallel()
	}
	if !again(t, namespaceVariable, namespaces(), what) {
		return
	}
	const bound = 3 * time.Minute // of what takes half a one
	notes, err := nl.Subscribe(unix.NETLINK_ROUTE, unix.RTNLGRP_NSID)
	if err != nil {
		t.Fatal(err)
	}
	defer notes.Close()
	if err := notes.SetReceiveTimeout(&unix.Timeval{Sec: int64(bound.Seconds())}); err != nil {
		t.Fatal(err)
	}
	killed := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.count=1")
	killed.Env = append(os.Environ(), killedVariable+"=1")
	killed.SysProcAttr = namespaces()
	killed.Stderr = os.Stderr
	ready, err := killed.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begins, err := killed.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.Start(); err != nil {
		t.Skipf("NOT TESTED: %s: %v", what, err)
	}
	defer killed.Wait()
	defer begins.Close()
	line, _ := bufio.NewReader(ready).ReadString('\n')
	if _, denied, is := strings.Cut(line, "NOT TESTED"); is {
		t.Skip("NOT TESTED" + denied)
	}
	if err := netlink.SetNetNsIdByPid(killed.Process.Pid, 0); err != nil {
		t.Fatal(err)
	}
	begins.Close()
	if err := killed.Wait(); killed.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the room was to be killed: %v", err)
	}
	awaitNamespaceEnd(t, notes)
}

// endInTheMiddle kills this process while a lab looks for the absent host, once
// somebody has seen it.
func endInTheMiddle(t *testing.T) {
	room, err := OpenLab()
	if err != nil {
		fmt.Println("NOT TESTED:", err)
		os.Exit(0)
	}
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	calls := prepareAll(t, room, [][]string{{"s0 = socket stream inet nonblocking", "connect s0 absent",
		"s1 = socket stream inet6 nonblocking", "connect s1 absent"}})[0]
	if err := room.Begin(calls); err != nil {
		t.Fatal(err)
	}
	if answers, err := playOn(room, calls); err != nil {
		t.Fatal(answers, err)
	}
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

// awaitNamespaceEnd waits until the kernel says that the namespace with a name
// here is gone.
func awaitNamespaceEnd(t *testing.T, notes *nl.NetlinkSocket) {
	t.Helper()
	for {
		messages, _, err := notes.Receive()
		if err != nil {
			t.Fatalf("the namespace of the killed room is still there: %v", err)
		}
		for _, message := range messages {
			if message.Header.Type == unix.RTM_DELNSID {
				return
			}
		}
	}
}
