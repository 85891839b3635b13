package strace

import "bytes"

// A kind says what a line of a log is about.
type kind uint8

const (
	silent   kind = iota // it is about no call: a message, a stack, a signal
	complete             // a call, and what it answered
	begun                // a call that has not returned
	resumed              // the rest of it
	ended                // a process has ended
	odd                  // it is no line of strace, or it was cut off
)

// maxArguments is how many arguments of a call are told apart; no call that is
// followed has more.
const maxArguments = 7

// A line is one line of a log. Its texts are parts of the line: they are good until
// the next one is read.
type line struct {
	kind     kind
	pid      int  // 0: the log does not say
	attached bool // a message of strace, that it follows a process
	name     []byte
	body     []byte // the call, from its name on; of a resumed one, what follows `resumed>`

	arguments [maxArguments][]byte
	count     int // of arguments
	result
}

// A result is what a call answered.
type result struct {
	value    int64
	known    bool   // false: `?`
	failure  []byte // the name of an error; of an unknown result, why it is unknown
	injected bool   // strace made it up
	rest     []byte // what follows: `([{fd=3, revents=POLLIN}])`
}

// succeeded says whether a call did what it was asked for.
func (r *result) succeeded() bool { return r.known && r.value >= 0 }

// interruptions are the failures of a call that a signal has ended before it had done
// anything: the program sees EINTR, or the call is made again.
var interruptions = map[string]bool{
	"EINTR": true, "ERESTARTSYS": true, "ERESTARTNOINTR": true, "ERESTARTNOHAND": true, "ERESTART_RESTARTBLOCK": true,
}

// argument is an argument of a call; nothing, if there are not so many.
func (l *line) argument(at int) []byte {
	if at >= l.count {
		return nil
	}
	return l.arguments[at]
}

// scan takes a line apart, as far as the name of its call. A call's arguments and
// result are left for call to read: most calls are of no interest.
func (l *line) scan(text []byte) {
	*l = line{}
	text = l.prefix(text)
	switch {
	case len(text) == 0, text[0] == '>', text[0] == '-', text[0] == '%': // a stack, a signal, a summary
	case text[0] == '+':
		if bytes.HasPrefix(text, []byte("+++ exited")) || bytes.HasPrefix(text, []byte("+++ killed")) ||
			bytes.HasPrefix(text, []byte("+++ superseded")) {
			l.kind = ended
		}
	case text[0] == '<':
		l.resume(text)
	case bytes.HasPrefix(text, []byte("strace: ")):
		l.attached = bytes.HasSuffix(text, []byte(" attached"))
	default:
		l.call(text)
	}
}

// prefix reads what stands before the call: the process, the time, and what else
// strace was asked to show.
func (l *line) prefix(text []byte) []byte {
	text = trimLeft(text)
	if bytes.HasPrefix(text, []byte("[pid ")) {
		rest := trimLeft(text[len("[pid "):])
		n := digits(rest)
		if n > 0 && n < len(rest) && rest[n] == ']' {
			l.pid = int(decimal(rest[:n]))
			text = trimLeft(rest[n+1:])
		}
	} else if n := digits(text); n > 0 && n < len(text) && text[n] == ' ' {
		l.pid = int(decimal(text[:n]))
		text = trimLeft(text[n:])
	}
	if n := clock(text); n > 0 {
		text = trimLeft(text[n:])
	}
	for len(text) > 0 && text[0] == '[' { // the instruction pointer, the number of the call
		n := bytes.IndexByte(text, ']')
		if n < 0 || n > 24 {
			break
		}
		text = trimLeft(text[n+1:])
	}
	return text
}

// clock is the length of a time of day, of an epoch or of a difference.
func clock(text []byte) int {
	marked := false
	for i, c := range text {
		switch {
		case c == ' ':
			if marked {
				return i
			}
			return 0
		case c == ':' || c == '.':
			marked = true
		case c == '+' && i == 0:
		case c < '0' || c > '9':
			return 0
		}
	}
	return 0
}

var (
	unfinished  = []byte("<unfinished ...>")
	resumedMark = []byte(" resumed>")
)

// resume reads `<... connect resumed>) = 0`.
func (l *line) resume(text []byte) {
	l.kind = odd
	if !bytes.HasPrefix(text, []byte("<... ")) {
		return
	}
	text = text[len("<... "):]
	at := bytes.Index(text, resumedMark)
	if at <= 0 {
		return
	}
	l.kind, l.name, l.body = resumed, text[:at], text[at+len(resumedMark):]
}

