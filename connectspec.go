// Package connectspec tests implementations of sockets against what the
// documentation of connect promises.
//
// Its phases:
//
//  1. Spec is the text of connect.spec, which is part of the program.
//  2. Check makes the model of a platform of it, and has call sequences drawn,
//     run by a room, judged and shrunk (check.go).
//  3. The room, which is code of the caller's, is kept from being entered twice,
//     and its panics and hangs are made something that can be reported
//     (attend.go).
//
// Command connectspec does the same for this machine's own sockets, and for
// agents, which are programs.
package connectspec

import _ "embed"

//go:embed connect.spec
var text []byte

// Spec is the text of connect.spec as it was when this program was built. It is
// the caller's to change.
func Spec() []byte { return append([]byte(nil), text...) }
