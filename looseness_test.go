package connectspec

import (
	"fmt"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/dsl/golden"
	"connectspec/model"
	"connectspec/spec"
)

// parsed is the embedded specification as a tree.
func parsed(t testing.TB) *dsl.File {
	t.Helper()
	file, problems := dsl.Parse("connect.spec", Spec())
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return file
}

func loaded(t testing.TB, file *dsl.File, platform string) *model.Machine {
	t.Helper()
	document, problems := spec.Open(file)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	machine, err := model.Load(document, platform)
	if err != nil {
		t.Fatal(err)
	}
	return machine
}

// TestLooseness holds how much each platform leaves open. A rule that was
// widened to make a run go through shows here: whoever rewrites the golden file
// says with it that less is promised now.
func TestLooseness(t *testing.T) {
	var text strings.Builder
	for _, platform := range model.Check(parsed(t)).Platforms {
		fmt.Fprintf(&text, "%-10s %.3f results allowed in a case\n", platform.Name, platform.Looseness)
	}
	golden.Check(t, "testdata/looseness.golden", []byte(text.String()))
}
