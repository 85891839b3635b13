//go:build linux

package linux

import (
	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// What scripts say about threads, and about what ends a blocking call but the
// network.
var (
	aboutThread = room.Form{Nowhere: true, Event: true, Words: []room.WordReader{room.ReadThread}}
	threadForms = map[string]room.Form{
		"return":           aboutThread,
		"interrupt":        aboutThread,
		"restart":          aboutThread,
		"set_send_timeout": {Words: []room.WordReader{readSendTimeout}},
	}
	threadMethods = map[string]method{
		"return":           {do: (*Room).returnFrom},
		"interrupt":        {do: (*Room).interruptThread},
		"restart":          {do: (*Room).restartThread},
		"set_send_timeout": {do: (*Room).setSendTimeout},
	}
)

// threadLacks is why scripts must do without threads, if they must.
func threadLacks() []agent.Lack {
	watch, err := newSleepWatch(unix.Gettid())
	if err == nil {
		_, err = watch.read(watch.syscall)
		watch.close()
	}
	if err == nil {
		return nil
	}
	return []agent.Lack{{What: "threads", Why: "what a thread does cannot be seen: " + err.Error()}}
}
