//go:build linux

package linux

import (
	"fmt"
	"maps"
	"strings"

	"connectspec/runner/agent"
	"golang.org/x/sys/unix"
)

// A place names what a call is made upon: a socket of the script, or one of two
// handles.
type place int8

const (
	placeFile  place = -1 // a descriptor that is no socket
	placeNever place = -2 // a descriptor that never was open
	placeNone  place = -3
	places           = 16 // sockets that a script can have
)

// A call is a prepared line.
type call struct {
	do      func(*Room, *call) (agent.Answer, error)
	finish  ending // nil: it cannot block
	thread  threadIndex
	apart   func(*Room, *call) (agent.Answer, error) // what a thread does
	on      place
	makes   place // socket, accept
	to      place // sN as an argument
	class   nameClass
	local   local
	lengths [families]int32 // of namelen
	family  family
	stream  bool
	soon    bool
	number  int // a backlog, a direction, a mode (1: nonblocking), an option's value
	level   int // of the option
	option  int
	sends   bool // counts towards the tokens
	recalls bool // asks for addresses that sockets had

	networked bool // has the network do something
	report    *report
}

// An ending turns what a system call has returned into an answer.
type ending func(*Room, *call, uintptr, unix.Errno) agent.Answer

// A grammar is the form of a call: the words after the socket, each read by one
// reader. The last ones may be left out if their reader takes "".
type grammar struct {
	do      func(*Room, *call) (agent.Answer, error)
	makes   bool // `s1 = ` stands before it
	nowhere bool // it is called upon no socket
	event   bool // it is no call that a thread could make
	finish  ending
	words   []wordReader
	also    func(*call)
}

// A wordReader reads one argument into a call; "" stands for one left out.
type wordReader func(r *Room, c *call, word string) error

// grammars is the vocabulary of calls.
var grammars map[string]grammar

func init() {
	option := func(level, option int, words ...wordReader) grammar {
		return grammar{do: (*Room).setOption, words: words, also: func(c *call) { c.level, c.option = level, option }}
	}
	sends := func(c *call) { c.sends = true }
	setting := oneOf(map[string]func(*call){
		"on": func(c *call) { c.number = 1 }, "off": func(c *call) { c.number = 0 }})
	wait := oneOf(map[string]func(*call){
		"now": func(*call) {}, "soon": func(c *call) { c.soon = true }})
	grammars = map[string]grammar{
		"socket":           {do: (*Room).socket, makes: true, nowhere: true, words: []wordReader{readKind, readFamily, readMode}},
		"bind":             {do: (*Room).bind, words: []wordReader{readLocal}},
		"listen":           {do: (*Room).listen, words: []wordReader{readBacklog}},
		"accept":           {do: (*Room).accept, finish: (*Room).accepted, makes: true},
		"connect":          {do: (*Room).connect, finish: (*Room).connected, words: []wordReader{readName, readLength}},
		"close":            {do: (*Room).closeSocket},
		"shutdown":         {do: (*Room).shutdown, words: []wordReader{readHow}},
		"send":             {do: (*Room).send, finish: (*Room).delivered, also: sends},
		"sendto":           {do: (*Room).sendto, finish: (*Room).delivered, words: []wordReader{readName}, also: sends},
		"recv":             {do: (*Room).recv, finish: (*Room).received},
		"recvfrom":         {do: (*Room).recvfrom, finish: (*Room).received},
		"getsockname":      {do: (*Room).getsockname},
		"getpeername":      {do: (*Room).getpeername, also: func(c *call) { c.recalls = true }},
		"set_broadcast":    option(unix.SOL_SOCKET, unix.SO_BROADCAST, setting),
		"set_reuse":        option(unix.SOL_SOCKET, unix.SO_REUSEADDR, setting),
		"set_v6only":       option(unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, setting),
		"set_no_port":      option(unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, setting),
		"set_ports":        {do: (*Room).setPorts, words: []wordReader{readPorts}},
		"set_linger":       {do: (*Room).setLinger, words: []wordReader{setting}},
		"set_fast_open":    {do: (*Room).setFastOpen, words: []wordReader{setting}},
		"set_defer_accept": {do: (*Room).setDeferAccept, words: []wordReader{setting}},
		"set_timeout":      {do: (*Room).setTimeout},
		"set_mode":         {do: (*Room).setMode, words: []wordReader{readMode}},
		"so_error":         {do: (*Room).socketError},
		"select":           {do: (*Room).selectLevels, words: []wordReader{wait}},
		"poll":             {do: (*Room).pollLevels, words: []wordReader{wait}},
	}
	maps.Copy(grammars, threadGrammars())
	maps.Copy(grammars, events)
}

