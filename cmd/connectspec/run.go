package main

import (
	"math/rand/v2"
	"slices"
	"time"

	"connectspec/gen"
	"connectspec/model"
	"connectspec/runner"
)

type runCommand struct {
	subject
	Checks int           `help:"Sequences to run, instead of as many as fit into the time." placeholder:"N"`
	Time   time.Duration `help:"How long to draw sequences; 3s if neither this nor --checks is given." placeholder:"DURATION"`
	Seed   uint64        `help:"The same seed draws the same sequences; 0 for a random one." placeholder:"N"`
	Jobs   int           `help:"Workers; as many as there are processors if not given." placeholder:"N"`
	Save   string        `help:"Folder where each divergence is saved as a trace." type:"path" placeholder:"DIR"`
	JSON   bool          `name:"json" help:"Write one JSON object."`
}

// Run draws, runs and judges sequences, and reports.
func (c *runCommand) Run(t *terminal) error {
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
	if err := report.Text(people, runner.Style{Color: inColor(people)}); err != nil {
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

// draws gives a run its sources of scripts. Slow scripts have one of their own,
// if the target can run any.
func draws(config *runner.Config) error {
	without := lacks(config.Agent)
	fast, err := gen.New(config.Machine, without, gen.Options{})
	if err != nil {
		return err
	}
	config.Source = source(fast)
	config.Goals = fast.Goals()
	if without["slow"] || !hasSlow(config.Machine) {
		return nil
	}
	slow, err := gen.New(config.Machine, without, gen.Options{Slow: true})
	if err != nil {
		return nil // what is slow needs other things that the target lacks
	}
	config.Slow = source(slow)
	for _, goal := range slow.Goals() {
		if !slices.Contains(config.Goals, goal) {
			config.Goals = append(config.Goals, goal)
		}
	}
	return nil
}

func source(from *gen.Generator) func() (runner.Source, error) {
	return func() (runner.Source, error) { return from.Clone().Draw, nil }
}

// hasSlow says that a specification has something that takes long.
func hasSlow(m *model.Machine) bool {
	for _, call := range m.Spec.Calls {
		if call.Needs == "slow" {
			return true
		}
	}
	for _, class := range m.Spec.Classes {
		if class.Needs == "slow" {
			return true
		}
	}
	return false
}
