//go:build darwin || dragonfly || freebsd || linux || netbsd

package posix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// A Room runs scripts on the sockets of this system. It belongs to the goroutine
// that opened it and to its thread.
type Room struct {
	version   string
	pages     Pages
	addresses *room.Addresses
	reader    room.Reader
	fixtures  *fixtures
	never     int  // a descriptor that is not open
	inherits  bool // what is accepted does not block if the listener does not

	// Of the script at hand.
	sockets [room.Places]socket
	nowhere socket // stands for what is no socket of the script
	file    int    // no socket; -1 once it has been closed
	sent    int    // send and sendto so far
	heldUp  bool   // a signal has interrupted an attempt

	// Arguments of system calls, here because their addresses are passed on.
	nameBytes [room.StorageBytes]byte
	length    uint32
	data      [16]byte
}

// A socket is a place of a script.
type socket struct {
	fd          int
	state       room.SocketState
	family      room.Family
	stream      bool
	nonblocking bool
	touched     bool // may have a peer
}

// highDescriptor is above all that a room opens, and below the least size of a
// table of descriptors, beyond which select does not look.
const highDescriptor = 200

// Open opens a room. It makes no call that could send anything to another host.
// The calling goroutine stays on its thread.
func Open() (*Room, error) {
	runtime.LockOSThread()
	r := &Room{file: -1}
	if err := r.furnish(); err != nil {
		r.Close()
		return nil, fmt.Errorf("room posix: %w", err)
	}
	return r, nil
}

func (r *Room) furnish() (err error) {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return fmt.Errorf("uname: %w", err)
	}
	r.version = unix.ByteSliceToString(name.Sysname[:]) + " " + unix.ByteSliceToString(name.Release[:])
	if r.fixtures, err = newFixtures(); err != nil {
		return err
	}
	if r.inherits, err = r.fixtures.inheritance(); err != nil {
		return err
	}
	if r.addresses, err = room.NewAddresses(&r.pages, r.fixtures.Ports, false, r.called); err != nil {
		return err
	}
	if r.never, err = unopened(); err != nil {
		return err
	}
	r.reader = room.Reader{Forms: forms, Lacks: r.findLacks(), LabReason: noLab}
	return r.reset()
}

// unopened is a descriptor that nothing is given by chance.
func unopened() (int, error) {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(null)
	high, err := unix.FcntlInt(uintptr(null), unix.F_DUPFD_CLOEXEC, highDescriptor)
	if err != nil {
		return -1, err
	}
	return high, unix.Close(high)
}

const noLab = "this system has no network namespace to set it up in"

// findLacks says what this room cannot provide.
func (r *Room) findLacks() []agent.Lack {
	lacks := []agent.Lack{
		{What: "lab", Why: noLab},
		{What: "absent", Why: noLab},
		{What: "scopeless", Why: "outside the lab an interface might carry it away"},
		{What: "fixed", Why: "outside the lab a closed socket keeps its port for a minute"},
		{What: "tiny", Why: "an attempt that finds the queue full waits for a minute, and this room cannot interrupt it"},
		{What: "slow", Why: "nobody is silent on loopback"},
		{What: "threads", Why: "this room does not overlap calls"},
		{What: "irda", Why: "there is no infrared device"},
		{What: "winsock", Why: "POSIX has no WSAStartup"},
	}
	if !r.fixtures.has[room.Inet6] {
		lacks = append(lacks, agent.Lack{What: "inet6", Why: "no socket can be bound to ::1"})
	}
	return lacks
}

// unspecLeaves is why nothing is sent to AF_UNSPEC outside the lab.
const unspecLeaves = "outside the lab a datagram to it might leave by the default route"

// Describe names this system.
func (r *Room) Describe() agent.Description {
	// connect could, but sendto must not: see there.
	lacks := append(slices.Clone(r.reader.Lacks), agent.Lack{What: "unspec", Why: unspecLeaves})
	return agent.Description{Name: "posix", Version: r.version, Dictionary: "posix", Lacks: lacks}
}

// Begin looks over the script. Its error is that of a script that nobody can
// run.
func (r *Room) Begin(script []agent.Call) error {
	var tally room.Tally
	for _, prepared := range script {
		c := prepared.(*call)
		r.addresses.Expect(&c.Line)
		if err := tally.Count(&c.Line); err != nil {
			r.addresses.Forget()
			return err
		}
	}
	return nil
}

// Do makes a call.
func (r *Room) Do(prepared agent.Call) (agent.Answer, error) {
	c := prepared.(*call)
	return c.do(r, c)
}

// End closes the script's sockets so that little is left of them: those that may
// have a peer by a reset, which leaves neither end in TIME_WAIT. If a signal has
// interrupted an attempt, End returns agent.ErrHeldUp.
func (r *Room) End() error {
	for i := range r.sockets {
		s := &r.sockets[i]
		if s.state != room.StateOpen {
			continue
		}
		if s.touched && s.stream {
			abortOnClose(s.fd, true)
		}
		unix.Close(s.fd)
	}
	err := r.fixtures.drain()
	if r.heldUp && err == nil {
		err = agent.ErrHeldUp
	}
	return errors.Join(err, r.reset())
}

func (r *Room) reset() (err error) {
	r.sockets = [room.Places]socket{}
	r.nowhere = socket{nonblocking: true}
	r.addresses.Forget()
	r.heldUp, r.sent = false, 0
	if r.file >= 0 {
		return unix.SetNonblock(r.file, false) // the script may have said otherwise
	}
	r.file, err = unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	return err
}

// Close closes the fixtures and gives the thread back.
func (r *Room) Close() error {
	if r.fixtures != nil {
		r.fixtures.close()
	}
	if r.file >= 0 {
		unix.Close(r.file)
	}
	r.pages.Close()
	runtime.UnlockOSThread()
	return nil
}

// Serve opens a room and serves a client on in and out until in ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	opened, err := Open()
	if err != nil {
		return err
	}
	return errors.Join(agent.Serve(ctx, in, out, opened), opened.Close())
}
