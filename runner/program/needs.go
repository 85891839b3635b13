package program

import (
	"errors"
	"slices"
	"strings"
)

// needs are what a script finds on the machine.
type needs struct {
	fixtures []fixture
	lab      []string // commands that set a network namespace up; none if loopback will do
	recalls  bool     // it asks for addresses of its own sockets
	patient  bool     // something ends after a second, by itself
	searches bool     // the system looks for a host that is not there
	threads  bool     // calls overlap
	file     bool     // a handle of something that is no socket
}

// A fixture is a socket that the program has besides those of the script.
type fixture struct {
	family, kind string
	listener     bool // at the listener's port; otherwise at the refuser's
}

// Where the names of scripts are. The addresses beyond loopback are of networks
// that are set aside for tests.
type place struct {
	address map[string]string // by family
	port    string
	lab     map[string][]string // what makes it so, by family
}

// linkUp makes a link with a host that says nothing.
var linkUp = []string{
	"ip link add lab0 type veth peer name lab1", "ip link set lab1 up", "ip link set lab0 up",
	"ip addr add 198.18.0.1/24 dev lab0", "ip addr add fd00:18::1/64 dev lab0 nodad",
	"ip neigh add 198.18.0.2 lladdr 02:00:00:00:00:18 dev lab0 nud permanent",
	"ip neigh add fd00:18::2 lladdr 02:00:00:00:00:18 dev lab0 nud permanent",
}

const listenerPort, refuserPort, noPort = "LISTENER_PORT", "REFUSER_PORT", "0"

func route(kind string, to ...string) map[string][]string {
	return map[string][]string{"inet": {"ip route add " + kind + to[0]}, "inet6": {"ip -6 route add " + kind + to[1]}}
}

var places = map[string]place{
	"listener":     {address: map[string]string{"inet": "127.0.0.1", "inet6": "::1"}, port: listenerPort},
	"torn":         {address: map[string]string{"inet": "127.0.0.1", "inet6": "::1"}, port: listenerPort},
	"refuser":      {address: map[string]string{"inet": "127.0.0.1", "inet6": "::1"}, port: refuserPort},
	"zero":         {address: map[string]string{"inet": "0.0.0.0", "inet6": "::"}, port: listenerPort},
	"zero_all":     {address: map[string]string{"inet": "0.0.0.0", "inet6": "::"}, port: noPort},
	"zero_port":    {address: map[string]string{"inet": "127.0.0.1", "inet6": "::1"}, port: noPort},
	"broadcast":    {address: map[string]string{"inet": "127.255.255.255"}, port: listenerPort},
	"other_family": {address: map[string]string{"inet": "::1", "inet6": "127.0.0.1"}, port: listenerPort},
	"mapped":       {address: map[string]string{"inet6": "::ffff:127.0.0.1"}, port: listenerPort},
	"scopeless":    {address: map[string]string{"inet6": "fe80::1"}, port: listenerPort, lab: map[string][]string{}},
	"silent":       {address: map[string]string{"inet": "198.18.0.2", "inet6": "fd00:18::2"}, port: listenerPort, lab: map[string][]string{"inet": linkUp, "inet6": linkUp}},
	"absent":       {address: map[string]string{"inet": "198.18.0.3", "inet6": "fd00:18::3"}, port: listenerPort, lab: map[string][]string{"inet": linkUp, "inet6": linkUp}},
	"multicast": {address: map[string]string{"inet": "239.18.0.1", "inet6": "ff15::18"}, port: listenerPort, lab: map[string][]string{
		"inet":  append(slices.Clone(linkUp), "ip route add 239.0.0.0/8 dev lab0"),
		"inet6": append(slices.Clone(linkUp), "ip -6 route add ff15::/16 dev lab0")}},
	"no_route": {address: map[string]string{"inet": "203.0.113.1", "inet6": "fd00:19::1"}, port: listenerPort, lab: map[string][]string{}},
	"unreachable": {address: map[string]string{"inet": "198.18.1.1", "inet6": "fd00:18:1::1"}, port: listenerPort,
		lab: route("unreachable ", "198.18.1.0/24", "fd00:18:1::/48")},
	"prohibited": {address: map[string]string{"inet": "198.18.2.1", "inet6": "fd00:18:2::1"}, port: listenerPort,
		lab: route("prohibit ", "198.18.2.0/24", "fd00:18:2::/48")},
	"blackhole": {address: map[string]string{"inet": "198.18.3.1", "inet6": "fd00:18:3::1"}, port: listenerPort,
		lab: route("blackhole ", "198.18.3.0/24", "fd00:18:3::/48")},
}

