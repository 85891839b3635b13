package dsl

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// golden compares got with a file, or writes it with -update.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, path); !bytes.Equal(got, want) {
		t.Errorf("%s differs (rewrite it with -update if that is meant):\n%s", path, firstDifference(got, want))
	}
}

func firstDifference(got, want []byte) string {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d:\n got: %s\nwant: %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(a), len(b))
}

// mustParse parses text that has no problems.
func mustParse(t testing.TB, name string, text []byte) *File {
	t.Helper()
	file, problems := Parse(name, text)
	for _, p := range problems {
		t.Error(p)
	}
	if len(problems) > 0 {
		t.FailNow()
	}
	return file
}

// visit calls f for every value in a tree, and for every field of a struct with
// `Struct.Field`; other values have no name.
func visit(v reflect.Value, name string, f func(name string, v reflect.Value)) {
	f(name, v)
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			visit(v.Elem(), "", f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), "", f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			visit(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name, f)
		}
	}
}

// withoutPositions clears the positions of a tree, and its name.
func withoutPositions(file *File) *File {
	file.Name = ""
	visit(reflect.ValueOf(file), "", func(_ string, v reflect.Value) {
		if v.Type() == reflect.TypeFor[Position]() {
			v.SetZero()
		}
	})
	return file
}
