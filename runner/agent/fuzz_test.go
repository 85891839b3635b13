package agent

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

// quietParrot is a parrot that is safe to listen to: lines that misbehave are
// unknown to it.
type quietParrot struct{ parrot }

func (p *quietParrot) Prepare(line string) (Call, error) {
	call, err := p.parrot.Prepare(line)
	if c, ok := call.(*parrotCall); ok && c.act != "" && c.act != "refuse" && c.act != "worlds" {
		return nil, io.EOF
	}
	return call, err
}

const sessionSeed = "hello 1\nscript\nsay ok\nsay EISCONN\nrefuse\nsay ok\nend\n" +
	"line say ok\nline say ok #1\nline sing\nscripts 3\n1 2 3 1\n\n2\nscripts 0\nscript\nend\n"

// FuzzServe: whatever a client writes, Serve returns, and what it has written
// can be read by a client.
func FuzzServe(f *testing.F) {
	f.Add([]byte(sessionSeed))
	f.Add([]byte("hello 1\r\nscripts 1\r\n1\r\n"))
	f.Add([]byte("hello 2\n"))
	f.Add([]byte("line x\nscripts 99999999999999999999\n"))
	f.Add([]byte("scripts 1\n1 1  1\n"))
	f.Add([]byte(strings.Repeat("x", 2*maxLineBytes)))
	f.Fuzz(func(t *testing.T, input []byte) {
		var out bytes.Buffer
		room := &quietParrot{}
		err := Serve(context.Background(), bytes.NewReader(input), &out, room)
		if err == nil && room.running {
			t.Error("a script was begun and not ended")
		}
		for line := range bytes.Lines(out.Bytes()) {
			if len(line) > maxLineBytes || !bytes.HasSuffix(line, []byte("\n")) {
				t.Errorf("wrote a line of %d bytes: %q", len(line), clip(line))
			}
		}
	})
}

// A recording is a connection to an agent that has said everything already.
type recording struct{ io.Reader }

func (recording) Write(frame []byte) (int, error) { return len(frame), nil }
func (recording) Close() error                    { return nil }

// FuzzClient: whatever an agent writes, the client gives one trace a script,
// no longer than the script, or an error.
func FuzzClient(f *testing.F) {
	hello := "hello 1\nname x\nversion y\ndictionary z\n"
	f.Add([]byte(hello + "extension numbers\nend\nanswer ok\nanswer EINVAL\n1 2\n\n2\nend\n"))
	f.Add([]byte(hello + "end\nok\nok #1\nend\nend\nEINVAL\nend\n"))
	f.Add([]byte(hello + "lacks lab none\nextension numbers\nend\nanswer protocol no\n1\n\n1\nend\n"))
	f.Add([]byte(hello + "extension numbers\nend\nanswer \n"))
	f.Add([]byte(hello + "end\nprotocol a\nprotocol b\nok\nend\n"))
	batch := [][]string{{"a", "b"}, {}, {"c"}}
	f.Fuzz(func(t *testing.T, output []byte) {
		started := false
		start := func(context.Context) (io.ReadWriteCloser, error) {
			if started {
				return nil, io.EOF // it does not come back
			}
			started = true
			return recording{bytes.NewReader(output)}, nil
		}
		client, err := NewClient(context.Background(), start, Options{Deadline: time.Minute})
		if err != nil {
			return
		}
		defer client.Close()
		if err := client.Submit(batch); err != nil {
			t.Fatal(err)
		}
		traces, err := client.Receive()
		if err != nil {
			return
		}
		if len(traces) != len(batch) {
			t.Fatalf("%d traces of %d scripts", len(traces), len(batch))
		}
		for i, trace := range traces {
			whole := len(trace) == len(batch[i])
			if !whole && (len(trace) > len(batch[i]) || !trace[len(trace)-1].ends()) {
				t.Errorf("trace %q of script %q", traceText(trace), batch[i])
			}
		}
	})
}
