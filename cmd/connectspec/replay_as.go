package main

import (
	"fmt"

	"connectspec/model"
	"connectspec/runner"
)

// write prints saved divergences as programs of their own, instead of running
// them.
func (c *replayCommand) write(t *terminal) error {
	if len(c.Files) != 1 {
		return fmt.Errorf("--as %s: a program shows one file; %d were given", c.As, len(c.Files))
	}
	opened, err := t.open(c.Spec)
	if err != nil {
		return err
	}
	text, err := readFile(c.Files[0])
	if err != nil {
		return err
	}
	platform, err := opened.platform(c.Platform)
	if err != nil {
		return err
	}
	machine, err := model.Load(opened.Document, platform)
	if err != nil {
		return err
	}
	program, err := runner.Standalone(machine, c.Files[0], text, c.As)
	if err != nil {
		return err
	}
	_, err = t.stdout.Write(program)
	return err
}
