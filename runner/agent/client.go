package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Start starts an agent, or connects to one: what is written goes to its
// input, what is read is its output, and Close ends it and waits until it has
// gone. If the connection also has a method Kill(), that ends the agent at once.
type Start func(context.Context) (io.ReadWriteCloser, error)

// Options of a client. Zero values stand for the defaults.
type Options struct {
	// Deadline is how long an agent may be silent while it has work, before it
	// counts as hanging. 10 seconds if zero. Half of it must be longer than the
	// slowest call of the room, which for room linux takes 2.5 seconds.
	Deadline time.Duration
	// Greeting is how long it may take to say who it is. 20 seconds if zero.
	Greeting time.Duration
}

// A Client runs scripts on an agent. It is used by one goroutine at a time.
type Client struct {
	ctx      context.Context
	start    Start
	deadline time.Duration
	greeting time.Duration
	wary     bool // a script may hang: none is sent before it is its turn
	hello    Description
	link     *link        // nil: none is alive
	stop     func() bool  // no longer kill the link when ctx ends
	waiting  [][][]string // batches submitted and not yet received
	restarts int          // agents started in place of dead ones
	killed   int          // of them, those that somebody else ended
	outside  bool         // the last one was ended by somebody else
	failed   error        // the client is of no more use
}

// NewClient starts an agent and shakes hands with it. When ctx ends, the agent
// is killed and the client's methods return ctx's error.
func NewClient(ctx context.Context, start Start, options Options) (*Client, error) {
	c := &Client{ctx: ctx, start: start, deadline: options.Deadline, greeting: options.Greeting}
	if c.deadline == 0 {
		c.deadline = 10 * time.Second
	}
	if c.greeting == 0 {
		c.greeting = 20 * time.Second
	}
	if err := c.connect(); err != nil {
		return nil, err
	}
	c.hello = c.link.description
	return c, nil
}

// Describe starts an agent to hear who it is, and ends it.
func Describe(ctx context.Context, start Start) (Description, error) {
	client, err := NewClient(ctx, start, Options{})
	if err != nil {
		return Description{}, err
	}
	return client.Hello(), client.Close()
}

// Hello says who answers.
func (c *Client) Hello() Description { return c.hello }

// Restarts says how often an agent had to be started in place of a dead one.
func (c *Client) Restarts() int { return c.restarts }

// Deadline is how long the agent may be silent while it has work.
func (c *Client) Deadline() time.Duration { return c.deadline }

// SetDeadline changes that, for scripts of which one is expected to hang: they
// are run one at a time from here on, so that each hang costs the deadline once.
// No batch may be under way.
func (c *Client) SetDeadline(deadline time.Duration) {
	c.deadline, c.wary = deadline, true
}

// Submit hands over a batch of scripts and does not wait. Their traces are
// taken with Receive. Two batches under way keep an agent busy. The caller
// leaves the batch unchanged until its traces have come.
func (c *Client) Submit(batch [][]string) error {
	if c.failed != nil {
		return c.failed
	}
	if err := checkBatch(batch); err != nil {
		return err
	}
	if c.link != nil && !c.wary {
		if err := c.link.submit(batch); err != nil {
			return err
		}
	}
	c.waiting = append(c.waiting, batch)
	return nil
}

// Receive waits for the traces of the oldest batch that was submitted, one for
// each script, in order. A trace has an answer for each call of its script; if
// it ends earlier, its last answer is Crash, Hang or Protocol. The traces are
// the caller's to keep. After an error the client is of no more use.
func (c *Client) Receive() ([][]Answer, error) {
	if c.failed != nil {
		return nil, c.failed
	}
	if len(c.waiting) == 0 {
		return nil, errors.New("agent: no batch is under way")
	}
	batch := c.waiting[0]
	traces, patience, err := c.together(batch)
	c.waiting = c.waiting[1:]
	if err != nil {
		return nil, err
	}
	if len(traces) == len(batch) {
		return traces, nil
	}
	mute := silence{answered: len(traces) > 0}
	for _, script := range batch[len(traces):] {
		trace, err := c.alone(script, patience)
		if err != nil {
			return nil, err
		}
		if err := mute.after(script, trace); err != nil {
			return nil, c.fail(fmt.Errorf("agent %s: %w", c.hello.Name, err))
		}
		traces = append(traces, trace)
	}
	return traces, c.resubmit()
}

// together receives the traces of a batch that was submitted: all of them, or
// those up to the one in which the agent died. Patience is what the rest
// deserves, run alone: an agent that was silent for the deadline in the batch
// need not be so again for us to know which script it was.
func (c *Client) together(batch [][]string) (traces [][]Answer, patience time.Duration, err error) {
	if c.wary {
		return nil, c.deadline, nil
	}
	if c.link == nil {
		if err := c.connect(); err != nil {
			return nil, 0, c.fail(err)
		}
		if err := c.resubmit(); err != nil {
			return nil, 0, err
		}
	}
	link := c.link
	traces, err = link.receive(batch)
	if err == nil {
		return traces, 0, nil
	}
	patience = c.deadline
	if link.watch.hasRung() {
		patience /= 2
	}
	return traces, patience, c.drop(err)
}

// resubmit sends a new agent, if there is one, what the old one had before it.
func (c *Client) resubmit() error {
	if c.link == nil || c.wary {
		return nil
	}
	c.link.patience = c.deadline
	for _, batch := range c.waiting {
		if err := c.link.submit(batch); err != nil {
			return c.fail(err)
		}
	}
	return nil
}

// A silence is that of an agent which has not answered any call of a batch.
type silence struct {
	answered    bool
	hung, ended int // scripts at whose first call it did that
}

