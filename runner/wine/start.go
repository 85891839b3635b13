//go:build linux

package wine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"connectspec/runner/agent"
	"connectspec/runner/linux"
)

// Variables by which Start tells its child what to do.
const (
	loaderVariable = "CONNECTSPEC_WINE_LOADER"
	prefixVariable = "CONNECTSPEC_WINE_PREFIX"
	agentVariable  = "CONNECTSPEC_WINE_AGENT"
	aloneVariable  = "CONNECTSPEC_WINE_ALONE" // set: the program is not ours, and has fixtures of its own
)

// Start says how a client starts the agent of Wine's sockets: this very program
// with these arguments, which must make it call Enter. The error says what is
// missing. The first agent takes some ten seconds more, since the prefix is made
// then, and the program may have to be built: people are told why they wait.
func Start(arguments []string, people io.Writer) (agent.Start, error) {
	wine, err := find()
	if err != nil {
		return nil, err
	}
	s := &starter{wine: wine, arguments: arguments, people: people}
	return s.start, nil
}

type starter struct {
	wine      *installed
	arguments []string
	people    io.Writer
	program   string // instead of the agent, if there is one

	lock sync.Mutex
	next agent.Start // nil: nothing has been prepared
}

func (s *starter) start(ctx context.Context) (io.ReadWriteCloser, error) {
	next, err := s.prepare(ctx)
	if err != nil {
		return nil, err
	}
	return next(ctx)
}

// prepare does what is done once for all agents.
func (s *starter) prepare(ctx context.Context) (agent.Start, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.next != nil {
		return s.next, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	cache = filepath.Join(cache, thisModule)
	prefix, err := s.wine.prefixIn(ctx, cache)
	if err != nil {
		return nil, err
	}
	if err := s.wine.makePrefix(ctx, prefix, s.people); err != nil {
		return nil, fmt.Errorf("a prefix for Wine: %w", err)
	}
	built := s.program
	if built == "" {
		if built, err = program(ctx, cache, s.people); err != nil {
			return nil, err
		}
	}
	variables := []string{loaderVariable + "=" + s.wine.loader, prefixVariable + "=" + prefix, agentVariable + "=" + built}
	if s.program != "" {
		variables = append(variables, aloneVariable+"=1")
	}
	s.next = linux.Enclosed(s.arguments, variables)
	return s.next, nil
}

// prefixIn is where the prefix of this Wine is, by its version and its place.
func (wine *installed) prefixIn(ctx context.Context, cache string) (string, error) {
	version, err := exec.CommandContext(ctx, wine.loader, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", wine.loader, err)
	}
	sum := sha256.Sum256([]byte(string(version) + wine.loader))
	words := strings.Fields(string(version))
	if len(words) == 0 {
		return "", fmt.Errorf("%s --version says nothing", wine.loader)
	}
	return filepath.Join(cache, fmt.Sprintf("%s-%x", words[0], sum[:4])), nil
}
