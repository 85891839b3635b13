//go:build linux

package linux

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
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

// TestStraySignalsWhileItTakesTime: a connect that ends after 12 ms does so
// however often it is interrupted.
func TestStraySignalsWhileItTakesTime(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "that stray signals do not end an attempt that takes time") {
		return
	}
	room := labRoom(t)
	pester(t)
	playAlways(t, room, 10, "ok, EHOSTUNREACH, ok none, ok, EINPROGRESS, ok in+out+err+hup, ok EHOSTUNREACH",
		"s0 = socket stream inet blocking", "connect s0 absent", "so_error s0",
		"s1 = socket stream inet6 nonblocking", "connect s1 absent", "poll s1 soon", "so_error s1")
}
