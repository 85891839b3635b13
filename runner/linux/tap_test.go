//go:build linux

package linux

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// networkRoom opens a room with a far side in this very process, which is in new
// namespaces.
func networkRoom(t *testing.T) *Room {
	t.Helper()
	room := labRoom(t)
	if room.far == nil {
		t.Skipf("NOT TESTED: the far side of the lab: %v", room.reader.Lacking("network"))
	}
	return room
}

// TestTap: what this host sends to the silent one is seen, and nothing else is.
func TestTap(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that the tap sees what it should") {
		return
	}
	room := networkRoom(t)
	for _, name := range []string{"silent", "absent", "multicast", "listener", "own"} {
		for _, f := range []string{"inet", "inet6"} {
			begin(t, room, "s0 = socket datagram "+f+" nonblocking", "bind s0 any", "sendto s0 "+name)
			seen := 0
			for {
				frame, err := room.far.tap.next()
				if err != nil {
					t.Fatal(err)
				}
				if frame == nil {
					break
				}
				if p, ok := room.far.reader.read(frame); !ok || p.stream || p.far != room.fixtures.Listener {
					t.Errorf("%s of %s: packet %+v", name, f, p)
				}
				room.far.tap.done()
				seen++
			}
			if want := map[bool]int{true: 1}[name == "silent"]; seen != want {
				t.Errorf("%s of %s: %d frames were seen, not %d", name, f, seen, want)
			}
			heldUp(t, room.End())
		}
	}
}

// begin plays a script and does not end it.
func begin(t *testing.T, room *Room, lines ...string) {
	t.Helper()
	calls := prepareAll(t, room, [][]string{lines})[0]
	if err := room.Begin(calls); err != nil {
		t.Fatal(err)
	}
	for i, call := range calls {
		if answer, err := room.Do(call); err != nil {
			t.Fatalf("%s: %v, %v", lines[i], answer, err)
		}
	}
}

// TestLateFrame: a frame that the kernel does not deal with at once is waited
// for, and one that is lost is an error and does not spoil the next.
func TestLateFrame(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that late frames are waited for") {
		return
	}
	room := networkRoom(t)
	begin(t, room, "s0 = socket datagram inet nonblocking", "bind s0 any")
	far, fd := room.far, room.sockets[0].fd
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(name.(*unix.SockaddrInet4).Port)
	frame, err := far.writer.datagram(inet, far.port, port, []byte{1})
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		far.tap.sent++
		failed := make(chan error)
		go func() {
			failed <- unix.Sendto(far.tap.descriptor, frame, 0, &unix.SockaddrLinklayer{Ifindex: int(far.tap.far.Ifindex)})
		}()
		seen, err := far.tap.next()
		if sent := <-failed; seen != nil || err != nil || sent != nil {
			t.Fatalf("frame %x, error %v; sending it: %v", seen, err, sent)
		}
		if n, _, err := unix.Recvfrom(fd, make([]byte, 2), 0); n != 1 || err != nil {
			t.Fatalf("the socket has %d bytes, error %v", n, err)
		}
	}
	far.tap.sent++ // lost
	if frame, err := far.tap.next(); frame != nil || err == nil || !strings.Contains(err.Error(), "did not arrive") {
		t.Errorf("a frame is lost: frame %x, error %v", frame, err)
	}
	if err := far.tap.send(frame); err != nil {
		t.Fatal(err)
	}
	if frame, err := far.tap.next(); frame != nil || err != nil {
		t.Errorf("after one that was lost: frame %x, error %v", frame, err)
	}
	heldUp(t, room.End())
}

// TestNoPacketSockets: without them there is a lab all the same, and it says
// what it lacks and why.
func TestNoPacketSockets(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "a lab without packet sockets") {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		t.Fatal(err)
	}
	sets[0].Effective &^= 1 << unix.CAP_NET_RAW
	if err := unix.Capset(&header, &sets[0]); err != nil {
		t.Fatal(err)
	}
	room := labRoom(t)
	var lacks []string
	for _, lack := range room.Describe().Lacks {
		lacks = append(lacks, lack.What)
	}
	if !slices.Contains(lacks, "network") || slices.Contains(lacks, "lab") {
		t.Errorf("it lacks %v", lacks)
	}
	if _, err := room.Prepare("network accepts s0"); err == nil || !strings.Contains(err.Error(), "packet socket: operation not permitted") {
		t.Errorf("an event: %v", err)
	}
	answers, err := play(t, room, "s0 = socket stream inet nonblocking", "connect s0 silent")
	if err != nil || !slices.Equal(answers, []string{"ok", "EINPROGRESS"}) {
		t.Errorf("answers %v, error %v", answers, err)
	}
}

// TestReportsOfTheOtherFamily: what only one family has happens to no socket of
// the other.
func TestReportsOfTheOtherFamily(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "errors that a family does not have") {
		return
	}
	room := networkRoom(t)
	for kind, f := range map[string]string{"host_unreachable": "inet6", "no_route": "inet"} {
		answers, err := play(t, room, "s0 = socket stream "+f+" nonblocking", "connect s0 silent", "network reports s0 "+kind, "so_error s0")
		if err != nil || !slices.Equal(answers, []string{"ok", "EINPROGRESS", "ok", "ok none"}) {
			t.Errorf("%s of %s: answers %v, error %v", kind, f, answers, err)
		}
	}
}
