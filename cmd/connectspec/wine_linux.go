package main

import (
	"os"

	"connectspec/runner/agent"
	"connectspec/runner/wine"
)

// wineStart starts this program as the child that becomes the agent of Wine's
// sockets.
func wineStart() (agent.Start, error) {
	return wine.Start([]string{"agent", "--target", wineTarget}, os.Stderr)
}

func enterWine() error { return wine.Enter() }
