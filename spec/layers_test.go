package spec_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"connectspec/dsl/golden"
	"connectspec/spec"
)

// TestLayers holds what each platform of testdata/layers.spec makes of what it
// extends: replaced, dropped, recoded and ordered rules; more words; other
// groups, changes, errors and calls.
func TestLayers(t *testing.T) {
	const path = "testdata/layers.spec"
	document, problems := spec.Read(path, golden.Read(t, path))
	for _, p := range problems {
		t.Fatal(p)
	}
	var out bytes.Buffer
	for _, platform := range document.Platforms {
		s, problems := document.Resolve(platform.Name)
		for _, p := range problems {
			t.Fatal(p)
		}
		dump(&out, s)
	}
	golden.Check(t, "testdata/layers.resolved", out.Bytes())
}

func dump(out *bytes.Buffer, s *spec.Spec) {
	fmt.Fprintf(out, "%s %d on %s: %s\n", s.Title, s.Version, s.Platform, strings.Join(s.Lineage, " < "))
	for _, e := range s.Errors {
		fmt.Fprintf(out, "  error %d %s %d; cannot provoke: %q\n", e.Index, e.Name, e.Number, e.Cannot)
	}
	for _, f := range s.Fields {
		fmt.Fprintf(out, "  field %s of type %d at %d: %v\n", f.Name, f.Type, f.Offset, f.Words)
	}
	for _, c := range s.Calls {
		fmt.Fprintf(out, "  call %s weight %d sends %v ordered %v\n", c.Name, c.Weight, c.Sends, c.Ordered)
		for _, rule := range append(append([]*spec.Rule{}, c.Refusals...), c.Acts...) {
			dumpRule(out, s, rule)
		}
	}
	for _, scenario := range s.Scenarios {
		fmt.Fprintf(out, "  scenario %q\n", scenario.Title)
	}
}

func dumpRule(out *bytes.Buffer, s *spec.Spec, rule *spec.Rule) {
	fmt.Fprintf(out, "    %s %s from %s", rule.Rank, rule.Name, rule.Platform)
	for _, cite := range rule.Cites {
		fmt.Fprintf(out, " cites %s", cite.Text)
	}
	for _, departure := range s.Departures {
		if departure.Rule == rule && departure.Parent != nil {
			fmt.Fprintf(out, " over that of %s", departure.Parent.Platform)
		}
	}
	fmt.Fprintf(out, " because %q\n", rule.Because)
	for _, one := range rule.Cases {
		for _, c := range one.Guard {
			fmt.Fprintf(out, "      kind %d not %v words %v\n", c.Kind, c.Not, c.Words)
		}
		for _, outcome := range one.Outcomes {
			fmt.Fprintf(out, "      %d ->", outcome.ID)
			for _, result := range outcome.Results {
				fmt.Fprintf(out, " %s", resultName(s, result))
			}
			for _, effect := range outcome.Effects {
				fmt.Fprintf(out, " ; %s", effectText(effect))
			}
			fmt.Fprintln(out)
		}
	}
}

func effectText(effect spec.Effect) string {
	if effect.Change != nil {
		return fmt.Sprintf("does %s of %d lines", effect.Change.Name, len(effect.Change.Lines))
	}
	return fmt.Sprintf("effect %d of %s, value %d of kind %d", effect.Kind, effect.Field.Name, effect.Value.Byte, effect.Value.Kind)
}

func resultName(s *spec.Spec, result spec.Result) string {
	switch result.Code {
	case spec.OK:
		return "ok"
	case spec.Blocks:
		return "blocks"
	}
	return s.Errors[result.Code-spec.Errors].Name
}
