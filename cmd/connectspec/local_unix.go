//go:build darwin || dragonfly || freebsd || netbsd

package main

import (
	"context"
	"io"
	"os"
	"os/exec"

	"connectspec/runner/agent"
	"connectspec/runner/posix"
)

// localStart starts this program as the agent of this machine's sockets.
func localStart() (agent.Start, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return agent.Child(func(context.Context) (*exec.Cmd, error) {
		child := exec.Command(program, "agent")
		// A preempted thread has its system calls interrupted.
		child.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1")
		return child, nil
	}), nil
}

func serveLocal(ctx context.Context, in io.Reader, out io.Writer) error {
	return posix.Serve(ctx, in, out)
}
