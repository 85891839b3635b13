package dsl

import (
	"reflect"
	"strings"
	"testing"

	"connectspec/dsl/golden"
)

func TestParseStep(t *testing.T) {
	tests := []struct{ text, makes, call, args, result, values string }{
		{"s = socket stream inet blocking -> ok", "s", "socket", "stream inet blocking", "ok", ""},
		{"recv s1 -> ok #3", "", "recv", "s1", "ok", "#3"},
		{"select s now -> ok readable+writable", "", "select", "s now", "ok", "readable writable"},
		{"poll s now -> ok in + out  # spaces", "", "poll", "s now", "ok", "in out"},
		{"\tconnect s0 refuser->ECONNREFUSED", "", "connect", "s0 refuser", "ECONNREFUSED", ""},
		{"startup", "", "startup", "", "", ""},
		{"so_error s -> ok none\n", "", "so_error", "s", "ok", "none"},
		{"close s\r\n", "", "close", "s", "", ""},
		{"send s 17 #12 -> blocks # why", "", "send", "s 17 #12", "blocks", ""},
		{"send s -> protocol \"no # \\\"such\\\" call\" # why", "", "send", "s", "protocol", "no # \"such\" call"},
	}
	for _, test := range tests {
		step, err := ParseStep(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		got := []string{text(step.Makes), step.Call.Text, texts(step.Args), text(step.Result), texts(step.Values)}
		want := []string{test.makes, test.call, test.args, test.result, test.values}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, want %q", test.text, got, want)
		}
	}
}

func text(n *Name) string {
	if n == nil {
		return ""
	}
	return n.Text
}

func texts(names []Name) string {
	var all []string
	for _, n := range names {
		all = append(all, n.Text)
	}
	return strings.Join(all, " ")
}

func TestParseStepErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "1:1: expected the name of a call, found the end of the declaration",
		"   # nothing":              "1:13: expected the name of a call, found the end of the declaration",
		"connect s ->":              "1:13: expected what the call answers after `->`, found the end of the declaration",
		"connect \"s\"":             "1:9: expected an argument, `->` or the end of the line, found the text \"s\"",
		"connect s\n\nclose s":      "3:1: expected the end of the text behind one line, found `close`",
		"recv s -> ok #3rd":         "",
		"recv s -> ok \"":           "1:14: this quotation does not end on its line",
		"recv s \x00":               "1:8: control character U+0000",
		"s = = socket":              "1:5: expected the name of a call, found `=`",
		"connect s because":         "1:11: expected an argument, `->` or the end of the line, found `because`",
		strings.Repeat("a ", 1<<16): "1:1: this line is longer than 65536 bytes",
	} {
		_, err := ParseStep(text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.40q: got %q, want %q", text, got, want)
		}
	}
}

// A step is read in the same way in a scenario and by itself.
func TestStepsAgree(t *testing.T) {
	file := mustParse(t, "", golden.Read(t, "testdata/example.spec"))
	lines := strings.Split(string(golden.Read(t, "testdata/example.spec")), "\n")
	steps := 0
	for _, d := range file.Declarations {
		scenario, ok := d.Node.(*Scenario)
		if !ok {
			continue
		}
		for _, want := range scenario.Steps {
			got, err := ParseStep(lines[want.Pos.Line-1])
			if err != nil {
				t.Fatal(err)
			}
			if got.Pos.Column != want.Pos.Column {
				t.Errorf("column %d, want %d", got.Pos.Column, want.Pos.Column)
			}
			if !reflect.DeepEqual(bare(got), bare(want)) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			steps++
		}
	}
	if steps < 5 {
		t.Errorf("the example has %d steps", steps)
	}
}

// bare gives a step without positions.
func bare(step Step) Step {
	file := &File{Declarations: []Declaration{{Node: &Scenario{Steps: []Step{step}}}}}
	return withoutPositions(file).Declarations[0].Node.(*Scenario).Steps[0]
}

func BenchmarkParseStep(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseStep("select s1 now -> ok readable+writable"); err != nil {
			b.Fatal(err)
		}
	}
}
