package winsock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"
	"unsafe"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// A Room runs scripts on the sockets of this Windows, or this Wine. It belongs
// to the goroutine that opened it and to its thread.
type Room struct {
	version   string
	wine      bool
	labReason string // why there is no lab; "" where there is one

	library   [functions]uintptr
	guard     *guard
	watch     *watch
	patience  time.Duration // with what comes by itself
	pages     pages
	addresses *room.Addresses
	reader    room.Reader
	fixtures  *fixtures
	ports     *allotments
	keeper    *keeper        // of the lab; nil on Windows itself
	file      syscall.Handle // no socket
	events    events
	requests  requests
	mailbox   mailbox

	// Of the script at hand.
	started    int // how often the library has been started
	sockets    [room.Places]socket
	nowhere    socket // stands for what is no socket of the script
	began      time.Time
	waited     time.Duration // for timeouts
	sent       int           // send and sendto so far
	fileClosed bool
	leaked     bool  // a send has faulted: see keepFixed
	pinned     bool  // the fixed port was asked for
	taken      bool  // and given
	far        bool  // it may have something to say to the silent host
	networked  bool  // the silent host has said something
	failed     error // of the keeper, in the midst of a call

	// Arguments of calls, here because their addresses are passed on.
	nameBytes [room.StorageBytes]byte
	length    int32
	value     int32
	linger    struct{ on, seconds uint16 }
	data      [16]byte
	levels    levels
}

// A socket is a place of a script.
type socket struct {
	handle      uintptr
	state       room.SocketState
	family      room.Family
	stream      bool
	nonblocking bool
	touched     bool           // may have a peer
	timed       bool           // set_timeout was called
	begun       bool           // the last connect left an attempt to go on
	event       syscall.Handle // that network events set; 0: none
	request     *request       // the last one; nil: none
	borrowed    bool           // its address was that of another socket before
	absent      bool           // the absent host was called, and is still looked for
	message     uint32         // that a window gets about it; 0: none
}

// How long the room waits for what comes by itself. On Wine everything has come
// by the time a call is seen to wait: see watch. Windows repeats an attempt that
// was refused, and gives it up after two seconds.
const (
	patienceOnWine    = 2 * time.Millisecond
	patienceOnWindows = 3 * time.Second
	// patienceRetry is with an attempt that may meet what is left of an older
	// connection, and is made once more then: see letRetry of the Linux room.
	patienceRetry = 200 * time.Millisecond
	// patienceTimed is with a timeout: the lab of Wine ends an attempt after two
	// seconds, or three.
	patienceTimed = 4 * time.Second
	// retransmission is when the system below Wine first repeats what was not
	// answered.
	retransmission = time.Second
)

// Open starts the library and opens a room. LabReason is why it must do without
// the lab; "" says that this process is in it.
func Open(labReason string) (*Room, error) {
	runtime.LockOSThread()
	r := &Room{labReason: labReason}
	if err := r.furnish(); err != nil {
		r.Close()
		return nil, fmt.Errorf("room winsock: %w", err)
	}
	return r, nil
}

func (r *Room) furnish() (err error) {
	r.version, r.wine = systemVersion()
	r.patience = patienceOnWindows
	if r.wine {
		r.patience = patienceOnWine
	}
	if r.library, err = findFunctions(); err != nil {
		return err
	}
	if r.guard, err = newGuard(); err != nil {
		return err
	}
	r.watch = newWatch()
	if err := r.startLibrary(); err != nil {
		return err
	}
	r.ports = &allotments{}
	if r.wine && r.labReason == "" {
		if r.ports, err = newAllotments(); err != nil {
			return err
		}
		if r.keeper, err = openKeeper(); err != nil {
			return err
		}
	}
	if r.fixtures, err = r.newFixtures(); err != nil {
		return err
	}
	if err := r.findExtensions(); err != nil {
		return err
	}
	if r.addresses, err = room.NewAddresses(&r.pages, r.fixtures.Ports, r.labReason == "", r.called); err != nil {
		return err
	}
	r.reader = room.Reader{Forms: forms, Lacks: r.findLacks(), LabReason: r.labReason}
	if err := r.openFile(); err != nil {
		return err
	}
	r.reset()
	return nil
}

// openFile opens what is no socket.
func (r *Room) openFile() (err error) {
	name, err := syscall.UTF16PtrFromString(os.DevNull)
	if err != nil {
		return err
	}
	r.file, err = syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_EXISTING, 0, 0)
	return err
}

// startLibrary makes sure that the library has been started exactly once.
func (r *Room) startLibrary() error {
	for ; r.started > 1; r.started-- {
		r.call(fnCleanup)
	}
	if r.started == 1 {
		return nil
	}
	if code := r.startOnce(); code != 0 {
		return fmt.Errorf("WSAStartup: %s", errorName(code))
	}
	return nil
}

func (r *Room) startOnce() syscall.Errno {
	var data [512]byte // WSADATA has 408
	code, _ := r.call(fnStartup, version, uintptr(unsafe.Pointer(&data)))
	if code == 0 {
		r.started++
	}
	return syscall.Errno(code)
}

