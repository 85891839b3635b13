//go:build !linux

package agent

import "os/exec"

func ownGroup(*exec.Cmd) {}

func killGroup(command *exec.Cmd) { command.Process.Kill() }

// signalFromOutside is known on Linux only.
func signalFromOutside(*exec.Cmd) string { return "" }

// isStopped is known on Linux only.
func isStopped(*exec.Cmd) bool { return false }
