//go:build linux

package linux

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"connectspec/runner/agent"
	"connectspec/runner/posix"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// A Room runs scripts on the sockets of this kernel. It belongs to the
// goroutine that opened it and to its thread.
type Room struct {
	lab       bool
	labReason string // why there is none
	version   string

	pages      posix.Pages
	addresses  *room.Addresses
	reader     room.Reader
	fixtures   *fixtures
	allotments *allotments
	handles    *handles
	alarm      *alarm
	neighbours *neighbours                    // nil outside the lab
	orphans    *orphans                       // nil outside the lab
	far        *farSide                       // of the lab; nil where there is none
	threads    [len(room.ThreadNames)]*thread // once a script has needed them

	// Of the script at hand.
	sockets  [room.Places]socket
	nowhere  socket // stands for what is no socket of the script
	began    time.Time
	waited   time.Duration // by calls on sockets with a timeout
	sent     int           // send and sendto so far
	queued   bool          // a fixture's queue may have entries
	fileUsed bool
	engaged  int // threads that have a call

	networked bool // the far side has done something

	// Arguments of system calls, here because their addresses are passed on.
	nameBytes [room.StorageBytes]byte
	length    uint32
	value     int32
	info      unix.TCPInfo
	linger    unix.Linger
	timeout   unix.Timeval
	data      [16]byte
	levels    levels
}

// A socket is a place of a script.
type socket struct {
	fd          int
	state       room.SocketState
	family      family
	stream      bool
	nonblocking bool
	timed       bool // set_timeout was called
	sendTimed   bool // set_send_timeout was called
	fast        bool // set_fast_open was called
	answered    bool // the attempt was one that is answered at once
	portless    bool // set_ports has left it no port to choose
	absent      bool // the absent host was called, and the kernel still looks for it
	touched     bool // may have a peer
}

// OpenLab sets the lab up in this process's network namespace, which must be
// new, and opens a room in it. The calling goroutine stays on its thread.
func OpenLab() (*Room, error) {
	if err := setUpLab(); err != nil {
		return nil, fmt.Errorf("the lab: %w", err)
	}
	return open(&Room{lab: true})
}

// OpenLoopback opens a room that does without the lab, for the reason given.
// It makes no call that could send anything to another host.
func OpenLoopback(reason string) (*Room, error) {
	return open(&Room{labReason: reason})
}

func open(r *Room) (*Room, error) {
	runtime.LockOSThread()
	err := r.furnish()
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("room linux: %w", err)
	}
	return r, nil
}

func (r *Room) furnish() (err error) {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return fmt.Errorf("uname: %w", err)
	}
	r.version = unix.ByteSliceToString(name.Sysname[:]) + " " + unix.ByteSliceToString(name.Release[:])
	if r.alarm, err = newAlarm(); err != nil {
		return err
	}
	if r.lab {
		if r.neighbours, err = newNeighbours(); err != nil {
			return err
		}
	}
	if r.handles, err = newHandles(); err != nil {
		return err
	}
	if err = r.providePorts(); err != nil {
		return err
	}
	if r.addresses, err = room.NewAddresses(&r.pages, r.fixtures.ports.Ports, r.lab, r.called); err != nil {
		return err
	}
	if r.lab {
		if r.orphans, err = newOrphans(); err != nil {
			return err
		}
	}
	r.reader = room.Reader{Forms: forms, Lacks: r.findLacks(), LabReason: r.labReason}
	r.openFarSide()
	r.reset()
	return nil
}

// providePorts divides the ports among the fixtures and the scripts.
func (r *Room) providePorts() error {
	low, high, err := systemPorts()
	if err != nil {
		return err
	}
	if r.allotments, err = newAllotments(low, high); err != nil {
		return err
	}
	first, last := uint16(labFirstPort), uint16(labLastPort)
	if !r.lab {
		if first, last, err = portsOutside(low, high); err != nil {
			return err
		}
	}
	r.fixtures, err = newFixtures(first, last, low, high)
	return err
}

// findLacks says what this system cannot provide.
func (r *Room) findLacks() (lacks []agent.Lack) {
	if !r.lab {
		lacks = append(lacks, agent.Lack{What: "lab", Why: r.labReason},
			agent.Lack{What: "absent", Why: r.labReason},
			agent.Lack{What: "scopeless", Why: "outside the lab an interface might carry it away"},
			agent.Lack{What: "fixed", Why: "outside the lab a closed socket keeps its port for a minute"})
	}
	if !r.fixtures.has[inet6] {
		lacks = append(lacks, agent.Lack{What: "inet6", Why: "no socket can be bound to ::1"})
	}
	if r.allotments.denied {
		lacks = append(lacks, agent.Lack{What: "ports", Why: "this kernel has no port ranges for a socket: Linux has them since 6.3"})
	}
	lacks = append(lacks, threadLacks()...)
	lacks = append(lacks, agent.Lack{What: "irda", Why: "Linux has no IrDA since 4.17"})
	return append(lacks, agent.Lack{What: "winsock", Why: "Linux has no WSAStartup"})
}

