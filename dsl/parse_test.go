package dsl

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"connectspec/dsl/golden"
)

// The tree of a file that has every construct, written out to be read.
func TestParseExample(t *testing.T) {
	file := mustParse(t, "example.spec", golden.Read(t, "testdata/example.spec"))
	var out bytes.Buffer
	for _, d := range file.Declarations {
		dump(&out, reflect.ValueOf(d), "")
		out.WriteString("\n\n")
	}
	golden.Check(t, "testdata/example.tree", out.Bytes())
}

// dump writes a value: what is empty is left out, names and prose are one word.
func dump(out *bytes.Buffer, v reflect.Value, indent string) {
	switch value := v.Interface().(type) {
	case Position:
		fmt.Fprintf(out, "%d:%d@%d", value.Line, value.Column, value.Offset)
		return
	case Name:
		fmt.Fprintf(out, "%s %d:%d", value.Text, value.Pos.Line, value.Pos.Column)
		return
	case Prose:
		fmt.Fprintf(out, "%q %d:%d", value.Text, value.Pos.Line, value.Pos.Column)
		return
	}
	indent += "  "
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		dump(out, v.Elem(), strings.TrimSuffix(indent, "  "))
	case reflect.Slice:
		for i := range v.Len() {
			fmt.Fprintf(out, "\n%s- ", indent)
			dump(out, v.Index(i), indent)
		}
	case reflect.Struct:
		out.WriteString(v.Type().Name())
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				fmt.Fprintf(out, "\n%s%s: ", indent, v.Type().Field(i).Name)
				dump(out, v.Field(i), indent)
			}
		}
	default:
		fmt.Fprint(out, v.Interface())
	}
}

// The example is what the formatter and the fuzz tests start from, so it must
// have everything that a tree can have.
func TestExampleIsComplete(t *testing.T) {
	file := mustParse(t, "example.spec", golden.Read(t, "testdata/example.spec"))
	seen := map[string]bool{}
	kinds := map[string]bool{}
	visit(reflect.ValueOf(file), "", func(name string, v reflect.Value) {
		seen[name] = seen[name] || !v.IsZero()
		switch value := v.Interface().(type) {
		case Node:
			kinds[reflect.TypeOf(value).String()] = true
		case EffectKind:
			kinds[fmt.Sprint("effect ", int(value))] = true
		case Rule:
			kinds[value.Rank.Text] = true
		case Variable:
			kinds[value.Type.Text] = true
		}
	})
	for name, filled := range seen {
		if name != "" && !filled {
			t.Errorf("no %s in the example", name)
		}
	}
	all := []Node{&Title{}, &Clause{}, &Conflict{}, &Platform{}, &Error{}, &Target{}, &Field{}, &Variable{}, &Queue{},
		&Handle{}, &Group{}, &Input{}, &Call{}, &Rule{}, &Change{}, &Drop{}, &Recode{}, &Order{}, &Scenario{}}
	var want []string
	for _, node := range all {
		want = append(want, reflect.TypeOf(node).String())
	}
	for kind := Becomes; kind <= Does; kind++ {
		want = append(want, fmt.Sprint("effect ", int(kind)))
	}
	want = append(want, strings.Fields("refuse act may unstated later ready flag address socket code")...)
	for _, kind := range want {
		if !kinds[kind] {
			t.Errorf("no %s in the example", kind)
		}
	}
}

// Everything points into the text, at what it is about.
func TestPositions(t *testing.T) {
	text := golden.Read(t, "testdata/example.spec")
	checkPositions(t, text, mustParse(t, "example.spec", text))
	marked := append([]byte("\ufeff"), bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))...)
	checkPositions(t, marked, mustParse(t, "example.spec", marked))
}

func checkPositions(t *testing.T, text []byte, file *File) {
	t.Helper()
	visit(reflect.ValueOf(file), "", func(_ string, v reflect.Value) {
		var pos Position
		starts := ""
		switch value := v.Interface().(type) {
		case Name:
			pos, starts = value.Pos, value.Text
		case Prose:
			pos, starts = value.Pos, `"`
		case Declaration:
			pos = value.Pos
		default:
			return
		}
		if pos == (Position{}) && starts == "" {
			return // an operand or a name that a form of effect has not
		}
		if !strings.HasPrefix(string(text[pos.Offset:]), starts) {
			t.Errorf("%v: %q is not there", pos, starts)
		}
		if want := place(text, pos.Offset); pos.Line != want.Line || pos.Column != want.Column {
			t.Errorf("%q: position is %d:%d, want %d:%d", starts, pos.Line, pos.Column, want.Line, want.Column)
		}
	})
}

// place counts lines and columns from the start of the text.
func place(text []byte, offset int) Position {
	before := strings.TrimPrefix(string(text[:offset]), "\ufeff")
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return Position{Line: 1 + strings.Count(before, "\n"), Column: 1 + len([]rune(line))}
}

// What the page on the language shows can be parsed.
func TestLanguagePage(t *testing.T) {
	var block bytes.Buffer
	blocks := 0
	check := func() {
		if block.Len() > 0 {
			blocks++
			mustParse(t, fmt.Sprintf("language.md, block %d", blocks), block.Bytes())
			block.Reset()
		}
	}
	for line := range strings.Lines(string(golden.Read(t, "../docs/language.md"))) {
		switch code, indented := strings.CutPrefix(line, "    "); {
		case indented:
			block.WriteString(code)
		case strings.TrimSpace(line) == "":
			block.WriteByte('\n')
		default:
			check()
		}
	}
	check()
	if blocks < 5 {
		t.Errorf("found %d blocks of examples", blocks)
	}
}

// A mistake hides neither the declarations around it nor other mistakes.
func TestParseGoesOn(t *testing.T) {
	file, problems := Parse("x", []byte("flag a\nflag 1\nflag b\nflag 2\n  junk\nflag c\n"))
	var names []string
	for _, d := range file.Declarations {
		names = append(names, d.Node.(*Variable).Name.Text)
	}
	if got := strings.Join(names, " "); got != "a b c" {
		t.Errorf("declarations: %s", got)
	}
	if len(problems) != 2 || problems[0].Pos.Line != 2 || problems[1].Pos.Line != 4 {
		t.Errorf("problems: %v", problems)
	}
}

// Quotations that follow each other are one.
func TestProseInPieces(t *testing.T) {
	file := mustParse(t, "x", []byte("clause A \"one\"\n  \"two\" # why\n\n  # and\n  \"three \\\"four\\\"\" \"\"\n"))
	if got := file.Declarations[0].Node.(*Clause).Text.Text; got != `one two three "four" ` {
		t.Errorf("got %q", got)
	}
}

// bulk returns about so many lines of the kind that specifications are made of.
func bulk(t testing.TB, lines int) []byte {
	text := golden.Read(t, "../connect.spec")
	for bytes.Count(text, []byte("\n")) < lines {
		text = append(text, text...)
	}
	end := 0
	for range lines {
		end += bytes.IndexByte(text[end:], '\n') + 1
	}
	return text[:bytes.LastIndex(text[:end], []byte("\n\n"))+1]
}

func BenchmarkParse(b *testing.B) {
	text := bulk(b, 2000)
	mustParse(b, "bulk.spec", text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse("bulk.spec", text)
	}
}

// BenchmarkCut is what Parse takes before the grammar.
func BenchmarkCut(b *testing.B) {
	text := string(bulk(b, 2000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var problems problemList
		cut := newCutter("bulk.spec", text, &problems)
		for tokens, _, _ := cut.declaration(); tokens != nil; tokens, _, _ = cut.declaration() {
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	text := bulk(b, 2000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Format(text)
	}
}
