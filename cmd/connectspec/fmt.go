package main

import (
	"bytes"
	"fmt"
	"os"

	"connectspec/dsl"
)

type fmtCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"Specification files; - or none for standard input."`
	Write bool     `short:"w" help:"Write the result to the file instead of standard output."`
	List  bool     `short:"l" help:"List the files whose form is not canonical; found if there are any."`
}

// Run formats files.
func (c *fmtCommand) Run(t *terminal) error {
	files := c.Files
	if len(files) == 0 {
		files = []string{"-"}
	}
	differs := false
	for _, name := range files {
		differ, err := c.file(t, name)
		if err != nil {
			return err
		}
		differs = differs || differ
	}
	if differs && c.List && !c.Write {
		return errFound
	}
	return nil
}

// file formats one file; it says whether that changes it.
func (c *fmtCommand) file(t *terminal, path string) (bool, error) {
	name, text, err := t.readSpec(path)
	if err != nil {
		return false, err
	}
	formatted, problems := dsl.Format(text)
	for i := range problems {
		problems[i].Pos.File = name
	}
	if err := t.show(name, text, problems); err != nil {
		return false, err
	}
	differ := !bytes.Equal(text, formatted)
	if c.List && differ {
		fmt.Fprintln(t.stdout, name)
	}
	switch {
	case c.Write && path == "-":
		return differ, fmt.Errorf("-w needs a file to write to")
	case c.Write && differ:
		info, err := os.Stat(path)
		if err != nil {
			return differ, err
		}
		return differ, os.WriteFile(path, formatted, info.Mode().Perm())
	case !c.Write && !c.List:
		_, err := t.stdout.Write(formatted)
		return differ, err
	}
	return differ, nil
}
