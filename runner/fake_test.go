package runner

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"connectspec/model"
	"connectspec/model/modeltest"
	"connectspec/runner/agent"
	"connectspec/spec"
)

// small is the machine of a platform of the specification that the model is
// tested with.
func small(t testing.TB, platform string) *model.Machine {
	t.Helper()
	return modeltest.Load(t, "../model/testdata/small.spec", platform)
}

// A moment is a call of a script that an imitation is about to answer.
type moment struct {
	script model.Script
	at     int
	line   string // of the call
	lines  []string
	right  model.Answer // that the model expects
}

// An injury makes an imitation answer otherwise than the model.
type injury struct {
	name   string
	wrong  func(m *moment) (model.Answer, bool)
	chance float64 // of showing, when it could
	// harmless is what the model allows too.
	harmless bool
}

// An imitation is a target that answers as the model expects, injuries aside.
// What an injury answers does not change its state.
type imitation struct {
	machine  *model.Machine
	judge    *model.Judge
	dice     *rand.Rand
	injuries []injury
	waiting  [][]model.Script
	ran      func(model.Script) // told of each script, if set
	settled  bool               // it takes the first choice wherever there is one
	once     bool               // it is wrong at most once in a script
	hurts    bool               // it was wrong in this script
	closed   bool
}

func imitate(m *model.Machine, seed uint64, injuries ...injury) *imitation {
	return &imitation{machine: m, judge: m.NewJudge(""), dice: rand.New(rand.NewPCG(seed, 0)), injuries: injuries}
}

func (i *imitation) Submit(batch []model.Script) error {
	i.waiting = append(i.waiting, batch)
	return nil
}

func (i *imitation) Receive() ([]model.Trace, error) {
	batch := i.waiting[0]
	i.waiting = i.waiting[1:]
	var traces []model.Trace
	for _, script := range batch {
		if i.ran != nil {
			i.ran(script)
		}
		traces = append(traces, i.run(script))
	}
	return traces, nil
}

func (i *imitation) Close() error {
	i.closed = true
	return nil
}

func (i *imitation) run(script model.Script) model.Trace {
	trace := model.Trace{Script: script}
	walk := i.judge.Walk()
	m := moment{script: script}
	i.hurts = false
	for at, op := range script {
		m.at, m.line, m.right = at, i.machine.Line(op), model.Answer{Name: "ok"}
		m.lines = append(m.lines, m.line)
		if outlook := walk.Look(op); outlook.Len() > 0 {
			choice := 0
			if !i.settled {
				choice = i.dice.IntN(outlook.Len())
			}
			m.right = walk.Answer(op, outlook, choice)
			walk.Take(op, outlook, choice)
		} else {
			walk.Meet(op, model.Seen{Code: spec.OK})
		}
		answer := i.hurt(&m)
		trace.Answers = append(trace.Answers, answer)
		if answer.Name == agent.Crash || answer.Name == agent.Hang {
			break
		}
	}
	return trace
}

func (i *imitation) hurt(m *moment) model.Answer {
	for _, one := range i.injuries {
		if i.once && i.hurts && !one.harmless {
			continue
		}
		if answer, wrong := one.wrong(m); wrong && (one.chance == 0 || i.dice.Float64() < one.chance) {
			i.hurts = i.hurts || !one.harmless
			return answer
		}
	}
	return m.right
}

// aConnection is how a third of the scripts start, where it makes sense.
const aConnection = `
	s0 = socket stream blocking
	listen s0
	s1 = socket stream blocking
	connect s1 s0
	s2 = accept s0`

