package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A shownCode is a code of docs/codes.md that a target answers to the last call
// of a script.
type shownCode struct {
	target, code string
	script       []string
}

// shownCodes reads the page's table: a code, then for each target what it
// answers, or why not, and the script.
func shownCodes(t *testing.T) (shown []shownCode) {
	t.Helper()
	page, err := os.ReadFile("../../docs/codes.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 || !strings.HasPrefix(line, "| WSA") {
			continue
		}
		script := ""
		for i, target := range []string{localTarget, wineTarget} {
			code, by := strings.Fields(cells[2+2*i])[0], strings.TrimSpace(cells[3+2*i])
			if code == "no" {
				continue
			}
			if by != "the same" {
				script = strings.Trim(by, "`")
			}
			calls := strings.Split(script, "; ")
			if strings.Contains(script, "s0") && !strings.Contains(script, "s0 =") {
				calls = slices.Insert(calls, 0, "s0 = socket stream inet blocking")
			}
			shown = append(shown, shownCode{target, code, calls})
		}
	}
	return shown
}

// TestCodes runs the scripts of docs/codes.md: each code comes as it is said.
func TestCodes(t *testing.T) {
	const codes = 26 // that the page shows, of both targets
	shown := shownCodes(t)
	if len(shown) != codes {
		t.Errorf("the page shows %d codes, not %d", len(shown), codes)
	}
	opened, err := (&terminal{ctx: t.Context()}).open("../../connect.spec")
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{localTarget, wineTarget} {
		t.Run(target, func(t *testing.T) {
			info := (&targetsCommand{}).ask(&terminal{ctx: t.Context()}, opened, target)
			hasLab := !slices.ContainsFunc(info.Lacks, func(lack lackedInfo) bool { return lack.What == "lab" })
			if !info.Available || !hasLab {
				t.Skipf("NOT TESTED: the codes of %s: %s%v", target, info.Why, info.Lacks)
			}
			replayCodes(t, target, slices.DeleteFunc(slices.Clone(shown), func(s shownCode) bool { return s.target != target }))
		})
	}
}

// TestCodesOfReadme: the short table of README.md says what the page says.
func TestCodesOfReadme(t *testing.T) {
	rows := func(file string, cells, linux, wine int) (text string) {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(page)) {
			row := strings.Split(line, "|")
			if len(row) != cells || !strings.HasPrefix(line, "| WSA") {
				continue
			}
			onLinux, onWine := strings.Fields(row[linux])[0], strings.Fields(row[wine])[0]
			if onWine != "no" {
				onWine = "yes"
			}
			text += strings.TrimSpace(row[1]) + " " + onLinux + " " + onWine + "\n"
		}
		return text
	}
	want, got := rows("../../docs/codes.md", 7, 2, 4), rows("../../README.md", 6, 2, 3)
	if got != want || strings.Count(got, "\n") != 19 {
		t.Errorf("README.md says\n%s\nand docs/codes.md\n%s", got, want)
	}
}

// replayCodes replays the scripts of a target. What they say that calls answer is
// of no account.
func replayCodes(t *testing.T, target string, shown []shownCode) {
	t.Helper()
	dictionary, folder := target, t.TempDir()
	if target == localTarget {
		dictionary = "linux"
	}
	arguments := []string{"replay", "--times", "1", "--spec", "../../connect.spec", "--target", target}
	for _, one := range shown {
		file := filepath.Join(folder, one.code+".trace")
		trace := "# dictionary: " + dictionary + "\n" + strings.Join(one.script, " -> ok\n") + " -> ok\n"
		if err := os.WriteFile(file, []byte(trace), 0o644); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, file)
	}
	var out, said bytes.Buffer
	status := (&terminal{ctx: t.Context(), stdout: &out, stderr: &said}).run(arguments)
	replays := strings.Split(out.String(), folder)[1:]
	if status != statusClean || len(replays) != len(shown) {
		t.Fatalf("status %d: %s%s", status, out.String(), said.String())
	}
	for i, one := range shown {
		if !strings.HasSuffix(strings.TrimSpace(replays[i]), "-> "+one.code) {
			t.Errorf("%s: %s", one.code, replays[i])
		}
	}
}
