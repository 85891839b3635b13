// Package room is what rooms have in common: whatever the system is whose
// sockets they use, they read the same words, call the same addresses, and
// answer in the same way.
//
// Its parts:
//
//   - the lines of scripts: calls, places, arguments (lines.go, forms.go)
//   - families, classes of names, and the addresses that they stand for
//     (family.go, names.go); names in memory, some of which cannot be read
//     (book.go)
//   - answers that are made once (answers.go)
//   - what the addresses of a script stand for (addresses.go); whose address it is
//     that a call answers, and where the silent host reaches a socket (peers.go)
//   - what a room may ask of who keeps its lab (keeper.go, reports.go)
//
// Package linux adds the system calls of Linux, package winsock those of
// Windows.
package room