// call reads the name of a call, and whether it has returned.
func (l *line) call(text []byte) {
	n := 0
	for n < len(text) && isName(text[n]) {
		n++
	}
	if n == 0 || n == len(text) || text[n] != '(' {
		l.kind = odd
		return
	}
	l.name, l.body, l.kind = text[:n], text, complete
	if bytes.HasSuffix(text, unfinished) {
		l.kind = begun
		l.body = bytes.TrimSuffix(text[:len(text)-len(unfinished)], []byte(" "))
	}
}

// parse reads the arguments and the result of a complete call. It says whether that
// could be done.
func (l *line) parse() bool {
	rest, ok := l.split(l.body[len(l.name)+1:])
	if !ok {
		l.kind = odd
		return false
	}
	rest = trimLeft(rest)
	if len(rest) < 3 || rest[0] != '=' || rest[1] != ' ' || !l.answer(rest[2:]) {
		l.kind = odd
		return false
	}
	return true
}

// split cuts the arguments apart and returns what follows their parenthesis.
func (l *line) split(text []byte) (rest []byte, ok bool) {
	l.count = 0
	depth, start := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			if i = closing(text, i+1); i == len(text) {
				return nil, false
			}
		case '(', '{', '[':
			depth++
		case '<': // what a descriptor is, with -y
			if depth == 0 && i > start && text[i-1] >= '0' && text[i-1] <= '9' {
				i += described(text[i:]) - 1
			}
		case '}', ']':
			depth--
		case ')':
			if depth--; depth < 0 {
				if l.count > 0 || len(trimLeft(text[start:i])) > 0 {
					l.add(text[start:i])
				}
				return text[i+1:], true
			}
		case ',':
			if depth == 0 {
				l.add(text[start:i])
				start = i + 1
			}
		}
	}
	return nil, false
}

func (l *line) add(text []byte) {
	if l.count < maxArguments {
		l.arguments[l.count] = bytes.TrimSpace(text)
		l.count++
	}
}

// closing is where the string ends that starts at a place.
func closing(text []byte, at int) int {
	for ; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return at
		}
	}
	return len(text)
}

// described is the length of `<socket:[123]>`, `<TCP:[127.0.0.1:1->127.0.0.1:2]>`.
func described(text []byte) int {
	depth := 0
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '<', '[':
			depth++
		case ']':
			depth--
		case '>':
			if text[i-1] == '-' {
				continue
			}
			if depth <= 0 || i+1 < len(text) && (text[i+1] == ',' || text[i+1] == ')') {
				return i + 1
			}
			depth--
		}
	}
	return len(text)
}

// answer reads what follows `= `.
func (l *line) answer(text []byte) bool {
	if bytes.HasSuffix(text, []byte("(INJECTED)")) || bytes.Contains(text, []byte("(INJECTED: ")) {
		l.injected = true
	}
	switch {
	case len(text) == 0:
		return false
	case text[0] == '?':
		l.failure = word(trimLeft(text[1:]))
		return true
	}
	value, n := number(text)
	if n == 0 {
		return false
	}
	l.value, l.known = value, true
	rest := text[n:]
	if len(rest) > 0 && rest[0] == '<' {
		rest = rest[described(rest):]
	}
	l.rest = rest
	if value == -1 {
		l.failure = word(trimLeft(rest))
	}
	return true
}

// word is the name at the start of a text: capital letters and digits.
func word(text []byte) []byte {
	n := 0
	for n < len(text) && (text[n] >= 'A' && text[n] <= 'Z' || text[n] >= '0' && text[n] <= '9' || text[n] == '_') {
		n++
	}
	return text[:n]
}

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '?' || c >= 'A' && c <= 'Z'
}

func trimLeft(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t') {
		text = text[1:]
	}
	return text
}

// digits is how many digits a text starts with.
func digits(text []byte) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// decimal is the number that digits stand for; what does not fit 64 bits is cut off.
func decimal(text []byte) int64 {
	value := uint64(0)
	for _, c := range text {
		value = value*10 + uint64(c-'0')
	}
	return int64(value)
}

// number reads a number in any form that strace has, and how long it is.
func number(text []byte) (value int64, length int) {
	at, sign := 0, int64(1)
	if len(text) > 0 && text[0] == '-' {
		at, sign = 1, -1
	}
	if len(text) >= at+2 && text[at] == '0' && (text[at+1] == 'x' || text[at+1] == 'X') {
		i := at + 2
		for ; i < len(text); i++ {
			digit := hex(text[i])
			if digit < 0 {
				break
			}
			value = value<<4 | int64(digit)
		}
		if i == at+2 {
			return 0, 0
		}
		return sign * value, i
	}
	n := digits(text[at:])
	if n == 0 {
		return 0, 0
	}
	if n > 1 && text[at] == '0' {
		for _, c := range text[at : at+n] {
			value = value<<3 | int64(c-'0')
		}
		return sign * value, at + n
	}
	return sign * decimal(text[at:at+n]), at + n
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
