//go:build linux

package linux

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"

	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// asker asks a keeper that runs beside the test.
func asker(t *testing.T) func(request string) string {
	t.Helper()
	requests, ask := io.Pipe()
	answers, answer := io.Pipe()
	ended := make(chan error)
	go func() { ended <- Keep(requests, answer) }()
	t.Cleanup(func() {
		ask.Close()
		if err := <-ended; err != nil {
			t.Errorf("the keeper ended with %v", err)
		}
	})
	lines := bufio.NewScanner(answers)
	return func(request string) string {
		fmt.Fprintln(ask, request)
		if !lines.Scan() {
			t.Fatalf("%s: no answer", request)
		}
		return lines.Text()
	}
}

// TestKeeper: a socket of any program in the lab meets the keeper's fixtures, and
// its far side.
func TestKeeper(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that a keeper keeps the lab") {
		return
	}
	if err := setUpLab(); err != nil {
		t.Fatal(err)
	}
	ask := asker(t)
	var ports room.Ports
	if _, err := fmt.Sscanf(ask(room.KeeperFixtures), room.KeeperDone+" %d %d %d", &ports.Listener, &ports.Refuser, &ports.Fixed); err != nil {
		t.Fatal(err)
	}

	accepted := openSocket(t)
	if err := attempt(accepted, "127.0.0.1", ports.Listener); err != nil {
		t.Errorf("the listener: %v", err)
	}
	if err := attempt(openSocket(t), "127.0.0.1", ports.Refuser); err != unix.ECONNREFUSED {
		t.Errorf("the refuser: %v", err)
	}
	var data [1]byte
	if _, err := unix.Read(accepted, data[:]); err != unix.EAGAIN {
		t.Errorf("before the queue was emptied: %v", err)
	}
	if said := ask(room.KeeperDrain); said != room.KeeperDone {
		t.Error(said)
	}
	if _, err := unix.Read(accepted, data[:]); err != unix.ECONNRESET {
		t.Errorf("after the queue was emptied: %v", err)
	}

	called := openSocket(t)
	if err := attempt(called, room.LabSilent[inet], ports.Listener); err != unix.EALREADY {
		t.Errorf("the silent host: %v", err)
	}
	own, err := unix.Getsockname(called)
	if err != nil {
		t.Fatal(err)
	}
	event := room.FarEvent{Stream: true, Near: uint16(own.(*unix.SockaddrInet4).Port)}
	for _, step := range []struct {
		verb string
		what int
	}{{"network accepts", 0}, {room.EventSends, 7}} {
		event.Verb, event.What = step.verb, step.what
		if said := ask(room.KeeperEvent + " " + event.String()); said != room.KeeperDone {
			t.Errorf("%s: %s", step.verb, said)
		}
	}
	if n, err := unix.Read(called, data[:]); n != 1 || data[0] != 7 {
		t.Errorf("the silent host said %d, %v", data[0], err)
	}
	for _, request := range []string{room.KeeperAttend, room.KeeperEnd, room.KeeperGiveUp + " 0"} {
		if said := ask(request); said != room.KeeperDone {
			t.Errorf("%s: %s", request, said)
		}
	}
	if _, err := unix.Read(called, data[:]); err != unix.ECONNRESET {
		t.Errorf("after the end: %v", err)
	}
	for _, request := range []string{"", "juggle", room.KeeperGiveUp, room.KeeperGiveUp + " 2", room.KeeperEvent + " network accepts",
		room.KeeperEvent + " network accepts 2 true 1 0 0", room.KeeperEvent + " network reports 0 true 1 0 99", room.KeeperEvent + " peer juggles 0 true 1 0 0"} {
		if said := ask(request); strings.HasPrefix(said, room.KeeperDone) {
			t.Errorf("%q: %s", request, said)
		}
	}
}

// attempt connects a nonblocking socket, and returns what has come of it when the
// call has returned.
func attempt(fd int, host string, port uint16) error {
	address := socketAddress(netip.AddrPortFrom(netip.MustParseAddr(host), port))
	if err := unix.Connect(fd, address); err != unix.EINPROGRESS {
		return err
	}
	return unix.Connect(fd, address)
}

// openSocket is a nonblocking TCP socket.
func openSocket(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}
