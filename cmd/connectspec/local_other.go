//go:build !(darwin || dragonfly || freebsd || linux || netbsd || windows)

package main

import (
	"context"
	"errors"
	"io"
	"runtime"

	"connectspec/runner/agent"
)

var errNoRoom = errors.New("the sockets of " + runtime.GOOS + " are not in this program; name an agent with --target exec:PROGRAM")

func localStart() (agent.Start, error) { return nil, errNoRoom }

func serveLocal(context.Context, io.Reader, io.Writer) error { return errNoRoom }
