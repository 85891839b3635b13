//go:build linux

package linux

import (
	"testing"

	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// TestPortsOfTheirOwn: whatever call takes a port of the system's choice, it is
// one that no other call of the script could have got.
func TestPortsOfTheirOwn(t *testing.T) {
	opened := openLoopback(t)
	if opened.allotments.denied {
		t.Skip("NOT TESTED: that sockets choose among ports of their own: this kernel has no ranges for a socket")
	}
	batch := prepareAll(t, opened, scripts(`
		s0 = socket stream inet blocking
		bind s0 any

		s0 = socket stream inet6 blocking
		listen s0

		s0 = socket stream inet nonblocking
		connect s0 listener

		s0 = socket stream inet6 blocking
		connect s0 mapped

		s0 = socket datagram inet6 blocking
		connect s0 listener

		s0 = socket datagram inet blocking
		sendto s0 listener

		s0 = socket datagram inet6 blocking
		send s0

		s0 = socket stream inet6 blocking
		connect s0 refuser
		connect s0 refuser

		s0 = socket stream inet blocking
		bind s0 loopback
		listen s0
		s1 = socket stream inet blocking
		connect s1 s0
		s2 = accept s0
		connect s2 unspec
		bind s2 loopback
	`))
	const rounds = 100 // more than fit into the ports of the system's choice
	for range rounds {
		for _, script := range batch {
			if err := opened.Begin(script); err != nil {
				t.Fatal(err)
			}
			var last *call
			for _, prepared := range script {
				last = prepared.(*call)
				if _, err := opened.Do(last); err != nil {
					t.Fatal(err)
				}
			}
			checkAllotted(t, opened, last.On)
			heldUp(t, opened.End())
		}
	}
}

func checkAllotted(t *testing.T, opened *Room, p room.Place) {
	t.Helper()
	if errno := opened.ask(unix.SYS_GETSOCKNAME, uintptr(opened.sockets[p].fd)); errno != 0 {
		t.Fatal(errno)
	}
	address, ok := room.DecodeName(opened.nameBytes[:opened.length])
	port := int(address.Port())
	if end := opened.allotments.next; !ok || port >= end || port < end-portsOfACall || end > opened.allotments.end {
		t.Fatalf("the port is %d, not one of the %d below %d", port, portsOfACall, end)
	}
}
