//go:build linux

package wine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ProgramVariable names the Windows build of this program, if somebody has one.
const ProgramVariable = "CONNECTSPEC_WINDOWS_PROGRAM"

// thisModule and thisProgram are what is built.
const (
	thisModule  = "connectspec"
	thisProgram = thisModule + "/cmd/connectspec"
)

var errNoProgram = errors.New("the Windows build of this program is missing: GOOS=windows GOARCH=amd64 go build ./cmd/connectspec" +
	" makes it; put connectspec.exe beside this program, or name it in " + ProgramVariable)

// program is the path of the Windows build: the one that the environment names,
// or that stands beside this program, or that the Go tool builds into the cache,
// if there is one and this is the folder of the source.
func program(ctx context.Context, cache string, people io.Writer) (string, error) {
	if named := os.Getenv(ProgramVariable); named != "" {
		if firstFile(named) == "" {
			return "", fmt.Errorf("%s names %s, and there is no such file", ProgramVariable, named)
		}
		return filepath.Abs(named)
	}
	if own, err := os.Executable(); err == nil {
		if beside := firstFile(filepath.Join(filepath.Dir(own), "connectspec.exe")); beside != "" {
			return beside, nil
		}
	}
	module, err := exec.CommandContext(ctx, "go", "list", "-m").Output()
	if err != nil || strings.TrimSpace(string(module)) != thisModule {
		return "", errNoProgram
	}
	built := filepath.Join(cache, "connectspec.exe")
	if firstFile(built) == "" {
		fmt.Fprintln(people, "This program is built for Windows: that may take a minute, the first time.")
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", built, thisProgram)
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	var said bytes.Buffer
	build.Stderr = &said
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("go build for Windows: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return built, nil
}
