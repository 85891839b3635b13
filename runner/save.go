package runner

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"connectspec/model"
)

// savedSuffix is the ending of the names of files that hold a divergence.
const savedSuffix = ".trace"

// A Header is what the comments at the head of a saved trace say.
type Header struct {
	ID       string // of the divergence; "" if the file says nothing of one
	Platform string
	Target   string
	// Dictionary is whose names the answers have, if not the platform's.
	Dictionary string
	System     string
	Spec       string
	Seed       string
	Observed   string
	Rules      string
}

// fields are the lines of a header, in order.
func (h *Header) fields() []struct {
	name  string
	value *string
} {
	return []struct {
		name  string
		value *string
	}{
		{"divergence", &h.ID}, {"platform", &h.Platform}, {"target", &h.Target},
		{"dictionary", &h.Dictionary}, {"system", &h.System},
		{"spec", &h.Spec}, {"seed", &h.Seed}, {"observed", &h.Observed}, {"rules", &h.Rules},
	}
}

// ReadHeader reads the comments that a saved trace starts with. Other comments
// are passed over.
func ReadHeader(text []byte) Header {
	var h Header
	for line := range strings.Lines(string(text)) {
		comment, isComment := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !isComment {
			break
		}
		name, value, _ := strings.Cut(comment, ":")
		for _, field := range h.fields() {
			if strings.TrimSpace(name) == field.name {
				*field.value = strings.TrimSpace(value)
			}
		}
	}
	return h
}

// save writes a divergence to a file of its own, which is there as a whole or
// not at all. It returns the file's name.
func (r *run) save(f *found) (string, error) {
	s := r.Machine.Spec
	last := len(f.trace.Answers) - 1
	h := Header{
		ID: f.id, Platform: s.Platform, Target: r.Agent.Name, Dictionary: r.Agent.Dictionary, System: r.Agent.Version,
		Spec: fmt.Sprintf("%s version %d", s.Title, s.Version), Seed: strconv.FormatUint(f.seed, 10),
		Observed: f.call + " -> " + observedText(r.Machine, f.divergence, f.trace.Answers[last]),
		Rules:    strings.Join(f.rules, " "),
	}
	name := filepath.Join(r.Save, f.id+savedSuffix)
	return name, writeWhole(name, traceText(r.Machine, &h, f.trace))
}

func traceText(m *model.Machine, h *Header, trace model.Trace) []byte {
	var text bytes.Buffer
	for _, field := range h.fields() {
		if *field.value != "" {
			fmt.Fprintf(&text, "# %s: %s\n", field.name, strings.Join(strings.Fields(*field.value), " "))
		}
	}
	text.WriteString("\n" + m.Format(trace))
	return text.Bytes()
}

// writeWhole writes a file under another name and renames it once it is on the
// disk, so that nobody ever sees half of it.
func writeWhole(name string, text []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(name), ".saving-*")
	if err != nil {
		return fmt.Errorf("cannot save a divergence: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
			err = fmt.Errorf("cannot save a divergence in %s: %w", name, err)
		}
	}()
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}

func prepareFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("cannot save divergences: %w", err)
	}
	// Better now than when there is something to save.
	file, err := os.CreateTemp(folder, ".saving-*")
	if err != nil {
		return fmt.Errorf("cannot save divergences: %w", err)
	}
	file.Close()
	return os.Remove(file.Name())
}

// removeSaved takes away what turned out to be the same as something else.
func removeSaved(name string) {
	if name != "" {
		os.Remove(name) // if it stays, it is one file too many, and still right
	}
}
