//go:build linux

package linux

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestPortsOfTheirOwn: whatever call takes a port of the system's choice, it is
// one that no other call of the script could have got.
func TestPortsOfTheirOwn(t *testing.T) {
	room := openLoopback(t)
	if room.allotments.denied {
		t.Skip("NOT TESTED: that sockets choose among ports of their own: this kernel has no ranges for a socket")
	}
	batch := prepareAll(t, room, scripts(`
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
			if err := room.Begin(script); err != nil {
				t.Fatal(err)
			}
			var last *call
			for _, prepared := range script {
				last = prepared.(*call)
				if _, err := room.Do(last); err != nil {
					t.Fatal(err)
				}
			}
			checkAllotted(t, room, last.on)
			heldUp(t, room.End())
		}
	}
}

func checkAllotted(t *testing.T, room *Room, p place) {
	t.Helper()
	if errno := room.ask(unix.SYS_GETSOCKNAME, uintptr(room.sockets[p].fd)); errno != 0 {
		t.Fatal(errno)
	}
	address, ok := decodeName(room.nameBytes[:room.length])
	port := int(address.Port())
	if end := room.allotments.next; !ok || port >= end || port < end-portsOfACall || end > room.allotments.end {
		t.Fatalf("the port is %d, not one of the %d below %d", port, portsOfACall, end)
	}
}
