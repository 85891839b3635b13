//go:build linux

package linux

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"connectspec/runner/room"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The lab is a network namespace of our own with one link. Its addresses are
// of networks that are set aside for tests (RFC 2544, RFC 5737) or for nobody
// (RFC 4193); they mean something here only.
//
//	lo     127.0.0.1/8 ::1/128
//	lab0   198.18.0.1/24 fd00:18::1/64
//	       .2 ::2  silent: its neighbour entry is permanent, and nobody has it; it
//	               says what a script has it say (farside.go)
//	       .3 ::3  absent: nobody answers for it
//	lab1   the other end of lab0, without addresses
var (
	labHostBits  = [families]int{24, 64}
	labWholeBits = [families]int{32, 128}
	labRouteBits = [families]int{24, 48}
	labGroupBits = [families]int{8, 16}

	loopbackBits = [families][]int{{32, 8}, {128}} // of the networks that are routed to lo
)

const (
	labLink    = "lab0"
	labFarLink = "lab1"

	// The ports of the fixtures; the kernel gives away those of labPortRange.
	labFirstPort = 7000
	labLastPort  = 7100
	labPortRange = "16384 65535"
)

// nobodysAddress is a link-layer address that neither end of the link has.
var nobodysAddress = net.HardwareAddr{0x02, 0, 0, 0, 0, 0x18}

// labSettings are made before the links are up, below /proc/sys/net.
var labSettings = [][2]string{
	// A closed socket leaves nothing in TIME_WAIT, which would be in the way
	// of the next scripts for a minute. See also acknowledgeAtOnce.
	{"ipv4/tcp_max_tw_buckets", "0"},
	{"ipv4/tcp_no_metrics_save", "1"},
	{"ipv4/ip_local_port_range", labPortRange},
	// Who asks for Fast Open has it at once, and without a cookie: see fastopen.go.
	{"ipv4/tcp_fastopen", "5"},
	// No kind of ICMP message is held back: neither by a limit for each target
	// nor by the one for all, which would let every thousandth attempt a second
	// that fails without a neighbour go on for ever.
	{"ipv4/icmp_ratemask", "0"},
	{"ipv6/icmp/ratemask", "\n"},
	{"ipv6/conf/all/disable_ipv6", "0"},
	{"ipv6/conf/" + labFarLink + "/disable_ipv6", "1"},
	{"ipv6/conf/" + labLink + "/accept_dad", "0"},
	{"ipv6/conf/" + labLink + "/accept_ra", "0"},
	{"ipv6/conf/" + labLink + "/router_solicitations", "0"},
	{"ipv6/conf/" + labLink + "/addr_gen_mode", "1"},
}

// labNeighbourSettings let the kernel ask once for an absent neighbour, and
// wait for an answer longer than any script takes: see neighbours. What waits
// keeps the namespace even when the room was killed, and all namespaces share
// one table of neighbours, with room for 1024: it must end.
var labNeighbourSettings = [][2]string{
	{"mcast_solicit", "1"}, {"ucast_solicit", "0"}, {"app_solicit", "0"}, {"retrans_time_ms", "30000"},
}

// setUpLab makes the lab out of a new network namespace.
func setUpLab() error {
	if err := checkNew(); err != nil {
		return err
	}
	pair := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: labLink}, PeerName: labFarLink}
	if err := netlink.LinkAdd(pair); err != nil {
		return fmt.Errorf("a veth pair: %w", err)
	}
	if err := labSysctls(); err != nil {
		return err
	}
	loopback, err := raise("lo")
	if err != nil {
		return err
	}
	near, err := raise(labFarLink, labLink)
	if err != nil {
		return err
	}
	for f := range families {
		if f == inet6 && !hasIPv6() {
			continue
		}
		if err := labFamily(f, near); err != nil {
			return err
		}
		if err := acknowledgeAtOnce(loopback, f.Loopback().String(), loopbackBits[f]...); err != nil {
			return err
		}
		if err := acknowledgeAtOnce(near, room.LabHost[f], labWholeBits[f]); err != nil {
			return err
		}
	}
	return nil
}

// acknowledgeAtOnce has everything acknowledged at once that is sent to an own
// address, and to the networks around it. The acknowledgment of a FIN may be
// delayed by 40 ms otherwise, and until it comes the closed socket keeps its
// port, sometimes.
func acknowledgeAtOnce(link netlink.Link, own string, bits ...int) error {
	for _, bits := range bits {
		route := netlink.Route{LinkIndex: link.Attrs().Index, Dst: network(own, bits), Table: unix.RT_TABLE_LOCAL,
			Type: unix.RTN_LOCAL, Scope: netlink.SCOPE_HOST, Protocol: unix.RTPROT_KERNEL}
		if err := netlink.RouteDel(&route); err != nil {
			return fmt.Errorf("route to %s: %w", route.Dst, err)
		}
		route.QuickACK = 1
		if ip := net.ParseIP(own); ip.To4() != nil {
			route.Src = ip
		}
		if err := netlink.RouteAdd(&route); err != nil {
			return fmt.Errorf("route to %s, with quickack: %w", route.Dst, err)
		}
	}
	return nil
}

