//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package room

// putFamily writes the family of an address where struct sockaddr has it: behind
// a byte that has the length, which 4.3BSD-Reno put in front. The kernel goes by the
// length that a call is given.
func putFamily(name []byte, family uint16, length uint8) { name[0], name[1] = length, uint8(family) }

// familyOf reads it.
func familyOf(name []byte) uint16 { return uint16(name[1]) }
