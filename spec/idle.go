package spec

import (
	"fmt"
	"reflect"
	"slices"

	"connectspec/dsl"
)

// Idle are the overlays of the platform that change nothing: they say, perhaps
// in other words, what holds without them.
func (s *Spec) Idle() []dsl.Problem { return s.idle }

// noteIdle finds the overlays that change nothing. What is wrong with those that
// they replace has been told elsewhere.
func (r *resolver) noteIdle() {
	problems := len(r.problems)
	defer func() { r.problems = r.problems[:problems] }()
	note := func(at dsl.Position, why string) {
		r.spec.idle = append(r.spec.idle, dsl.Problem{Pos: at, Length: len("on"), Message: "this changes nothing: " + why})
	}
	for _, d := range r.spec.Departures {
		if d.Platform == r.spec.Platform && d.Rule != nil && d.Parent != nil &&
			d.Rule.Rank != Event && sameMeaning(d.Rule, d.Parent) {
			note(d.Pos, d.Name()+" is the same without it")
		}
	}
	for _, one := range r.replaced {
		what, name := declared(one.new)
		if one.platform == r.spec.Platform && r.sameDeclaration(one) {
			note(one.at, fmt.Sprintf("the %s `%s` is the same without it", what, name.Text))
		}
	}
	for _, node := range r.orders {
		if from := r.ordered[node]; from.platform == r.spec.Platform && len(node.Rules) < 2 {
			note(from.at, "one refusal alone has no order")
		}
	}
}

// sameDeclaration says whether a declaration means what it replaces means.
func (r *resolver) sameDeclaration(one replacement) bool {
	switch node := one.new.(type) {
	case *dsl.Group:
		return sameMeaning(r.wordTests(one.old.(*dsl.Group).Words), r.wordTests(node.Words))
	case *dsl.Change:
		return sameMeaning(r.change(one.old.(*dsl.Change)), r.changes[node.Name.Text])
	}
	return sameMeaning(one.old, one.new)
}

// sameMeaning says whether two values differ in nothing but where they stand,
// whom they cite, and what reasons they give.
func sameMeaning(a, b any) bool {
	return sameValue(reflect.ValueOf(a), reflect.ValueOf(b))
}

// meaningless are the names of fields that are no part of what a rule means.
var meaningless = map[string]bool{
	"Pos": true, "Cites": true, "Because": true, "Platform": true, "Index": true, "ID": true, "Rule": true, "Vars": true,
}

// isSet says whether the order of a list does not count.
func isSet(list any) bool {
	switch list := list.(type) {
	case []WordTest, []Value, []Result:
		return true
	case []Condition: // what one binds, a later one may ask for
		return !slices.ContainsFunc(list, binds)
	}
	return false
}

func binds(c Condition) bool {
	return c.Kind == Some || c.Kind == ArgumentNames ||
		slices.ContainsFunc(c.Values, func(v Value) bool { return v.Kind == BindsSocket })
}

func sameValue(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return a.Kind() == reflect.Pointer && a.Pointer() == b.Pointer() || sameValue(a.Elem(), b.Elem())
	case reflect.Slice:
		return sameList(a, b)
	case reflect.Struct:
		for i := range a.NumField() {
			if !meaningless[a.Type().Field(i).Name] && !sameValue(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func sameList(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	anyOrder := isSet(a.Interface()) && isSet(b.Interface())
	taken := make([]bool, b.Len())
	for i := range a.Len() {
		first, last := i, i
		if anyOrder {
			first, last = 0, b.Len()-1
		}
		found := false
		for k := first; k <= last && !found; k++ {
			found = !taken[k] && sameValue(a.Index(i), b.Index(k))
			taken[k] = taken[k] || found
		}
		if !found {
			return false
		}
	}
	return true
}
