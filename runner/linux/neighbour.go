//go:build linux

package linux

import (
	"fmt"
	"net"

	"connectspec/runner/room"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// neighbours decide when the kernel gives up on the absent host. What is sent
// there waits while the kernel asks the link for that host; once it stops
// asking, whatever waits is told that the host is unreachable. By itself it
// stops after some 12 ms, in the middle of a script on a machine that is slow
// or busy, and at its end on another one. So the lab lets it ask for half a
// minute (see labNeighbourSettings), and the room says when that is over: where
// a call waits for it. What follows is the kernel's own doing, and has been done
// when giveUp returns.
type neighbours struct {
	handle  *netlink.Handle
	absents [families]netlink.Neigh
}

// newNeighbours finds the lab of this network namespace.
func newNeighbours() (*neighbours, error) {
	link, err := netlink.LinkByName(labLink)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", labLink, err)
	}
	handle, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("netlink: %w", err)
	}
	n := &neighbours{handle: handle}
	for f := range families {
		n.absents[f] = netlink.Neigh{LinkIndex: link.Attrs().Index, Family: int(f.Domain()),
			IP: net.ParseIP(room.LabAbsent[f]), State: netlink.NUD_FAILED}
	}
	return n, nil
}

// giveUp ends the search for the absent host.
func (n *neighbours) giveUp(f family) error {
	if err := n.handle.NeighSet(&n.absents[f]); err != nil {
		return fmt.Errorf("neighbour %s: %w", room.LabAbsent[f], err)
	}
	return nil
}

func (n *neighbours) close() { n.handle.Close() }

// giveUpFor lets a socket that called the absent host know that it is absent.
func (r *Room) giveUpFor(s *socket) error {
	s.absent = false
	return r.neighbours.giveUp(s.family)
}
