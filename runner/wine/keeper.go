//go:build linux

package wine

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"connectspec/runner/room"
)

// keeperFolder is where the pipes to the keeper of the lab are, as Wine calls it.
const keeperFolder = `Z:\tmp\.wine-0`

// Descriptors of a keeper.
const (
	keeperRequests = 3
	keeperAnswers  = 4
)

// startKeeper starts this very program once more, as the keeper of the lab. It
// ends with this process, as all of its namespace do.
func startKeeper() error {
	keeper := exec.Command("/proc/self/exe", os.Args[1:]...)
	keeper.Env = append(os.Environ(), room.KeeperVariable+"="+serversFolder)
	keeper.Stderr = os.Stderr
	for _, name := range []string{room.KeeperRequests, room.KeeperAnswers} {
		path := filepath.Join(serversFolder, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			return fmt.Errorf("a pipe %s: %w", path, err)
		}
		// For both ways, so that it can be opened before there is another end.
		pipe, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer pipe.Close()
		keeper.ExtraFiles = append(keeper.ExtraFiles, pipe)
	}
	if err := keeper.Start(); err != nil {
		return fmt.Errorf("the keeper of the lab: %w", err)
	}
	return nil
}
