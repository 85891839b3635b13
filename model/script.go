package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectspec/dsl"
	"connectspec/spec"
)

// NoSocket stands in an Op where no socket does.
const NoSocket = 255

// MaxToken is the last token that a script tells from the others: all that it
// sends beyond it is alike.
const MaxToken = 250

// An Op is one call of a script, as small numbers: which call, upon which
// socket or handle, with what arguments.
type Op struct {
	Call    uint8
	Subject uint8    // a socket, or MaxSockets+i for handle i, or NoSocket
	Args    [3]uint8 // a class, a word's value, or SocketArg+i
	Made    uint8    // the socket that the call creates, or NoSocket
	Token   uint8    // what it sends, from 1; 0: nothing
	Thread  uint8    // who makes it, from 1; 0: the one that makes most calls
}

// A Script is a list of calls.
type Script []Op

// An Answer is what a call answered, as the target puts it: "ok" with or
// without a value, "blocks", "hang", "crash", or the native name of an error.
type Answer struct{ Name, Value string }

// A Trace is a script with what was observed. Answers may be fewer than calls.
type Trace struct {
	Script  Script
	Answers []Answer
}

// Names maps the names of sockets in a text to their places.
type Names struct {
	names  []string
	tokens uint8
}

// Op resolves one line of a script, a trace or a scenario.
func (m *Machine) Op(step dsl.Step, names *Names) (Op, error) {
	op := Op{Subject: NoSocket, Made: NoSocket}
	step = m.joinEvent(step)
	call := m.calls[step.Call.Text]
	if call == nil {
		known := make([]string, 0, len(m.calls))
		for name := range m.calls {
			known = append(known, name)
		}
		slices.Sort(known)
		return op, unknownWord(step.Call, known, "there is no call `%s`", step.Call.Text)
	}
	op.Call = uint8(call.Index)
	var err error
	if op.Thread, err = threadOf(call, step.Thread); err != nil {
		return op, err
	}
	args := step.Args
	if call.OnSocket {
		if len(args) == 0 {
			return op, wordError(step.Call, "%s needs a socket to be called upon", call.Name)
		}
		subject, err := m.subject(args[0], names)
		if err != nil {
			return op, err
		}
		op.Subject, args = subject, args[1:]
	}
	if err := m.arguments(&op, call, step.Call, args, names); err != nil {
		return op, err
	}
	if err := names.make(&op, call, step); err != nil {
		return op, err
	}
	if call.Sends {
		names.tokens = min(names.tokens+1, MaxToken)
		op.Token = names.tokens
	}
	return op, nil
}

// threadOf is the number of the thread that a step names, and that may make such
// a call; 0 if it names none.
func threadOf(call *spec.Call, name *dsl.Name) (uint8, error) {
	if name == nil {
		return 0, nil
	}
	at := slices.Index(spec.ThreadNames[:], name.Text)
	switch {
	case at < 0:
		return 0, unknownWord(*name, slices.Clone(spec.ThreadNames[:]), "there is no thread `%s`", name.Text)
	case !call.OnSocket || call.Event:
		return 0, wordError(*name, "`%s` is nothing that a thread may be asleep in", call.Name)
	}
	return uint8(at + 1), nil
}

// joinEvent takes the first two words of a step for one name if that is the name
// of an event, and of no call.
func (m *Machine) joinEvent(step dsl.Step) dsl.Step {
	if m.calls[step.Call.Text] != nil || len(step.Args) == 0 {
		return step
	}
	if name := step.Call.Text + " " + step.Args[0].Text; m.calls[name] != nil {
		step.Call.Text, step.Args = name, step.Args[1:]
	}
	return step
}

// make gives the socket that a step creates its place.
func (n *Names) make(op *Op, call *spec.Call, step dsl.Step) error {
	if (call.Makes != "") != (step.Makes != nil) {
		if step.Makes != nil {
			return wordError(*step.Makes, "%s creates no socket", call.Name)
		}
		return wordError(step.Call, "%s creates a socket: `s0 = %s ...`", call.Name, call.Name)
	}
	if step.Makes == nil {
		return nil
	}
	if slices.Contains(n.names, step.Makes.Text) {
		return wordError(*step.Makes, "there is a socket %s already", step.Makes.Text)
	}
	if len(n.names) == spec.MaxSockets {
		return wordError(*step.Makes, "a script has at most %d sockets", spec.MaxSockets)
	}
	op.Made = uint8(len(n.names))
	n.names = append(n.names, step.Makes.Text)
	return nil
}

func (m *Machine) subject(name dsl.Name, names *Names) (uint8, error) {
	if i := slices.Index(names.names, name.Text); i >= 0 {
		return uint8(i), nil
	}
	known := slices.Clone(names.names)
	for i, handle := range m.Spec.Handles {
		if handle.Name == name.Text {
			return uint8(spec.MaxSockets + i), nil
		}
		known = append(known, handle.Name)
	}
	return 0, unknownWord(name, known, "there is no socket `%s`", name.Text)
}

func (m *Machine) arguments(op *Op, call *spec.Call, at dsl.Name, args []dsl.Name, names *Names) error {
	if len(args) > len(call.Parameters) {
		return wordError(args[len(call.Parameters)], "%s takes no more arguments", call.Name)
	}
	for i, parameter := range call.Parameters {
		if i < len(args) {
			value, err := m.argument(parameter, args[i], names)
			if err != nil {
				return err
			}
			op.Args[i] = value
			continue
		}
		if parameter.Input == nil || parameter.Input.Usual == nil {
			return wordError(at, "%s needs its argument `%s`", call.Name, parameter.Name)
		}
		op.Args[i] = uint8(parameter.Input.Usual.Index)
	}
	return nil
}

