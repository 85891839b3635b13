package main

import (
	"fmt"

	"connectspec/runner"
)

type replayCommand struct {
	subject
	Files []string `arg:"" name:"file" help:"Saved scripts."`
	Times int      `help:"How often each is run." default:"10"`
	JSON  bool     `name:"json" help:"Write one JSON object."`
	As    string   `help:"Instead of running a file, print it as a program that shows its fault: c or go." enum:"c,go," default:"" placeholder:"LANGUAGE"`
}

// Run runs saved scripts again.
func (c *replayCommand) Run(t *terminal) error {
	if c.Times < 1 {
		return fmt.Errorf("--times %d: at least once", c.Times)
	}
	if c.Platform == "" {
		platform, err := platformIn(c.Files)
		if err != nil {
			return err
		}
		c.Platform = platform
	}
	if c.As != "" {
		return c.write(t)
	}
	config, err := c.config(t)
	if err != nil {
		return err
	}
	replays, err := runner.Replays(t.ctx, config, c.Files, c.Times)
	if err != nil {
		return err
	}
	found := false
	for i := range replays {
		fmt.Fprint(t.people(c.JSON), replays[i].Text())
		found = found || replays[i].Found()
	}
	if c.JSON {
		err := t.json(struct {
			Platform string          `json:"platform"`
			Target   string          `json:"target"`
			System   string          `json:"system"`
			Replays  []runner.Replay `json:"replays"`
		}{config.Machine.Spec.Platform, config.Agent.Name, config.Agent.Version, replays})
		if err != nil {
			return err
		}
	}
	if found {
		return errFound
	}
	return nil
}

// platformIn is the platform that all the files were judged by, as their heads
// say; "" if they say nothing.
func platformIn(files []string) (string, error) {
	platform := ""
	for _, name := range files {
		text, err := readFile(name)
		if err != nil {
			return "", err
		}
		named := runner.ReadHeader(text).Platform
		if named != "" && platform != "" && named != platform {
			return "", fmt.Errorf("%s is for platform %s, and others are for %s; choose with --platform", name, named, platform)
		}
		if named != "" {
			platform = named
		}
	}
	return platform, nil
}
