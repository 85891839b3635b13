//go:build linux

package wine

import (
	"context"
	"fmt"
	"io"
)

// Run runs another Windows program than the agent, as Start does: alone in the
// lab, with a server of its own. It returns what the program wrote to its standard
// output and its exit status. The arguments must make this program call Enter.
func Run(ctx context.Context, arguments []string, program string, people io.Writer) (output []byte, status int, err error) {
	wine, err := find()
	if err != nil {
		return nil, 0, err
	}
	s := &starter{wine: wine, arguments: arguments, people: people, program: program}
	running, err := s.start(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer running.Close()
	if output, err = io.ReadAll(running); err != nil {
		return nil, 0, fmt.Errorf("%s in Wine: %w", program, err)
	}
	ended, tells := running.(interface{ ExitStatus() int })
	if !tells {
		return nil, 0, fmt.Errorf("%s in Wine: nobody tells how it ended", program)
	}
	return output, ended.ExitStatus(), nil
}
