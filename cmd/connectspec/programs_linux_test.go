package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"connectspec"
	"connectspec/model"
	"connectspec/runner"
	"connectspec/spec"
)

// savedTraces are divergences that were saved, and some traces that no system
// would give, for what these do not show.
func savedTraces(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/programs/" + pattern + "_*.trace")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	return files
}

// machineOf is the machine of a platform, which is loaded once.
func machineOf(t *testing.T, platform string) *model.Machine {
	t.Helper()
	if machines[platform] == nil {
		document, problems := spec.Read("connect.spec", connectspec.Spec())
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		machine, err := model.Load(document, platform)
		if err != nil {
			t.Fatal(err)
		}
		machines[platform] = machine
	}
	return machines[platform]
}

var machines = map[string]*model.Machine{}

// standalone is the program of a saved trace, and the answers of the trace.
func standalone(t *testing.T, name, text, language string) (source []byte, answers []string, err error) {
	t.Helper()
	machine := machineOf(t, runner.ReadHeader([]byte(text)).Platform)
	if source, err = runner.Standalone(machine, name, []byte(text), language); err != nil {
		return nil, nil, err
	}
	trace, err := machine.Parse(name, text)
	if err != nil {
		return nil, nil, err
	}
	for _, answer := range trace.Answers {
		answers = append(answers, answer.String())
	}
	return source, answers, nil
}

// shown is standalone of a file.
func shown(t *testing.T, file, language string) (source []byte, answers []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		source, answers, err = standalone(t, file, string(text), language)
	}
	if err != nil {
		t.Fatal(err)
	}
	return source, answers
}

// compile makes an executable program in a folder of the test's own.
func compile(t *testing.T, source []byte, name string, command ...string) (folder string) {
	t.Helper()
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skipf("there is no %s on this machine: the program was not compiled", command[0])
	}
	folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, name), source, 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command(command[0], command[1:]...)
	build.Dir = folder
	if strings.HasSuffix(strings.Join(command, " "), ".exe fault.go") {
		build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64")
	}
	if output, err := build.CombinedOutput(); err != nil || len(output) > 0 {
		t.Fatalf("%v\n%s", err, output)
	}
	return folder
}

// namespace is what the head of a program says of how to run it.
var namespace = regexp.MustCompile(`(?s)unshare --map-root-user --net sh -c '.*?\./fault'`)

// runProgram runs a program as its head says, in a network namespace of its own in
// any case, and returns the answers that it shows and its exit status.
func runProgram(t *testing.T, folder string, source []byte) (answers []string, status int) {
	t.Helper()
	for _, tool := range []string{"unshare", "ip"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s on this machine: the program was not run", tool)
		}
	}
	if output, err := exec.Command("unshare", "--map-root-user", "--net", "true").CombinedOutput(); err != nil {
		t.Skipf("no network namespace can be had: the program was not run: %s", output)
	}
	command := string(namespace.Find(source))
	if command == "" {
		command = "unshare --map-root-user --net sh -c 'ip link set lo up && ./fault'"
	}
	command = regexp.MustCompile(`\n( \*|//)`).ReplaceAllString(command, "\n")
	run := exec.Command("sh", "-c", command)
	run.Dir = folder
	output, err := run.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return observed(output), run.ProcessState.ExitCode()
}

// observed are the answers that a program shows.
func observed(output []byte) (answers []string) {
	for line := range strings.Lines(string(output)) {
		if _, answer, found := strings.Cut(line, " observed "); found {
			answer, _, _ = strings.Cut(strings.TrimSpace(answer), "  (")
			answers = append(answers, answer)
		}
	}
	return answers
}

// truth is what the system really gives where the last answer of a trace was made
// up: then the fault does not show.
func truth(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if answer, found := strings.CutPrefix(line, "# truth: "); found {
			return strings.TrimSpace(answer)
		}
	}
	return ""
}

// TestPrograms compiles and runs what `replay --as` prints: each program must answer
// what the trace has, and say that the fault shows.
func TestPrograms(t *testing.T) {
	for language, build := range map[string][]string{
		"c": {"gcc", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", "fault", "fault.c"}, "go": {"go", "build", "-o", "fault", "fault.go"},
	} {
		for _, file := range savedTraces(t, "linux") {
			t.Run(language+"/"+filepath.Base(file), func(t *testing.T) {
				source, want := shown(t, file, language)
				folder := compile(t, source, "fault."+language, build...)
				answers, status := runProgram(t, folder, source)
				wrong := 1
				if truth := truth(t, file); truth != "" {
					want[len(want)-1], wrong = truth, 0
				}
				if strings.Join(answers, "\n") != strings.Join(want, "\n") || status != wrong {
					t.Errorf("exit status %d and not %d; it shows\n%s\nand the trace has\n%s", status, wrong,
						strings.Join(answers, "\n"), strings.Join(want, "\n"))
				}
			})
		}
	}
}
