//go:build linux

package linux

import (
	"fmt"
	"maps"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// A call is a prepared line.
type call struct {
	room.Line
	do     func(*Room, *call) (agent.Answer, error)
	finish ending                                   // nil: it cannot block
	apart  func(*Room, *call) (agent.Answer, error) // what a thread does
	level  int                                      // of the option
	option int

	networked bool // has the network do something
}

// An ending turns what a system call has returned into an answer.
type ending func(*Room, *call, uintptr, unix.Errno) agent.Answer

// A method is how this room makes a call.
type method struct {
	do     func(*Room, *call) (agent.Answer, error)
	finish ending
	also   func(*call)
}

// forms is the vocabulary of calls, and methods what they do.
var (
	forms   = room.Forms()
	methods map[string]method
)

func init() {
	option := func(level, option int) method {
		return method{do: (*Room).setOption, also: func(c *call) { c.level, c.option = level, option }}
	}
	methods = map[string]method{
		"socket":           {do: (*Room).socket},
		"bind":             {do: (*Room).bind},
		"listen":           {do: (*Room).listen},
		"accept":           {do: (*Room).accept, finish: (*Room).accepted},
		"connect":          {do: (*Room).connect, finish: (*Room).connected},
		"close":            {do: (*Room).closeSocket},
		"shutdown":         {do: (*Room).shutdown},
		"send":             {do: (*Room).send, finish: (*Room).delivered},
		"sendto":           {do: (*Room).sendto, finish: (*Room).delivered},
		"recv":             {do: (*Room).recv, finish: (*Room).received},
		"recvfrom":         {do: (*Room).recvfrom, finish: (*Room).received},
		"getsockname":      {do: (*Room).getsockname},
		"getpeername":      {do: (*Room).getpeername},
		"set_broadcast":    option(unix.SOL_SOCKET, unix.SO_BROADCAST),
		"set_reuse":        option(unix.SOL_SOCKET, unix.SO_REUSEADDR),
		"set_v6only":       option(unix.IPPROTO_IPV6, unix.IPV6_V6ONLY),
		"set_no_port":      option(unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT),
		"set_ports":        {do: (*Room).setPorts},
		"set_linger":       {do: (*Room).setLinger},
		"set_fast_open":    {do: (*Room).setFastOpen},
		"set_defer_accept": {do: (*Room).setDeferAccept},
		"set_timeout":      {do: (*Room).setTimeout},
		"set_mode":         {do: (*Room).setMode},
		"so_error":         {do: (*Room).socketError},
		"select":           {do: (*Room).selectLevels},
		"poll":             {do: (*Room).pollLevels},
	}
	forms["set_no_port"] = room.Form{Words: []room.WordReader{room.ReadSetting}}
	forms["set_fast_open"] = room.Form{Words: []room.WordReader{room.ReadSetting}}
	forms["set_defer_accept"] = room.Form{Words: []room.WordReader{room.ReadSetting}}
	forms["set_ports"] = room.Form{Words: []room.WordReader{readPorts}}
	maps.Copy(forms, threadForms)
	maps.Copy(methods, threadMethods)
	maps.Copy(forms, room.EventForms())
	maps.Copy(methods, eventMethods())
}

// Prepare reads one line of a script. The error says which word is unknown, or
// what it takes to run this line.
func (r *Room) Prepare(line string) (agent.Call, error) {
	read, err := r.reader.Read(line)
	if err != nil {
		if word := read.Verb; word == "startup" || word == "cleanup" {
			err = fmt.Errorf("%s is a call of Winsock", word)
		}
		return nil, err
	}
	how := methods[read.Verb]
	c := &call{Line: read, do: how.do, finish: how.finish}
	if c.Thread != room.OwnThread {
		c.do, c.apart = (*Room).inThread, how.do
	}
	if how.also != nil {
		how.also(c)
	}
	if c.networked && r.far == nil {
		return nil, r.reader.Lacking("network")
	}
	return c, nil
}