// Prepare reads one line of a script. The error says which word is unknown, or
// what it takes to run this line.
func (r *Room) Prepare(line string) (agent.Call, error) {
	thread, words, err := r.cutThread(strings.Fields(line))
	if err != nil {
		return nil, err
	}
	c := &call{thread: thread, makes: placeNone, lengths: [families]int32{inet.exact(), inet6.exact()}}
	makes := false
	if len(words) >= 2 && words[1] == "=" {
		makes = true
		if c.makes, err = readPlace(words[0], false); err != nil {
			return nil, err
		}
		words = words[2:]
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("%q names no call", line)
	}
	words = joinEvent(words)
	form, ok := grammars[words[0]]
	if !ok {
		return nil, r.noSuchCall(words[0])
	}
	if form.makes != makes {
		return nil, fmt.Errorf("%q: only socket and accept make a socket, and must name it", line)
	}
	if form.event && thread != ownThread {
		return nil, fmt.Errorf("%s is no call that a thread makes", words[0])
	}
	c.do, c.finish = form.do, form.finish
	if thread != ownThread {
		c.do, c.apart = (*Room).inThread, form.do
	}
	words = words[1:]
	if !form.nowhere {
		if len(words) == 0 {
			return nil, fmt.Errorf("%q does not say upon which socket", line)
		}
		if c.on, err = readPlace(words[0], true); err != nil {
			return nil, err
		}
		words = words[1:]
	}
	if len(words) > len(form.words) {
		return nil, fmt.Errorf("%q has more words than the call takes", line)
	}
	for i, read := range form.words {
		word := ""
		if i < len(words) {
			word = words[i]
		}
		if err := read(r, c, word); err != nil {
			return nil, err
		}
	}
	if form.also != nil {
		form.also(c)
	}
	if c.networked && r.far == nil {
		return nil, r.lacking("network")
	}
	return c, nil
}

func (r *Room) noSuchCall(word string) error {
	if word == "startup" || word == "cleanup" {
		return fmt.Errorf("%s is a call of Winsock", word)
	}
	return fmt.Errorf("no call %q", word)
}

func readPlace(word string, handles bool) (place, error) {
	switch {
	case handles && word == "file":
		return placeFile, nil
	case handles && word == "never":
		return placeNever, nil
	case len(word) >= 2 && len(word) <= 3 && word[0] == 's':
		number := 0
		for _, digit := range word[1:] {
			if digit < '0' || digit > '9' {
				return 0, fmt.Errorf("%q is no socket", word)
			}
			number = number*10 + int(digit-'0')
		}
		if number < places {
			return place(number), nil
		}
	}
	return 0, fmt.Errorf("%q is no socket from s0 to s%d", word, places-1)
}

// oneOf reads one of some words.
func oneOf(words map[string]func(*call)) wordReader {
	return func(_ *Room, c *call, word string) error {
		set, ok := words[word]
		if !ok {
			return unknownWord(word)
		}
		set(c)
		return nil
	}
}

func unknownWord(word string) error {
	if word == "" {
		return fmt.Errorf("an argument is missing")
	}
	return fmt.Errorf("unknown word %q", word)
}

var (
	readKind = oneOf(map[string]func(*call){
		"stream": func(c *call) { c.stream = true }, "datagram": func(*call) {}})
	readMode = oneOf(map[string]func(*call){
		"blocking": func(c *call) { c.number = 0 }, "nonblocking": func(c *call) { c.number = 1 }})
	readBacklog = oneOf(map[string]func(*call){
		"": func(c *call) { c.number = 16 }, "roomy": func(c *call) { c.number = 16 }, "tiny": func(c *call) { c.number = 0 }})
	readHow = oneOf(map[string]func(*call){
		"reading":   func(c *call) { c.number = unix.SHUT_RD },
		"writing":   func(c *call) { c.number = unix.SHUT_WR },
		"both_ways": func(c *call) { c.number = unix.SHUT_RDWR }})
)

func readFamily(r *Room, c *call, word string) error {
	switch word {
	case "inet":
		c.family = inet
	case "inet6":
		c.family = inet6
	case "irda":
	default:
		return unknownWord(word)
	}
	return r.lacking(word)
}

// lacking is why this room does not have what a word stands for.
func (r *Room) lacking(word string) error {
	for _, lack := range r.lacks {
		if lack.What == word {
			return fmt.Errorf("%s: %s", word, lack.Why)
		}
	}
	return nil
}

func readLocal(r *Room, c *call, word string) error {
	if word == "service" {
		return fmt.Errorf("service is for IrDA")
	}
	for i, name := range localWords {
		if name == word && word != "" {
			c.local = local(i)
			return r.lacking(word)
		}
	}
	var err error
	c.local = localSocket
	c.to, err = readArgument(c, word)
	return err
}

func readName(r *Room, c *call, word string) error {
	if word == "" {
		word = nameRows[classListener].word
	}
	for class, row := range nameRows {
		if row.word != word {
			continue
		}
		if row.needsLab && !r.lab {
			return fmt.Errorf("%s needs the lab: %s", word, r.labReason)
		}
		c.class = nameClass(class)
		return r.lacking(word)
	}
	var err error
	c.class = classSocket
	c.to, err = readArgument(c, word)
	return err
}

// readArgument reads a socket whose address is meant, which it may no longer
// have.
func readArgument(c *call, word string) (place, error) {
	if word == "" {
		return 0, unknownWord(word)
	}
	to, err := readPlace(word, false)
	if err != nil {
		return 0, unknownWord(word)
	}
	c.recalls = true
	return to, nil
}

func readLength(_ *Room, c *call, word string) error {
	if word == "" {
		word = "exact"
	}
	length, ok := lengthWords[word]
	if !ok {
		return unknownWord(word)
	}
	for f := range families {
		c.lengths[f] = length(f)
	}
	return nil
}