// roaming is a source of scripts of random calls, some of them senseless.
func roaming(m *model.Machine) Source {
	judge := m.NewJudge("")
	connection, err := m.Parse("", aConnection)
	return func(seed uint64) model.Script {
		dice := rand.New(rand.NewPCG(mix(seed), 1)) // seeds follow each other
		walk := judge.Walk()
		var script model.Script
		made, sent := uint8(0), uint8(0)
		var sure []uint8 // sockets that are there, whatever was answered
		if dice.IntN(3) == 0 && err == nil {
			made, sure = 3, []uint8{0, 1, 2}
			for _, op := range connection.Script {
				walk.Take(op, walk.Look(op), 0)
				script = append(script, op)
			}
		}
		for range 3 + dice.IntN(40) {
			call := m.Spec.Calls[dice.IntN(len(m.Spec.Calls))]
			op := model.Op{Call: uint8(call.Index), Subject: model.NoSocket, Made: model.NoSocket}
			if made == 0 && call.OnSocket || made == spec.MaxSockets && call.Makes != "" {
				continue
			}
			if call.OnSocket {
				op.Subject = uint8(dice.IntN(int(made)))
			}
			if !drawArguments(&op, call, dice, sure) {
				continue
			}
			if call.Makes != "" {
				op.Made = made
			}
			if call.Sends {
				op.Token = sent + 1
			}
			outlook := walk.Look(op)
			if outlook.Len() == 0 || outlook.Sense != model.Acts && dice.IntN(4) > 0 {
				continue
			}
			walk.Take(op, outlook, 0)
			if call.Makes != "" {
				if !call.OnSocket {
					sure = append(sure, made)
				}
				made++
			}
			sent = max(sent, op.Token)
			script = append(script, op)
		}
		return script
	}
}

func drawArguments(op *model.Op, call *spec.Call, dice *rand.Rand, sure []uint8) bool {
	for i, parameter := range call.Parameters {
		if parameter.Field != nil {
			op.Args[i] = uint8(dice.IntN(len(parameter.Field.Words)))
			continue
		}
		classes := parameter.Input.Classes
		class := classes[min(dice.IntN(2*len(classes)), len(classes)-1)]
		op.Args[i] = uint8(class.Index)
		if class.Socket {
			op.Args[i] = spec.SocketArg + sure[dice.IntN(len(sure))]
			if op.Args[i] == spec.SocketArg+op.Subject {
				return false
			}
		}
	}
	return true
}

// imitated is a configuration that runs random scripts on imitations.
func imitated(m *model.Machine, injuries ...injury) Config {
	return Config{
		Machine: m, Checks: 6000, Seed: 1, Jobs: 1,
		Agent:  agent.Description{Name: "imitation", Version: "Imitation 1", Dictionary: "linux"},
		Open:   func(context.Context) (Target, error) { return imitate(m, 7, injuries...), nil },
		Source: func(*model.Judge) Source { return roaming(m) },
	}
}

// mustRun runs a configuration that has to do its work.
func mustRun(t testing.TB, config Config) *Report {
	t.Helper()
	report, err := Run(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func failing(name string) (model.Answer, bool) { return model.Answer{Name: name}, true }

// injuries are faults that a kernel might have, from easy to hard to meet.
var injuries = []injury{
	{name: "a refused connect succeeds", wrong: func(m *moment) (model.Answer, bool) {
		if m.right.Name == "WSAECONNREFUSED" {
			return model.Answer{Name: "ok"}, true
		}
		return m.right, false
	}},
	{name: "a second connect is EINVAL", wrong: func(m *moment) (model.Answer, bool) {
		if m.right.Name == "WSAEISCONN" {
			return failing("EINVAL")
		}
		return m.right, false
	}},
	{name: "the third call of close crashes", wrong: func(m *moment) (model.Answer, bool) {
		if m.line == "close s0" && countOf(m.lines, "close") == 3 && m.right.Name == "WSAENOTSOCK" {
			return failing("crash")
		}
		return m.right, false
	}},
	{name: "a close of a failed socket has no name", wrong: func(m *moment) (model.Answer, bool) {
		if m.line == "close s0" && m.right.Name == "ok" && slices.Contains(m.lines, "connect s0 refuser") {
			return failing("EMULTIHOP")
		}
		return m.right, false
	}},
	{name: "the second token is lost", wrong: func(m *moment) (model.Answer, bool) {
		if m.right.Value == "#2" {
			return model.Answer{Name: "ok", Value: "#1"}, true
		}
		return m.right, false
	}},
	{name: "the peer of a nonblocking one is another", wrong: func(m *moment) (model.Answer, bool) {
		if m.right.Value == "listener" && m.line == "getpeername s0" && m.lines[0] == "s0 = socket datagram nonblocking" {
			return model.Answer{Name: "ok", Value: "refuser"}, true
		}
		return m.right, false
	}},
}

func countOf(lines []string, prefix string) int {
	count := 0
	for _, line := range lines {
		if len(line) >= len(prefix) && line[:len(prefix)] == prefix {
			count++
		}
	}
	return count
}
