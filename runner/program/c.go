package program

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// asPosix are the words of Winsock, in which helpers are written, as POSIX has
// them; asWinsock fills in what has another form there.
var (
	asPosix = map[string]string{"INVALID_SOCKET": "-1", "SOCKET": "int", "closesocket": "close", "ioctlsocket": "ioctl",
		"WSAGetLastError()": "errno", "FIONBIO_TYPE": "int", "POLLFD": "struct pollfd", "WSAPoll": "poll",
		"POLL_EVENTS": "POLLIN | POLLOUT | POLLPRI"}
	asWinsock = map[string]string{"FIONBIO_TYPE": "u_long", "POLLFD": "WSAPOLLFD", "POLL_EVENTS": "POLLIN | POLLOUT"}
	cWords    = regexp.MustCompile(`\w+(\(\))?`)
)

// translated has words of a text replaced.
func translated(text string, words map[string]string) string {
	return cWords.ReplaceAllStringFunc(text, func(word string) string {
		if other, known := words[word]; known {
			return other
		}
		return word
	})
}

// cProgram writes the statements of a program in C.
type cProgram struct {
	writer
	script    *script
	winsock   bool
	functions bytes.Buffer // what threads do
}

func writeC(fault *Fault, script *script) ([]byte, error) {
	c := &cProgram{script: script, winsock: fault.Winsock}
	c.indent = "    "
	if err := c.body(); err != nil {
		return nil, err
	}
	body := c.global() + c.functions.String() + "\nint main(void)\n{\n" + c.declarations() + strings.TrimLeft(c.String(), "\n") + "}\n"
	system, words := "posix", asPosix
	if c.winsock {
		system, words = "winsock", asWinsock
	}
	text := translated(prelude(system, body, "socket.c", "winsock.c", "threads.c")+body, words)
	if script.threads { // each has answers of its own
		text = strings.ReplaceAll(text, "    static char ", "    static __thread char ")
	}
	return []byte(cComment(fault, script) + text), nil
}

// cComment is the head of a program.
func cComment(fault *Fault, script *script) string {
	build := []string{"Build: gcc -Wall -Wextra -o fault fault.c"}
	if script.threads {
		build = []string{"Build: gcc -Wall -Wextra -pthread -o fault fault.c"}
	}
	run := "./fault"
	if fault.Winsock {
		build = []string{"Build: x86_64-w64-mingw32-gcc -Wall -Wextra -o fault.exe fault.c -lws2_32"}
		run = "fault.exe"
	}
	var text strings.Builder
	text.WriteString("/*\n")
	for _, line := range append(append([]string{}, fault.Remarks...), append(build, advice(script, run)...)...) {
		text.WriteString(strings.TrimRight(" * "+strings.ReplaceAll(line, "*/", "* /"), " ") + "\n")
	}
	return text.String() + " */\n"
}

// advice says how to run a program, and what its exit status means.
func advice(script *script, program string) []string {
	lines := []string{"Run:   " + program}
	if len(script.lab) > 0 {
		if strings.HasSuffix(program, ".exe") {
			program = "wine " + program
		}
		lines = []string{"Run:   it needs a network namespace of its own:", "unshare --map-root-user --net sh -c '"}
		for _, command := range script.lab {
			lines = append(lines, "    "+command+" &&")
		}
		lines = append(lines, "    "+program+"'")
	}
	if script.steps[len(script.steps)-1].Observed == "crash" {
		return append(lines, "The fault shows if the last call ends the program, which then does not tell of it.")
	}
	return append(lines, "Exit status: 1 the fault shows, 0 it does not, 2 things went otherwise before.")
}

// declarations are the variables that the statements use.
func (c *cProgram) declarations() string {
	var text strings.Builder
	body := c.String()
	uses := func(pattern string) bool { return regexp.MustCompile(pattern).MatchString(body) }
	if !c.script.threads {
		text.WriteString(c.variables("    "))
	}
	if c.script.file && c.winsock {
		text.WriteString("    SOCKET file = (SOCKET)CreateFileA(\"NUL\", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);\n")
	} else if c.script.file {
		text.WriteString("    int file = open(\"/dev/null\", O_RDWR);\n")
	}
	if uses(`\bname\b`) {
		text.WriteString("    union name name;\n")
	}
	if uses(`\bdata\b`) {
		text.WriteString("    char data[16];\n")
	}
	if uses(`\banswer = `) {
		text.WriteString("    const char *answer;\n")
	}
	if c.winsock {
		text.WriteString("    WSADATA start;\n")
		text.WriteString(cWinsock(body))
	}
	for _, family := range []string{"inet", "inet6"} {
		if uses(`\bknown_` + family + `\b`) {
			text.WriteString(c.known(family))
		}
	}
	return text.String() + "\n"
}

// variables declares the sockets of the script.
func (c *cProgram) variables(indent string) string {
	var text strings.Builder
	for i := range c.script.steps {
		if name := c.script.steps[i].makes; name != "" {
			fmt.Fprintf(&text, "%sSOCKET %s;\n", indent, name)
		}
	}
	if regexp.MustCompile(`\bnever\b`).MatchString(c.String()) {
		number := "1000"
		if c.winsock {
			number = "0x7ffffffc"
		}
		fmt.Fprintf(&text, "%sSOCKET never = %s; /* nothing has this number */\n", indent, number)
	}
	return text.String()
}

