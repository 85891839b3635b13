package memory

import (
	"flag"
	"strings"
	"testing"

	"connectspec"
	"connectspec/runner/agent"
)

var forgetful = flag.Bool("forgetful", false, "test the network with a fault")

// TestNetwork holds the network against what the documentation of connect says.
func TestNetwork(t *testing.T) {
	var room agent.Room = new(Room)
	if *forgetful {
		room = forgetfulRoom{room}
	}
	connectspec.Check(t, room, connectspec.Platform("winsock"))
}

// A forgetfulRoom has a fault: a socket that is connected may connect again.
type forgetfulRoom struct{ agent.Room }

// Prepare reads a line; what comes of connect is made better than it is.
func (r forgetfulRoom) Prepare(line string) (agent.Call, error) {
	prepared, err := r.Room.Prepare(line)
	if err != nil || !strings.HasPrefix(line, "connect ") {
		return prepared, err
	}
	return call(func(room *Room) (agent.Answer, error) {
		answer, err := prepared.(call)(room)
		if answer.Name == string(ErrConnected) {
			answer.Name = agent.OK
		}
		return answer, err
	}), nil
}
