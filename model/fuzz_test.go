package model_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"connectspec/dsl"
	"connectspec/model"
	"connectspec/spec"
)

// FuzzSpecification makes sure that no text that parses, however odd, brings
// the rest of the program down: indexing, resolving, planning, exploring, and
// running scenarios.
func FuzzSpecification(f *testing.F) {
	var base []byte
	for _, pattern := range []string{"testdata/*.spec", "testdata/findings/*.spec", "../spec/testdata/*.spec", "../spec/testdata/errors/*.spec"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
			if filepath.Base(path) == "small.spec" {
				base = text
			}
			// A declaration more or less is what most mistakes are.
			for _, block := range bytes.Split(text, []byte("\n\n")) {
				f.Add(append(append(bytes.Clone(base), '\n'), append(block, '\n')...))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 20_000 {
			t.Skip()
		}
		defer time.AfterFunc(10*time.Second, func() { panic("this specification takes too long") }).Stop()
		file, problems := dsl.Parse("x", text)
		if len(problems) > 0 {
			return
		}
		document, problems := spec.Open(file)
		document.Unused()
		for _, p := range problems {
			if p.Pos.Line < 1 || p.Message == "" {
				t.Fatalf("%+v", p)
			}
		}
		for _, platform := range document.Platforms {
			machine, err := model.Load(document, platform.Name)
			if err != nil {
				continue
			}
			for _, gap := range machine.Explore(model.Limits{States: 60}).Gaps {
				script := machine.Format(model.Trace{Script: gap.Script})
				if _, err := machine.Parse("gap", script); err != nil {
					t.Fatalf("%v\n%s", err, script)
				}
			}
			judge := machine.NewJudge("")
			for _, scenario := range machine.Spec.Scenarios {
				if trace, _, err := machine.Scenario(scenario); err == nil {
					judge.Trace(trace)
				}
			}
		}
	})
}
