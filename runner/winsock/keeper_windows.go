package winsock

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// A keeper is this room's hold on who keeps the lab below Wine: see package room.
// Reading and writing a pipe of the system below takes no message to Wine's
// server. The watch asks too, in the midst of a call.
type keeper struct {
	lock              sync.Mutex
	requests, answers syscall.Handle
	mute              error // why the silent host cannot be told to say anything
	text              [room.KeeperLine]byte
}

// openKeeper opens the pipes that the environment names.
func openKeeper() (*keeper, error) {
	folder := os.Getenv(room.KeeperVariable)
	if folder == "" {
		return nil, errors.New("nobody keeps the lab: " + room.KeeperVariable + " is not set")
	}
	k := &keeper{}
	var err error
	if k.requests, err = openPipe(folder+`\`+room.KeeperRequests, syscall.GENERIC_WRITE); err != nil {
		return nil, err
	}
	if k.answers, err = openPipe(folder+`\`+room.KeeperAnswers, syscall.GENERIC_READ); err != nil {
		syscall.CloseHandle(k.requests)
		return nil, err
	}
	_, k.mute = k.ask(room.KeeperAttend)
	return k, nil
}

func openPipe(path string, access uint32) (syscall.Handle, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	const share = syscall.FILE_SHARE_READ | syscall.FILE_SHARE_WRITE
	handle, err := syscall.CreateFile(name, access, share, nil, syscall.OPEN_EXISTING, 0, 0)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return handle, nil
}

// ask asks for something to be done, and returns what is said when it has been.
func (k *keeper) ask(request string) (said string, err error) {
	k.lock.Lock()
	defer k.lock.Unlock()
	var bytes uint32
	text := append(append(k.text[:0], request...), '\n')
	if err := syscall.WriteFile(k.requests, text, &bytes, nil); err != nil {
		return "", fmt.Errorf("keeper of the lab: %w", err)
	}
	length := 0
	for length == 0 || k.text[length-1] != '\n' {
		if err := syscall.ReadFile(k.answers, k.text[length:], &bytes, nil); err != nil || bytes == 0 {
			return "", fmt.Errorf("keeper of the lab: it says nothing: %w", err)
		}
		length += int(bytes)
	}
	said, done := strings.CutPrefix(string(k.text[:length-1]), room.KeeperDone)
	if !done {
		return "", errors.New("keeper of the lab: " + said)
	}
	return said, nil
}

// fixturePorts are those of the keeper's fixtures.
func (k *keeper) fixturePorts() (ports room.Ports, err error) {
	said, err := k.ask(room.KeeperFixtures)
	if err == nil {
		_, err = fmt.Sscan(said, &ports.Listener, &ports.Refuser, &ports.Fixed)
	}
	return ports, err
}

// giveUp ends the search for the absent host.
func (k *keeper) giveUp(f room.Family) error {
	_, err := k.ask(fmt.Sprint(room.KeeperGiveUp, " ", int8(f)))
	return err
}

// giveUpFor lets a socket that called the absent host know that it is absent.
func (r *Room) giveUpFor(s *socket) {
	s.absent = false
	if err := r.keeper.giveUp(s.family); err != nil && r.failed == nil {
		r.failed = err
	}
}

// giveUpAll lets all sockets know: a call is about to wait for longer than anybody
// looks for an absent host.
func (r *Room) giveUpAll() {
	for i := range r.sockets {
		if s := &r.sockets[i]; s.absent {
			r.giveUpFor(s)
		}
	}
}

// event has the far side of the lab do something about a socket, if it can reach
// it. When it has, the system below has dealt with what was said, and Wine's
// server has been told.
func (r *Room) event(c *call) (agent.Answer, error) {
	what := c.Number
	if c.Sends {
		r.sent++
		what = r.sent
	}
	handle, s := r.upon(c)
	event := room.FarEvent{Verb: c.Verb, Family: s.family, Stream: s.stream, What: what}
	ok := r.ask(fnSockName, handle) == 0
	if ok {
		event.Near, ok = room.NearPort(s.family, r.nameBytes[:r.length])
	}
	if ok && r.ask(fnPeerName, handle) == 0 {
		event.Far, ok = room.FarPort(s.family, r.nameBytes[:r.length])
	}
	if !ok {
		return room.OK, nil
	}
	r.networked = true
	_, err := r.keeper.ask(room.KeeperEvent + " " + event.String())
	letServerHear()
	return room.OK, err
}

// letServerHear waits until Wine's server has heard what the system below had to
// tell it. It asks for several descriptors at a time, takes each of them once, and
// nearly always in the order in which they had something to say; but the one that
// it took last may stay in front. So it may hear of one request before that, but
// not of two.
func letServerHear() {
	const thisProcess = ^syscall.Handle(0)
	syscall.WaitForSingleObject(thisProcess, 0)
}

func (k *keeper) close() {
	syscall.CloseHandle(k.requests)
	syscall.CloseHandle(k.answers)
}
