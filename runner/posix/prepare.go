//go:build darwin || dragonfly || freebsd || linux || netbsd

package posix

import (
	"fmt"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// A call is a prepared line.
type call struct {
	room.Line
	do     method
	level  int // of the option
	option int
}

// A method is how this room makes a call.
type method func(*Room, *call) (agent.Answer, error)

// forms is the vocabulary of calls, and methods what they do.
var (
	forms   = room.Forms()
	methods map[string]method
	options = map[string][2]int{
		"set_broadcast": {unix.SOL_SOCKET, unix.SO_BROADCAST},
		"set_reuse":     {unix.SOL_SOCKET, unix.SO_REUSEADDR},
		"set_v6only":    {unix.IPPROTO_IPV6, unix.IPV6_V6ONLY},
	}
)

func init() {
	methods = map[string]method{
		"socket":        (*Room).socket,
		"bind":          (*Room).bind,
		"listen":        (*Room).listen,
		"accept":        (*Room).accept,
		"connect":       (*Room).connect,
		"close":         (*Room).closeSocket,
		"shutdown":      (*Room).shutdown,
		"send":          (*Room).send,
		"recv":          (*Room).recv,
		"sendto":        (*Room).sendto,
		"recvfrom":      (*Room).recv,
		"getsockname":   (*Room).getsockname,
		"getpeername":   (*Room).getpeername,
		"set_broadcast": (*Room).setOption,
		"set_reuse":     (*Room).setOption,
		"set_v6only":    (*Room).setOption,
		"set_linger":    (*Room).setLinger,
		"set_mode":      (*Room).setMode,
		"so_error":      (*Room).socketError,
		"select":        (*Room).selectLevels,
		"poll":          (*Room).pollLevels,
	}
}

// Prepare reads one line of a script. The error says which word is unknown, or
// what it takes to run this line.
func (r *Room) Prepare(line string) (agent.Call, error) {
	read, err := r.reader.Read(line)
	if err != nil {
		return nil, err
	}
	c := &call{Line: read, do: methods[read.Verb]}
	if c.do == nil {
		return nil, fmt.Errorf("%s is no call of this room", read.Verb)
	}
	c.level, c.option = options[read.Verb][0], options[read.Verb][1]
	return c, nil
}
