// Command connectspec runs call sequences that are drawn from a specification
// on real sockets, and shows what the specification forbids.
//
// Its phases: the command line (main.go), the specification and the target that
// it names (load.go, target.go), and one file for each command, which hands
// over to the packages that do the work and shows what they return.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit statuses.
const (
	statusClean  = 0 // nothing was found
	statusFound  = 1 // a divergence, or something wrong with a specification
	statusFailed = 2 // the work could not be done
)

// errFound ends a command that did its work and found something.
var errFound = errors.New("something was found")

// A terminal is where a command reads and writes.
type terminal struct {
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

type commandLine struct {
	Check   checkCommand   `cmd:"" help:"Check a specification: parse it, resolve every platform, explore every state."`
	Fmt     fmtCommand     `cmd:"" help:"Put specifications into canonical form."`
	Run     runCommand     `cmd:"" default:"withargs" help:"Draw call sequences, run them on real sockets, and judge what comes back. The default."`
	Replay  replayCommand  `cmd:"" help:"Run saved scripts again."`
	Judge   judgeCommand   `cmd:"" help:"Judge recorded traces."`
	Targets targetsCommand `cmd:"" help:"Show what can be tested on this machine, and why the rest cannot."`
	Agent   agentCommand   `cmd:"" help:"Run scripts from standard input on this machine's sockets."`
}

func main() { os.Exit(command()) }

// command runs the command line of this process and returns its exit status.
func command() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second interrupt ends the program the hard way.
	context.AfterFunc(ctx, stop)
	t := &terminal{ctx: ctx, stdin: os.Stdin, stdout: &output{File: os.Stdout}, stderr: os.Stderr}
	return t.run(os.Args[1:])
}

func (t *terminal) run(arguments []string) int {
	var line commandLine
	status := -1
	parser, err := kong.New(&line,
		kong.Name("connectspec"),
		kong.Description("Property tests of connect, from a specification that people can read."),
		kong.Writers(t.stdout, t.stderr),
		kong.Exit(func(code int) { status = code }),
		kong.Bind(t),
	)
	if err != nil {
		return t.fail(err)
	}
	chosen, err := parser.Parse(arguments)
	if status == 0 { // --help has been answered
		return statusClean
	}
	if err != nil {
		return t.fail(fmt.Errorf("%w; see connectspec --help", err))
	}
	err = chosen.Run(t)
	switch lost := t.lost(); {
	case lost != nil: // a report that nobody got is no success
		return t.fail(lost)
	case err == nil:
		return statusClean
	case errors.Is(err, errFound):
		return statusFound
	default:
		return t.fail(err)
	}
}

// An output is a file that remembers that it could not be written to.
type output struct {
	*os.File
	err error
}

func (o *output) Write(text []byte) (int, error) {
	n, err := o.File.Write(text)
	if err != nil && o.err == nil {
		o.err = err
	}
	return n, err
}

// lost says why something that was written to the standard output is not there.
func (t *terminal) lost() error {
	if out, ok := t.stdout.(*output); ok {
		return out.err
	}
	return nil
}

func (t *terminal) fail(err error) int {
	if errors.Is(err, context.Canceled) && t.ctx.Err() != nil {
		err = errors.New("interrupted before there was anything to report")
	}
	fmt.Fprintf(t.stderr, "connectspec: %v\n", err)
	return statusFailed
}

// json writes the one object that a command with --json has on its output.
func (t *terminal) json(value any) error {
	encoder := json.NewEncoder(t.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// people is where text for people goes: to the standard output, unless that is
// taken by --json.
func (t *terminal) people(json bool) io.Writer {
	if json {
		return t.stderr
	}
	return t.stdout
}

// isTerminal says that somebody may be looking.
func isTerminal(w io.Writer) bool {
	file, ok := w.(interface{ Stat() (os.FileInfo, error) })
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// inColor says whether colours are wanted, and can be seen.
func inColor(w io.Writer) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }
