//go:build linux

package linux

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

const (
	// statusDescriptor is where a child in a new namespace says how the lab is.
	statusDescriptor = 3
	labReady         = "ready"
	// labPatience is how long the lab may take; 10 ms is usual.
	labPatience = 20 * time.Second
)

// Command says how a client starts this very program as the child that has the
// room: with these arguments, which must make it call Serve, and with these
// variables (NAME=value) besides its own. The child gets a user and a network
// namespace of its own and sets the lab up in it. Where that is refused, later
// starts do not try again, and the room does without the lab.
func Command(arguments, variables []string) agent.Start {
	c := &command{arguments: arguments, variables: variables, attributes: namespaces()}
	return c.start
}

// Enclosed is Command for a child that makes use of other programs, which must
// not be left behind: it is alone with them in a namespace of processes, and of
// mounts too, and they end with it. Its arguments must make it call EnterLab.
// There is no such child without the lab.
func Enclosed(arguments, variables []string) agent.Start {
	attributes := namespaces()
	attributes.Cloneflags |= syscall.CLONE_NEWPID | syscall.CLONE_NEWNS
	c := &command{arguments: arguments, variables: variables, attributes: attributes, enclosed: true}
	return c.start
}

type command struct {
	arguments, variables []string
	attributes           *syscall.SysProcAttr // what the child with a lab is alone in
	enclosed             bool                 // it makes no sense without one

	lock   sync.Mutex
	denied string // why there is no lab
	had    bool   // there was one
}

func (c *command) start(ctx context.Context) (io.ReadWriteCloser, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err // it ended while others were being started
	}
	for tries := 0; c.denied == ""; tries++ {
		connection, err := c.startInLab(ctx)
		c.had = c.had || err == nil
		if err == nil || ctx.Err() != nil {
			return connection, err
		}
		if errors.Is(err, errKilled) && tries < maxKilled {
			continue
		}
		if c.had || errors.Is(err, errKilled) {
			// A run that began in a lab must not go on without one: the same
			// script answers otherwise there.
			return nil, err
		}
		c.denied = denial(err)
	}
	if c.enclosed {
		return nil, errors.New(c.denied)
	}
	return agent.Child(func(context.Context) (*exec.Cmd, error) {
		return c.program(c.denied), nil
	})(ctx)
}

// errKilled is that somebody else put an end to a child that set up its lab.
var errKilled = errors.New("the child was killed while it set up its lab, which is not its own doing")

// maxKilled is how often that is tried again.
const maxKilled = 20

// denial is a reason with its remedy.
func denial(err error) string {
	reason := "no network namespace of our own: " + strings.Join(strings.Fields(err.Error()), " ")
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) || strings.Contains(reason, "not permitted") {
		return reason + "; run as root, or allow unprivileged user namespaces" +
			" (sysctl kernel.apparmor_restrict_unprivileged_userns=0 or kernel.unprivileged_userns_clone=1," +
			" in a container --privileged or --cap-add SYS_ADMIN,NET_ADMIN)"
	}
	if errors.Is(err, syscall.ENOSPC) {
		return reason + "; raise sysctl user.max_user_namespaces and user.max_net_namespaces"
	}
	return reason
}

// program is the command line of the child.
func (c *command) program(lab string) *exec.Cmd {
	program := exec.Command("/proc/self/exe", c.arguments...)
	// A preempted thread has its system calls interrupted.
	debug := "GODEBUG=asyncpreemptoff=1"
	if old := os.Getenv("GODEBUG"); old != "" {
		debug += "," + old
	}
	program.Env = append(append(os.Environ(), c.variables...), debug, room.LabVariable+"="+lab)
	return program
}

// startInLab starts the child in namespaces of its own and waits until its lab
// is set up.
func (c *command) startInLab(ctx context.Context) (io.ReadWriteCloser, error) {
	status, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer status.Close()
	child, err := agent.Child(func(context.Context) (*exec.Cmd, error) {
		program := c.program(room.LabNew)
		program.ExtraFiles = []*os.File{theirs}
		attributes := *c.attributes
		program.SysProcAttr = &attributes
		return program, nil
	})(ctx)
	theirs.Close()
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { status.Close() })
	defer stop()
	status.SetReadDeadline(time.Now().Add(labPatience))
	said, err := bufio.NewReader(io.LimitReader(status, 4096)).ReadString('\n')
	said = strings.TrimSpace(said)
	if said == labReady {
		return child, nil
	}
	if mortal, ok := child.(interface{ KilledBy(time.Duration) string }); ok && ctx.Err() == nil && said == "" {
		const dying = 5 * time.Second
		if mortal.KilledBy(dying) != "" {
			err = errKilled
		}
	}
	if mortal, ok := child.(interface{ Kill() }); ok {
		mortal.Kill() // it has nothing to say any more
	}
	child.Close()
	if said != "" {
		return nil, errors.New(said)
	}
	return nil, fmt.Errorf("the child did not set it up: %w", err)
}

// namespaces are what the child is alone in. In the user namespace it may do
// everything with the network namespace and nothing outside; root needs no
// more than that either.
func namespaces() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
}

// Serve is what the child does: it opens the room that its environment calls
// for and serves a client on in and out until in ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	opened, err := openAsTold()
	if err != nil {
		return err
	}
	defer opened.Close()
	return agent.Serve(ctx, in, out, opened)
}

func openAsTold() (*Room, error) {
	switch told := os.Getenv(room.LabVariable); told {
	case room.LabNew:
		opened, err := OpenLab()
		if failed := tellStatus(err); failed != nil && err == nil {
			opened.Close()
			return nil, failed
		}
		return opened, err
	case "":
		return OpenLoopback("not started in a network namespace of its own")
	default:
		return OpenLoopback(told)
	}
}

// EnterLab is what a child of Enclosed does first: it sets the lab up, does what
// else there is to prepare, and tells the client how that went.
func EnterLab(prepare func() error) error {
	err := setUpLab()
	if err == nil {
		err = prepare()
	}
	return errors.Join(err, tellStatus(err))
}

// tellStatus tells the client whether the lab has been set up.
func tellStatus(err error) error {
	status := os.NewFile(statusDescriptor, "status")
	defer status.Close()
	report := labReady
	if err != nil {
		report = strings.Join(strings.Fields(err.Error()), " ")
	}
	if _, err := fmt.Fprintln(status, report); err != nil {
		return fmt.Errorf("status of the lab: %w", err)
	}
	return nil
}
