package main

import (
	"context"
	"errors"
)

type agentCommand struct {
	Target string `help:"Whose sockets: local; wine is for the program itself to start." default:"local" enum:"local,wine"`
}

// Run serves one client until its input ends.
func (c *agentCommand) Run(t *terminal) error {
	if c.Target == wineTarget {
		return enterWine()
	}
	err := serveLocal(t.ctx, t.stdin, t.stdout)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
