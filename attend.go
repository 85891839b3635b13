package connectspec

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"connectspec/runner/agent"
)

// returnWithin is how long a call may take. It is less than what a client waits
// for an agent that says nothing, and more than any call that ends by itself
// has a reason to take.
const returnWithin = 8 * time.Second

// An attended room is one that several clients share, one script at a time. It
// turns a panic into an answer, and ends everything if a call does not return.
type attended struct {
	room  agent.Room
	turn  sync.Mutex // of the script at hand, from Begin to End
	calls []agent.Call
	fail  context.CancelCauseFunc

	patience time.Duration
	timer    *time.Timer // goes off when that has ended

	lock  sync.Mutex // guards what follows
	lines []string   // of the script at hand
	made  int        // calls of it so far
	first string     // panic, and where it came from
}

// An attendedCall knows its line, for messages.
type attendedCall struct {
	line string
	call agent.Call
}

// attend makes an attended room; fail is told what makes it unusable.
func attend(room agent.Room, patience time.Duration, fail context.CancelCauseFunc) *attended {
	a := &attended{room: room, fail: fail, patience: patience}
	a.timer = time.AfterFunc(patience, a.late)
	a.timer.Stop()
	return a
}

func (a *attended) Describe() agent.Description { return a.room.Describe() }

func (a *attended) Prepare(line string) (agent.Call, error) {
	a.turn.Lock()
	defer a.turn.Unlock()
	call, err := a.room.Prepare(line)
	return &attendedCall{line, call}, err
}

// Begin waits until no other client's script is under way.
func (a *attended) Begin(script []agent.Call) error {
	a.turn.Lock()
	a.lock.Lock()
	a.calls, a.lines, a.made = a.calls[:0], a.lines[:0], 0
	for _, prepared := range script {
		one := prepared.(*attendedCall)
		a.calls, a.lines = append(a.calls, one.call), append(a.lines, one.line)
	}
	a.lock.Unlock()
	err := a.room.Begin(a.calls)
	if err != nil {
		a.turn.Unlock()
	}
	return err
}

func (a *attended) Do(prepared agent.Call) (answer agent.Answer, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			answer, err = a.crash(cause), nil
		}
	}()
	a.lock.Lock()
	a.made++
	a.lock.Unlock()
	a.timer.Reset(a.patience)
	return a.room.Do(prepared.(*attendedCall).call)
}

func (a *attended) End() error {
	a.timer.Stop()
	err := a.room.End()
	a.turn.Unlock()
	if err != nil && !errors.Is(err, agent.ErrHeldUp) {
		a.fail(fmt.Errorf("the room is unusable after this script: %w\n%s", err, a.script()))
	}
	return err
}

// crash is the answer of a call that panicked.
func (a *attended) crash(cause any) agent.Answer {
	script := a.script()
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.first == "" {
		a.first = fmt.Sprintf("the room panicked: %v\nin the last call of\n%s%s", cause, script, debug.Stack())
	}
	return agent.Answer{Name: agent.Crash}
}

// late is called when a call takes too long.
func (a *attended) late() {
	a.fail(fmt.Errorf("the room has not returned for %v from the last call of\n%s", a.patience, a.script()))
}

// script are the calls that were made of the script at hand, a line each.
func (a *attended) script() string {
	a.lock.Lock()
	defer a.lock.Unlock()
	var text strings.Builder
	for _, line := range a.lines[:min(a.made, len(a.lines))] {
		text.WriteString("    " + line + "\n")
	}
	return text.String()
}

// panicked says what the first panic was, if there was one.
func (a *attended) panicked() string {
	a.lock.Lock()
	defer a.lock.Unlock()
	return a.first
}
