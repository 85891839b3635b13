//go:build linux

package wine

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"testing"
)

// TestForwardingLibrary: whoever reads the file finds one function, which is
// another library's.
func TestForwardingLibrary(t *testing.T) {
	image := forwardingLibrary("given.dll", "Given", "other.Taken")
	if len(image) != 1024 {
		t.Errorf("%d bytes", len(image))
	}
	file, err := pe.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	header, ok := file.OptionalHeader.(*pe.OptionalHeader64)
	if !ok || file.Machine != pe.IMAGE_FILE_MACHINE_AMD64 || file.Characteristics&pe.IMAGE_FILE_DLL == 0 {
		t.Fatalf("%+v is no 64-bit library", file.FileHeader)
	}
	section := file.Section(".edata")
	text, err := section.Data()
	if err != nil {
		t.Fatal(err)
	}
	directory := header.DataDirectory[pe.IMAGE_DIRECTORY_ENTRY_EXPORT]
	word := func(at uint32) uint32 { return binary.LittleEndian.Uint32(text[at-section.VirtualAddress:]) }
	words := func(at uint32) string {
		name, _, _ := bytes.Cut(text[at-section.VirtualAddress:], []byte{0})
		return string(name)
	}
	exports := directory.VirtualAddress
	if functions, names := word(exports+20), word(exports+24); functions != 1 || names != 1 {
		t.Errorf("%d functions and %d names", functions, names)
	}
	if name := words(word(exports + 12)); name != "given.dll" {
		t.Errorf("the library is %q", name)
	}
	if name := words(word(word(exports + 32))); name != "Given" {
		t.Errorf("the function is %q", name)
	}
	// An address within the directory is that of a name.
	address := word(word(exports + 28))
	if address < exports || address >= exports+directory.Size {
		t.Errorf("the address %#x is outside the directory", address)
	}
	if name := words(address); name != "other.Taken" {
		t.Errorf("it is %q", name)
	}
}
