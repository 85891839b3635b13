//go:build linux

package wine

import (
	"bytes"
	"encoding/binary"
)

// The places of a forwarding library: in its file, and in memory.
const (
	headerAt    = 0x80   // of the PE header; a DOS header of zeros stands before it
	sectionAt   = 0x1000 // in memory
	fileAlign   = 0x200  // of sections in the file
	memoryAlign = 0x1000
)

// forwardingLibrary is a 64-bit DLL of 1,024 bytes without any code: its one
// function is another library's. Both are named as linkers name them: the
// library `bcryptprimitives.dll`, the target `advapi32.SystemFunction036`. The
// format is that of "PE Format" in the documentation of Windows.
func forwardingLibrary(library, function, target string) []byte {
	exports := exportSection(library, function, target)
	image := make([]byte, 2*fileAlign)
	copy(image, "MZ")
	binary.LittleEndian.PutUint32(image[0x3c:], headerAt)
	var header bytes.Buffer
	put := func(values ...any) {
		for _, value := range values {
			binary.Write(&header, binary.LittleEndian, value)
		}
	}
	const (
		amd64      = 0x8664
		executable = 0x0002 // and it can be placed anywhere
		largeAware = 0x0020
		isLibrary  = 0x2000
		optional   = 240 // bytes of the optional header, with 16 directories
		pe32plus   = 0x20b
		console    = 3
		movable    = 0x0040 | 0x0100 // anywhere, and no data is executed
	)
	put([]byte("PE\x00\x00"), uint16(amd64), uint16(1), uint32(0), uint32(0), uint32(0),
		uint16(optional), uint16(executable|largeAware|isLibrary))
	put(uint16(pe32plus), uint16(0), uint32(0), uint32(fileAlign), uint32(0), uint32(0), uint32(0),
		uint64(0x180000000), uint32(memoryAlign), uint32(fileAlign),
		uint16(6), uint16(0), uint16(0), uint16(0), uint16(6), uint16(0), uint32(0),
		uint32(sectionAt+memoryAlign), uint32(fileAlign), uint32(0), uint16(console), uint16(movable),
		uint64(0x100000), uint64(0x1000), uint64(0x100000), uint64(0x1000), uint32(0), uint32(16))
	put(uint32(sectionAt), uint32(len(exports)), make([]byte, 15*8))
	const readableData = 0x40000000 | 0x00000040
	put([]byte(".edata\x00\x00"), uint32(len(exports)), uint32(sectionAt), uint32(fileAlign), uint32(fileAlign),
		make([]byte, 12), uint32(readableData))
	copy(image[headerAt:], header.Bytes())
	copy(image[fileAlign:], exports)
	return image
}

// exportSection is the directory of one exported function. An address within
// the directory itself is that of the name of another library's function.
func exportSection(library, function, target string) []byte {
	const (
		addresses = 40 // behind the directory: one address, one name, one ordinal
		names     = addresses + 4
		ordinals  = names + 4
		text      = ordinals + 4
	)
	libraryAt := uint32(sectionAt + text)
	functionAt := libraryAt + uint32(len(library)) + 1
	targetAt := functionAt + uint32(len(function)) + 1
	directory := []uint32{0, 0, 0, libraryAt, 1, 1, 1, sectionAt + addresses, sectionAt + names, sectionAt + ordinals,
		targetAt, functionAt, 0}
	var section []byte
	for _, word := range directory {
		section = binary.LittleEndian.AppendUint32(section, word)
	}
	for _, word := range []string{library, function, target} {
		section = append(append(section, word...), 0)
	}
	return section
}
