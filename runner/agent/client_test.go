package agent

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"
)

// parrotVariable makes the test binary an agent; its value is how it speaks.
const parrotVariable = "CONNECTSPEC_TEST_PARROT"

func TestMain(m *testing.M) {
	switch os.Getenv(parrotVariable) {
	case "":
		os.Exit(m.Run())
	case "mute":
		time.Sleep(time.Hour)
	case "foreign":
		fmt.Println("Welcome to telnetd")
	case "broken":
		fmt.Fprintln(os.Stderr, "no such library")
		os.Exit(3)
	case "outlived":
		// A child of its own that would outlive it.
		exec.Command("sleep", "1000").Start()
		serveParrot(os.Stdout)
	case "plain":
		serveParrot(withoutExtension{os.Stdout})
	default:
		serveParrot(os.Stdout)
	}
	os.Exit(0)
}

func serveParrot(out io.Writer) {
	room := &parrot{out: func(text string) { fmt.Fprint(out, text) }}
	if err := Serve(context.Background(), os.Stdin, out, room); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// withoutExtension makes the agent one that knows no numbers.
type withoutExtension struct{ io.Writer }

func (w withoutExtension) Write(text []byte) (int, error) {
	_, err := io.WriteString(w.Writer, strings.Replace(string(text), "extension "+extensionNumbers+"\n", "", 1))
	return len(text), err
}

func parrotStart(way string) Start {
	return Child(func(context.Context) (*exec.Cmd, error) {
		command := exec.Command(os.Args[0])
		command.Env = append(os.Environ(), parrotVariable+"="+way, "GORACE=atexit_sleep_ms=0")
		return command, nil
	})
}

func parrotClient(t testing.TB, way string, options Options) *Client {
	t.Helper()
	client, err := NewClient(context.Background(), parrotStart(way), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func submit(t testing.TB, client *Client, batch ...[]string) {
	t.Helper()
	if err := client.Submit(batch); err != nil {
		t.Fatal(err)
	}
}

// receive returns the traces as text, answers separated by commas.
func receive(t testing.TB, client *Client) (texts []string) {
	t.Helper()
	traces, err := client.Receive()
	if err != nil {
		t.Fatal(err)
	}
	for _, trace := range traces {
		texts = append(texts, traceText(trace))
	}
	return texts
}

func traceText(trace []Answer) string {
	var answers []string
	for _, answer := range trace {
		answers = append(answers, answer.String())
	}
	return strings.Join(answers, ", ")
}

func expect(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got traces\n\t%q, not\n\t%q", got, want)
	}
}

// Both ways of speaking give the same traces.
var bothWays = []string{"numbers", "plain"}

func TestScripts(t *testing.T) {
	for _, way := range bothWays {
		t.Run(way, func(t *testing.T) {
			client := parrotClient(t, way, Options{})
			want := (&parrot{}).Describe()
			if got := client.Hello(); !reflect.DeepEqual(got, want) {
				t.Errorf("hello is %+v, not %+v", got, want)
			}
			submit(t, client, []string{"say ok", "say ok #1", "say EISCONN"}, []string{}, []string{"say ok"})
			submit(t, client)
			submit(t, client, []string{"say blocks", "say ok a b"}, []string{"worlds"})
			expect(t, receive(t, client), "ok, ok #1, EISCONN", "", "ok")
			expect(t, receive(t, client))
			expect(t, receive(t, client), "blocks, ok a b", "ok 5")
			if client.Restarts() != 0 {
				t.Errorf("%d restarts", client.Restarts())
			}
		})
	}
}

func TestUnknownLines(t *testing.T) {
	for _, way := range bothWays {
		t.Run(way, func(t *testing.T) {
			client := parrotClient(t, way, Options{})
			submit(t, client, []string{"say ok", "sing", "say ok"}, []string{"say ok", "refuse", "say ok"}, []string{"sing"}, []string{"say EBADF"})
			expect(t, receive(t, client), `ok, protocol no call "sing"`, "ok, protocol not with me", `protocol no call "sing"`, "EBADF")
		})
	}
}

func TestLinesOfTheProtocolAreNoLinesOfScripts(t *testing.T) {
	for _, way := range bothWays {
		client := parrotClient(t, way, Options{})
		for _, line := range []string{"", "end", "say ok\nsay ok", strings.Repeat("x", maxTextBytes+1)} {
			if err := client.Submit([][]string{{"say ok", line}}); err == nil {
				t.Errorf("%s: line %q is accepted", way, clip([]byte(line)))
			}
		}
		submit(t, client, []string{"say ok"})
		expect(t, receive(t, client), "ok")
	}
}

// The script that kills its agent says so at the call that did it, and no
// other script notices.
func TestCrash(t *testing.T) {
	for _, way := range bothWays {
		t.Run(way, func(t *testing.T) {
			client := parrotClient(t, way, Options{})
			submit(t, client, []string{"say ok"}, []string{"say ok #1", "say ok #2", "die", "say ok"}, []string{"say EINVAL"}, []string{"die"})
			submit(t, client, []string{"say later"}, []string{"say ok", "die"})
			submit(t, client, []string{"say last"})
			expect(t, receive(t, client), "ok", "ok #1, ok #2, crash", "EINVAL", "crash")
			expect(t, receive(t, client), "later", "ok, crash")
			expect(t, receive(t, client), "last")
			if client.Restarts() == 0 {
				t.Error("no restart")
			}
			submit(t, client, []string{"say ok"})
			expect(t, receive(t, client), "ok")
		})
	}
}

// patient is a deadline that only an agent which hangs lets pass, however busy
// the machine is.
const patient = 3 * time.Second

// hasty is one for agents of which it is known that they hang.
const hasty = 100 * time.Millisecond

// A client that has been told to expect hangs pays for each one once.
func TestHangThatIsExpected(t *testing.T) {
	for _, way := range bothWays {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			client := parrotClient(t, way, Options{})
			submit(t, client, []string{"say ok"})
			expect(t, receive(t, client), "ok")
			client.SetDeadline(hasty)
			submit(t, client, []string{"hang"})
			expect(t, receive(t, client), "hang")
			client.SetDeadline(patient)
			submit(t, client, []string{"say ok", "say ok #1"})
			expect(t, receive(t, client), "ok, ok #1")
			if client.Restarts() != 1 || client.Deadline() != patient {
				t.Errorf("%d restarts, not one; the deadline is %v", client.Restarts(), client.Deadline())
			}
		})
	}
}

