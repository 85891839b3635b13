package room

import (
	"errors"
	"net/netip"
	"unsafe"
)

// SlotBytes is the room of one name: more than any length that is passed.
const SlotBytes = 256

// A Memory is what a system gives to whoever asks it for memory by the page.
type Memory interface {
	// Allocate gives zeroed memory, which Go does not know.
	Allocate(bytes int) ([]byte, error)
	// Forbid makes whole pages of it unreadable.
	Forbid(pages []byte) error
	PageBytes() int
}

// A NameBook holds every name ready for use, in memory that Go does not know:
// some of it cannot be read.
type NameBook struct {
	Names   [Families][NameClasses]unsafe.Pointer // nil: no address of this family
	Locals  [Families][Locals]unsafe.Pointer
	Scratch []byte // for names that are asked for: own, sN

	memory Memory
	slots  []byte
	used   int
}

// newNameBook writes the names for these ports.
func newNameBook(memory Memory, ports Ports) (*NameBook, error) {
	book := &NameBook{memory: memory}
	const count = int(Families)*(int(NameClasses)+int(Locals)) + 1
	var err error
	if book.slots, err = memory.Allocate(count * SlotBytes); err != nil {
		return nil, err
	}
	book.Scratch = book.slot()
	for f := range Families {
		if err := book.fill(f, ports); err != nil {
			return nil, err
		}
	}
	return book, nil
}

func (b *NameBook) slot() []byte {
	slot := b.slots[b.used : b.used+SlotBytes]
	b.used += SlotBytes
	return slot
}

func (b *NameBook) put(address netip.AddrPort) unsafe.Pointer {
	slot := b.slot()
	EncodeName(slot, address)
	return unsafe.Pointer(&slot[0])
}

func (b *NameBook) fill(f Family, ports Ports) error {
	names := &b.Names[f]
	for class := range NameRows {
		if address, ok := NameRows[class].address(f, ports); ok {
			names[class] = b.put(address)
		}
	}
	names[ClassUnspec] = unsafe.Pointer(&b.slot()[0])
	unknown := b.slot()
	putFamily(unknown, unknownFamily, bytesOfInet)
	names[ClassUnknownFamily] = unsafe.Pointer(&unknown[0])

	locals := &b.Locals[f]
	locals[LocalAny] = b.put(netip.AddrPortFrom(f.Wildcard(), 0))
	locals[LocalLoopback] = b.put(netip.AddrPortFrom(f.Loopback(), 0))
	locals[LocalFixed] = b.put(netip.AddrPortFrom(f.Loopback(), ports.Fixed))
	locals[LocalForeign] = b.put(netip.AddrPortFrom(netip.MustParseAddr(foreign[f]), 0))
	locals[LocalOtherFamily] = b.put(netip.AddrPortFrom(f.Other().Loopback(), 0))
	return b.fillUnreadable(f, ports)
}

// ofSocket writes the address of a socket where a call can take it: valid until
// the next one. The wildcard stands for this host. Without the lab it is an error
// to name another host.
func (b *NameBook) ofSocket(address netip.AddrPort, lab bool) (unsafe.Pointer, error) {
	if address.Addr().Unmap().IsUnspecified() {
		address = netip.AddrPortFrom(PlainAddress(address).Addr(), address.Port())
	}
	if !lab && !address.Addr().Unmap().IsLoopback() {
		return nil, errors.New("the socket's address is outside loopback")
	}
	EncodeName(b.Scratch, address)
	return unsafe.Pointer(&b.Scratch[0]), nil
}

// MoveFixed gives scripts another fixed port to bind.
func (b *NameBook) MoveFixed(port uint16) {
	for f := range Families {
		slot := unsafe.Slice((*byte)(b.Locals[f][LocalFixed]), SlotBytes)
		EncodeName(slot, netip.AddrPortFrom(f.Loopback(), port))
	}
}

// fillUnreadable makes a page that cannot be read after one that ends in all
// but the last byte of the listener's name.
func (b *NameBook) fillUnreadable(f Family, ports Ports) error {
	page := b.memory.PageBytes()
	memory, err := b.memory.Allocate(2 * page)
	if err != nil {
		return err
	}
	torn := memory[page-int(f.Exact())+1 : page]
	var whole [SlotBytes]byte
	EncodeName(whole[:], netip.AddrPortFrom(f.Loopback(), ports.Listener))
	copy(torn, whole[:])
	if err := b.memory.Forbid(memory[page:]); err != nil {
		return err
	}
	b.Names[f][ClassTorn] = unsafe.Pointer(&torn[0])
	b.Names[f][ClassUnreadable] = unsafe.Pointer(&memory[page])
	return nil
}