// unspecLeaves is why nothing is sent to AF_UNSPEC outside the lab: an IPv6
// socket with an IPv4 peer takes it for the IPv4 wildcard, and asks the routes.
const unspecLeaves = "outside the lab a datagram to it might leave by the default route"

// Describe names this kernel.
func (r *Room) Describe() agent.Description {
	lacks := slices.Clone(r.reader.Lacks)
	if !r.lab {
		// connect could, but sendto must not: see there.
		lacks = append(lacks, agent.Lack{What: "unspec", Why: unspecLeaves})
	}
	return agent.Description{Name: "linux", Version: r.version, Dictionary: "linux", Lacks: lacks}
}

// Begin looks over the script. Its error is that of a script that nobody can
// run.
func (r *Room) Begin(script []agent.Call) error {
	var tally room.Tally
	for _, prepared := range script {
		c := prepared.(*call)
		r.addresses.Expect(&c.Line)
		err := tally.Count(&c.Line)
		if err == nil && c.Thread != room.OwnThread {
			err = r.hireThreads()
		}
		if err != nil {
			r.addresses.Forget()
			return err
		}
	}
	r.began, r.waited = time.Now(), 0
	return nil
}

// Do makes a call. When it answers, what the call causes in other threads and at
// the far side has happened.
func (r *Room) Do(prepared agent.Call) (agent.Answer, error) {
	c := prepared.(*call)
	answer, err := c.do(r, c)
	if err == nil {
		err = r.settleAll()
	}
	return answer, err
}

// settleAll lets everything happen that a call has caused. What a thread sends
// is acknowledged, and that may wake a thread.
func (r *Room) settleAll() error {
	for {
		if r.networked {
			if err := r.far.attend(); err != nil {
				return err
			}
		}
		if r.engaged > 0 {
			if err := r.settleThreads(); err != nil {
				return err
			}
		}
		if !r.networked || r.far.tap.quiet() {
			if r.engaged > 0 {
				r.collectReturned()
			}
			return nil
		}
	}
}

// End closes the script's sockets so that no trace of them is left: those that
// may have a peer by a reset, which leaves neither end in TIME_WAIT. If the
// script was held up, End returns agent.ErrHeldUp.
func (r *Room) End() error {
	heldUp := r.heldUp()
	var err error
	if r.engaged > 0 {
		err = r.releaseThreads()
	}
	var closed [families]bool // a stream socket, by the script
	for i := range r.sockets {
		s := &r.sockets[i]
		if s.state == room.StateClosed && s.stream {
			closed[s.family] = true
		}
		if s.state == room.StateOpen {
			if s.touched && s.stream {
				r.lingerNot(uintptr(s.fd), 1)
			}
			unix.RawSyscall(unix.SYS_CLOSE, uintptr(s.fd), 0, 0)
		}
		if s.absent && err == nil {
			err = r.giveUpFor(s)
		}
	}
	if r.queued && err == nil {
		err = r.fixtures.drain()
	}
	if r.far != nil && err == nil {
		err = r.far.end()
	}
	if r.orphans != nil {
		for f := range families {
			if closed[f] && err == nil {
				err = r.orphans.end(f)
			}
		}
	}
	if r.fileUsed && err == nil {
		err = r.handles.restore()
	}
	if heldUp && err == nil {
		err = agent.ErrHeldUp
	}
	r.reset()
	return err
}

func (r *Room) reset() {
	r.sockets = [room.Places]socket{}
	r.nowhere = socket{nonblocking: true}
	r.addresses.Forget()
	r.sent = 0
	r.queued, r.fileUsed, r.networked = false, false, false
}

// Close closes the fixtures and gives the thread back.
func (r *Room) Close() error {
	r.dismissThreads()
	if r.alarm != nil {
		r.alarm.close()
	}
	if r.neighbours != nil {
		r.neighbours.close()
	}
	if r.orphans != nil {
		r.orphans.close()
	}
	if r.handles != nil {
		r.handles.close()
	}
	if r.fixtures != nil {
		r.fixtures.close()
	}
	if r.far != nil {
		r.far.close()
	}
	r.pages.Close()
	runtime.UnlockOSThread()
	return nil
}
