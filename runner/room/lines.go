package room

import (
	"fmt"
	"strings"

	"connectspec/runner/agent"
)

// A Place names what a call is made upon: a socket of the script, or one of two
// handles.
type Place int8

const (
	PlaceFile  Place = -1 // a descriptor that is no socket
	PlaceNever Place = -2 // a descriptor that never was open
	PlaceNone  Place = -3
	Places           = 16 // sockets that a script can have
)

// A Thread makes a call: OwnThread is the script's own, any other an index of
// ThreadNames.
type Thread int8

const OwnThread Thread = -1

// ThreadNames are the threads that a script has besides its own.
var ThreadNames = [...]string{"a", "b"}

// A Line is what a line of a script says.
type Line struct {
	Verb    string // the call; an event has two words
	Thread  Thread
	On      Place
	Makes   Place // socket, accept
	To      Place // sN as an argument
	Class   NameClass
	Local   Local
	Lengths [Families]int32 // of namelen
	Family  Family
	Stream  bool
	Soon    bool
	Number  int  // a backlog, a direction, a mode (1: nonblocking), an option's value
	Sends   bool // counts towards the tokens
	Recalls bool // asks for addresses that sockets had
}

// A Form is that of a call: the words after the socket, each read by one
// reader. The last ones may be left out if their reader takes "".
type Form struct {
	Makes   bool // `s1 = ` stands before it
	Nowhere bool // it is called upon no socket
	Event   bool // it is no call that a thread could make
	Words   []WordReader
	Sends   bool
	Recalls bool
}

// A WordReader reads one argument into a line; "" stands for one left out.
type WordReader func(r *Reader, line *Line, word string) error

// A Reader reads the lines of scripts for a room that must do without some
// things.
type Reader struct {
	Forms     map[string]Form // by verb
	Lacks     []agent.Lack
	LabReason string // why there is no lab; "" where there is one
}

// Read reads one line. The error says which word is unknown, or what it takes
// to run this line.
func (r *Reader) Read(text string) (Line, error) {
	line := Line{Makes: PlaceNone, Lengths: [Families]int32{Inet.Exact(), Inet6.Exact()}}
	words, err := r.cutThread(&line, strings.Fields(text))
	if err != nil {
		return line, err
	}
	makes := len(words) >= 2 && words[1] == "="
	if makes {
		if line.Makes, err = readPlace(words[0], false); err != nil {
			return line, err
		}
		words = words[2:]
	}
	if len(words) == 0 {
		return line, fmt.Errorf("%q names no call", text)
	}
	words = joinEvent(words)
	line.Verb = words[0]
	form, ok := r.Forms[line.Verb]
	if !ok {
		return line, fmt.Errorf("no call %q", line.Verb)
	}
	if form.Makes != makes {
		return line, fmt.Errorf("%q: only socket and accept make a socket, and must name it", text)
	}
	if form.Event && line.Thread != OwnThread {
		return line, fmt.Errorf("%s is no call that a thread makes", line.Verb)
	}
	line.Sends, line.Recalls = form.Sends, form.Recalls
	words = words[1:]
	if !form.Nowhere {
		if len(words) == 0 {
			return line, fmt.Errorf("%q does not say upon which socket", text)
		}
		if line.On, err = readPlace(words[0], true); err != nil {
			return line, err
		}
		words = words[1:]
	}
	if len(words) > len(form.Words) {
		return line, fmt.Errorf("%q has more words than the call takes", text)
	}
	return line, r.readArguments(&line, form.Words, words)
}

func (r *Reader) readArguments(line *Line, readers []WordReader, words []string) error {
	for i, read := range readers {
		word := ""
		if i < len(words) {
			word = words[i]
		}
		if err := read(r, line, word); err != nil {
			return err
		}
	}
	return nil
}

// Lacking is why this room does not have what a word stands for.
func (r *Reader) Lacking(word string) error {
	for _, lack := range r.Lacks {
		if lack.What == word {
			return fmt.Errorf("%s: %s", word, lack.Why)
		}
	}
	return nil
}

// cutThread takes the thread off the front of a line.
func (r *Reader) cutThread(line *Line, words []string) ([]string, error) {
	line.Thread = OwnThread
	if len(words) == 0 || !strings.HasSuffix(words[0], ":") {
		return words, nil
	}
	var err error
	if line.Thread, err = findThread(strings.TrimSuffix(words[0], ":")); err == nil {
		err = r.Lacking("threads")
	}
	return words[1:], err
}

func findThread(word string) (Thread, error) {
	for i, name := range ThreadNames {
		if name == word {
			return Thread(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no thread; there are %s", word, strings.Join(ThreadNames[:], " and "))
}

// joinEvent makes one word of an event's name.
func joinEvent(words []string) []string {
	if len(words) < 2 || words[0] != "network" && words[0] != "peer" {
		return words
	}
	return append([]string{words[0] + " " + words[1]}, words[2:]...)
}

func readPlace(word string, handles bool) (Place, error) {
	switch {
	case handles && word == "file":
		return PlaceFile, nil
	case handles && word == "never":
		return PlaceNever, nil
	case len(word) >= 2 && len(word) <= 3 && word[0] == 's':
		number := 0
		for _, digit := range word[1:] {
			if digit < '0' || digit > '9' {
				return 0, fmt.Errorf("%q is no socket", word)
			}
			number = number*10 + int(digit-'0')
		}
		if number < Places {
			return Place(number), nil
		}
	}
	return 0, fmt.Errorf("%q is no socket from s0 to s%d", word, Places-1)
}

// A Tally counts what the lines of a script need. Its error is that of a script
// that nobody can run: a place that is made twice, or more tokens than there are
// bytes.
type Tally struct{ made, sends int }

// Count counts a line.
func (t *Tally) Count(line *Line) error {
	if line.Sends {
		t.sends++
	}
	if t.sends > MaxSends {
		return fmt.Errorf("a script sends more than %d times; no more tokens can be told apart", MaxSends)
	}
	if line.Makes == PlaceNone {
		return nil
	}
	if t.made&(1<<line.Makes) != 0 {
		return fmt.Errorf("s%d is made twice", line.Makes)
	}
	t.made |= 1 << line.Makes
	return nil
}
