// Package modeltest makes machines for tests.
package modeltest

import (
	"os"
	"path/filepath"
	"testing"

	"connectspec/model"
	"connectspec/spec"
)

// Load is the machine of a platform of a file; it ends the test if the file is
// no specification, or lacks the platform. Positions name it without its folder.
func Load(t testing.TB, path, platform string) *model.Machine {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document, problems := spec.Read(filepath.Base(path), text)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	machine, err := model.Load(document, platform)
	if err != nil {
		t.Fatal(err)
	}
	return machine
}
