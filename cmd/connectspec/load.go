package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"connectspec"
	"connectspec/dsl"
	"connectspec/spec"
)

// embedded is the name of the specification that is part of the program.
const embedded = "connect.spec"

// A document is a specification that was read without a problem.
type document struct {
	*spec.Document
	name string
}

// readSpec reads the text of a specification; the embedded one if the name is
// empty, standard input if it is `-`.
func (t *terminal) readSpec(name string) (string, []byte, error) {
	switch name {
	case "":
		return embedded, connectspec.Spec(), nil
	case "-":
		text, err := readAll(t.stdin)
		return "standard input", text, err
	}
	text, err := readFile(name)
	return name, text, err
}

// maxBytes is how large a file may be. Without a bound, a device that never ends
// would take all memory.
const maxBytes = 256 << 20

func readFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := readAll(file)
	if errors.Is(err, errTooLarge) {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return text, err
}

var errTooLarge = fmt.Errorf("larger than %d MB", maxBytes>>20)

func readAll(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, maxBytes+1))
	if len(text) > maxBytes {
		return nil, errTooLarge
	}
	return text, err
}

// open reads a specification and shows its problems, if it has any.
func (t *terminal) open(name string) (*document, error) {
	name, text, err := t.readSpec(name)
	if err != nil {
		return nil, err
	}
	opened, problems := spec.Read(name, text)
	if err := t.show(name, text, problems); err != nil {
		return nil, err
	}
	return &document{opened, name}, nil
}

// show shows problems, and is an error if there are any.
func (t *terminal) show(name string, text []byte, problems []dsl.Problem) error {
	for _, problem := range problems {
		dsl.Show(t.stderr, text, problem)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s cannot be used as it is", name)
	}
	return nil
}

// platform is the one that was asked for; otherwise the first of the others
// that the specification has, or the only one that it has.
func (d *document) platform(asked string, others ...string) (string, error) {
	if asked != "" {
		if d.Platform(asked) == nil {
			return "", fmt.Errorf("%s has no platform %s; it has %s", d.name, asked, d.platforms())
		}
		return asked, nil
	}
	for _, name := range append(others, runtime.GOOS) {
		if name != "" && d.Platform(name) != nil {
			return name, nil
		}
	}
	if len(d.Platforms) == 1 {
		return d.Platforms[0].Name, nil
	}
	return "", fmt.Errorf("%s has no platform named after this system (%s); choose one with --platform: %s", d.name, runtime.GOOS, d.platforms())
}

func (d *document) platforms() string {
	var names []string
	for _, platform := range d.Platforms {
		names = append(names, platform.Name)
	}
	return strings.Join(names, ", ")
}