// bindings are the addresses that bind may be given.
var bindings = map[string]place{
	"any":          {address: map[string]string{"inet": "0.0.0.0", "inet6": "::"}, port: noPort},
	"loopback":     {address: map[string]string{"inet": "127.0.0.1", "inet6": "::1"}, port: noPort},
	"fixed":        {address: map[string]string{"inet": "127.0.0.1", "inet6": "::1"}, port: "FIXED_PORT"},
	"foreign":      {address: map[string]string{"inet": "192.0.2.1", "inet6": "2001:db8::1"}, port: noPort},
	"other_family": {address: map[string]string{"inet": "::1", "inet6": "127.0.0.1"}, port: noPort},
}

// peers are the classes that getpeername may find.
var peers = []string{"listener", "refuser", "mapped", "broadcast", "multicast", "scopeless", "silent", "absent", "no_route", "unreachable",
	"prohibited", "blackhole"}

// familyOf is that of an address.
func familyOf(ip string) string {
	if strings.Contains(ip, ":") {
		return "inet6"
	}
	return "inet"
}

// plainAddress is an IPv4 address without its IPv6 clothes.
func plainAddress(ip string) string { return strings.TrimPrefix(ip, "::ffff:") }

// lengths are those of namelen, by family.
var lengths = map[string]map[string]int{
	"exact": {"inet": 16, "inet6": 28}, "empty": {"inet": 0, "inet6": 0}, "one": {"inet": 1, "inet6": 1},
	"two": {"inet": 2, "inet6": 2}, "short": {"inet": 15, "inet6": 23}, "truncated": {"inet": 24, "inet6": 24},
	"longer": {"inet": 17, "inet6": 29}, "storage": {"inet": 128, "inet6": 128}, "huge": {"inet": 129, "inet6": 129},
	"negative": {"inet": -1, "inet6": -1},
}

// addressed are the calls that are given an address.
var addressed = []string{"bind", "connect", "wsa_connect", "connect_ex", "sendto"}

// of finds out what steps need.
func (n *needs) of(steps []step) {
	kinds, link := map[string]bool{}, false
	for i := range steps {
		if steps[i].call == "socket" {
			kinds[steps[i].kind] = true
		}
	}
	for i := range steps {
		s := &steps[i]
		n.recalls = n.recalls || s.call == "getpeername"
		n.patient = n.patient || s.call == "set_timeout"
		n.file = n.file || s.on == "file"
		n.threads = n.threads || s.thread != ""
		if !slices.Contains(addressed, s.call) {
			continue
		}
		class := s.args[0]
		n.recalls = n.recalls || isSocket(class) || class == "own"
		if s.call == "bind" {
			continue
		}
		n.searches = n.searches || class == "absent"
		where := places[class]
		n.addFixture(class, s.family, kinds)
		if where.lab != nil {
			n.lab = append(n.lab, where.lab[s.family]...)
			link = true
		}
	}
	if link {
		n.lab = distinct(append([]string{"ip link set lo up"}, n.lab...))
	}
}

var errNoAddress = errors.New("there is no such address in this family")

// addFixture adds who is at an address, if anybody is.
func (n *needs) addFixture(class, family string, kinds map[string]bool) {
	listener := true
	switch class {
	case "listener", "zero", "torn":
	case "refuser":
		listener = false
	case "mapped":
		family = "inet"
	default:
		return
	}
	for _, kind := range []string{"stream", "datagram"} {
		one := fixture{family, kind, listener}
		if kinds[kind] && (listener || kind == "stream") && !slices.Contains(n.fixtures, one) {
			n.fixtures = append(n.fixtures, one)
		}
	}
}

// distinct are lines without those that were there before.
func distinct(lines []string) []string {
	var list []string
	for _, line := range lines {
		if !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}

// isSocket says that an argument names a socket of the script.
func isSocket(word string) bool {
	return len(word) >= 2 && word[0] == 's' && word[1] >= '0' && word[1] <= '9'
}
