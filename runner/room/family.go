package room

import (
	"encoding/binary"
	"net/netip"
	"syscall"
)

// A Family of addresses, as an index.
type Family int8

const (
	Inet Family = iota
	Inet6
	Families
)

// Sizes of struct sockaddr_in and sockaddr_in6, which all systems share.
const (
	bytesOfInet  = 16
	bytesOfInet6 = 28
)

// Exact is the length of the family's addresses in bytes.
func (f Family) Exact() int32 {
	if f == Inet6 {
		return bytesOfInet6
	}
	return bytesOfInet
}

// Domain is the system's number of the family.
func (f Family) Domain() uintptr {
	if f == Inet6 {
		return syscall.AF_INET6
	}
	return syscall.AF_INET
}

// Other is the family that is not this one.
func (f Family) Other() Family { return Inet + Inet6 - f }

// Loopback is the family's loopback address.
func (f Family) Loopback() netip.Addr {
	if f == Inet6 {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// Wildcard is the family's unspecified address.
func (f Family) Wildcard() netip.Addr {
	if f == Inet6 {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// EncodeName writes an address as system calls take it, zeros behind it.
func EncodeName(name []byte, address netip.AddrPort) {
	clear(name)
	ip := address.Addr()
	binary.BigEndian.PutUint16(name[2:], address.Port())
	if ip.Is4() {
		putFamily(name, syscall.AF_INET, bytesOfInet)
		octets := ip.As4()
		copy(name[4:], octets[:])
		return
	}
	putFamily(name, syscall.AF_INET6, bytesOfInet6)
	octets := ip.As16()
	copy(name[8:], octets[:])
}

// DecodeName reads what a system call wrote, or reports false.
func DecodeName(name []byte) (netip.AddrPort, bool) {
	switch {
	case len(name) >= bytesOfInet && familyOf(name) == syscall.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(name[4:8])), binary.BigEndian.Uint16(name[2:])), true
	case len(name) >= bytesOfInet6 && familyOf(name) == syscall.AF_INET6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(name[8:24])), binary.BigEndian.Uint16(name[2:])), true
	}
	return netip.AddrPort{}, false
}
