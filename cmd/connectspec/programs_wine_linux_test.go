package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"connectspec/runner"
	programs "connectspec/runner/program"
	"connectspec/runner/wine"
)

// forWindows are the compilers of programs of Winsock.
var forWindows = map[string][]string{
	"c":  {"x86_64-w64-mingw32-gcc", "-Wall", "-Wextra", "-Werror", "-o", "fault.exe", "fault.c", "-lws2_32"},
	"go": {"go", "build", "-o", "fault.exe", "fault.go"},
}

// calls are those that a program shows.
var calls = regexp.MustCompile(`(?m)^\s*(return )?(step|fault)\("`)

// TestWinsockPrograms compiles programs for Windows.
func TestWinsockPrograms(t *testing.T) {
	for language, compiler := range forWindows {
		for _, file := range savedTraces(t, "winsock") {
			t.Run(language+"/"+filepath.Base(file), func(t *testing.T) {
				source, want := shown(t, file, language)
				if calls := len(calls.FindAll(source, -1)); calls != len(want) {
					t.Errorf("%d of %d calls are in it", calls, len(want))
				}
				compile(t, source, "fault."+language, compiler...)
				if !bytes.Contains(source, []byte("WSAStartup")) {
					t.Error("it does not start Winsock")
				}
			})
		}
	}
}

// TestProgramsOnWine runs what `replay --as` prints of each departure of Wine from
// the documentation: it must answer on Wine what the trace has, and say that the
// fault shows.
func TestProgramsOnWine(t *testing.T) {
	saved, err := os.ReadFile("../../testdata/wine.trace")
	if err != nil {
		t.Fatal(err)
	}
	const short = 20 // of so many scripts a short run takes one
	for language := range forWindows {
		t.Run(language, func(t *testing.T) {
			scripts, shown := 0, atomic.Int32{}
			t.Cleanup(func() { t.Logf("%d of %d scripts, as programs, showed on Wine what was saved", shown.Load(), scripts) })
			for _, text := range parts(string(saved)) {
				if scripts++; testing.Short() && scripts%short != 0 {
					continue
				}
				t.Run(runner.ReadHeader([]byte(text)).ID, func(t *testing.T) {
					if showsOnWine(t, "wine.trace", text, language) {
						shown.Add(1)
					}
				})
			}
		})
	}
}

// TestSavedProgramsOnWine does that with traces of what Wine does right, too, each
// of which ends with a departure.
func TestSavedProgramsOnWine(t *testing.T) {
	for language := range forWindows {
		for _, file := range savedTraces(t, "winsock_wine") {
			t.Run(language+"/"+filepath.Base(file), func(t *testing.T) {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				showsOnWine(t, file, string(text), language)
			})
		}
	}
}

// showsOnWine compiles the program of a trace and runs it on Wine beside others: it
// must answer what the trace has, and say that the fault shows.
func showsOnWine(t *testing.T, name, text, language string) bool {
	t.Helper()
	source, want, err := standalone(t, name, text, language)
	var cannot programs.Unwritable
	if errors.As(err, &cannot) {
		t.Skipf("NOT TESTED: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	folder := compile(t, source, "fault."+language, forWindows[language]...)
	answers, status := runOnWine(t, filepath.Join(folder, "fault.exe"))
	if strings.Join(answers, "\n") != strings.Join(want, "\n") || status != 1 {
		t.Errorf("exit status %d and not 1; it shows\n%s\nand the trace has\n%s", status,
			strings.Join(answers, "\n"), strings.Join(want, "\n"))
		return false
	}
	return true
}

// runOnWine runs a program on Wine, in the lab.
func runOnWine(t *testing.T, program string) (answers []string, status int) {
	t.Helper()
	const tries = 3
	for try := 1; ; try++ {
		output, status, err := wine.Run(t.Context(), []string{"agent", "--target", wineTarget}, program, testWriter{t})
		if err != nil {
			t.Skipf("NOT TESTED: the program was compiled, and not run on Wine: %v", err)
		}
		if answers = observed(output); len(answers) > 0 || try == tries {
			return answers, status
		}
		// Each program shows its first call: Wine has not come to run it.
		t.Logf("it showed nothing, and ended with status %d; it is run again", status)
	}
}

// A testWriter logs what is said to people.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(text []byte) (int, error) {
	w.t.Logf("%s", bytes.TrimSpace(text))
	return len(text), nil
}
