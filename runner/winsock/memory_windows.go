package winsock

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// pages is memory that Go does not know, for names.
type pages struct {
	held []uintptr
}

func (*pages) PageBytes() int { return os.Getpagesize() }

func (p *pages) Allocate(bytes int) ([]byte, error) {
	const commitAndReserve, readWrite = 0x3000, 0x04
	at, _, err := procAllocate.Call(0, uintptr(bytes), commitAndReserve, readWrite)
	if at == 0 {
		return nil, fmt.Errorf("VirtualAlloc: %w", err)
	}
	p.held = append(p.held, at)
	return unsafe.Slice((*byte)(pointer(at)), bytes), nil
}

func (*pages) Forbid(memory []byte) error {
	const noAccess = 0x01
	var before uint32
	done, _, err := procForbid.Call(uintptr(unsafe.Pointer(&memory[0])), uintptr(len(memory)), noAccess, uintptr(unsafe.Pointer(&before)))
	if done == 0 {
		return fmt.Errorf("VirtualProtect: %w", err)
	}
	return nil
}

func (p *pages) close() {
	const release = 0x8000
	for _, at := range p.held {
		procFree.Call(at, 0, release)
	}
	p.held = nil
}

// pointer is an address that Windows gave, of memory that Go does not move.
func pointer(at uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&at)) }

// cString reads a string that ends in a zero byte.
func cString(at uintptr) string {
	length := 0
	for *(*byte)(unsafe.Add(pointer(at), length)) != 0 {
		length++
	}
	return string(unsafe.Slice((*byte)(pointer(at)), length))
}

// windowsVersion asks the kernel, which does not pretend to be an older one.
func windowsVersion() (major, minor, build uint32) {
	var info struct {
		size, major, minor, build, platform uint32
		servicePack                         [128]uint16
	}
	info.size = uint32(unsafe.Sizeof(info))
	syscall.NewLazyDLL("ntdll.dll").NewProc("RtlGetVersion").Call(uintptr(unsafe.Pointer(&info)))
	return info.major, info.minor, info.build
}