// global declares the sockets where all threads find them.
func (c *cProgram) global() string {
	if !c.script.threads {
		return ""
	}
	return "\n" + c.variables("static ")
}

func (c *cProgram) body() error {
	if c.winsock {
		c.line("if (WSAStartup(MAKEWORD(2, 2), &start) != 0)")
		c.line("    return 2;")
		c.prepare()
	}
	for _, one := range c.script.fixtures {
		port := refuserPort
		if one.listener {
			port = listenerPort
		}
		c.line("fixture(%s, %s, %s);", families[one.family], kinds[one.kind], port)
	}
	for i := range c.script.steps {
		c.WriteByte('\n') // a paragraph for each call
		if err := c.step(&c.script.steps[i]); err != nil {
			return fmt.Errorf("`%s`: %w", c.script.steps[i].Line, err)
		}
	}
	return nil
}

var (
	families = map[string]string{"inet": "AF_INET", "inet6": "AF_INET6"}
	kinds    = map[string]string{"stream": "SOCK_STREAM", "datagram": "SOCK_DGRAM"}
)

func (c *cProgram) step(s *step) error {
	if c.winsock && s.blocked() && !s.last {
		return errBlocksBefore
	}
	answer, err := c.answer(s)
	if err != nil {
		return err
	}
	line, allowed := strconv.Quote(s.Line), strconv.Quote(s.alternatives())
	if c.winsock && s.last && s.raises() {
		c.line("catch_exception(%s, %s);", line, allowed)
	}
	switch {
	case s.waits && c.winsock && s.last:
		c.line("watch(%d, %s, %s);", c.patience(), line, allowed)
	case s.waits && !c.winsock:
		c.line("limit(%d);", c.patience())
		c.line("answer = unless_blocked(%s);", answer)
		c.line("limit(0);")
		answer = "answer"
	}
	if s.last {
		c.line("return fault(%s, %s,", line, allowed)
		c.line("             %s);", answer)
		return nil
	}
	c.line("step(%s, %s,", line, strconv.Quote(s.Observed))
	c.line("     %s);", answer)
	c.after(s)
	return nil
}

// answer writes what comes before a call, and returns the expression that makes it.
func (c *cProgram) answer(s *step) (string, error) {
	switch {
	case s.call == "return":
		return fmt.Sprintf("answer_of(&%s)", s.thread), nil
	case s.call == "interrupt":
		return fmt.Sprintf("interrupt(&%s, 0)", s.thread), nil
	case s.call == "restart":
		return fmt.Sprintf("interrupt(&%s, SA_RESTART)", s.thread), nil
	case s.thread != "":
		return c.apart(s)
	}
	return cCalls[s.call](c, s)
}

// apart writes a call that a thread makes, as a function of its own.
func (c *cProgram) apart(s *step) (string, error) {
	rest := c.writer
	c.writer = writer{indent: rest.indent}
	answer, err := cCalls[s.call](c, s)
	statements := c.String()
	c.writer = rest
	name := fmt.Sprintf("%s_%s", s.thread, s.call)
	for number := 2; bytes.Contains(c.functions.Bytes(), []byte(" *"+name+"(void)")); number++ {
		name = fmt.Sprintf("%s_%s_%d", s.thread, s.call, number)
	}
	fmt.Fprintf(&c.functions, "\n/* %s */\nstatic const char *%s(void)\n{\n", s.Line, name)
	for _, variable := range [][2]string{{"name", "union name name"}, {"data", "char data[16]"}} {
		if regexp.MustCompile(`\b` + variable[0] + `\b`).MatchString(statements + answer) {
			fmt.Fprintf(&c.functions, "    %s;\n", variable[1])
		}
	}
	fmt.Fprintf(&c.functions, "%s    return %s;\n}\n", statements, answer)
	return fmt.Sprintf("in_thread(&%s, SYS_%s, %s)", s.thread, systemCalls[s.call], name), err
}

// patience is how long a call may take before it counts as blocking, in
// milliseconds.
func (c *cProgram) patience() int { return patience(c.script, c.winsock) }

// patience bounds a call that waits. What Winsock refuses takes it two seconds,
// and to give up a host that is not there takes Linux three.
func patience(script *script, winsock bool) int {
	const usual, retransmission, refused = 250, 2500, 5000
	switch {
	case winsock, script.searches:
		return refused
	case script.patient:
		return retransmission
	}
	return usual
}

// after is what the program has to do between the calls.
func (c *cProgram) after(s *step) {
	if s.call == "socket" && s.Observed == "ok" && s.args[2] == "nonblocking" {
		c.line("set_nonblocking(%s, 1);", s.makes)
	}
	if s.call == "close" && s.Observed == "ok" {
		c.line("%s = never; /* another socket may get its number */", s.on)
		return
	}
	if s.overlaps && s.thread == "" {
		c.line("settle();")
	}
	for _, name := range s.moved() {
		if c.script.recalls {
			c.line("remember(%s, %s);", name[1:], name)
		}
	}
}
