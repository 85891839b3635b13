//go:build darwin || dragonfly || freebsd || linux || netbsd

package posix

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// What package linux uses as well.

// Pages is memory that Go does not know, for names.
type Pages struct {
	mapped [][]byte // to be unmapped
}

// PageBytes is the size of a page.
func (*Pages) PageBytes() int { return unix.Getpagesize() }

// Allocate gives zeroed memory.
func (p *Pages) Allocate(bytes int) ([]byte, error) {
	memory, err := unix.Mmap(-1, 0, bytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("mmap: %w", err)
	}
	p.mapped = append(p.mapped, memory)
	return memory, nil
}

// Forbid makes whole pages of it unreadable.
func (*Pages) Forbid(memory []byte) error {
	if err := unix.Mprotect(memory, unix.PROT_NONE); err != nil {
		return fmt.Errorf("mprotect: %w", err)
	}
	return nil
}

// Close gives all of it back.
func (p *Pages) Close() {
	for _, memory := range p.mapped {
		unix.Munmap(memory)
	}
	p.mapped = nil
}

// ErrorName is the name of an error that the manual pages use.
func ErrorName(errno unix.Errno) string {
	switch errno {
	case unix.EOPNOTSUPP: // on some systems the same number as ENOTSUP
		return "EOPNOTSUPP"
	case unix.EAGAIN: // the same number as EWOULDBLOCK
		return "EAGAIN"
	}
	if name := unix.ErrnoName(errno); name != "" {
		return name
	}
	return "errno_" + strconv.Itoa(int(errno))
}