// checkNew refuses a namespace that somebody uses: in a new one, lo is down.
func checkNew() error {
	links, err := netlink.LinkList()
	if err != nil {
		return fmt.Errorf("list of links: %w", err)
	}
	for _, link := range links {
		if link.Attrs().Flags&net.FlagUp != 0 {
			return fmt.Errorf("link %s is up: this network namespace is not a new one", link.Attrs().Name)
		}
	}
	return nil
}

func hasIPv6() bool {
	_, err := os.Stat("/proc/sys/net/ipv6")
	return err == nil
}

func labSysctls() error {
	settings := labSettings
	for _, family := range []string{"ipv4", "ipv6"} {
		for _, setting := range labNeighbourSettings {
			settings = append(settings, [2]string{family + "/neigh/" + labLink + "/" + setting[0], setting[1]})
		}
	}
	for _, setting := range settings {
		if setting[0][:4] == "ipv6" && !hasIPv6() {
			continue
		}
		if err := os.WriteFile("/proc/sys/net/"+setting[0], []byte(setting[1]), 0); err != nil {
			return fmt.Errorf("setting %s to %s: %w", setting[0], setting[1], err)
		}
	}
	return nil
}

// raise sets links up and returns the last one. The far end comes first, so
// that the near one has a carrier at once.
func raise(names ...string) (link netlink.Link, err error) {
	for _, name := range names {
		if link, err = netlink.LinkByName(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return nil, fmt.Errorf("%s up: %w", name, err)
		}
	}
	return link, nil
}

// labFamily gives the near link its addresses, neighbours and routes.
func labFamily(f family, near netlink.Link) error {
	host := network(room.LabHost[f], labHostBits[f])
	host.IP = net.ParseIP(room.LabHost[f])
	address := &netlink.Addr{IPNet: host}
	if f == inet6 {
		address.Flags = unix.IFA_F_NODAD
	}
	if err := netlink.AddrAdd(near, address); err != nil {
		return fmt.Errorf("address %s: %w", room.LabHost[f], err)
	}
	neighbour := &netlink.Neigh{LinkIndex: near.Attrs().Index, State: netlink.NUD_PERMANENT,
		Family: int(f.Domain()), IP: net.ParseIP(room.LabSilent[f]), HardwareAddr: nobodysAddress}
	if err := netlink.NeighAdd(neighbour); err != nil {
		return fmt.Errorf("neighbour %s: %w", room.LabSilent[f], err)
	}
	routes := []netlink.Route{
		{Dst: network(room.LabUnreachable[f], labRouteBits[f]), Type: unix.RTN_UNREACHABLE},
		{Dst: network(room.LabProhibited[f], labRouteBits[f]), Type: unix.RTN_PROHIBIT},
		{Dst: network(room.LabBlackhole[f], labRouteBits[f]), Type: unix.RTN_BLACKHOLE},
		{Dst: network(room.LabMulticast[f], labGroupBits[f]), LinkIndex: near.Attrs().Index, Scope: netlink.SCOPE_LINK},
	}
	for i := range routes {
		if err := netlink.RouteAdd(&routes[i]); err != nil {
			return fmt.Errorf("route to %v: %w", routes[i].Dst, err)
		}
	}
	return awaitAddress(f)
}

// network is the network of so many bits around an address.
func network(address string, bits int) *net.IPNet {
	ip := net.ParseIP(address)
	if v4 := ip.To4(); v4 != nil {
		ip = v4
	}
	mask := net.CIDRMask(bits, 8*len(ip))
	return &net.IPNet{IP: ip.Mask(mask), Mask: mask}
}

// awaitAddress waits until a socket can be bound to the lab's own address, and
// until what is sent there comes back: the kernel takes notice of a new carrier,
// and of a new address, in its own time, usually at once.
func awaitAddress(f family) error {
	address := netip.MustParseAddr(room.LabHost[f])
	const patience, pause = 10 * time.Second, time.Millisecond
	for deadline := time.Now().Add(patience); ; time.Sleep(pause) {
		err := tryBind(f, address)
		if err == nil {
			err = tryRoute(address)
		}
		if err == nil || !errors.Is(err, unix.EADDRNOTAVAIL) || time.Now().After(deadline) {
			return err
		}
	}
}

// tryRoute fails with EADDRNOTAVAIL until packets to an own address stay here.
func tryRoute(address netip.Addr) error {
	routes, err := netlink.RouteGet(address.AsSlice())
	if err != nil {
		return fmt.Errorf("route to %s: %w", address, err)
	}
	for _, route := range routes {
		if route.Type != unix.RTN_LOCAL {
			return fmt.Errorf("route to %s: %w: it leads away", address, unix.EADDRNOTAVAIL)
		}
	}
	return nil
}

func tryBind(f family, address netip.Addr) error {
	fd, err := unix.Socket(int(f.Domain()), unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if f == inet6 {
		return unix.Bind(fd, &unix.SockaddrInet6{Addr: address.As16()})
	}
	return unix.Bind(fd, &unix.SockaddrInet4{Addr: address.As4()})
}
