//go:build linux

package linux

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"connectspec/runner/agent"
)

// pester sends the calling thread the alarm's own signal at the wrong times,
// until the test ends.
func pester(t *testing.T) {
	thread := syscall.Gettid()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Microsecond):
				syscall.Tgkill(os.Getpid(), thread, alarmSignal)
			}
		}
	}()
	t.Cleanup(func() { close(done); <-ended })
}

func playAlways(t *testing.T, room *Room, times int, want string, script ...string) {
	t.Helper()
	for range times {
		answers, err := play(t, room, script...)
		if got := strings.Join(answers, ", "); err != nil || got != want {
			t.Fatalf("answers %s, %v, not %s", got, err, want)
		}
	}
}

// TestStraySignals: signals that are not the alarm's interrupt calls too, and
// change no answer.
func TestStraySignals(t *testing.T) {
	room := openLoopback(t)
	pester(t)
	playAlways(t, room, 300, "ok, ok, ok, ok, ok, ok, EINPROGRESS, ok nothing, ok, blocks, ok, blocks, ok, ok #1, ok nothing, blocks",
		"s0 = socket stream inet blocking", "bind s0 loopback", "listen s0 tiny",
		"s1 = socket stream inet blocking", "connect s1 s0",
		"s2 = socket stream inet nonblocking", "connect s2 s0", "poll s2 soon", "set_mode s2 blocking", "connect s2 s0",
		"s3 = accept s0", "recv s3", "send s1", "recv s3", "select s0 soon", "s4 = accept s0")
}

// TestStraySignalsWhileItTakesTime: an attempt that does not end at once comes
// to the same end however often a call is interrupted that waits for it.
func TestStraySignalsWhileItTakesTime(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that stray signals do not end an attempt that takes time") {
		return
	}
	room := labRoom(t)
	pester(t)
	playAlways(t, room, 100, absentAnswers, absentScript...)
	playAlways(t, room, 20, retriedAnswers, retriedScript...)
}

// absentScript is about a host that the kernel looks for.
var absentScript = scripts(`
	s0 = socket stream inet blocking
	connect s0 absent
	so_error s0
	s1 = socket stream inet6 nonblocking
	connect s1 absent
	connect s1 absent
	poll s1 now
	poll s1 soon
	so_error s1
	s2 = socket datagram inet blocking
	connect s2 absent
	send s2
	poll s2 soon
	so_error s2
`)[0]

const absentAnswers = "ok, EHOSTUNREACH, ok none, ok, EINPROGRESS, EALREADY, ok nothing, ok in+out+err+hup, ok EHOSTUNREACH," +
	" ok, ok, ok, ok out, ok none"

// retriedScript is about attempts that meet what is left of another connection.
var retriedScript = scripts(`
	s0 = socket stream inet blocking
	s1 = socket stream inet blocking
	bind s0 any
	set_reuse s0 on
	set_reuse s1 on
	bind s1 s0
	connect s1
	close s1
	connect s0
	s2 = socket stream inet nonblocking
	s3 = socket stream inet blocking
	bind s2 any
	set_reuse s2 on
	set_reuse s3 on
	bind s3 s2
	connect s3
	close s3
	connect s2
	poll s2 now
`)[0]

const retriedAnswers = "ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, ok, EINPROGRESS, ok out"

// TestAbsentInItsTime: the kernel gives up on the absent host when a call waits
// for it, not when its time has come, and nothing is left for the next script.
func TestAbsentInItsTime(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "when the kernel gives up on an absent host") {
		return
	}
	room := labRoom(t)
	playAlways(t, room, 200, absentAnswers, absentScript...)

	calls := prepareAll(t, room, [][]string{{"s0 = socket stream inet nonblocking", "connect s0 absent", "poll s0 now", "so_error s0"}})[0]
	if err := room.Begin(calls); err != nil {
		t.Fatal(err)
	}
	playOn(room, calls[:2])
	const usual = 12 * time.Millisecond // after which it gives up by itself
	time.Sleep(10 * usual)
	answers, err := playOn(room, calls[2:])
	if got := strings.Join(answers, ", "); err != nil || got != "ok nothing, ok none" {
		t.Errorf("after %v it answers %s, %v", 10*usual, got, err)
	}
	heldUp(t, room.End())
}

// TestRetriedAttempts: an attempt that the kernel makes once more after some
// milliseconds has been made once more when connect returns.
func TestRetriedAttempts(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "attempts that are made once more") {
		return
	}
	playAlways(t, labRoom(t), 100, retriedAnswers, retriedScript...)
}

// TestHeldUp: a script during which so much time has passed that TCP repeats
// what was not answered is taken back; the time that a call waits on purpose
// does not count.
func TestHeldUp(t *testing.T) {
	room := openLoopback(t)
	calls := prepareAll(t, room, [][]string{{"s0 = socket stream inet blocking", "connect s0"}})[0]
	for _, c := range []struct {
		passed, waited time.Duration
		heldUp         bool
	}{
		{0, 0, false},
		{retransmission / 2, 0, false},
		{retransmission, 0, true},
		{3 * retransmission, 5 * retransmission / 2, false},
		{4 * retransmission, 5 * retransmission / 2, true},
	} {
		for range 5 { // the machine may be that busy
			if err := room.Begin(calls); err != nil {
				t.Fatal(err)
			}
			playOn(room, calls)
			room.began = room.began.Add(-c.passed)
			room.waited += c.waited
			err := room.End()
			if got := errors.Is(err, agent.ErrHeldUp); got == c.heldUp {
				break
			} else if !got {
				t.Errorf("after %v, of them %v waited for: %v", c.passed, c.waited, err)
			}
		}
	}
	if answers, err := play(t, room, "s0 = socket stream inet blocking", "connect s0"); err != nil || len(answers) != 2 {
		t.Errorf("afterwards: %v, %v", answers, err)
	}
}
