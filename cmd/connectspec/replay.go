package main

import (
	"fmt"

	"connectspec/runner"
	"connectspec/runner/agent"
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
	headers, err := headersOf(c.Files)
	if err != nil {
		return err
	}
	if c.Platform == "" {
		if c.Platform, err = c.platformIn(headers); err != nil {
			return err
		}
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
		fmt.Fprint(t.people(c.JSON), replays[i].Text(), elsewhere(headers[i], config.Agent))
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

// headersOf are the heads of saved scripts.
func headersOf(files []string) ([]runner.Header, error) {
	var headers []runner.Header
	for _, name := range files {
		text, err := readFile(name)
		if err != nil {
			return nil, err
		}
		headers = append(headers, runner.ReadHeader(text))
	}
	return headers, nil
}

// platformIn is the platform that all the files were judged by, as their heads
// say; "" if they say nothing.
func (c *replayCommand) platformIn(headers []runner.Header) (string, error) {
	platform := ""
	for i, header := range headers {
		named := header.Platform
		if named != "" && platform != "" && named != platform {
			return "", fmt.Errorf("%s is for platform %s, and others are for %s; choose with --platform", c.Files[i], named, platform)
		}
		if named != "" {
			platform = named
		}
	}
	return platform, nil
}

// elsewhere says that a script was saved on another kind of system than it was
// run on now; "" if it was not.
func elsewhere(header runner.Header, target agent.Description) string {
	if header.Dictionary == "" || header.Dictionary == target.Dictionary {
		return ""
	}
	return fmt.Sprintf("  (It was saved on %s. This is %s; --target runs it elsewhere.)\n", header.System, target.Version)
}
