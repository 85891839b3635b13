// Package agent carries scripts to a process that makes their calls on real
// sockets, and their traces back.
//
// Its phases:
//
//  1. A client starts an agent and asks who it is (client.go, child.go).
//  2. Scripts travel as text, one call a line, or as the numbers of lines that
//     were sent before (wire.go, link.go).
//  3. The agent prepares each distinct line once, makes the calls of a script
//     in a fresh world, and answers each (serve.go, over a Room).
//  4. If the agent dies or falls silent, the client starts another one and finds
//     out which call of which script did it (client.go).
//
// docs/agent.md describes the protocol for those who write an agent in another
// language.
package agent

import "errors"

// An Answer is what came back from one call.
type Answer struct {
	// Name is `ok`, `blocks`, the system's own name of an error (ECONNREFUSED),
	// or one of Hang, Crash and Protocol, with which a trace ends.
	Name string
	// Value is what came with ok (a class of address, `#3`, `readable+writable`,
	// the name of a pending error), and the reason of a Protocol answer.
	Value string
}

// Names of answers that are not the system's. After one of the last three a
// trace ends, whatever its script goes on with.
const (
	OK       = "ok"
	Blocks   = "blocks"   // the call did not return and was interrupted
	Busy     = "busy"     // the thread that was to make the call is in another one
	Hang     = "hang"     // no answer came within the client's deadline
	Crash    = "crash"    // the agent died during this call
	Protocol = "protocol" // the agent does not know, or will not make, this call
)

// String gives the answer as it stands in a trace: `ok #1`.
func (a Answer) String() string {
	if a.Value == "" {
		return a.Name
	}
	return a.Name + " " + a.Value
}

// ends says that a trace has no further answers after this one.
func (a Answer) ends() bool {
	return a.Name == Hang || a.Name == Crash || a.Name == Protocol
}

// A Lack is something that scripts for this agent must do without.
type Lack struct {
	// What is one word: a capability (lab, slow, irda), a call, a class of
	// input, a handle, or a word that a call takes (datagram).
	What string
	Why  string // the reason, and where there is one, the remedy
}

// A Description says who answers.
type Description struct {
	Name       string // of the room, one word: linux
	Version    string // of the system under test: Linux 6.18.44
	Dictionary string // the target of connect.spec whose names the answers have
	Lacks      []Lack
}

// Without are the words of what scripts must do without. A network that does what
// scripts say is part of a lab, so that who lacks that need not name both.
func (d Description) Without() map[string]bool {
	words := map[string]bool{}
	for _, lack := range d.Lacks {
		words[lack.What] = true
	}
	words["network"] = words["network"] || words["lab"]
	return words
}

// A Call is a line of a script that a Room has prepared; only that room can
// look inside.
type Call any

// A Room makes the calls of scripts on real sockets. It is used by one
// goroutine at a time: Prepare, then for each script Begin, Do for each call,
// and End.
type Room interface {
	Describe() Description
	// Prepare reads one line of a script. Calls are kept and used in any number
	// of scripts. An error is the reason why the room cannot make this call.
	Prepare(line string) (Call, error)
	// Begin sets up a fresh world for this script.
	Begin(script []Call) error
	// Do makes the next call. An error is a reason why the room will not make
	// it; nothing has happened then.
	Do(call Call) (Answer, error)
	// End closes whatever the script left open. ErrHeldUp takes back what was
	// answered; after any other error the room is unusable.
	End() error
}

// ErrHeldUp says that a script was held up: something has happened since that
// only the passing of time brought about, or may have, and that the script had
// no part in. It is run again.
var ErrHeldUp = errors.New("the script was held up")
