package connectspec

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectspec/dsl"
	"connectspec/model"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// parsed is the embedded specification as a tree.
func parsed(t testing.TB) *dsl.File {
	t.Helper()
	file, problems := dsl.Parse("connect.spec", Spec())
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return file
}

// TestLooseness holds how much each platform leaves open. A rule that was
// widened to make a run go through shows here: whoever rewrites the golden file
// says with it that less is promised now.
func TestLooseness(t *testing.T) {
	var text strings.Builder
	for _, platform := range model.Check(parsed(t)).Platforms {
		fmt.Fprintf(&text, "%-10s %.3f results allowed in a case\n", platform.Name, platform.Looseness)
	}
	golden(t, "looseness.golden", text.String())
}

// golden holds a text against a file in testdata.
func golden(t testing.TB, name, text string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wanted, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(wanted) != text {
		t.Errorf("%s says\n%s\nand it is now\n%s\n-update rewrites it", name, wanted, text)
	}
}