// TestHeldUp: what a script answered that was held up does not count, and in the
// end something does.
func TestHeldUp(t *testing.T) {
	for _, way := range bothWays {
		client := parrotClient(t, way, Options{})
		submit(t, client, []string{"say ok", "worlds"}, []string{"worlds", "late 2", "say EINVAL"}, []string{"worlds"}, []string{"late 100", "worlds"})
		expect(t, receive(t, client), "ok, ok 1", "ok 4, ok, EINVAL", "ok 5", "ok, ok 11")
		// Alone, each answer is shown before anybody knows that it does not count.
		submit(t, client, []string{"die"}, []string{"worlds", "late 2", "say EINVAL"}, []string{"worlds"}, []string{"late 100", "worlds"})
		expect(t, receive(t, client), "crash", "ok 3, ok, EINVAL", "ok 4", "ok, ok 10")
		if client.Restarts() != 2 {
			t.Errorf("%s: %d restarts, not two", way, client.Restarts())
		}
	}
}

func TestHang(t *testing.T) {
	for _, way := range bothWays {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			client := parrotClient(t, way, Options{Deadline: patient})
			submit(t, client, []string{"say ok"}, []string{"say ok", "hang", "say ok"}, []string{"say EINVAL"})
			submit(t, client, []string{"say later"})
			expect(t, receive(t, client), "ok", "ok, hang", "EINVAL")
			expect(t, receive(t, client), "later")
		})
	}
}

// What an agent says beside the protocol is an error that quotes it.
func TestMalformed(t *testing.T) {
	cases := []struct{ way, line, want string }{
		{"numbers", "litter", `"what is this"`},
		{"numbers", "stutter", "not a list of numbers"},
		{"plain", "stutter", "none of the 1 calls"},
		{"numbers", "shout", "a line of more than"},
		{"plain", "shout", "a line of more than"},
	}
	for _, c := range cases {
		client := parrotClient(t, c.way, Options{})
		submit(t, client, []string{c.line})
		traces, err := client.Receive()
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "parrot") {
			t.Errorf("%s, %s: %v and error %v, which does not say %q", c.way, c.line, traces, err, c.want)
		}
		if again := client.Submit(nil); again != err {
			t.Errorf("after it, Submit says %v", again)
		}
	}
}

func TestNoAgreement(t *testing.T) {
	cases := []struct{ way, want string }{
		{"foreign", "Welcome to telnetd"},
		{"broken", "no such library"},
		{"mute", "no hello within"},
	}
	greeting := map[string]time.Duration{"mute": hasty}
	for _, c := range cases {
		_, err := NewClient(context.Background(), parrotStart(c.way), Options{Greeting: greeting[c.way]})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not say %q", c.way, err, c.want)
		}
	}
	missing := Child(func(context.Context) (*exec.Cmd, error) { return exec.Command("/nonexistent/agent"), nil })
	if _, err := NewClient(context.Background(), missing, Options{}); err == nil || !strings.Contains(err.Error(), "cannot start") {
		t.Errorf("a missing program: %v", err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	client, err := NewClient(ctx, parrotStart("numbers"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	submit(t, client, []string{"hang"})
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := client.Receive(); err != context.Canceled {
		t.Errorf("a cancelled client says %v", err)
	}
	if _, err := NewClient(ctx, parrotStart("numbers"), Options{}); err != context.Canceled {
		t.Errorf("a client made under a cancelled context: %v", err)
	}
}

// Batches of any size can be under way, more than the pipes hold.
func TestManyBatchesUnderWay(t *testing.T) {
	client := parrotClient(t, "numbers", Options{})
	script := make([]string, 500)
	for i := range script {
		script[i] = fmt.Sprintf("say ok %d", i%1000)
	}
	batch := make([][]string, 100)
	for i := range batch {
		batch[i] = script
	}
	const batches = 10
	for range batches {
		submit(t, client, batch...)
	}
	for range batches {
		for _, text := range receive(t, client) {
			if text != receiveText(script) {
				t.Fatalf("a trace is %s", text)
			}
		}
	}
}

func receiveText(script []string) string {
	answers := make([]string, len(script))
	for i, line := range script {
		answers[i] = strings.TrimPrefix(line, "say ")
	}
	return strings.Join(answers, ", ")
}
