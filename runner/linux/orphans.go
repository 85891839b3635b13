//go:build linux

package linux

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// orphans ends what scripts leave to the kernel. A socket that a script closed
// goes on by itself until the other end has acknowledged its end; if that end is
// deaf (see `crossed` in connect.spec), for minutes, in which its port is in the
// way of other scripts.
type orphans struct {
	counts [families]*os.File
	had    [families]int // what the fixtures hold
	text   [256]byte
}

// newOrphans counts the sockets of a lab that no script has used yet.
func newOrphans() (*orphans, error) {
	o := &orphans{}
	for f, name := range [families]string{"sockstat", "sockstat6"} {
		if family(f) == inet6 && !hasIPv6() {
			continue
		}
		var err error
		if o.counts[f], err = os.Open("/proc/thread-self/net/" + name); err != nil {
			o.close()
			return nil, err
		}
		if o.had[f], err = o.count(family(f)); err != nil {
			o.close()
			return nil, err
		}
	}
	return o, nil
}

func (o *orphans) close() {
	for _, file := range o.counts {
		if file != nil {
			file.Close()
		}
	}
}

// count is how many TCP sockets of a family are in use in this namespace.
func (o *orphans) count(f family) (int, error) {
	label := [families]string{"TCP: inuse ", "TCP6: inuse "}[f]
	n, err := unix.Pread(int(o.counts[f].Fd()), o.text[:], 0)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", o.counts[f].Name(), err)
	}
	_, rest, found := bytes.Cut(o.text[:n], []byte(label))
	if !found {
		return 0, fmt.Errorf("%s says nothing of %q", o.counts[f].Name(), label)
	}
	count := 0
	for _, digit := range rest {
		if digit < '0' || digit > '9' {
			break
		}
		count = 10*count + int(digit-'0')
	}
	return count, nil
}

// end ends what is left of a family, if anything is.
func (o *orphans) end(f family) error {
	if o.counts[f] == nil {
		return nil
	}
	if has, err := o.count(f); err != nil || has <= o.had[f] {
		return err
	}
	left, err := netlink.SocketDiagTCP(uint8(f.Domain()))
	if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
		return fmt.Errorf("the sockets that are left: %w", err)
	}
	const listening = 10 // TCP_LISTEN
	for _, socket := range left {
		if socket.State == listening {
			continue
		}
		request := nl.NewNetlinkRequest(nl.SOCK_DESTROY, unix.NLM_F_ACK)
		request.AddRawData(destroying(f, &socket.ID))
		_, err := request.Execute(unix.NETLINK_INET_DIAG, 0)
		// It may have gone by itself; and a kernel may be built without this.
		if err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EOPNOTSUPP) {
			return fmt.Errorf("to end a socket that is left: %w", err)
		}
	}
	return nil
}

// destroying is a struct inet_diag_req_v2 that names one socket.
func destroying(f family, id *netlink.SocketID) []byte {
	request := append(make([]byte, 0, 56), uint8(f.Domain()), unix.IPPROTO_TCP, 0, 0, 0, 0, 0, 0)
	request = binary.BigEndian.AppendUint16(request, id.SourcePort)
	request = binary.BigEndian.AppendUint16(request, id.DestinationPort)
	for _, ip := range [][]byte{id.Source, id.Destination} {
		var room [16]byte
		if four := id.Source.To4(); f == inet && four != nil {
			ip = ip[len(ip)-len(four):]
		}
		copy(room[:], ip)
		request = append(request, room[:]...)
	}
	request = binary.NativeEndian.AppendUint32(request, id.Interface)
	request = binary.NativeEndian.AppendUint32(request, id.Cookie[0])
	return binary.NativeEndian.AppendUint32(request, id.Cookie[1])
}
