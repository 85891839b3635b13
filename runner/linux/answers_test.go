//go:build linux

package linux

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

var update = flag.Bool("update", false, "rewrite the files of testdata with what this kernel answers")

// A scriptFile is a file of testdata: scripts, each line with what the kernel
// answered when the file was last rewritten, comments between them.
type scriptFile struct {
	path  string
	lines []scriptLine
}

// A scriptLine is a call with its answer, or else a comment or an empty line.
type scriptLine struct {
	call, answer string
	other        string
}

func readScriptFile(t *testing.T, path string) *scriptFile {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file := &scriptFile{path: path}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			file.lines = append(file.lines, scriptLine{other: line})
			continue
		}
		call, answer, _ := strings.Cut(line, "->")
		file.lines = append(file.lines, scriptLine{call: strings.TrimSpace(call), answer: strings.TrimSpace(answer)})
	}
	return file
}

// scripts are the runs of calls between other lines, as indices of lines.
func (f *scriptFile) scripts() (scripts [][]int) {
	var script []int
	for i, line := range append(f.lines, scriptLine{}) {
		if line.call != "" {
			script = append(script, i)
		} else if script != nil {
			scripts, script = append(scripts, script), nil
		}
	}
	return scripts
}

func (f *scriptFile) String() string {
	var text strings.Builder
	for _, line := range f.lines {
		text.WriteString(line.other)
		if line.call != "" {
			text.WriteString(line.call + strings.Repeat(" ", max(1, 44-len(line.call))) + "-> " + line.answer)
		}
		text.WriteByte('\n')
	}
	return text.String()
}

func scriptFiles(t *testing.T) (files []*scriptFile) {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in testdata: %v", err)
	}
	for _, path := range paths {
		files = append(files, readScriptFile(t, path))
	}
	return files
}

// needLab skips a test where there is no lab, and says what that leaves out.
func needLab(t *testing.T, client *agent.Client, what string) {
	t.Helper()
	if !hasLab(client) {
		t.Skipf("NOT TESTED: %s: %+v", what, client.Hello().Lacks)
	}
}

func hasLab(client *agent.Client) bool {
	return lack(client, "lab") == ""
}

// lack is why an agent does not have something, or "".
func lack(client *agent.Client, what string) string {
	for _, lack := range client.Hello().Lacks {
		if lack.What == what {
			return lack.Why
		}
	}
	return ""
}

// TestAnswers runs every script of testdata in the lab and compares with what
// was answered before.
func TestAnswers(t *testing.T) {
	client := newClient(t, labStart())
	needLab(t, client, "what this kernel answers to every word of the vocabulary")
	for _, file := range scriptFiles(t) {
		t.Run(filepath.Base(file.path), func(t *testing.T) { checkFile(t, client, file) })
	}
}

func checkFile(t *testing.T, client *agent.Client, file *scriptFile) {
	for _, script := range file.scripts() {
		var calls []string
		for _, i := range script {
			calls = append(calls, file.lines[i].call)
		}
		trace := runOne(t, client, calls)
		for at, i := range script {
			got := "(nothing)"
			if at < len(trace) {
				got = trace[at].String()
			}
			if *update {
				file.lines[i].answer = got
			} else if want := file.lines[i].answer; got != want {
				t.Errorf("%s:%d: %s answered %s, not %s", file.path, i+1, file.lines[i].call, got, want)
			}
		}
	}
	if *update {
		if err := os.WriteFile(file.path, []byte(file.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func runOne(t testing.TB, client *agent.Client, script []string) []agent.Answer {
	t.Helper()
	if err := client.Submit([][]string{script}); err != nil {
		t.Fatal(err)
	}
	traces, err := client.Receive()
	if err != nil {
		t.Fatal(err)
	}
	return traces[0]
}

// TestVocabulary makes sure that every word there is stands in testdata.
func TestVocabulary(t *testing.T) {
	used := map[string]bool{}
	for _, file := range scriptFiles(t) {
		for _, line := range file.lines {
			for _, word := range strings.Fields(line.call) {
				used[word] = true
			}
			if strings.HasPrefix(line.answer, agent.Protocol) {
				t.Errorf("%s: %s is not understood: %s", file.path, line.call, line.answer)
			}
		}
	}
	var words []string
	for name := range forms {
		words = append(words, strings.Fields(name)...)
	}
	for word := range room.LengthWords {
		words = append(words, word)
	}
	for _, row := range room.NameRows[:room.ClassSocket] {
		words = append(words, row.Word)
	}
	words = append(words, room.LocalWords[:room.LocalSocket]...)
	words = append(words, strings.Fields("stream datagram inet inet6 blocking nonblocking roomy tiny"+
		" reading writing both_ways on off now soon short long file never")...)
	slices.Sort(words)
	for _, word := range words {
		if !used[word] {
			t.Errorf("no script of testdata uses %q", word)
		}
	}
}
