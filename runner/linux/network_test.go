//go:build linux

package linux

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"connectspec/runner/agent"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

var repeat = flag.Int("repeat", 20, "how often TestNetworkRepeats runs the scripts of testdata/network.txt")

// TestNetworkRepeats: what the network does shows in the very next call, each
// time, and nothing of a script is left in the kernel.
func TestNetworkRepeats(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that the network is repeatable") {
		return
	}
	room := networkRoom(t)
	file := readScriptFile(t, "testdata/network.txt")
	var batch, wanted [][]string
	for _, script := range file.scripts() {
		var lines, answers []string
		for _, i := range script {
			lines, answers = append(lines, file.lines[i].call), append(answers, file.lines[i].answer)
		}
		batch, wanted = append(batch, lines), append(wanted, answers)
	}
	before := kernelState(t)
	for round := range *repeat {
		for i, script := range batch {
			answers, err := play(t, room, script...)
			if err != nil || !slices.Equal(answers, wanted[i]) {
				t.Fatalf("round %d:\n%s\nanswers %s, error %v", round, strings.Join(script, "\n"), strings.Join(answers, ", "), err)
			}
		}
	}
	if after := kernelState(t); after != before {
		t.Errorf("before the scripts:\n%safter:\n%s", before, after)
	}
}

// kernelState is all that the kernel remembers of this network namespace:
// sockets, neighbours, and what it has learnt of routes and hosts.
func kernelState(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	for _, kind := range []string{"tcp", "tcp6", "udp", "udp6"} {
		sockets, err := os.ReadFile("/proc/thread-self/net/" + kind)
		if err != nil {
			continue // no IPv6
		}
		for line := range strings.Lines(string(sockets)) {
			fields := strings.Fields(line)
			fmt.Fprintln(&text, kind, fields[1], fields[2], fields[3]) // ends and state
		}
	}
	neighbours, err := netlink.NeighList(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, neighbour := range neighbours {
		if neighbour.State == netlink.NUD_NOARP {
			continue // groups, and loopback
		}
		fmt.Fprintln(&text, "neighbour", neighbour.IP, neighbour.HardwareAddr, neighbour.State)
	}
	for _, f := range []uint8{unix.AF_INET, unix.AF_INET6} {
		exceptions := nl.NewNetlinkRequest(unix.RTM_GETROUTE, unix.NLM_F_DUMP)
		exceptions.AddData(&nl.RtMsg{RtMsg: unix.RtMsg{Family: f, Flags: unix.RTM_F_CLONED}})
		learnt := 0
		for _, route := range list(t, exceptions, unix.NETLINK_ROUTE) {
			if nl.DeserializeRtMsg(route).Flags&unix.RTM_F_CLONED != 0 {
				learnt++
			}
		}
		fmt.Fprintln(&text, "exceptions to routes:", learnt)
	}
	family, err := netlink.GenlFamilyGet("tcp_metrics")
	if err != nil {
		t.Fatal(err)
	}
	const get = 1 // TCP_METRICS_CMD_GET
	metrics := nl.NewNetlinkRequest(int(family.ID), unix.NLM_F_DUMP)
	metrics.AddData(&nl.Genlmsg{Command: get, Version: 1})
	hosts := slices.DeleteFunc(list(t, metrics, unix.NETLINK_GENERIC), func(host []byte) bool { return !measured(t, host) })
	fmt.Fprintln(&text, "hosts with metrics:", len(hosts))
	return text.String()
}

// measured says whether TCP remembers anything of a host that the next connection
// would show. Fast Open leaves the segment size of each host that it has met; a
// single byte always fits.
func measured(t *testing.T, host []byte) bool {
	t.Helper()
	const headerBytes, values, cookie = 4, 6, 10 // TCP_METRICS_ATTR_VALS, TCP_METRICS_ATTR_FOPEN_COOKIE
	attributes, err := nl.ParseRouteAttr(host[headerBytes:])
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(attributes, func(attribute syscall.NetlinkRouteAttr) bool {
		kind := attribute.Attr.Type &^ unix.NLA_F_NESTED
		return kind == values || kind == cookie
	})
}

// list asks the kernel for a list.
func list(t *testing.T, request *nl.NetlinkRequest, protocol int) [][]byte {
	t.Helper()
	entries, err := request.Execute(protocol, 0)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestNetworkAllocatesNothing: events cost no memory once a room has run some.
func TestNetworkAllocatesNothing(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that events cost no memory") {
		return
	}
	room := networkRoom(t)
	prepared := prepareAll(t, room, eventful)
	allocations := testing.AllocsPerRun(100, func() { replay(t, room, prepared) })
	if allocations != 0 {
		t.Errorf("%v allocations in %d scripts", allocations, len(prepared))
	}
}

// eventful are scripts with every event, for both families.
var eventful = scripts(`
	s0 = socket stream inet nonblocking
	connect s0 silent
	network accepts s0
	peer sends s0
	send s0
	peer finishes s0
	peer resets s0

	s0 = socket stream inet6 nonblocking
	connect s0 silent
	network refuses s0
	connect s0 silent
	connect s0 silent
	network reports s0 address_unreachable

	s0 = socket stream inet nonblocking
	connect s0 silent
	peer opens s0
	close s0

	s0 = socket datagram inet6 nonblocking
	connect s0 silent
	send s0
	network reports s0 port_unreachable
	peer sends s0

	s0 = socket datagram inet nonblocking
	connect s0 silent
	send s0
	network reports s0 port_unreachable
	peer sends s0
`)

func replay(t testing.TB, room *Room, prepared [][]agent.Call) {
	for _, script := range prepared {
		if err := room.Begin(script); err != nil {
			t.Fatal(err)
		}
		for _, call := range script {
			if _, err := room.Do(call); err != nil {
				t.Fatal(err)
			}
		}
		heldUp(t, room.End())
	}
}
