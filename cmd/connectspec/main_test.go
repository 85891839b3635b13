package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite what scripts compare with")

func TestMain(m *testing.M) {
	// A run starts this very file as its agent.
	if filepath.Base(os.Args[0]) == "exe" && len(os.Args) > 1 && os.Args[1] == "agent" {
		os.Exit(command())
	}
	testscript.Main(m, map[string]func(){"connectspec": main})
}

// TestCommands runs the scripts in testdata, each of which shows a command as
// its user sees it.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			// Specifications to run, which many scripts need.
			for _, name := range []string{"tiny.spec", "agent.sh"} {
				text, err := os.ReadFile(filepath.Join("testdata", name))
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), text, 0o755); err != nil {
					return err
				}
			}
			return nil
		},
	})
}
