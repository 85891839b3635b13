package connectspec

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A duty is what a package may import besides the standard library; tests may
// import more.
type duty struct {
	imports []string // packages of this module, by folder; "..." for all
	modules []string // others
	tests   []string // modules of tests only
	pure    bool     // no clock, no input or output, no chance
}

// duties are the rooms of the house: imports run one way.
var duties = map[string]duty{
	"dsl":          {modules: []string{"github.com/alecthomas/participle/v2"}},
	"spec":         {imports: []string{"dsl"}, pure: true},
	"model":        {imports: []string{"dsl", "spec"}, pure: true},
	"gen":          {imports: []string{"spec", "model"}, modules: []string{"pgregory.net/rapid"}},
	"runner":       {imports: []string{"dsl", "spec", "model", "runner/agent", "runner/program"}},
	"runner/agent": {},
	// Programs are text: nobody's sockets are needed to write one.
	"runner/program": {},
	"runner/room":    {imports: []string{"runner/agent"}},
	"runner/linux": {imports: []string{"runner/agent", "runner/room", "runner/posix"},
		modules: []string{"golang.org/x/sys", "github.com/vishvananda/netlink", "github.com/gopacket/gopacket"}},
	"runner/posix":   {imports: []string{"runner/agent", "runner/room"}, modules: []string{"golang.org/x/sys"}},
	"runner/winsock": {imports: []string{"runner/agent", "runner/room"}},
	"runner/wine":    {imports: []string{"runner/agent", "runner/room", "runner/linux"}},
	"runner/strace":  {imports: []string{"dsl", "spec", "model"}},
	// What only tests import.
	"dsl/golden":      {},
	"model/modeltest": {imports: []string{"model", "spec"}},
	".":               {imports: []string{"..."}, modules: []string{"pgregory.net/rapid"}},
	"cmd/connectspec": {
		imports: []string{"..."}, modules: []string{"github.com/alecthomas/kong"},
		tests: []string{"github.com/rogpeppe/go-internal"},
	},
}

// impure are the parts of the standard library that a pure package does without.
var impure = []string{"os", "time", "math/rand", "net", "syscall", "crypto/rand", "log", "io/fs", "unsafe"}

// A goFile is one file of Go.
type goFile struct {
	name   string // slashes, from the root of the module
	test   bool
	text   []byte
	set    *token.FileSet
	syntax *ast.File
}

// sources reads all files of this module.
func sources(t *testing.T) []goFile {
	t.Helper()
	var list []goFile
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || len(name) > 1 && strings.HasPrefix(entry.Name(), ".")):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, name, text, 0)
		list = append(list, goFile{filepath.ToSlash(name), strings.HasSuffix(name, "_test.go"), text, set, syntax})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 50 {
		t.Fatalf("only %d files of Go were found", len(list))
	}
	return list
}

// TestImports holds the direction of imports.
func TestImports(t *testing.T) {
	for _, file := range sources(t) {
		folder := path.Dir(file.name)
		duty, known := duties[folder]
		if !known {
			t.Errorf("%s: say in the table of duties what %s may import", file.name, folder)
			continue
		}
		for _, spec := range file.syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !duty.allows(imported, file.test) {
				t.Errorf("%s: %s must not import %s", file.set.Position(spec.Pos()), folder, imported)
			}
		}
	}
}

func (d *duty) allows(imported string, test bool) bool {
	if folder, ours := strings.CutPrefix(imported, "connectspec"); ours {
		folder = strings.TrimPrefix(folder, "/")
		return test || slices.Contains(d.imports, "...") || slices.Contains(d.imports, folder)
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return test || !d.pure || !within(imported, impure)
	}
	return within(imported, d.modules) || test && within(imported, d.tests)
}

// within says that a package is one of those, or below one.
func within(imported string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return imported == root || strings.HasPrefix(imported, root+"/")
	})
}

// TestSizes holds the sizes of files and functions: what is larger is better
// read in parts. Commands are thin.
func TestSizes(t *testing.T) {
	const linesOfFile, linesOfFunction, linesOfCommand = 500, 70, 50
	for _, file := range sources(t) {
		if lines := bytes.Count(file.text, []byte("\n")); lines > linesOfFile {
			t.Errorf("%s has %d lines; %d are the most", file.name, lines, linesOfFile)
		}
		most := linesOfFunction
		if strings.HasPrefix(file.name, "cmd/") {
			most = linesOfCommand
		}
		for _, declaration := range file.syntax.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok || function.Body == nil || file.test { // a test may hold a table
				continue
			}
			start, end := file.set.Position(function.Pos()), file.set.Position(function.End())
			if lines := end.Line - start.Line + 1; lines > most {
				t.Errorf("%s: %s has %d lines; %d are the most", start, function.Name.Name, lines, most)
			}
		}
	}
}
