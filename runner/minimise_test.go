package runner

import (
	"testing"

	"connectspec/dsl"
	"connectspec/model"
)

// doors is a specification in which a call may leave a socket in a state that the
// next one is not meant for.
const doors = `
spec "doors" version 1
  source "made up for the tests of the runner"

platform base "as documented"
error WSASTUCK 1 "it does not move"

field state
  whole
  broken
address local "needed"

input way
  inwards for whole

call socket() makes s
call pull(s)
call open(s, way)
call look(s)

act socket.made
  -> ok
act pull.moves
  whole -> ok
may pull.breaks
  whole -> WSASTUCK ; s becomes broken
act open.opens
  -> ok
act look.sees
  -> ok
`

// TestPossible: a script is worth a try if one of the ways through it shows the
// fault, whatever others come to.
func TestPossible(t *testing.T) {
	file, problems := dsl.Parse("doors", []byte(doors))
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	checked := model.Check(file)
	machine := checked.Platforms[0].Machine
	trace, err := machine.Parse("trace", "s0 = socket -> ok\npull s0 -> ok\nopen s0 inwards -> ok\nlook s0 -> WSASTUCK")
	if err != nil {
		t.Fatal(err)
	}
	judge := machine.NewJudge("")
	findings := judge.Trace(trace)
	if len(findings) != 1 {
		t.Fatalf("findings: %v", findings)
	}
	finding := findings[0]
	m := &minimiser{bench: &bench{machine: machine, judge: judge},
		fault: faultOf(machine, finding.Divergence, trace.Answers[finding.Step])}
	if !m.possible(trace.Script, finding.Observed) {
		t.Error("the script that shows a fault is given up")
	}
	if m.possible(trace.Script[:3], finding.Observed) {
		t.Error("a script without the call that shows the fault is tried")
	}
}
