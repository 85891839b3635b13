//go:build linux

package linux

import "connectspec/runner/room"

// What is spoken of in nearly every file.
type family = room.Family

const (
	inet     = room.Inet
	inet6    = room.Inet6
	families = room.Families
)
