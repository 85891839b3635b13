//go:build linux

package linux

import (
	"fmt"
	"os"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// systemPorts are the ports that the kernel gives away by itself.
func systemPorts() (first, last uint16, err error) {
	const path = "/proc/sys/net/ipv4/ip_local_port_range"
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, err
	}
	if _, err := fmt.Sscan(string(text), &first, &last); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", path, err)
	}
	return first, last, nil
}

// portsOutside are ports for fixtures, out of the system's choice.
func portsOutside(low, high uint16) (first, last uint16, err error) {
	const lowest = 1024
	if low > lowest+1000 {
		// Rooms beside this one start elsewhere.
		span := uint32(low - lowest - 500)
		return lowest + uint16(uint32(os.Getpid())*97%span), low, nil
	}
	if high < 65535-100 {
		return high, 65535, nil
	}
	return 0, 0, fmt.Errorf("the system gives ports from %d to %d away, which leaves none", low, high)
}

// allotments keep chance out of ports. Of all its ports the kernel might give a
// socket the very one that another socket had, or that it is about to connect
// to itself: once in some ten thousand times, and a script would answer what it
// never answers again. So every call that may take a port of the system's choice
// chooses among a few that no other call of the script chooses among.
type allotments struct {
	first, end int // the system's choice; end is not of it
	next       int
	denied     bool // this kernel has no ranges for a single socket
}

// portsOfACall is how many ports a call may choose among: enough to find a free
// one where other programs take ports too, and few enough for some hundred calls
// to have ports of their own.
const portsOfACall = 64

// newAllotments finds out whether this kernel knows of them (since Linux 6.3).
func newAllotments(first, last uint16) (*allotments, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	_, err = unix.GetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_LOCAL_PORT_RANGE)
	return &allotments{first: int(first), end: int(last) + 1, next: int(first), denied: err != nil}, nil
}

// draw is what the next call may choose from, as the option takes it.
func (a *allotments) draw() int {
	if a.end-a.next < portsOfACall {
		a.next = a.first
	}
	first := a.next
	a.next += portsOfACall
	return portRange(first, a.next-1)
}

// portRange is a range as the option takes it: the last port, and the first one
// in the lower half.
func portRange(first, last int) int { return last<<16 | first }

// allot gives a socket that may take a port ports of its own to choose from,
// unless it shall find none. The option is one of IPv6 sockets as well, and
// changes nothing else.
func (r *Room) allot(fd uintptr, s *socket) {
	if !r.allotments.denied && !s.portless {
		r.setInt(fd, unix.IPPROTO_IP, unix.IP_LOCAL_PORT_RANGE, r.allotments.draw())
	}
}

// setPorts leaves a socket one port to choose, which a fixture has, or the
// choice that every other socket has.
func (r *Room) setPorts(c *call) (agent.Answer, error) {
	fd, s := r.upon(c)
	choice := 0
	if c.Number == usedUp {
		choice = portRange(int(r.fixtures.taken), int(r.fixtures.taken))
	}
	errno := r.setInt(fd, unix.IPPROTO_IP, unix.IP_LOCAL_PORT_RANGE, choice)
	if errno == 0 {
		s.portless = c.Number == usedUp
	}
	return answer(errno), nil
}

const usedUp = 1

func readPorts(r *room.Reader, line *room.Line, word string) error {
	switch word {
	case "plenty":
	case "used_up":
		line.Number = usedUp
	default:
		return room.UnknownWord(word)
	}
	return r.Lacking("ports")
}
