//go:build linux

package connectspec

import (
	"testing"

	"connectspec/model"
	"connectspec/runner"
)

// TestScenarios runs the scenarios of this machine's platform on its sockets:
// what the specification gives as an example must be so.
func TestScenarios(t *testing.T) {
	who := describeHere(t)
	machine, err := machineOf("", who.Dictionary)
	if err != nil {
		t.Fatal(err)
	}
	target, err := runner.Opener(machine, thisMachine)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	lacks := who.Without()
	judge := machine.NewJudge(who.Dictionary)
	for _, scenario := range machine.Spec.Scenarios {
		t.Run(scenario.Title, func(t *testing.T) {
			said, _, err := machine.Scenario(scenario)
			if err != nil {
				t.Fatal(err)
			}
			if missing := model.Missing(machine.Spec, said.Script, lacks); missing != "" {
				t.Skipf("this machine has no %s: the scenario was not run", missing)
			}
			if err := target.Submit([]model.Script{said.Script}); err != nil {
				t.Fatal(err)
			}
			traces, err := target.Receive()
			if err != nil {
				t.Fatal(err)
			}
			for _, finding := range judge.Trace(traces[0]) {
				t.Errorf("call %d is not allowed here; allowed: %s\n%s",
					finding.Step+1, finding.AllowedText(), machine.Format(traces[0]))
			}
		})
	}
}
