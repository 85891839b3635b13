package winsock

import (
	"bytes"
	"fmt"
	"strconv"
	"syscall"
)

// allotments keep chance out of ports, as those of the Linux room do. Of all its
// ports the system below Wine might give a socket the very one that it is about
// to connect to, and it would be connected with itself: once in some ten thousand
// times, and a script would answer what it never answers again. So every call
// that may take a port of the system's choice chooses among a few that no other
// call of the script chooses among. Nobody but this room has sockets in the lab,
// whose range is moved before the call.
type allotments struct {
	file             syscall.Handle // the file that says it; 0: it is not ours to move
	first, end, next int            // end is not of the system's choice
	text             []byte
}

const (
	// portsOfACall is how many ports a call may choose among.
	portsOfACall = 64

	rangeFile = `Z:\proc\sys\net\ipv4\ip_local_port_range`
)

// takesPort are the calls that may take a port of the system's choice.
var takesPort = map[string]bool{"bind": true, "listen": true, "connect": true, "wsa_connect": true, "connect_ex": true, "send": true, "sendto": true}

// newAllotments finds the lab's range.
func newAllotments() (*allotments, error) {
	a := &allotments{}
	name, err := syscall.UTF16PtrFromString(rangeFile)
	if err != nil {
		return nil, err
	}
	const share = syscall.FILE_SHARE_READ | syscall.FILE_SHARE_WRITE
	a.file, err = syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, share, nil, syscall.OPEN_EXISTING, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", rangeFile, err)
	}
	a.text = make([]byte, 64)
	var read uint32
	if err := syscall.ReadFile(a.file, a.text, &read, &syscall.Overlapped{}); err != nil {
		return nil, fmt.Errorf("%s: %w", rangeFile, err)
	}
	var last int
	if _, err := fmt.Fscan(bytes.NewReader(a.text[:read]), &a.first, &last); err != nil {
		return nil, fmt.Errorf("%s: %w", rangeFile, err)
	}
	a.next, a.end = a.first, last+1
	return a, nil
}

// allot gives the next call ports of its own to choose from.
func (a *allotments) allot() error {
	if a.file == 0 {
		return nil
	}
	if a.end-a.next < portsOfACall {
		a.next = a.first
	}
	a.text = strconv.AppendInt(a.text[:0], int64(a.next), 10)
	a.next += portsOfACall
	a.text = append(a.text, ' ')
	a.text = strconv.AppendInt(a.text, int64(a.next-1), 10)
	a.text = append(a.text, '\n')
	// With a structure that says where to write, Wine would tell its server that
	// it has written.
	if _, err := syscall.SetFilePointer(a.file, 0, nil, syscall.FILE_BEGIN); err != nil {
		return fmt.Errorf("%s: %w", rangeFile, err)
	}
	var written uint32
	if err := syscall.WriteFile(a.file, a.text, &written, nil); err != nil {
		return fmt.Errorf("%s: %w", rangeFile, err)
	}
	return nil
}

func (a *allotments) close() {
	if a.file != 0 {
		syscall.CloseHandle(a.file)
	}
}
