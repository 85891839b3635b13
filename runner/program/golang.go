package program

import (
	"bytes"
	"fmt"
	"go/format"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// goProgram writes the statements of a program in Go.
type goProgram struct {
	writer
	script  *script
	winsock bool
}

// goImports are the packages that a program may need, by how it calls them.
var goImports = map[string]string{"binary": "encoding/binary", "fmt": "fmt", "netip": "net/netip", "os": "os",
	"strings": "strings", "syscall": "syscall", "time": "time", "unsafe": "unsafe", "atomic": "sync/atomic", "runtime": "runtime",
	"signal": "os/signal", "strconv": "strconv"}

func writeGo(fault *Fault, script *script) ([]byte, error) {
	g := &goProgram{script: script, winsock: fault.Winsock}
	g.indent = "\t"
	for i := range script.steps {
		g.WriteByte('\n')
		if err := g.step(&script.steps[i]); err != nil {
			return nil, fmt.Errorf("`%s`: %w", script.steps[i].Line, err)
		}
	}
	g.forget()
	body := "\nfunc main() {\n" + g.declarations() + g.String() + "}\n"
	system := "linux"
	if g.winsock {
		system = "winsock"
	}
	text := g.translated(prelude(system, body, "socket.go.txt", system+".go.txt", "threads.go.txt") + body)
	return format.Source([]byte(goHead(fault, script, text) + text))
}

// goWords are written as each system has them: FUNCTION is how a call names what it
// calls.
var goWords = regexp.MustCompile(`FUNCTION|syscall\.SO_ERROR|syscall\.SYS_\w+`)

func (g *goProgram) translated(text string) string {
	return goWords.ReplaceAllStringFunc(text, func(word string) string {
		number, called := strings.CutPrefix(word, "syscall.SYS_")
		switch {
		case word == "FUNCTION" && g.winsock:
			return "string"
		case word == "FUNCTION":
			return "uintptr"
		case called && g.winsock:
			return strconv.Quote(strings.ToLower(number))
		case g.winsock: // package syscall does not have it
			return "0x1007 /* SO_ERROR */"
		}
		return word
	})
}

// goHead is the comment and the imports of a program.
func goHead(fault *Fault, script *script, text string) string {
	var head bytes.Buffer
	build, run := "Build: go build -o fault fault.go", "./fault"
	if fault.Winsock {
		build, run = "Build: GOOS=windows go build -o fault.exe fault.go", "fault.exe"
	}
	for _, line := range slices.Concat(fault.Remarks, []string{build}, advice(script, run)) {
		head.WriteString(strings.TrimRight("// "+line, " ") + "\n")
	}
	head.WriteString("\npackage main\n\nimport (\n") // a blank line: gofmt lays documentation out anew
	code := comments.ReplaceAllString(text, "")
	var imports []string
	for name, path := range goImports {
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(code) {
			imports = append(imports, path)
		}
	}
	slices.Sort(imports)
	for _, path := range imports {
		fmt.Fprintf(&head, "\t%q\n", path)
	}
	return head.String() + ")\n\n"
}

// forget leaves out the names of sockets that no call is about later, since Go
// takes them for a mistake.
func (g *goProgram) forget() {
	text := g.String()
	for i := range g.script.steps {
		name := g.script.steps[i].makes
		if name == "" {
			continue
		}
		made := name + ", answer = "
		code := goStrings.ReplaceAllString(strings.Replace(text, made, "", 1), "")
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(code) {
			text = strings.Replace(text, made, "_, answer = ", 1)
		}
	}
	g.Reset()
	g.WriteString(text)
}

var goStrings = regexp.MustCompile(`"(\\.|[^"\\])*"`)

func (g *goProgram) declarations() string {
	body := g.String()
	uses := func(pattern string) bool { return regexp.MustCompile(pattern).MatchString(body) }
	var w writer
	w.indent = "\t"
	var sockets []string
	for i := range g.script.steps {
		if name := g.script.steps[i].makes; name != "" && uses(`\b`+name+`, answer = `) {
			sockets = append(sockets, name)
		}
	}
	if len(sockets) > 0 {
		w.line("var %s uintptr", strings.Join(sockets, ", "))
	}
	if uses(`\bnever\b`) {
		w.line("const never = 1000 // nothing has this number")
	}
	if g.script.file && g.winsock {
		w.line("nul, _ := syscall.Open(\"NUL\", syscall.O_RDONLY, 0)")
		w.line("file := uintptr(nul)")
	} else if g.script.file {
		w.line("file, _ := call(syscall.SYS_OPENAT, ^uintptr(99), at(syscall.StringBytePtr(\"/dev/null\")), syscall.O_RDWR)")
	}
	if uses(`\bn, answer = `) {
		w.line("var n uintptr")
	}
	if uses(`\banswer\b`) {
		w.line("var answer string")
	}
	if g.winsock {
		w.line("if startup() != \"ok\" {\nos.Exit(2)\n}")
	}
	if g.winsock {
		w.WriteString(goWinsock(body))
	}
	for _, one := range g.script.fixtures {
		port := refuserPort
		if one.listener {
			port = listenerPort
		}
		w.line("fixture(%s, %s, %q, %s)", goConstants(families[one.family]), goConstants(kinds[one.kind]), loopbacks[one.family], port)
	}
	return w.String()
}

var loopbacks = map[string]string{"inet": "127.0.0.1", "inet6": "::1"}

// goConstants are constants of C as Go calls them.
func goConstants(names string) string { return "syscall." + names }

func (g *goProgram) step(s *step) error {
	if s.blocked() && !s.last && s.thread == "" {
		return errBlocksBefore
	}
	line := strconv.Quote(s.Line)
	if g.winsock && s.last && s.raises() {
		g.line("catch(%s, %q)", line, s.alternatives())
	}
	answer, err := g.answer(s)
	if err != nil {
		return err
	}
	if s.last {
		g.line("fault(%s, %q, %s)", line, s.alternatives(), answer)
		return nil
	}
	g.line("step(%s, %q, %s)", line, s.Observed, answer)
	g.after(s)
	return nil
}

// answer writes what comes before a call, and returns the expression that is its
// answer.
func (g *goProgram) answer(s *step) (string, error) {
	switch {
	case s.call == "return":
		return fmt.Sprintf("answerOf(&%s)", s.thread), nil
	case s.call == "interrupt":
		return fmt.Sprintf("interrupt(&%s, 0)", s.thread), nil
	case s.call == "restart":
		return fmt.Sprintf("interrupt(&%s, SA_RESTART)", s.thread), nil
	case s.thread != "":
		return g.apart(s)
	}
	return goCalls[s.call](g, s)
}

// apart writes a call that a thread makes, with variables of its own.
func (g *goProgram) apart(s *step) (string, error) {
	rest := g.writer
	g.writer = writer{indent: rest.indent}
	answer, err := goCalls[s.call](g, s)
	statements := g.String()
	g.writer = rest
	number := strings.ToUpper(systemCalls[s.call])
	if s.call == "accept" {
		number = "ACCEPT4"
	}
	g.line("answer = inThread(&%s, syscall.SYS_%s, func() string {", s.thread, number)
	if strings.Contains(statements, "at(&data)") {
		g.line("var data [16]byte")
	}
	if s.makes != "" {
		g.line("var answer string")
		g.WriteString(statements)
	} else {
		g.WriteString(strings.Replace(statements, "answer = ", "answer := ", 1))
	}
	g.line("return %s", answer)
	g.line("})")
	return "answer", err
}

// after is what the program has to do between the calls.
func (g *goProgram) after(s *step) {
	if s.call == "socket" && s.Observed == "ok" && s.args[2] == "nonblocking" {
		g.line("setNonblocking(%s, 1)", s.makes)
	}
	if s.call == "close" && s.Observed == "ok" {
		if s.on != "file" {
			g.line("%s = never // another socket may get its number", s.on)
		}
		return
	}
	if s.overlaps && s.thread == "" {
		g.line("settle()")
	}
	for _, name := range s.moved() {
		if g.script.recalls {
			g.line("remember(%s, %s)", name[1:], name)
		}
	}
}

// system writes a call that answers in the variable answer; its result is in the
// variable given, if any.
func (g *goProgram) system(s *step, into, call string, arguments ...any) string {
	return g.makes(s, into, "call", "syscall.SYS_"+strings.ToUpper(call), arguments...)
}

// makes is system by a helper, which makes a call to a function that the program
// names so.
func (g *goProgram) makes(s *step, into, helper, function string, arguments ...any) string {
	if into == "" {
		into = "_"
	}
	var text strings.Builder
	for _, argument := range arguments {
		fmt.Fprintf(&text, ", %v", argument)
	}
	maker := helper + "("
	if s.thread != "" {
		maker = "once("
	} else if s.waits {
		maker = fmt.Sprintf("within(%d*time.Millisecond, %s, ", g.patience(), helper)
	}
	g.line("%s, answer = %s%s%s)", into, maker, function, text.String())
	return "answer"
}

func (g *goProgram) patience() int { return patience(g.script, g.winsock) }
