package main

import (
	"context"
	"io"
	"os"
	"os/exec"

	"connectspec/runner/agent"
	"connectspec/runner/winsock"
)

// localStart starts this program as the agent of this machine's sockets.
func localStart() (agent.Start, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return agent.Child(func(context.Context) (*exec.Cmd, error) {
		return exec.Command(program, "agent"), nil
	}), nil
}

func serveLocal(ctx context.Context, in io.Reader, out io.Writer) error {
	return winsock.Serve(ctx, in, out)
}
