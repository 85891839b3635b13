//go:build linux

package linux

import (
	"fmt"
	"strings"

	"connectspec/runner/agent"
	"golang.org/x/sys/unix"
)

// threadNames are the threads that a script has besides its own.
var threadNames = [...]string{"a", "b"}

// Of a call: which thread makes it, as an index of threadNames.
type threadIndex int8

const ownThread threadIndex = -1 // the script's own

// threadGrammars is what scripts say about threads, and about what ends a
// blocking call but the network.
func threadGrammars() map[string]grammar {
	thread := []wordReader{readThread}
	return map[string]grammar{
		"return":           {do: (*Room).returnFrom, nowhere: true, event: true, words: thread},
		"interrupt":        {do: (*Room).interruptThread, nowhere: true, event: true, words: thread},
		"restart":          {do: (*Room).restartThread, nowhere: true, event: true, words: thread},
		"set_send_timeout": {do: (*Room).setSendTimeout, words: []wordReader{readSendTimeout}},
	}
}

// cutThread takes the thread off the front of a line.
func (r *Room) cutThread(words []string) (threadIndex, []string, error) {
	if len(words) == 0 || !strings.HasSuffix(words[0], ":") {
		return ownThread, words, nil
	}
	index, err := findThread(strings.TrimSuffix(words[0], ":"))
	if err == nil {
		err = r.lacking("threads")
	}
	return index, words[1:], err
}

func findThread(word string) (threadIndex, error) {
	for i, name := range threadNames {
		if name == word {
			return threadIndex(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no thread; there are %s", word, strings.Join(threadNames[:], " and "))
}

func readThread(_ *Room, c *call, word string) error {
	index, err := findThread(word)
	c.number = int(index)
	return err
}

// threadLacks is why scripts must do without threads, if they must.
func threadLacks() []agent.Lack {
	watch, err := newSleepWatch(unix.Gettid())
	if err == nil {
		_, err = watch.read(watch.syscall)
		watch.close()
	}
	if err == nil {
		return nil
	}
	return []agent.Lack{{What: "threads", Why: "what a thread does cannot be seen: " + err.Error()}}
}
