// Package linux makes the calls of scripts on the sockets of Linux.
//
// Its phases:
//
//  1. Command starts this program as a child in namespaces of its own, or, where
//     that is not allowed, on plain loopback (command.go).
//  2. The child sets up the lab: links, neighbours and routes to every class of
//     address that a script can name (lab.go).
//  3. Open makes the fixtures, the addresses and the alarm, divides the ports
//     (fixtures.go, names.go, alarm.go, ports.go), and takes hold of the lab's
//     link (tap.go, farside.go, packets.go).
//  4. Prepare reads the lines of scripts (prepare.go); Begin, Do and End run one
//     in a fresh world (room.go, calls.go, waiting.go, peers.go, events.go).
//  5. Calls that overlap are made by threads (threadwords.go, overlap.go,
//     threads.go); the kernel says whether they are asleep (blocked.go).
//
// For a room that is no program of Linux a keeper has the fixtures and the far
// side (keeper.go).
//
// Nothing is ever sent outside loopback or the lab.
package linux
