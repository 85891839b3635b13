package room

import "fmt"

// Directions of shutdown, in Number. Systems share these values.
const (
	ShutReading = iota
	ShutWriting
	ShutBoth
)

// Forms are those of the calls that every system has.
func Forms() map[string]Form {
	wait := OneOf(map[string]func(*Line){
		"now": func(*Line) {}, "soon": func(line *Line) { line.Soon = true }})
	setting := []WordReader{ReadSetting}
	return map[string]Form{
		"socket":        {Makes: true, Nowhere: true, Words: []WordReader{readKind, readFamily, readMode}},
		"bind":          {Words: []WordReader{readLocal}},
		"listen":        {Words: []WordReader{readBacklog}},
		"accept":        {Makes: true},
		"connect":       {Words: []WordReader{readName, readLength}},
		"close":         {},
		"shutdown":      {Words: []WordReader{readHow}},
		"send":          {Sends: true},
		"sendto":        {Words: []WordReader{readName}, Sends: true},
		"recv":          {},
		"recvfrom":      {},
		"getsockname":   {},
		"getpeername":   {Recalls: true},
		"set_broadcast": {Words: setting},
		"set_reuse":     {Words: setting},
		"set_v6only":    {Words: setting},
		"set_linger":    {Words: setting},
		"set_timeout":   {},
		"set_mode":      {Words: []WordReader{readMode}},
		"so_error":      {},
		"select":        {Words: []WordReader{wait}},
		"poll":          {Words: []WordReader{wait}},
	}
}

// The names of events that others ask for by name.
const (
	EventReports = "network reports"
	EventSends   = "peer sends"
)

// EventForms are those of what the far side of a lab can be told to do. The name
// of an event is two words.
func EventForms() map[string]Form {
	return map[string]Form{
		"network accepts": {Event: true},
		"network refuses": {Event: true},
		EventReports:      {Event: true, Words: []WordReader{readReport}},
		"peer opens":      {Event: true},
		EventSends:        {Event: true, Sends: true},
		"peer finishes":   {Event: true},
		"peer resets":     {Event: true},
	}
}

// OneOf reads one of some words.
func OneOf(words map[string]func(*Line)) WordReader {
	return func(_ *Reader, line *Line, word string) error {
		set, ok := words[word]
		if !ok {
			return UnknownWord(word)
		}
		set(line)
		return nil
	}
}

// UnknownWord is the error of a word that stands for nothing here.
func UnknownWord(word string) error {
	if word == "" {
		return fmt.Errorf("an argument is missing")
	}
	return fmt.Errorf("unknown word %q", word)
}

// ReadSetting reads whether an option is to be set.
var ReadSetting = OneOf(map[string]func(*Line){
	"on": func(line *Line) { line.Number = 1 }, "off": func(line *Line) { line.Number = 0 }})

// ReadThread reads the thread that a call is about.
func ReadThread(_ *Reader, line *Line, word string) error {
	thread, err := findThread(word)
	line.Number = int(thread)
	return err
}

var (
	readKind = OneOf(map[string]func(*Line){
		"stream": func(line *Line) { line.Stream = true }, "datagram": func(*Line) {}})
	readMode = OneOf(map[string]func(*Line){
		"blocking": func(line *Line) { line.Number = 0 }, "nonblocking": func(line *Line) { line.Number = 1 }})
	readBacklog = OneOf(map[string]func(*Line){
		"": func(line *Line) { line.Number = 16 }, "roomy": func(line *Line) { line.Number = 16 },
		"tiny": func(line *Line) { line.Number = 0 }})
	readHow = OneOf(map[string]func(*Line){
		"reading":   func(line *Line) { line.Number = ShutReading },
		"writing":   func(line *Line) { line.Number = ShutWriting },
		"both_ways": func(line *Line) { line.Number = ShutBoth }})
)

func readFamily(r *Reader, line *Line, word string) error {
	switch word {
	case "inet":
		line.Family = Inet
	case "inet6":
		line.Family = Inet6
	case "irda":
	default:
		return UnknownWord(word)
	}
	return r.Lacking(word)
}

func readLocal(r *Reader, line *Line, word string) error {
	if word == "service" {
		return fmt.Errorf("service is for IrDA")
	}
	for i, name := range LocalWords {
		if name == word && word != "" {
			line.Local = Local(i)
			return r.Lacking(word)
		}
	}
	var err error
	line.Local = LocalSocket
	line.To, err = readArgument(line, word)
	return err
}

func readName(r *Reader, line *Line, word string) error {
	if word == "" {
		word = NameRows[ClassListener].Word
	}
	for class, row := range NameRows {
		if row.Word != word {
			continue
		}
		if row.NeedsLab && r.LabReason != "" {
			return fmt.Errorf("%s needs the lab: %s", word, r.LabReason)
		}
		line.Class = NameClass(class)
		return r.Lacking(word)
	}
	var err error
	line.Class = ClassSocket
	line.To, err = readArgument(line, word)
	return err
}

// readArgument reads a socket whose address is meant, which it may no longer
// have.
func readArgument(line *Line, word string) (Place, error) {
	if word == "" {
		return 0, UnknownWord(word)
	}
	to, err := readPlace(word, false)
	if err != nil {
		return 0, UnknownWord(word)
	}
	line.Recalls = true
	return to, nil
}

func readLength(_ *Reader, line *Line, word string) error {
	if word == "" {
		word = "exact"
	}
	length, ok := LengthWords[word]
	if !ok {
		return UnknownWord(word)
	}
	for f := range Families {
		line.Lengths[f] = length(f)
	}
	return nil
}
