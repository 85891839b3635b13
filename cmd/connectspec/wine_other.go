//go:build !linux

package main

import (
	"errors"

	"connectspec/runner/agent"
)

var errNoWine = errors.New("Wine is run on Linux only, where a network namespace keeps it to itself")

func wineStart() (agent.Start, error) { return nil, errNoWine }

func enterWine() error { return errNoWine }
