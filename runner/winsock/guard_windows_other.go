//go:build windows && !amd64

package winsock

// guardAddresses: what a call does to bad memory ends the process here, which
// the client takes for a crash.
func guardAddresses() (enter, handler uintptr) { return 0, 0 }
