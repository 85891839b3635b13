package runner

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"connectspec/model"
)

// A Replay is what came of running a saved script again.
type Replay struct {
	File  string `json:"file"`
	ID    string `json:"id"`    // of the divergence that the file says it shows
	Tried int    `json:"tried"` // times it was run
	// Shown is how often the file's own divergence was the first of the trace;
	// of any divergence, if the file names none.
	Shown int `json:"shown"`
	// Others are other divergences, and how often each came.
	Others []Other `json:"others"`
	// Script is the trace of the last run that showed a divergence, or of the
	// last one.
	Script string `json:"script"`
	Step   int    `json:"step"` // where it diverged, from 1; 0: it did not
}

// Other is a divergence that was not looked for.
type Other struct {
	ID       string `json:"id"`
	Observed string `json:"observed"`
	Times    int    `json:"times"`
}

// Replays runs each file's script so many times. Each file is a script or a
// trace; what it says was answered does not matter. The machine is that of the
// platform.
func Replays(ctx context.Context, config Config, files []string, times int) ([]Replay, error) {
	b, err := openBench(ctx, &config)
	if err != nil {
		return nil, err
	}
	defer b.target.Close()
	var replays []Replay
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return replays, err
		}
		trace, err := config.Machine.Parse(name, string(text))
		if err != nil {
			return replays, err
		}
		if len(trace.Script) == 0 {
			return replays, fmt.Errorf("%s: there is no call in it", name)
		}
		replay := Replay{File: name, ID: ReadHeader(text).ID, Others: []Other{}}
		if err := replay.run(b, trace.Script, times); err != nil {
			return replays, err
		}
		replays = append(replays, replay)
	}
	return replays, nil
}

func (r *Replay) run(b *bench, script model.Script, times int) error {
	for range times {
		trace, findings, err := b.run(script)
		if err != nil {
			return err
		}
		r.Tried++
		if len(findings) == 0 {
			if r.Step == 0 {
				r.Script = b.machine.Format(trace)
			}
			continue
		}
		first := findings[0]
		answer := trace.Answers[first.Step]
		fault := faultOf(b.machine, first.Divergence, answer)
		id := fault.id(b.machine.Spec.Platform)
		r.Script, r.Step = b.machine.Format(trace), first.Step+1
		if r.ID == "" || r.ID == id {
			r.Shown++
			if r.ID == id {
				continue
			}
		}
		r.other(id, fault.call+" -> "+observedText(b.machine, first.Divergence, answer))
	}
	return nil
}

func (r *Replay) other(id, observed string) {
	i := slices.IndexFunc(r.Others, func(o Other) bool { return o.ID == id })
	if i < 0 {
		i = len(r.Others)
		r.Others = append(r.Others, Other{ID: id, Observed: observed})
	}
	r.Others[i].Times++
}

// Found says that some run of the script diverged.
func (r *Replay) Found() bool { return r.Shown > 0 || len(r.Others) > 0 }

// Text is the replay in a few lines for people.
func (r *Replay) Text() string {
	var text strings.Builder
	switch {
	case r.ID != "":
		fmt.Fprintf(&text, "%s: %s showed in %d of %d runs\n", r.File, r.ID, r.Shown, r.Tried)
	default:
		fmt.Fprintf(&text, "%s: diverged in %d of %d runs\n", r.File, r.Shown, r.Tried)
	}
	for _, other := range r.Others {
		fmt.Fprintf(&text, "  %s: %s (%d times)\n", other.ID, other.Observed, other.Times)
	}
	for i, line := range strings.Split(strings.TrimSuffix(r.Script, "\n"), "\n") {
		mark := "    "
		if i+1 == r.Step {
			mark = "  > "
		}
		text.WriteString(mark + line + "\n")
	}
	return text.String()
}
