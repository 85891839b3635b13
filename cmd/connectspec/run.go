package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"connectspec/gen"
	"connectspec/runner"
)

type runCommand struct {
	subject
	Checks int           `help:"Sequences to run, instead of as many as fit into the time." placeholder:"N"`
	Time   time.Duration `help:"How long to draw sequences; 3s if neither this nor --checks is given." placeholder:"DURATION"`
	Seed   uint64        `help:"The same seed draws the same sequences; 0 for a random one." placeholder:"N"`
	Jobs   int           `help:"Workers; as many as there are processors if not given." placeholder:"N"`
	Save   string        `help:"Folder where each divergence is saved as a trace." placeholder:"DIR"`
	JSON   bool          `name:"json" help:"Write one JSON object."`

	Coverage bool `help:"List what was covered and what was not, too."`
}

// Run draws, runs and judges sequences, and reports.
func (c *runCommand) Run(t *terminal) error {
	if err := c.sensible(); err != nil {
		return err
	}
	config, err := c.config(t)
	if err != nil {
		return err
	}
	config.Checks, config.Time, config.Jobs, config.Save = c.Checks, c.Time, c.Jobs, c.Save
	config.Seed = c.Seed
	if config.Seed == 0 {
		config.Seed = uint64(rand.Uint32()) + 1 // short enough to be typed again
	}
	config.Command = func(file string) string {
		return "connectspec replay" + c.arguments() + " " + quoted(file)
	}
	if err := draws(&config); err != nil {
		return err
	}
	var line runner.ProgressLine
	if isTerminal(t.stderr) {
		line.Terminal = t.stderr
		config.Progress = line.Show
	}
	report, failure := runner.Run(t.ctx, config)
	line.Clear()
	if report == nil {
		return failure
	}
	people := t.people(c.JSON)
	if err := report.Text(people, runner.Style{Color: inColor(people), Coverage: c.Coverage}); err != nil {
		return err
	}
	if c.JSON {
		if err := t.json(report); err != nil {
			return err
		}
	}
	if failure == nil && len(report.Divergences) > 0 {
		return errFound
	}
	return failure
}

// maxJobs bounds the processes that a slip of the finger starts.
const maxJobs = 256

// sensible is an error if a number cannot be meant.
func (c *runCommand) sensible() error {
	switch {
	case c.Checks < 0:
		return fmt.Errorf("--checks %d: it is a number of sequences", c.Checks)
	case c.Time < 0:
		return fmt.Errorf("--time %v: it lies in the past", c.Time)
	case c.Jobs < 0 || c.Jobs > maxJobs:
		return fmt.Errorf("--jobs %d: from 1 to %d; 0 for as many as there are processors", c.Jobs, maxJobs)
	}
	return nil
}

// draws gives a run its sources of scripts. Slow scripts have one of their own,
// if the target can run any.
func draws(config *runner.Config) error {
	lanes, err := gen.NewLanes(config.Machine, config.Agent.Without())
	if err != nil {
		return err
	}
	config.Source, config.Goals = lanes.Fast.Source, lanes.Goals
	if lanes.Slow != nil {
		config.Slow = lanes.Slow.Source
	}
	return nil
}
