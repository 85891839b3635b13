package agent

import (
	"os/exec"
	"syscall"
)

// ownGroup gives a program a process group of its own, and lets it die with us.
func ownGroup(command *exec.Cmd) {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Setpgid = true
	command.SysProcAttr.Pdeathsig = syscall.SIGKILL
}

func killGroup(command *exec.Cmd) {
	syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
}
