package dsl

import (
	"reflect"
	"testing"
)

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