func (m *Machine) argument(parameter spec.Parameter, word dsl.Name, names *Names) (uint8, error) {
	if parameter.Field != nil {
		if i := slices.Index(parameter.Field.Words, word.Text); i >= 0 {
			return uint8(i), nil
		}
		return 0, unknownWord(word, parameter.Field.Words, "there is no word of %s `%s`", parameter.Name, word.Text)
	}
	var known []string
	for _, class := range parameter.Input.Classes {
		if class.Socket {
			if i := slices.Index(names.names, word.Text); i >= 0 {
				return uint8(spec.SocketArg + i), nil
			}
			known = append(known, names.names...)
			continue
		}
		if class.Name == word.Text {
			return uint8(class.Index), nil
		}
		known = append(known, class.Name)
	}
	return 0, unknownWord(word, known, "there is no class of %s `%s`", parameter.Name, word.Text)
}

// A WordError is a mistake in a script, at a word.
type WordError struct {
	Word    dsl.Name
	Message string
	Hint    string // on how to mend it, or ""
}

// Error is the message, and the hint; Word says where.
func (e *WordError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

func wordError(word dsl.Name, format string, arguments ...any) error {
	return &WordError{Word: word, Message: fmt.Sprintf(format, arguments...)}
}

// unknownWord is the mistake of a word that there is not, with the one of known
// that was probably meant.
func unknownWord(word dsl.Name, known []string, format string, arguments ...any) error {
	err := &WordError{Word: word, Message: fmt.Sprintf(format, arguments...)}
	if near := dsl.Suggest(word.Text, known); near != "" {
		err.Hint = fmt.Sprintf("did you mean `%s`?", near)
	}
	return err
}

// SocketName is how scripts call the socket at a place.
func SocketName(slot uint8) string { return "s" + strconv.Itoa(int(slot)) }

// Line is the line of a call, as people write it: usual arguments at its end
// are left out.
func (m *Machine) Line(op Op) string {
	call := m.Spec.Calls[op.Call]
	last := len(call.Parameters)
	for last > 0 && m.isUsual(call.Parameters[last-1], op.Args[last-1]) {
		last--
	}
	return string(m.line(op, last))
}

// FullLine is the line of a call with all its arguments, as agents read it:
// they need not know which ones are usual.
func (m *Machine) FullLine(op Op) string {
	return string(m.line(op, len(m.Spec.Calls[op.Call].Parameters)))
}

// line is the line of a call with so many of its arguments.
func (m *Machine) line(op Op, arguments int) []byte {
	var text []byte
	call := m.Spec.Calls[op.Call]
	if op.Thread > 0 {
		text = append(text, spec.ThreadNames[op.Thread-1]...)
		text = append(text, ": "...)
	}
	if op.Made != NoSocket {
		text = append(text, SocketName(op.Made)...)
		text = append(text, " = "...)
	}
	text = append(text, call.Name...)
	if op.Subject != NoSocket {
		text = append(text, ' ')
		if op.Subject < spec.MaxSockets {
			text = append(text, SocketName(op.Subject)...)
		} else {
			text = append(text, m.Spec.Handles[op.Subject-spec.MaxSockets].Name...)
		}
	}
	for i, parameter := range call.Parameters[:arguments] {
		text = append(text, ' ')
		text = append(text, m.argumentName(parameter, op.Args[i])...)
	}
	return text
}

func (m *Machine) isUsual(p spec.Parameter, argument uint8) bool {
	return p.Input != nil && p.Input.Usual != nil && int(argument) == p.Input.Usual.Index
}

func (m *Machine) argumentName(p spec.Parameter, argument uint8) string {
	switch {
	case p.Field != nil:
		return p.Field.Words[argument]
	case argument >= spec.SocketArg:
		return SocketName(argument - spec.SocketArg)
	default:
		return m.Spec.Classes[argument].Name
	}
}

// Format is the text of a trace; answers that are missing are left out.
func (m *Machine) Format(t Trace) string {
	lines := make([]string, len(t.Script))
	width := 0
	for i, op := range t.Script {
		lines[i] = m.Line(op)
		if i < len(t.Answers) {
			width = max(width, len(lines[i]))
		}
	}
	var text strings.Builder
	for i, line := range lines {
		if i < len(t.Answers) {
			fmt.Fprintf(&text, "%-*s  -> %s\n", width, line, t.Answers[i].traced())
		} else {
			text.WriteString(line + "\n")
		}
	}
	return text.String()
}

// traced is the answer as Parse reads it back: a reason is in quotes, as is any
// other value that is no words.
func (a Answer) traced() string {
	if a.Value == "" || a.Name != "protocol" && plainValue(a.Value) {
		return a.String()
	}
	return a.Name + " " + dsl.Quote(a.Value)
}

// plainValue says that a value is what connect.spec calls values: `loopback`,
// `#3`, `readable+writable`.
func plainValue(value string) bool {
	for word := range strings.SplitSeq(value, "+") {
		word = strings.TrimPrefix(word, "#")
		if word == "" || strings.ContainsFunc(word, func(r rune) bool {
			return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_'
		}) {
			return false
		}
	}
	return true
}

// String is the answer as an agent writes it.
func (a Answer) String() string {
	if a.Value == "" {
		return a.Name
	}
	return a.Name + " " + a.Value
}
