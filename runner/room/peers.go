package room

import (
	"net/netip"
	"slices"

	"connectspec/runner/agent"
)

// PlainAddress is the address as others reach it: the wildcard is loopback, an
// IPv4 address in IPv6 clothes is an IPv4 address.
func PlainAddress(address netip.AddrPort) netip.AddrPort {
	ip := address.Addr().Unmap()
	if ip.IsUnspecified() {
		if ip.Is4() {
			ip = Inet.Loopback()
		} else {
			ip = Inet6.Loopback()
		}
	}
	return netip.AddrPortFrom(ip, address.Port())
}

// host is where an address is, of those that getsockname may answer.
type host int8

const (
	hostNone host = iota
	hostLoopback
	hostLab
	hostMapped
	hostElsewhere
	hosts
)

// hostAnswers are by host, and whether the port is set.
var hostAnswers = [hosts][2]agent.Answer{
	hostNone:      {{Name: agent.OK, Value: "unnamed"}, {Name: agent.OK, Value: "anyhost"}},
	hostLoopback:  {{Name: agent.OK, Value: "portless_loopback"}, {Name: agent.OK, Value: "loopback"}},
	hostLab:       {{Name: agent.OK, Value: "portless_labhost"}, {Name: agent.OK, Value: "labhost"}},
	hostMapped:    {{Name: agent.OK, Value: "portless_mapped"}, {Name: agent.OK, Value: "mapped"}},
	hostElsewhere: {{Name: agent.OK, Value: "elsewhere"}, {Name: agent.OK, Value: "elsewhere"}},
}

var (
	labHosts   = parsed(LabHost)
	labSilents = parsed(LabSilent)
)

func parsed(texts [Families]string) (addresses [Families]netip.Addr) {
	for f, text := range texts {
		addresses[f] = netip.MustParseAddr(text)
	}
	return addresses
}

// NearPort is the port where the silent host reaches a socket with this name, or
// false: it has no port, or the address of another link.
func NearPort(f Family, own []byte) (uint16, bool) {
	address, ok := DecodeName(own)
	ip := address.Addr()
	return address.Port(), ok && address.Port() != 0 && (ip.IsUnspecified() || ip == labHosts[f])
}

// FarPort is the silent host's port in a peer's name, or false: it is another
// peer's.
func FarPort(f Family, peer []byte) (uint16, bool) {
	address, ok := DecodeName(peer)
	return address.Port(), ok && address.Addr() == labSilents[f]
}

func hostOf(ip netip.Addr) host {
	plain := ip.Unmap()
	switch {
	case ip.IsUnspecified():
		return hostNone
	case slices.Contains(labHosts[:], plain):
		return hostLab
	case ip == Inet.Loopback(), ip == Inet6.Loopback():
		return hostLoopback
	case plain == Inet.Loopback():
		return hostMapped
	}
	return hostElsewhere
}

// HostAnswer is what getsockname answers when it wrote this name.
func HostAnswer(name []byte) agent.Answer {
	address, ok := DecodeName(name)
	if !ok {
		return hostAnswers[hostElsewhere][0]
	}
	ported := 0
	if address.Port() != 0 {
		ported = 1
	}
	return hostAnswers[hostOf(address.Addr())][ported]
}

// A recollection is an address that a socket of the script has or had.
type recollection struct {
	place   Place
	address netip.AddrPort // plain
}

// peers know whose address is whose: those of the fixtures, and those that
// sockets of the script at hand have or had.
type peers struct {
	classes  map[netip.AddrPort]string
	recalled []recollection
}

// newPeers know the fixtures.
func newPeers(ports Ports) *peers {
	p := &peers{classes: map[netip.AddrPort]string{}, recalled: make([]recollection, 0, 64)}
	for class := range NameRows {
		switch NameClass(class) {
		case ClassZero, ClassZeroAll, ClassZeroPort, ClassOtherFamily:
			continue // nobody's peer, or the listener
		}
		for f := range Families {
			if address, ok := NameRows[class].address(f, ports); ok {
				p.classes[address] = NameRows[class].Word
			}
		}
	}
	return p
}

// forget forgets the sockets.
func (p *peers) forget() { p.recalled = p.recalled[:0] }

// recall remembers that a socket has an address.
func (p *peers) recall(place Place, address netip.AddrPort) {
	if address.Port() == 0 {
		return
	}
	known := recollection{place, PlainAddress(address)}
	if !slices.Contains(p.recalled, known) {
		p.recalled = append(p.recalled, known)
	}
}

var (
	staleAnswer  = agent.Answer{Name: agent.OK, Value: "stale"}
	silentAnswer = agent.Answer{Name: agent.OK, Value: NameRows[ClassSilent].Word}
)

// answer is what getpeername answers when it wrote this name. Last are the
// addresses with which sockets were seen last.
func (p *peers) answer(name []byte, last *[Places]netip.AddrPort) agent.Answer {
	address, ok := DecodeName(name)
	if !ok {
		return staleAnswer
	}
	if whose := p.whose(PlainAddress(address), last); whose != PlaceNone {
		return sockets[whose]
	}
	if class, ok := p.classes[address]; ok {
		return agent.Answer{Name: agent.OK, Value: class}
	}
	if slices.Contains(labSilents[:], address.Addr()) {
		return silentAnswer // it has connected from a port of its own
	}
	return staleAnswer
}

// whose is the first socket that has an address, or else the first that had it.
func (p *peers) whose(address netip.AddrPort, last *[Places]netip.AddrPort) Place {
	has, had := Place(Places), Place(Places)
	for _, known := range p.recalled {
		if known.address != address {
			continue
		}
		had = min(had, known.place)
		if PlainAddress(last[known.place]) == address {
			has = min(has, known.place)
		}
	}
	switch {
	case has < Places:
		return has
	case had < Places:
		return had
	}
	return PlaceNone
}
