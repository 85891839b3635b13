//go:build linux

package linux

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A family of addresses, as an index.
type family int8

const (
	inet family = iota
	inet6
	families
)

// exact is the length of the family's addresses in bytes.
func (f family) exact() int32 {
	if f == inet6 {
		return unix.SizeofSockaddrInet6
	}
	return unix.SizeofSockaddrInet4
}

func (f family) domain() uintptr {
	if f == inet6 {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

func (f family) other() family { return inet + inet6 - f }

func (f family) loopback() netip.Addr {
	if f == inet6 {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

func (f family) wildcard() netip.Addr {
	if f == inet6 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// unknownFamily is a number that no family of addresses has.
const unknownFamily = 250

// A nameClass is an input class of connect's name.
type nameClass int8

const (
	classListener nameClass = iota
	classRefuser
	classSilent
	classAbsent
	classNoRoute
	classUnreachable
	classProhibited
	classBlackhole
	classZero
	classZeroAll
	classZeroPort
	classBroadcast
	classMulticast
	classUnspec
	classOtherFamily
	classUnknownFamily
	classMapped
	classScopeless
	classNull
	classUnreadable
	classTorn
	classOwn
	classSocket // the address of a socket of the script
	nameClasses
)

// A nameRow says what a class of name stands for in each family. A row without
// addresses is made in another way. The port is the listener's unless said.
type nameRow struct {
	word     string
	address  [families]string
	refuser  bool // the refuser's port
	noPort   bool
	needsLab bool
}

// nameRows is the vocabulary of names. The addresses of the lab are set up in
// lab.go.
var nameRows = [nameClasses]nameRow{
	classListener:      {word: "listener", address: [families]string{"127.0.0.1", "::1"}},
	classRefuser:       {word: "refuser", address: [families]string{"127.0.0.1", "::1"}, refuser: true},
	classSilent:        {word: "silent", address: labSilent, needsLab: true},
	classAbsent:        {word: "absent", address: labAbsent, needsLab: true},
	classNoRoute:       {word: "no_route", address: labNoRoute, needsLab: true},
	classUnreachable:   {word: "unreachable", address: labUnreachable, needsLab: true},
	classProhibited:    {word: "prohibited", address: labProhibited, needsLab: true},
	classBlackhole:     {word: "blackhole", address: labBlackhole, needsLab: true},
	classZero:          {word: "zero", address: [families]string{"0.0.0.0", "::"}},
	classZeroAll:       {word: "zero_all", address: [families]string{"0.0.0.0", "::"}, noPort: true},
	classZeroPort:      {word: "zero_port", address: [families]string{"127.0.0.1", "::1"}, noPort: true},
	classBroadcast:     {word: "broadcast", address: [families]string{"127.255.255.255", ""}},
	classMulticast:     {word: "multicast", address: labMulticast, needsLab: true},
	classUnspec:        {word: "unspec"},
	classOtherFamily:   {word: "other_family", address: [families]string{"::1", "127.0.0.1"}},
	classUnknownFamily: {word: "unknown_family"},
	classMapped:        {word: "mapped", address: [families]string{"", "::ffff:127.0.0.1"}},
	// Outside the lab there may be an interface to which fe80::/64 leads.
	classScopeless:  {word: "scopeless", address: [families]string{"", "fe80::1"}, needsLab: true},
	classNull:       {word: "null"},
	classUnreadable: {word: "unreadable"},
	classTorn:       {word: "torn"},
	classOwn:        {word: "own"},
	classSocket:     {word: ""},
}

// foreign are addresses that no host has (RFC 5737, RFC 3849).
var foreign = [families]string{"192.0.2.1", "2001:db8::1"}

// A local is an input class of bind's address.
type local int8

const (
	localAny local = iota
	localLoopback
	localFixed
	localForeign
	localOtherFamily
	localSocket
	locals
)

var localWords = [locals]string{"any", "loopback", "fixed", "foreign", "other_family", ""}

// lengthWords are the input classes of namelen.
var lengthWords = map[string]func(family) int32{
	"exact":     func(f family) int32 { return f.exact() },
	"empty":     func(family) int32 { return 0 },
	"one":       func(family) int32 { return 1 },
	"two":       func(family) int32 { return 2 },
	"short":     func(f family) int32 { return map[family]int32{inet: 15, inet6: 23}[f] },
	"truncated": func(family) int32 { return 24 },
	"longer":    func(f family) int32 { return f.exact() + 1 },
	"storage":   func(family) int32 { return storageBytes },
	"huge":      func(family) int32 { return storageBytes + 1 },
	"negative":  func(family) int32 { return -1 },
}

// storageBytes is the size of struct sockaddr_storage, the longest name that
// the kernel takes.
const storageBytes = 128

// slotBytes is the room of one name: more than any length that is passed.
const slotBytes = 256

// A nameBook holds every name ready for use, in memory that Go does not know:
// some of it cannot be read.
type nameBook struct {
	mapped  [][]byte // to be unmapped
	slots   []byte
	used    int
	names   [families][nameClasses]unsafe.Pointer
	locals  [families][locals]unsafe.Pointer
	scratch []byte // for names that are asked for: own, sN
}

// newNameBook writes the names for these ports.
func newNameBook(ports ports) (*nameBook, error) {
	book := &nameBook{}
	const count = int(families)*(int(nameClasses)+int(locals)) + 1
	var err error
	if book.slots, err = book.allocate(count * slotBytes); err != nil {
		return nil, err
	}
	book.scratch = book.slot()
	for f := range families {
		if err := book.fill(f, ports); err != nil {
			return nil, err
		}
	}
	return book, nil
}

// allocate maps zeroed memory.
func (b *nameBook) allocate(size int) ([]byte, error) {
	memory, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("mmap: %w", err)
	}
	b.mapped = append(b.mapped, memory)
	return memory, nil
}

func (b *nameBook) slot() []byte {
	slot := b.slots[b.used : b.used+slotBytes]
	b.used += slotBytes
	return slot
}

func (b *nameBook) put(address netip.AddrPort) unsafe.Pointer {
	slot := b.slot()
	encodeName(slot, address)
	return unsafe.Pointer(&slot[0])
}

func (b *nameBook) fill(f family, ports ports) error {
	names := &b.names[f]
	for class, row := range nameRows {
		text := row.address[f]
		if text == "" {
			continue
		}
		port := ports.listener
		if row.refuser {
			port = ports.refuser
		} else if row.noPort {
			port = 0
		}
		names[class] = b.put(netip.AddrPortFrom(netip.MustParseAddr(text), port))
	}
	names[classUnspec] = unsafe.Pointer(&b.slot()[0])
	unknown := b.slot()
	binary.NativeEndian.PutUint16(unknown, unknownFamily)
	names[classUnknownFamily] = unsafe.Pointer(&unknown[0])

	locals := &b.locals[f]
	locals[localAny] = b.put(netip.AddrPortFrom(netip.MustParseAddr(nameRows[classZeroAll].address[f]), 0))
	locals[localLoopback] = b.put(netip.AddrPortFrom(f.loopback(), 0))
	locals[localFixed] = b.put(netip.AddrPortFrom(f.loopback(), ports.fixed))
	locals[localForeign] = b.put(netip.AddrPortFrom(netip.MustParseAddr(foreign[f]), 0))
	locals[localOtherFamily] = b.put(netip.AddrPortFrom(f.other().loopback(), 0))
	return b.fillUnreadable(f, ports)
}

// fillUnreadable makes a page that cannot be read after one that ends in all
// but the last byte of the listener's name.
func (b *nameBook) fillUnreadable(f family, ports ports) error {
	page := unix.Getpagesize()
	memory, err := b.allocate(2 * page)
	if err != nil {
		return err
	}
	torn := memory[page-int(f.exact())+1 : page]
	var whole [slotBytes]byte
	encodeName(whole[:], netip.AddrPortFrom(f.loopback(), ports.listener))
	copy(torn, whole[:])
	if err := unix.Mprotect(memory[page:], unix.PROT_NONE); err != nil {
		return fmt.Errorf("mprotect: %w", err)
	}
	b.names[f][classTorn] = unsafe.Pointer(&torn[0])
	b.names[f][classUnreadable] = unsafe.Pointer(&memory[page])
	return nil
}

func (b *nameBook) close() {
	for _, memory := range b.mapped {
		unix.Munmap(memory)
	}
	b.mapped = nil
}

// encodeName writes an address as the system calls take it, zeros behind it.
func encodeName(name []byte, address netip.AddrPort) {
	clear(name)
	ip := address.Addr()
	binary.BigEndian.PutUint16(name[2:], address.Port())
	if ip.Is4() {
		binary.NativeEndian.PutUint16(name, unix.AF_INET)
		octets := ip.As4()
		copy(name[4:], octets[:])
		return
	}
	binary.NativeEndian.PutUint16(name, unix.AF_INET6)
	octets := ip.As16()
	copy(name[8:], octets[:])
}

// decodeName reads what a system call wrote, or reports false.
func decodeName(name []byte) (netip.AddrPort, bool) {
	switch {
	case len(name) >= unix.SizeofSockaddrInet4 && binary.NativeEndian.Uint16(name) == unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(name[4:8])), binary.BigEndian.Uint16(name[2:])), true
	case len(name) >= unix.SizeofSockaddrInet6 && binary.NativeEndian.Uint16(name) == unix.AF_INET6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(name[8:24])), binary.BigEndian.Uint16(name[2:])), true
	}
	return netip.AddrPort{}, false
}
