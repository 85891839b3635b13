// Package connectspec holds the specification of connect.
package connectspec

import _ "embed"

//go:embed connect.spec
var text []byte

// Spec is the text of connect.spec as it was when this program was built. It is
// the caller's to change.
func Spec() []byte { return append([]byte(nil), text...) }