// An agent that never answers is none. It is given up after so many scripts; a
// call that hangs costs the deadline each time.
const (
	maxHung  = 3
	maxEnded = 8
)

// after counts one more script; it returns an error if it is one too many.
func (s *silence) after(script []string, trace []Answer) error {
	if s.answered || len(trace) == 0 {
		return nil
	}
	switch {
	case len(trace) == 1 && trace[0].Name == Hang:
		s.hung++
	case len(trace) == 1 && trace[0].Name == Crash:
		s.ended++
	default:
		s.answered = true
	}
	if s.hung == maxHung || s.ended == maxEnded {
		return fmt.Errorf("it answers nothing: %d scripts in a row hung, and %d ended it, at their first call; the last was `%s`",
			s.hung, s.ended, script[0])
	}
	return nil
}

// alone runs one script in plain form, where the agent shows each answer at
// once. If the agent dies, the trace says so in place of the missing answer;
// not if somebody else killed it: then the script is run again.
func (c *Client) alone(script []string, patience time.Duration) ([]Answer, error) {
	for {
		trace, err := c.once(script, patience)
		if err != nil || !c.outside {
			return trace, err
		}
	}
}

// once runs one script in plain form. Afterwards outside says whether somebody
// else put an end to it.
func (c *Client) once(script []string, patience time.Duration) ([]Answer, error) {
	c.outside = false
	if c.link == nil {
		if err := c.connect(); err != nil {
			return nil, c.fail(err)
		}
	}
	link := c.link
	link.patience = patience
	link.writer.send(func(frame []byte) []byte { return appendPlain(frame, script) })
	trace, err := link.plainTrace(nil, script)
	if err == nil {
		return trace, nil
	}
	end := Answer{Name: Crash}
	if link.watch.hasRung() {
		end.Name = Hang
	}
	if err := c.drop(err); err != nil {
		return nil, err
	}
	if len(trace) == len(script) {
		// It died after its last answer: the last call is the nearest to blame.
		if len(trace) == 0 {
			return trace, nil
		}
		trace = trace[:len(trace)-1]
	}
	return append(trace, end), nil
}

// connect starts an agent; again, if somebody else kills it at once.
func (c *Client) connect() error {
	for {
		err := c.tryConnect()
		var killed *killedError
		if err == nil || !errors.As(err, &killed) {
			return err
		}
		if err := c.countKilled(killed.signal); err != nil {
			return err
		}
	}
}

// A killedError is that somebody else ended an agent before it said hello.
type killedError struct{ signal string }

func (e *killedError) Error() string { return "killed by " + e.signal }

// tryConnect starts an agent. The link dies with ctx.
func (c *Client) tryConnect() error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	connection, err := c.start(c.ctx)
	if err != nil {
		if cause := c.ctx.Err(); cause != nil {
			return cause
		}
		return fmt.Errorf("agent: cannot start: %w", err)
	}
	stop := context.AfterFunc(c.ctx, func() { kill(connection) })
	link, err := newLink(connection, c.greeting)
	if err != nil {
		stop()
		if cause := c.ctx.Err(); cause != nil {
			return cause
		}
		return fmt.Errorf("agent: no agreement with it: %w%s", err, said(connection))
	}
	link.patience = c.deadline
	c.link, c.stop = link, stop
	return nil
}

// drop ends a link on which err happened. It returns an error if that is no
// observation about the agent: when ctx has ended, or the agent does not speak
// the protocol.
func (c *Client) drop(err error) error {
	link := c.link
	c.link = nil
	var malformed *malformedError
	lives := errors.As(err, &malformed)
	signal := ""
	if !lives {
		signal = link.killedBy()
	}
	c.stop()
	link.kill()
	link.close()
	if cause := c.ctx.Err(); cause != nil {
		return c.fail(cause)
	}
	if lives {
		return c.fail(fmt.Errorf("agent %s: %w%s", link.description.Name, err, said(link.connection)))
	}
	c.restarts++
	if c.outside = signal != ""; c.outside {
		return c.countKilled(signal)
	}
	return nil
}

// countKilled counts that somebody else ended an agent, and gives up at last.
func (c *Client) countKilled(signal string) error {
	if c.killed++; c.killed <= maxKilled {
		return nil
	}
	return c.fail(fmt.Errorf("agent%s: it was killed %d times, the last time by %s, which is not its own doing; giving up",
		strings.TrimSuffix(" "+c.hello.Name, " "), c.killed, signal))
}

// maxKilled is how often an agent is started again after somebody else ended it.
const maxKilled = 20

func (c *Client) fail(err error) error {
	c.failed = err
	return err
}

// Close ends the agent and waits until it has gone.
func (c *Client) Close() error {
	if c.failed == nil {
		c.failed = errors.New("agent: the client is closed")
	}
	if c.link == nil {
		return nil
	}
	link := c.link
	c.link = nil
	c.stop()
	return link.close()
}

// said quotes what an agent wrote to its standard error, if that is known.
func said(connection io.ReadWriteCloser) string {
	speaker, ok := connection.(interface{ Stderr() string })
	if !ok {
		return ""
	}
	text := strings.TrimSpace(speaker.Stderr())
	if text == "" {
		return ""
	}
	return "; it says: " + text
}

// checkBatch makes sure that the frames of a batch are what they seem.
func checkBatch(batch [][]string) error {
	if len(batch) > maxScripts {
		return fmt.Errorf("agent: a batch of %d scripts; at most %d fit", len(batch), maxScripts)
	}
	for _, script := range batch {
		if len(script) > maxCalls {
			return fmt.Errorf("agent: a script of %d calls; at most %d fit", len(script), maxCalls)
		}
	}
	return nil
}
