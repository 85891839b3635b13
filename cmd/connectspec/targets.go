package main

import (
	"fmt"

	"connectspec/runner/agent"
)

type targetsCommand struct {
	Spec string `help:"Specification file; without it, the one that is part of the program." placeholder:"FILE"`
	JSON bool   `name:"json" help:"Write one JSON object."`
}

// targetInfo is a target and what can be tested on it.
type targetInfo struct {
	Name      string       `json:"name"` // as --target takes it
	Available bool         `json:"available"`
	Room      string       `json:"room,omitempty"`
	System    string       `json:"system,omitempty"`
	Platform  string       `json:"platform,omitempty"` // that judges it
	Lacks     []lackedInfo `json:"lacks"`
	Why       string       `json:"why,omitempty"` // it is not available
}

type lackedInfo struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Run lists targets.
func (c *targetsCommand) Run(t *terminal) error {
	opened, err := t.open(c.Spec)
	if err != nil {
		return err
	}
	targets := []targetInfo{c.ask(t, opened, localTarget), c.ask(t, opened, wineTarget)}
	targets = append(targets, targetInfo{
		Name: execPrefix + "PROGRAM", Available: true, Lacks: []lackedInfo{},
		Room: "any program that speaks the agent's protocol",
	})
	for _, info := range targets {
		info.show(t, c.JSON)
	}
	if c.JSON {
		return t.json(struct {
			Targets []targetInfo `json:"targets"`
		}{targets})
	}
	return nil
}

// ask asks the agent of a target who it is.
func (c *targetsCommand) ask(t *terminal, opened *document, target string) targetInfo {
	info := targetInfo{Name: target, Lacks: []lackedInfo{}}
	begin, err := start(target)
	var who agent.Description
	if err == nil {
		who, err = agent.Describe(t.ctx, begin)
	}
	if err == nil {
		info.Platform, err = opened.platform("", who.Dictionary)
	}
	if err != nil {
		info.Why = err.Error()
		return info
	}
	info.Available, info.Room, info.System = true, who.Name, who.Version
	for _, lack := range who.Lacks {
		info.Lacks = append(info.Lacks, lackedInfo{lack.What, lack.Why})
	}
	return info
}

func (i *targetInfo) show(t *terminal, json bool) {
	w := t.people(json)
	if !i.Available {
		fmt.Fprintln(w, wrapped(fmt.Sprintf("%-14s cannot be tested: %s", i.Name, i.Why), 80, "  "))
		return
	}
	fmt.Fprintf(w, "%-14s %s", i.Name, i.Room)
	if i.System != "" {
		fmt.Fprintf(w, " (%s), judged by platform %s", i.System, i.Platform)
	}
	fmt.Fprintln(w)
	for _, lack := range i.Lacks {
		fmt.Fprintln(w, wrapped(fmt.Sprintf("  without %s: %s", lack.What, lack.Why), 80, "    "))
	}
}
