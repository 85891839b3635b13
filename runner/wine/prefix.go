//go:build linux

package wine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	systemFolder = "drive_c/windows/system32"
	// randomLibrary and what it exports are wanted by Go's runtime. Wine 8 lacks
	// them; the function that stands in fills memory with random bytes as well.
	randomLibrary  = "bcryptprimitives.dll"
	randomFunction = "ProcessPrng"
	randomStandIn  = "advapi32.SystemFunction036"
)

// Programs and libraries of Wine that are not started: those that ask whether to
// install browsers, and the debugger for whatever crashes. An agent needs no
// services either, which take longer to start than all the rest.
const (
	unwanted    = "WINEDLLOVERRIDES=mscoree=;mshtml=;winemenubuilder.exe=;winedbg.exe="
	serviceless = unwanted + ";wineboot.exe=;services.exe=;explorer.exe="
)

// registry are the files that a prefix has its registry in.
var registry = []string{"system.reg", "user.reg", "userdef.reg"}

// makePrefix makes the prefix of this Wine in a folder, unless it is there.
// Nobody else makes it at the same time.
func (wine *installed) makePrefix(ctx context.Context, folder string, people io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(folder+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("%s: %w", lock.Name(), err)
	}
	if _, err := os.Stat(folder); err == nil {
		return nil
	}
	fmt.Fprintf(people, "Wine gets a prefix of its own: that takes ten seconds or more, once.\n  %s\n", folder)
	making, err := os.MkdirTemp(filepath.Dir(folder), "making-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(making)
	if err := wine.boot(ctx, making); err != nil {
		return err
	}
	if err := wine.furnish(making); err != nil {
		return err
	}
	return os.Rename(making, folder)
}

// boot lets Wine make a prefix. Its server writes the registry when it ends, and
// all processes end with the shell, so the shell waits for the server.
func (wine *installed) boot(ctx context.Context, folder string) error {
	boot := exec.CommandContext(ctx, "/bin/sh", "-c", `"$0" wineboot -i && "$1" -w`, wine.loader, wine.server)
	boot.Env = environment(folder, unwanted)
	boot.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	var said bytes.Buffer
	boot.Stdout, boot.Stderr = &said, &said
	if err := boot.Run(); err != nil {
		return fmt.Errorf("wineboot: %w: %s", err, strings.TrimSpace(said.String()))
	}
	for _, name := range registry {
		if firstFile(filepath.Join(folder, name)) == "" {
			return fmt.Errorf("wineboot made no %s: %s", name, strings.TrimSpace(said.String()))
		}
	}
	return nil
}

// furnish makes the prefix small, and puts in what is lacking. Wine copies each
// of its libraries into a prefix, 700 MB in all; links do as well.
func (wine *installed) furnish(folder string) error {
	err := filepath.WalkDir(filepath.Join(folder, "drive_c"), func(copied string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		original := firstFile(filepath.Join(wine.modules, entry.Name()))
		if original == "" || !entry.Type().IsRegular() {
			return nil
		}
		return errors.Join(os.Remove(copied), os.Symlink(original, copied))
	})
	if err != nil {
		return err
	}
	random := filepath.Join(folder, systemFolder, randomLibrary)
	if _, err := os.Stat(random); errors.Is(err, fs.ErrNotExist) {
		library := forwardingLibrary(randomLibrary, randomFunction, randomStandIn)
		if err := os.WriteFile(random, library, 0o644); err != nil {
			return err
		}
	}
	// Nobody is to update it when the clock of a package changes.
	return os.WriteFile(filepath.Join(folder, ".update-timestamp"), []byte("disable\n"), 0o644)
}

// environment is that of Wine's programs with a prefix, without some of them.
func environment(prefix, without string) []string {
	var variables []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name != "DISPLAY" && name != "WAYLAND_DISPLAY" && !strings.HasPrefix(name, "WINE") && !strings.HasPrefix(name, "CONNECTSPEC_") {
			variables = append(variables, variable)
		}
	}
	return append(variables, "WINEDEBUG=-all", without, "WINEPREFIX="+prefix)
}
