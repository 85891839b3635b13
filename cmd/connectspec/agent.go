package main

import (
	"context"
	"errors"
)

type agentCommand struct{}

// Run serves one client until its input ends.
func (*agentCommand) Run(t *terminal) error {
	err := serveLocal(t.ctx, t.stdin, t.stdout)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
