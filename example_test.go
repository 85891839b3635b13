package connectspec_test

import (
	"testing"

	"connectspec"
	"connectspec/runner/agent"
)

// A test of sockets of one's own needs a room, which makes the calls of scripts:
// the module in testdata/module has one, with all that belongs to it.
func ExampleCheck() {
	var room agent.Room // yours
	test := func(t *testing.T) {
		connectspec.Check(t, room, connectspec.Platform("winsock"), connectspec.Checks(50_000))
	}
	_ = test // go test calls it, if it is a function of its own
}
