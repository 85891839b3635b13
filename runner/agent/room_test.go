package agent

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// A parrot is a room whose lines say what they answer: `say EISCONN`,
// `say ok #1`, and some that misbehave.
type parrot struct {
	out     func(string) // writes to the client beside the protocol
	running bool
	worlds  int
	late    *parrotCall // of the script at hand
}

type parrotCall struct {
	answer Answer
	act    string
	note   string // the file that counts its falls
	times  int    // its scripts are still held up
}

func (p *parrot) Describe() Description {
	return Description{Name: "parrot", Version: "Parrot 1", Dictionary: "linux",
		Lacks: []Lack{{"lab", "a parrot has none"}, {"irda", "nor this"}}}
}

func (p *parrot) Prepare(line string) (Call, error) {
	word, rest := cutWord(line)
	switch word {
	case "fall":
		return &parrotCall{act: "fall", note: rest}, nil
	case "late":
		times, err := strconv.Atoi(rest)
		return &parrotCall{act: "late", times: times}, err
	case "say":
		answer, err := parseAnswer(rest)
		return &parrotCall{answer: answer}, err
	case "die", "hang", "litter", "shout", "refuse", "stutter", "worlds":
		return &parrotCall{act: word}, nil
	}
	return nil, fmt.Errorf("no call %q", word)
}

func (p *parrot) Begin(script []Call) error {
	if p.running {
		return errors.New("the last script has not ended")
	}
	p.running = true
	p.worlds++
	return nil
}

func (p *parrot) Do(call Call) (Answer, error) {
	c := call.(*parrotCall)
	switch c.act {
	case "die":
		os.Exit(3)
	case "fall":
		c.fall()
	case "late":
		p.late = c
	case "hang":
		time.Sleep(time.Hour)
	case "litter":
		p.out("what is this\n")
	case "shout":
		p.out(strings.Repeat("x", 2*maxLineBytes))
	case "stutter":
		p.out("ok\nok\nok\n")
	case "refuse":
		return Answer{}, errors.New("not  with\nme")
	case "worlds":
		return Answer{OK, fmt.Sprint(p.worlds)}, nil
	}
	if c.act != "" {
		return Answer{Name: OK}, nil
	}
	return c.answer, nil
}

func (p *parrot) End() error {
	p.running = false
	if late := p.late; late != nil && late.times > 0 {
		late.times--
		p.late = nil
		return ErrHeldUp
	}
	return nil
}

// fallsEach is how often `fall` kills the parrot before it answers.
const fallsEach = 3

// fall is killed as by somebody else, so many times.
func (c *parrotCall) fall() {
	note, err := os.OpenFile(c.note, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	note.WriteString("x")
	info, err := note.Stat()
	if err != nil {
		panic(err)
	}
	if info.Size() > fallsEach {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		self.Kill()
	}
	select {}
}
