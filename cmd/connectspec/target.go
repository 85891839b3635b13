package main

import (
	"cmp"
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"

	"connectspec/model"
	"connectspec/runner"
	"connectspec/runner/agent"
)

// execPrefix opens the name of a target that is a program.
const execPrefix = "exec:"

// start says how the agent of a target is started: `local` is this program
// itself, `wine` its Windows build, `exec:PROGRAM ARGUMENT...` any other.
func start(target string) (agent.Start, error) {
	if command, isProgram := strings.CutPrefix(target, execPrefix); isProgram {
		words := strings.Fields(command)
		if len(words) == 0 {
			return nil, errors.New("--target exec: needs the program to start")
		}
		return agent.Child(func(context.Context) (*exec.Cmd, error) {
			return exec.Command(words[0], words[1:]...), nil
		}), nil
	}
	switch target {
	case localTarget:
		return localStart()
	case wineTarget:
		return wineStart()
	}
	return nil, errors.New("there is no target " + target + "; `connectspec targets` lists them")
}

// Names of targets: this machine's own sockets, and those of Wine on it.
const (
	localTarget = "local"
	wineTarget  = "wine"
)

// A subject is the specification, the platform and the target of a command that
// runs scripts.
type subject struct {
	Spec     string `help:"Specification file; without it, the one that is part of the program." placeholder:"FILE"`
	Platform string `help:"Platform whose rules judge; usually the one named after the target." placeholder:"NAME"`
	Target   string `help:"Whose sockets: local, wine, or exec:PROGRAM for an agent." default:"local" placeholder:"NAME"`
}

// config finds out who the target is, and makes the model of its platform.
func (s *subject) config(t *terminal) (runner.Config, error) {
	var config runner.Config
	begin, err := start(s.Target)
	if err != nil {
		return config, err
	}
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	// The target takes as long to say who it is as the specification to be read.
	var describing sync.WaitGroup
	var unheard error
	describing.Go(func() { config.Agent, unheard = agent.Describe(ctx, begin) })
	opened, err := t.open(s.Spec)
	if err != nil {
		cancel()
	}
	describing.Wait()
	if err := cmp.Or(err, unheard); err != nil {
		return config, err
	}
	platform, err := opened.platform(s.Platform, config.Agent.Dictionary)
	if err != nil {
		return config, err
	}
	if config.Machine, err = model.Load(opened.Document, platform); err != nil {
		return config, err
	}
	if own := config.Agent.Dictionary; own != platform && opened.Platform(own) != nil {
		if config.Own, err = model.Load(opened.Document, own); err != nil {
			return config, err
		}
	}
	config.Open = runner.Opener(config.Machine, begin)
	return config, nil
}

// arguments are the flags that lead to the same subject again.
func (s *subject) arguments() string {
	var text strings.Builder
	add := func(name, value string) {
		if value != "" {
			text.WriteString(" --" + name + " " + quoted(value))
		}
	}
	add("spec", s.Spec)
	add("platform", s.Platform)
	if s.Target != localTarget {
		add("target", s.Target)
	}
	return text.String()
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+", r)
	}
	if strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
