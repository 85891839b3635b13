package winsock

// guarded is the guard whose call is being made, or 0.
var guarded uintptr

// guardAddresses are the addresses of enterGuard and onException, as Windows
// calls them.
func guardAddresses() (enter, handler uintptr)

// Functions for Windows to call, by its own convention; never called from Go.
func enterGuard()
func leaveGuard()
func onException()
