//go:build linux

package linux

import (
	"fmt"
	"net/netip"
	"slices"
	"unsafe"

	"connectspec/runner/agent"
	"golang.org/x/sys/unix"
)

// A recollection is an address that a socket of the script has or had.
type recollection struct {
	place   place
	address netip.AddrPort // plain: see plainAddress
}

// plainAddress is the address as others reach it: the wildcard is loopback, an
// IPv4 address in IPv6 clothes is an IPv4 address.
func plainAddress(address netip.AddrPort) netip.AddrPort {
	ip := address.Addr().Unmap()
	if ip.IsUnspecified() {
		if ip.Is4() {
			ip = inet.loopback()
		} else {
			ip = inet6.loopback()
		}
	}
	return netip.AddrPortFrom(ip, address.Port())
}

// ask makes getsockname or getpeername; r.nameBytes and r.length have the
// answer.
func (r *Room) ask(trap, fd uintptr) unix.Errno {
	r.length = uint32(len(r.nameBytes))
	_, _, errno := unix.RawSyscall(trap, fd, uintptr(unsafe.Pointer(&r.nameBytes)), uintptr(unsafe.Pointer(&r.length)))
	return errno
}

// recall remembers the address that a socket has now, if the script asks for
// such things.
func (r *Room) recall(p place) {
	if !r.recalls || p < 0 {
		return
	}
	s := &r.sockets[p]
	if s.state != stateOpen || r.ask(unix.SYS_GETSOCKNAME, uintptr(s.fd)) != 0 {
		return
	}
	address, ok := decodeName(r.nameBytes[:r.length])
	if !ok {
		return
	}
	s.last = address
	if address.Port() == 0 {
		return
	}
	address = plainAddress(address)
	for _, known := range r.recalled {
		if known.place == p && known.address == address {
			return
		}
	}
	r.recalled = append(r.recalled, recollection{p, address})
}

// addressOf writes the address of a socket as a name: where others reach it.
// One that is closed has the last one it was seen with, one without a local
// name that of loopback with port 0. The error is that of a socket which is
// somewhere that the room must not send to.
func (r *Room) addressOf(p place, caller family) (unsafe.Pointer, error) {
	address := netip.AddrPortFrom(caller.loopback(), 0)
	var s *socket
	if p >= 0 {
		s = &r.sockets[p]
	}
	switch {
	case s == nil || s.state == stateAbsent:
	case s.state == stateClosed && s.last.IsValid() && s.last.Port() != 0:
		address = s.last
	case s.state == stateClosed:
		address = netip.AddrPortFrom(s.family.loopback(), 0)
	default:
		address = netip.AddrPortFrom(s.family.loopback(), 0)
		if r.ask(unix.SYS_GETSOCKNAME, uintptr(s.fd)) != 0 {
			break
		}
		if own, ok := decodeName(r.nameBytes[:r.length]); ok {
			address = own
		}
	}
	if address.Addr().Unmap().IsUnspecified() {
		address = netip.AddrPortFrom(plainAddress(address).Addr(), address.Port())
	}
	if !r.lab && !address.Addr().Unmap().IsLoopback() {
		return nil, fmt.Errorf("the socket's address is outside loopback")
	}
	encodeName(r.book.scratch, address)
	return unsafe.Pointer(&r.book.scratch[0]), nil
}

// hosts of getsockname.
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
	labHostAddresses   = [families]netip.Addr{netip.MustParseAddr(labHost[inet]), netip.MustParseAddr(labHost[inet6])}
	labSilentAddresses = [families]netip.Addr{netip.MustParseAddr(labSilent[inet]), netip.MustParseAddr(labSilent[inet6])}
)

func hostOf(ip netip.Addr) host {
	plain := ip.Unmap()
	switch {
	case ip.IsUnspecified():
		return hostNone
	case plain == labHostAddresses[inet], plain == labHostAddresses[inet6]:
		return hostLab
	case ip == inet.loopback(), ip == inet6.loopback():
		return hostLoopback
	case plain == inet.loopback():
		return hostMapped
	}
	return hostElsewhere
}

func (r *Room) getsockname(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	if errno := r.ask(unix.SYS_GETSOCKNAME, fd); errno != 0 {
		return failure(errno), nil
	}
	address, ok := decodeName(r.nameBytes[:r.length])
	if !ok {
		return hostAnswers[hostElsewhere][0], nil
	}
	if address.Port() == 0 {
		return hostAnswers[hostOf(address.Addr())][0], nil
	}
	return hostAnswers[hostOf(address.Addr())][1], nil
}

// peerClasses are the addresses that getpeername may find outside the script.
func peerClasses(ports ports) map[netip.AddrPort]string {
	classes := map[netip.AddrPort]string{}
	for class, row := range nameRows {
		switch nameClass(class) {
		case classZero, classZeroAll, classZeroPort, classOtherFamily:
			continue // nobody's peer, or the listener
		}
		for f := range families {
			if row.address[f] == "" {
				continue
			}
			port := ports.listener
			if row.refuser {
				port = ports.refuser
			}
			classes[netip.AddrPortFrom(netip.MustParseAddr(row.address[f]), port)] = row.word
		}
	}
	return classes
}

var (
	staleAnswer  = agent.Answer{Name: agent.OK, Value: "stale"}
	silentAnswer = agent.Answer{Name: agent.OK, Value: nameRows[classSilent].word}
)

func (r *Room) getpeername(c *call) (agent.Answer, error) {
	fd, _ := r.upon(c)
	if errno := r.ask(unix.SYS_GETPEERNAME, fd); errno != 0 {
		return failure(errno), nil
	}
	address, ok := decodeName(r.nameBytes[:r.length])
	if !ok {
		return staleAnswer, nil
	}
	if p := r.whose(plainAddress(address)); p != placeNone {
		return socketAnswers[p], nil
	}
	if class, ok := r.classes[address]; ok {
		return agent.Answer{Name: agent.OK, Value: class}, nil
	}
	if slices.Contains(labSilentAddresses[:], address.Addr()) {
		return silentAnswer, nil // it has connected from a port of its own
	}
	return staleAnswer, nil
}

// whose is the first socket that has an address, or else the first that had it.
func (r *Room) whose(address netip.AddrPort) place {
	has, had := place(places), place(places)
	for _, known := range r.recalled {
		if known.address != address {
			continue
		}
		had = min(had, known.place)
		if plainAddress(r.sockets[known.place].last) == address {
			has = min(has, known.place)
		}
	}
	switch {
	case has < places:
		return has
	case had < places:
		return had
	}
	return placeNone
}

// socketAnswers name the sockets of a script.
var socketAnswers = makeSocketAnswers()

func makeSocketAnswers() (answers [places]agent.Answer) {
	for p := range answers {
		answers[p] = agent.Answer{Name: agent.OK, Value: fmt.Sprintf("s%d", p)}
	}
	return answers
}
