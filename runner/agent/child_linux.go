package agent

import (
	"bytes"
	"fmt"
	"os"
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

// signalFromOutside names the signal that ended a program, if it is one that
// programs are ended with on purpose. A fault of its own ends it otherwise.
func signalFromOutside(command *exec.Cmd) string {
	status, ok := command.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return ""
	}
	switch status.Signal() {
	case syscall.SIGKILL:
		return "SIGKILL"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGINT:
		return "SIGINT"
	case syscall.SIGHUP:
		return "SIGHUP"
	case syscall.SIGQUIT:
		return "SIGQUIT"
	}
	return ""
}

func killGroup(command *exec.Cmd) {
	syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
}

// isStopped looks at the state of a program: T after a SIGSTOP, t in a debugger.
func isStopped(command *exec.Cmd) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", command.Process.Pid))
	if err != nil {
		return false
	}
	// Its name, in parentheses, may have any characters.
	after := bytes.TrimLeft(stat[bytes.LastIndexByte(stat, ')')+1:], " ")
	return len(after) > 0 && (after[0] == 'T' || after[0] == 't')
}