// findLacks says what this system cannot provide.
func (r *Room) findLacks() (lacks []agent.Lack) {
	if r.labReason != "" {
		lacks = append(lacks, agent.Lack{What: "lab", Why: r.labReason},
			agent.Lack{What: "scopeless", Why: "outside the lab an interface might carry it away"},
			agent.Lack{What: "fixed", Why: "outside the lab a closed socket keeps its port for a minute"},
			agent.Lack{What: "unspec", Why: "outside the lab a datagram to it might leave by the default route"})
	}
	if r.wine {
		lacks = append(lacks, agent.Lack{What: "negative",
			Why: "Wine copies 2^64-1 bytes then, which ruins the process: see docs/wine.md"})
	}
	if !r.fixtures.has[room.Inet6] {
		lacks = append(lacks, agent.Lack{What: "inet6", Why: "no socket can be bound to ::1"})
	}
	if !r.wine || r.labReason != "" {
		lacks = append(lacks, agent.Lack{What: "slow", Why: "Winsock has no option that ends an attempt within a second or two"})
	}
	if r.keeper == nil {
		lacks = append(lacks, agent.Lack{What: "network", Why: "there is no lab whose far side could say something"})
	} else if r.keeper.mute != nil {
		lacks = append(lacks, agent.Lack{What: "network", Why: r.keeper.mute.Error()})
	}
	return append(lacks,
		agent.Lack{What: "threads", Why: "this room does not overlap calls yet"},
		agent.Lack{What: "irda", Why: "there is no infrared device"})
}

// Describe names this system.
func (r *Room) Describe() agent.Description {
	name := "windows"
	if r.wine {
		name = "wine"
	}
	return agent.Description{Name: name, Version: r.version, Dictionary: name, Lacks: slices.Clone(r.reader.Lacks)}
}

// Begin looks over the script. Its error is that of a script that nobody can
// run.
func (r *Room) Begin(script []agent.Call) error {
	var tally room.Tally
	for _, prepared := range script {
		c := prepared.(*call)
		r.addresses.Expect(&c.Line)
		r.far = r.far || c.networked || c.Class == room.ClassSilent
		r.pinned = r.pinned || c.Local == room.LocalFixed
		if err := tally.Count(&c.Line); err != nil {
			r.addresses.Forget()
			return err
		}
	}
	r.began, r.waited = time.Now(), 0
	return nil
}

// heldUp says that a script on Wine took so long, without its calls waiting for
// it, that an attempt may have been repeated, or ended: see the Linux room.
func (r *Room) heldUp() bool {
	return r.wine && time.Since(r.began)-r.waited >= retransmission
}

// Do makes a call.
func (r *Room) Do(prepared agent.Call) (agent.Answer, error) {
	c := prepared.(*call)
	if takesPort[c.Verb] {
		if err := r.ports.allot(); err != nil {
			return agent.Answer{}, err
		}
	}
	answer, err := c.do(r, c)
	if err == nil {
		err = r.failed
	}
	if r.networked && err == nil {
		_, err = r.keeper.ask(room.KeeperAttend)
	}
	return answer, err
}

// End closes the script's sockets so that no trace of them is left: those that
// may have a peer by a reset, which leaves neither end in TIME_WAIT. If the
// script was held up, End returns agent.ErrHeldUp.
func (r *Room) End() error {
	heldUp := r.heldUp()
	closed := false // a stream socket that may have had a peer, by the script
	for i := range r.sockets {
		s := &r.sockets[i]
		switch {
		case s.state == room.StateClosed:
			closed = closed || s.stream && s.touched
		case s.state == room.StateOpen && r.started > 0:
			if s.touched && s.stream {
				r.lingerNot(s.handle, 1)
			}
			r.call(fnClose, s.handle)
		}
		if s.absent {
			r.giveUpFor(s)
		}
	}
	err := errors.Join(r.failed, r.startAnew())
	if err == nil {
		err = r.fixtures.drain(r, closed)
	}
	if r.far && r.keeper != nil && r.keeper.mute == nil && err == nil {
		_, err = r.keeper.ask(room.KeeperEnd)
	}
	if r.leaked && err == nil {
		err = r.keepFixed()
	}
	if r.fileClosed && err == nil {
		err = r.openFile()
	}
	if heldUp && err == nil {
		err = agent.ErrHeldUp
	}
	r.reset()
	return err
}

// startAnew undoes what the script did to the library. Once that has been
// cleaned up, the fixtures are gone as well.
func (r *Room) startAnew() error {
	gone := !r.fixtures.alive
	if err := r.startLibrary(); err != nil || !gone {
		return err
	}
	return r.fixtures.restore(r)
}

func (r *Room) reset() {
	if slices.ContainsFunc(r.sockets[:], func(s socket) bool { return s.message != 0 }) {
		r.mailbox.empty()
	}
	r.sockets = [room.Places]socket{}
	r.nowhere = socket{nonblocking: true}
	r.failed = nil
	r.addresses.Forget()
	r.sent = 0
	r.fileClosed, r.leaked, r.far, r.networked, r.pinned, r.taken = false, false, false, false, false, false
}

// Close closes the fixtures and gives the thread back.
func (r *Room) Close() error {
	if r.fixtures != nil {
		r.fixtures.close(r)
	}
	for r.started > 0 {
		r.call(fnCleanup)
		r.started--
	}
	if r.file != 0 {
		syscall.CloseHandle(r.file)
	}
	if r.watch != nil {
		r.watch.close()
	}
	if r.ports != nil {
		r.ports.close()
	}
	r.mailbox.close()
	r.events.close()
	r.requests.close()
	if r.keeper != nil {
		r.keeper.close()
	}
	r.pages.close()
	runtime.UnlockOSThread()
	return nil
}

// Serve opens the room that the environment calls for and serves a client on in
// and out until in ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	reason := ""
	if os.Getenv(room.LabVariable) != room.LabReady {
		reason = "Windows has no network namespace to set it up in"
	}
	opened, err := Open(reason)
	if err != nil {
		return err
	}
	return errors.Join(agent.Serve(ctx, in, out, opened), opened.Close())
}
