package main

import (
	"context"
	"io"

	"connectspec/runner/agent"
	"connectspec/runner/linux"
)

// localStart starts this program as the agent of this machine's sockets.
func localStart() (agent.Start, error) {
	return linux.Command([]string{"agent"}, nil), nil
}

func serveLocal(ctx context.Context, in io.Reader, out io.Writer) error {
	return linux.Serve(ctx, in, out)
}
