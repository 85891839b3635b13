//go:build linux

package linux

import (
	"net/netip"
	"strings"
	"testing"
	"unsafe"

	"connectspec/runner/room"
)

// TestLoopbackOnly: every name that the room passes to the kernel outside the
// lab is loopback, the wildcard, or no address at all; the others are refused
// before any system call.
func TestLoopbackOnly(t *testing.T) {
	r := openLoopback(t)
	refused := 0
	for class, row := range room.NameRows[:room.ClassSocket] {
		for _, call := range []string{"connect s0 ", "sendto s0 "} {
			_, err := r.Prepare(call + row.Word)
			if err != nil {
				refused++
				if !strings.Contains(err.Error(), "lab") {
					t.Errorf("%s%s: refused because: %v", call, row.Word, err)
				}
				continue
			}
			for f := range families {
				checkHarmless(t, r, f, room.NameClass(class))
			}
		}
	}
	if refused == 0 {
		t.Error("nothing is refused")
	}
	for _, line := range []string{"bind s0 fixed", "s0 = socket stream irda blocking", "connect s0 silent huge", "startup"} {
		if _, err := r.Prepare(line); err == nil {
			t.Errorf("%s is not refused", line)
		}
	}
}

func checkHarmless(t *testing.T, r *Room, f family, class room.NameClass) {
	t.Helper()
	pointer := r.addresses.Names[f][class]
	switch class {
	case room.ClassUnreadable, room.ClassTorn, room.ClassOwn:
		return // no address, or one that is looked at when it is known
	}
	if pointer == nil {
		return
	}
	name := unsafe.Slice((*byte)(pointer), room.SlotBytes)
	address, ok := room.DecodeName(name)
	if !ok {
		if class != room.ClassUnspec && class != room.ClassUnknownFamily {
			t.Errorf("%s is no address", room.NameRows[class].Word)
		}
		return
	}
	if ip := address.Addr().Unmap(); !ip.IsLoopback() && !ip.IsUnspecified() {
		t.Errorf("%s is %v", room.NameRows[class].Word, ip)
	}
}

// TestOwnAddressOutsideLoopback: a socket that has got a local address outside
// loopback is not sent to.
func TestOwnAddressOutsideLoopback(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that the room refuses own addresses outside loopback") {
		return
	}
	room := labRoom(t)
	fresh := "s0 = socket datagram inet blocking"
	if answers, err := play(t, room, fresh, "connect s0 silent", "getsockname s0", "connect s0 own"); err != nil {
		t.Fatalf("in the lab: %v, %v", answers, err)
	}
	calls := prepareAll(t, room, [][]string{{fresh, "connect s0 silent", "sendto s0 own"},
		{fresh, "connect s0 silent", "s1 = socket stream inet blocking", "connect s1 s0"},
		{fresh, "connect s0 silent", "s1 = socket stream inet blocking", "bind s1 s0"}})
	room.lab, room.addresses.Lab = false, false // but for this, the same kernel and the same addresses
	for _, script := range calls {
		if err := room.Begin(script); err != nil {
			t.Fatal(err)
		}
		last := len(script) - 1
		for i, call := range script {
			answer, err := room.Do(call)
			if refused := err != nil; refused != (i == last) {
				t.Errorf("call %d answers %v, %v", i, answer, err)
			}
		}
		heldUp(t, room.End())
	}
}

func TestNamesRoundTrip(t *testing.T) {
	name := make([]byte, room.SlotBytes)
	for _, text := range []string{"127.0.0.1:7", "0.0.0.0:0", "[::1]:65535", "[::ffff:127.0.0.1]:1", "[fd00::1]:80"} {
		want := netip.MustParseAddrPort(text)
		room.EncodeName(name, want)
		if got, ok := room.DecodeName(name); !ok || got != want {
			t.Errorf("%v is read back as %v", want, got)
		}
	}
	for _, length := range []int{0, 1, 2, 15} {
		room.EncodeName(name, netip.MustParseAddrPort("127.0.0.1:7"))
		if got, ok := room.DecodeName(name[:length]); ok {
			t.Errorf("%d bytes are read as %v", length, got)
		}
	}
}
