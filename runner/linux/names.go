//go:build linux

package linux

import (
	"fmt"

	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// What is spoken of in nearly every file.
type family = room.Family

const (
	inet     = room.Inet
	inet6    = room.Inet6
	families = room.Families
)

// pages is memory that Go does not know, for names.
type pages struct {
	mapped [][]byte // to be unmapped
}

func (*pages) PageBytes() int { return unix.Getpagesize() }

func (p *pages) Allocate(bytes int) ([]byte, error) {
	memory, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("mmap: %w", err)
	}
	p.mapped = append(p.mapped, memory)
	return memory, nil
}

func (*pages) Forbid(memory []byte) error {
	if err := unix.Mprotect(memory, unix.PROT_NONE); err != nil {
		return fmt.Errorf("mprotect: %w", err)
	}
	return nil
}

func (p *pages) close() {
	for _, memory := range p.mapped {
		unix.Munmap(memory)
	}
	p.mapped = nil
}
