//go:build linux

package wine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"connectspec/runner/linux"
	"connectspec/runner/room"
)

// Enter is what the child that Start starts does: it sets the lab up and becomes
// Wine, which runs the agent on the same standard input and output. It returns
// only with an error.
func Enter() error {
	if os.Getenv(room.KeeperVariable) != "" {
		return linux.Keep(os.NewFile(keeperRequests, room.KeeperRequests), os.NewFile(keeperAnswers, room.KeeperAnswers))
	}
	loader, prefix, built := os.Getenv(loaderVariable), os.Getenv(prefixVariable), os.Getenv(agentVariable)
	if loader == "" || prefix == "" || built == "" || os.Getenv(room.LabVariable) != room.LabNew {
		return errors.New("the agent of Wine is started by this program itself: connectspec run --target wine")
	}
	furnish := func() error {
		err := errors.Join(hurry(), occupy(prefix))
		if err == nil && os.Getenv(aloneVariable) == "" {
			err = startKeeper()
		}
		return err
	}
	if err := linux.EnterLab(furnish); err != nil {
		return err
	}
	variables := append(environment(ownPrefix, serviceless), room.LabVariable+"="+room.LabReady, room.KeeperVariable+"="+keeperFolder)
	return fmt.Errorf("%s: %w", loader, syscall.Exec(loader, []string{loader, built, "agent"}, variables))
}

// impatience is what ends every attempt in this network namespace as soon as the
// system can: Winsock has no option for that. A SYN is repeated once, after a
// second, and given up a second later; before Linux 6.15 it is two seconds.
var impatience = [][2]string{
	{"tcp_syn_retries", "1"}, {"tcp_syn_linear_timeouts", "0"}, {"tcp_rto_max_ms", "1000"},
}

// hurry makes the settings of impatience that this system has.
func hurry() error {
	for _, setting := range impatience {
		err := os.WriteFile("/proc/sys/net/ipv4/"+setting[0], []byte(setting[1]), 0)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("setting %s to %s: %w", setting[0], setting[1], err)
		}
	}
	return nil
}

// ownPrefix is the prefix of this child alone. Wine's server has its socket there
// as well, below a folder for the user, who is 0 in this namespace. Only the
// child sees it.
const (
	serversFolder = "/tmp/.wine-0"
	ownPrefix     = serversFolder + "/prefix"
)

// occupy makes the prefix of this child: the registry is copied, all the rest is
// shared.
func occupy(shared string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	// Where /proc may not be mounted, the outer one does: Wine asks for itself.
	syscall.Mount("proc", "/proc", "proc", 0, "")
	if err := os.Mkdir(serversFolder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := syscall.Mount("tmpfs", serversFolder, "tmpfs", 0, "mode=0700,size=64m"); err != nil {
		return fmt.Errorf("a tmpfs at %s: %w", serversFolder, err)
	}
	drives := filepath.Join(ownPrefix, "dosdevices")
	if err := os.MkdirAll(drives, 0o700); err != nil {
		return err
	}
	for _, name := range registry {
		text, err := os.ReadFile(filepath.Join(shared, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(ownPrefix, name), text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(
		os.WriteFile(filepath.Join(ownPrefix, ".update-timestamp"), []byte("disable\n"), 0o600),
		os.Symlink(filepath.Join(shared, "drive_c"), filepath.Join(ownPrefix, "drive_c")),
		os.Symlink("../drive_c", filepath.Join(drives, "c:")),
		os.Symlink("/", filepath.Join(drives, "z:")))
}
