// Package posix makes the calls of scripts on the sockets of any POSIX system,
// with nothing but what such systems share: macOS, FreeBSD, NetBSD and DragonFly
// have no room of their own. There is no lab, so scripts stay on loopback, and no
// threads, no timeouts and no network that does what a script says.
//
// Its parts:
//
//   - what the room has, and the life of a script (room.go, fixtures.go)
//   - the lines of scripts, and the calls (prepare.go, calls.go, names.go)
//   - calls that wait, and what shows upon a socket (waiting.go)
//   - what package linux makes use of (system.go)
//
// It works on Linux too, where a test holds it against package linux; on the other
// systems it is compiled, and has not been run.
package posix
