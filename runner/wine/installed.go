//go:build linux

package wine

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// An installed Wine.
type installed struct {
	loader  string // starts a Windows program
	server  string
	modules string // folder of its 64-bit Windows libraries
}

// debianLoader is where Debian has what its /usr/bin/wine, a script, starts.
const debianLoader = "/usr/lib/wine/wine64"

var errMissing = errors.New("Wine is missing: on Debian and Ubuntu, apt-get install --no-install-recommends wine wine64;" +
	" any other Wine is found on the path")

// find finds the Wine that comes first on the path.
func find() (*installed, error) {
	var candidates []string
	for _, name := range []string{"wine64", "wine"} {
		loader, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if loader == "/usr/bin/wine" { // it is Debian's if there is such a loader
			candidates = append(candidates, debianLoader)
		}
		candidates = append(candidates, loader)
	}
	for _, loader := range append(candidates, debianLoader) {
		if wine := at(loader); wine != nil {
			return wine, nil
		}
	}
	return nil, errMissing
}

// at is the Wine with this loader; nil if it is not whole.
func at(loader string) *installed {
	real, err := filepath.EvalSymlinks(loader)
	if err != nil {
		return nil
	}
	wine := &installed{loader: loader}
	folder := filepath.Dir(real)
	wine.server = firstFile(filepath.Join(folder, "wineserver"), "/usr/bin/wineserver")
	for _, libraries := range []string{"../lib/wine", "../lib64/wine", "../lib/x86_64-linux-gnu/wine", "../x86_64-linux-gnu/wine"} {
		const found = "x86_64-windows"
		modules := filepath.Join(folder, libraries, found)
		if firstFile(filepath.Join(modules, "ws2_32.dll")) != "" {
			wine.modules = modules
			break
		}
	}
	if wine.server == "" || wine.modules == "" {
		return nil
	}
	return wine
}

// firstFile is the first of some files that is there, or "".
func firstFile(names ...string) string {
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}
