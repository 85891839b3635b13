package agent

import (
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Child gives the Start of an agent that is a program: prepare makes a new
// command each time, and Child sees to its standard streams and to its end. On
// Linux the program is killed when we die; elsewhere the end of its input tells
// it.
func Child(prepare func(context.Context) (*exec.Cmd, error)) Start {
	return func(ctx context.Context) (io.ReadWriteCloser, error) {
		command, err := prepare(ctx)
		if err != nil {
			return nil, err
		}
		return startChild(command)
	}
}

// A child is a running program.
type child struct {
	command *exec.Cmd
	stdin   *os.File
	stdout  *os.File
	stderr  tail
	gone    chan struct{} // closed once it has been waited for
	ours    atomic.Bool   // we killed it
	once    sync.Once
}

// patience is how long a program may take to end after its input has ended.
const patience = time.Second

func startChild(command *exec.Cmd) (*child, error) {
	c := &child{command: command, gone: make(chan struct{})}
	var theirInput, theirOutput *os.File
	var err error
	if theirInput, c.stdin, err = os.Pipe(); err != nil {
		return nil, err
	}
	defer theirInput.Close()
	if c.stdout, theirOutput, err = os.Pipe(); err != nil {
		c.stdin.Close()
		return nil, err
	}
	defer theirOutput.Close()
	command.Stdin, command.Stdout = theirInput, theirOutput
	if command.Stderr == nil {
		command.Stderr = &c.stderr
	}
	command.WaitDelay = patience
	ownGroup(command)
	started := make(chan error)
	go c.run(started)
	if err := <-started; err != nil {
		c.stdin.Close()
		c.stdout.Close()
		return nil, err
	}
	return c, nil
}

// run starts the program and waits for it, all on one thread: the kernel sends
// the parent's death signal when the thread that started the child ends.
func (c *child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.command.Start()
	started <- err
	if err != nil {
		return
	}
	c.command.Wait()
	killGroup(c.command) // whatever it started and left behind
	close(c.gone)
}

func (c *child) Read(buffer []byte) (int, error)  { return c.stdout.Read(buffer) }
func (c *child) Write(buffer []byte) (int, error) { return c.stdin.Write(buffer) }

// Stderr is the end of what the program wrote there.
func (c *child) Stderr() string { return c.stderr.String() }

// Kill ends the program, and what it started, at once.
func (c *child) Kill() {
	select {
	case <-c.gone: // its number may be another's by now
	default:
		c.ours.Store(true)
		killGroup(c.command)
	}
}

// Stopped says that somebody else, a person or a debugger, has stopped the
// program, so that it can say nothing.
func (c *child) Stopped() bool {
	select {
	case <-c.gone:
		return false
	default:
		return isStopped(c.command)
	}
}

// KilledBy names the signal with which somebody else, a person or the kernel
// when memory runs out, has ended the program. It is "" if the program ended by
// itself, by a fault or by our hand, or is still there after so long a time.
func (c *child) KilledBy(within time.Duration) string {
	select {
	case <-c.gone:
	case <-time.After(within):
		return ""
	}
	if c.ours.Load() {
		return ""
	}
	return signalFromOutside(c.command)
}

// ExitStatus is that of the program, once it has ended by itself. It is negative if
// a signal ended it.
func (c *child) ExitStatus() int {
	<-c.gone
	return c.command.ProcessState.ExitCode()
}

// Close lets the program end, kills it if it does not, and waits.
func (c *child) Close() error {
	c.once.Do(func() {
		c.stdin.Close()
		select {
		case <-c.gone:
		case <-time.After(patience):
			c.Kill()
			<-c.gone
		}
		c.stdout.Close()
	})
	return nil
}

// A tail keeps the last bytes written to it.
type tail struct {
	lock sync.Mutex
	text []byte
}

const tailBytes = 2000

func (t *tail) Write(text []byte) (int, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.text = append(t.text, text...)
	if extra := len(t.text) - tailBytes; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(text), nil
}

func (t *tail) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return string(t.text)
}
