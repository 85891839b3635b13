//go:build !(darwin || dragonfly || freebsd || netbsd || openbsd)

package room

import "encoding/binary"

// putFamily writes the family of an address where struct sockaddr has it: in its
// first two bytes.
func putFamily(name []byte, family uint16, _ uint8) { binary.NativeEndian.PutUint16(name, family) }

// familyOf reads it.
func familyOf(name []byte) uint16 { return binary.NativeEndian.Uint16(name) }
