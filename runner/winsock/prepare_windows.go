package winsock

import (
	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// A call is a prepared line.
type call struct {
	room.Line
	do     method
	level  uintptr // of the option
	option uintptr

	networked bool // has the network do something
}

// A method is how this room makes a call.
type method func(*Room, *call) (agent.Answer, error)

// forms is the vocabulary of calls, and methods what they do.
var (
	forms   = room.Forms()
	methods map[string]method
	options = map[string][2]uintptr{
		"set_broadcast": {levelSocket, optionBroadcast},
		"set_reuse":     {levelSocket, optionReuse},
		"set_v6only":    {levelIPv6, optionV6Only},
	}
)

func init() {
	methods = map[string]method{
		"startup":       (*Room).startup,
		"cleanup":       (*Room).cleanup,
		"socket":        (*Room).socket,
		"bind":          (*Room).bind,
		"listen":        (*Room).listen,
		"accept":        (*Room).accept,
		"connect":       (*Room).connect,
		"wsa_connect":   (*Room).wsaConnect,
		"close":         (*Room).closeSocket,
		"shutdown":      (*Room).shutdown,
		"send":          (*Room).send,
		"sendto":        (*Room).sendto,
		"recv":          (*Room).recv,
		"recvfrom":      (*Room).recvfrom,
		"getsockname":   (*Room).getsockname,
		"getpeername":   (*Room).getpeername,
		"set_broadcast": (*Room).setOption,
		"set_reuse":     (*Room).setOption,
		"set_v6only":    (*Room).setOption,
		"set_linger":    (*Room).setLinger,
		"set_timeout":   (*Room).setTimeout,
		"set_mode":      (*Room).setMode,
		"so_error":      (*Room).socketError,
		"select":        (*Room).selectLevels,
		"poll":          (*Room).pollLevels,

		"event_select":   (*Room).eventSelect,
		"network_events": (*Room).networkEvents,
		"async_select":   (*Room).asyncSelect,
		"window_message": (*Room).windowMessage,

		"connect_ex":        (*Room).connectEx,
		"overlapped_result": (*Room).overlappedResult,
		"update_context":    (*Room).updateContext,
		"disconnect_ex":     (*Room).disconnectEx,
	}
	forms["startup"] = room.Form{Nowhere: true}
	forms["cleanup"] = room.Form{Nowhere: true}
	forms["wsa_connect"] = forms["connect"]
	forms["event_select"] = room.Form{Words: []room.WordReader{readInterest}}
	forms["network_events"] = room.Form{Words: forms["select"].Words}
	forms["async_select"] = room.Form{Words: []room.WordReader{readInterest}}
	forms["window_message"] = room.Form{Words: forms["select"].Words}
	forms["connect_ex"] = room.Form{Words: []room.WordReader{forms["sendto"].Words[0], readOverlapped}}
	forms["overlapped_result"] = room.Form{Words: forms["select"].Words}
	forms["update_context"] = room.Form{}
	forms["disconnect_ex"] = room.Form{Words: []room.WordReader{readAfterwards}}
	for name, form := range room.EventForms() {
		forms[name], methods[name] = form, (*Room).event
	}
}

// Prepare reads one line of a script. The error says which word is unknown, or
// what it takes to run this line.
func (r *Room) Prepare(line string) (agent.Call, error) {
	read, err := r.reader.Read(line)
	if err != nil {
		return nil, err
	}
	c := &call{Line: read, do: methods[read.Verb], networked: forms[read.Verb].Event}
	lacking := ""
	if c.networked {
		lacking = "network"
	} else if read.Verb == "set_timeout" {
		lacking = "slow"
	}
	if err := r.reader.Lacking(lacking); err != nil {
		return nil, err
	}
	c.level, c.option = options[read.Verb][0], options[read.Verb][1]
	return c, nil
}
