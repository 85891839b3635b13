package strace

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"

	"connectspec/model"
	"connectspec/spec"
)

// rules are what a log leaves open; they follow the text of connect.spec.
//
//go:embed log.spec
var rules string

// Platform is the platform that judges logs.
const Platform = "log"

// A Judge judges logs of strace. It is not for concurrent use.
type Judge struct {
	// Explain is the number of a line whose calls are explained; 0: none.
	Explain int
	// Explanations are what is known of a socket before and after that line.
	Explanations []Explanation

	machine *model.Machine
	judge   *model.Judge
	words   words
	looks   [][]uint8 // by call: see levelSets
	report  Report
	asides  map[string]int
	ends    map[string]int
	names   map[string]string // of errors, so that each is made once

	file        string
	processes   *processes
	reader      *reader
	orphan      *orphan            // nil: there is none
	told        bool               // the log tells of other processes than the first
	estranged   int                // how many sockets there were when all were put aside
	failed      bool               // the log shows a call that failed
	begins      bool               // the log shows how a program was started
	connections connections        // of connections
	apart       bool               // the log shows what makes ends of connections uncertain
	suspicions  []suspicion        // they need to be confirmed
	witness     func(*socket, act) // what is judged; tests look at it
}

// words are the calls of the specification, upon the only socket of a state, and
// its classes of input, by the names of both: `name silent`.
type words struct {
	socket, appear, exist, accept, bind, listen, connect, shutdown model.Op
	send, sendto, recv, getsockname, getpeername, soError          model.Op
	setMode, setInformed, setOther, poll, selects                  model.Op
	others                                                         [4]uint8 // the classes of the input `other`

	names    map[string]uint8
	families map[bool]uint8 // of the field, by whether it is IPv6
}

// New makes a judge of a specification that is laid over by what a log leaves open.
// The text is that of connect.spec, or of another file that has a platform linux.
func New(name string, text []byte) (*Judge, error) { return newBy(name, text, rules) }

// newBy makes a judge of a specification that is laid over by other rules.
func newBy(name string, text []byte, rules string) (*Judge, error) {
	document, problems := spec.Read(name, append(append(append([]byte{}, text...), '\n'), rules...))
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s, with what a log leaves open: %w", name, problems[0])
	}
	machine, err := model.Load(document, Platform)
	if err != nil {
		return nil, fmt.Errorf("%s, with what a log leaves open: %w", name, err)
	}
	j := &Judge{
		machine: machine, judge: machine.NewJudge("linux"),
		asides: map[string]int{}, ends: map[string]int{}, names: map[string]string{},
	}
	if err := j.words.find(machine); err != nil {
		return nil, err
	}
	for _, call := range machine.Spec.Calls {
		j.looks = append(j.looks, levelSets(call))
	}
	return j, nil
}

// vocabulary has every call that logs are judged by, in the order of words.
const vocabulary = `
s0 = socket stream inet unsure
s1 = appear inet unsure
s2 = exist stream inet unsure
s3 = accept s0
bind s0 any
listen s0
connect s0 silent
shutdown s0 both_ways
send s0
sendto s0 silent
recv s0
getsockname s0
getpeername s0
so_error s0
set_mode s0 unsure
set_informed s0 on
set_other s0 anybody
poll s0
select s0
`

// find looks the calls up.
func (w *words) find(machine *model.Machine) error {
	trace, err := machine.Parse("the vocabulary of logs", vocabulary)
	if err != nil {
		return err
	}
	for i, op := range []*model.Op{
		&w.socket, &w.appear, &w.exist, &w.accept, &w.bind, &w.listen, &w.connect, &w.shutdown, &w.send, &w.sendto, &w.recv,
		&w.getsockname, &w.getpeername, &w.soError, &w.setMode, &w.setInformed, &w.setOther, &w.poll, &w.selects,
	} {
		*op = trace.Script[i]
	}
	w.appear.Made, w.exist.Made = 0, 0 // a socket is followed by itself
	w.accept.Made = model.NoSocket     // likewise
	w.names, w.families = map[string]uint8{}, map[bool]uint8{}
	for _, field := range machine.Spec.Fields {
		if field.Name == "family" {
			w.families[false], w.families[true] = uint8(slices.Index(field.Words, "inet")), uint8(slices.Index(field.Words, "inet6"))
		}
	}
	for _, class := range machine.Spec.Classes {
		w.names[class.Input.Name+" "+class.Name] = uint8(class.Index)
	}
	for i, name := range []string{"anybody", "at_work", "at_rest", "gone"} {
		w.others[i] = w.names["other "+name]
	}
	return nil
}

// Log judges a log. The error is that it could not be read, or is none.
func (j *Judge) Log(name string, from io.Reader) error {
	j.file, j.processes, j.reader = name, newProcesses(), newReader(from)
	j.orphan, j.told, j.begins, j.failed, j.estranged = nil, false, false, false, 0
	j.connections, j.apart, j.suspicions = connections{}, false, nil
	before := len(j.report.Divergences)
	for {
		c, err := j.reader.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, j.reader.lines, err)
		}
		j.line(c)
		if len(j.processes.byID) > maxProcesses {
			return fmt.Errorf("%s:%d: more than %d processes are alive", name, c.last, maxProcesses)
		}
	}
	r := j.reader
	if r.odd > 0 && r.odd*2 > r.lines {
		return fmt.Errorf("%s:%d: this is no line that strace writes, nor are most others", name, r.firstly)
	}
	if !j.told && !j.processes.whole && r.lines > 0 {
		j.report.note(name + ": recorded without -f, it seems; what other threads and processes did with the sockets would not show")
	}
	if j.orphan != nil && !j.told {
		j.abandon(j.orphan)
	}
	if found := len(j.report.Divergences) - before; !j.failed && found > 0 {
		j.report.note(fmt.Sprintf("%s: no call in it failed, as in a log of -z; %d answers that would be impossible otherwise are not told", name, found))
		j.report.Divergences = j.report.Divergences[:before]
	}
	j.report.Traces++
	j.report.Lines += r.lines
	if r.odd > 0 {
		j.report.Odd = append(j.report.Odd, Odd{name, r.firstly, r.odd})
	}
	return nil
}

// line takes one line in.
func (j *Judge) line(c call) {
	switch c.kind {
	case odd:
		j.strange(c)
	case ended:
		j.exit(c)
	case begun:
		j.mind(c)
		j.begin(c)
	case complete:
		j.mind(c)
		j.complete(c)
	case silent:
		j.told = j.told || c.attached
	}
	j.failed = j.failed || c.kind == complete && bytes.Contains(c.body, []byte(" = -1 E"))
}

// strange notes a line that is not understood.
func (j *Judge) strange(c call) {
	if j.reader.odd++; j.reader.odd == 1 {
		j.reader.firstly = c.first
	}
	if name := c.name; len(name) > 0 && handlers[string(name)].socket {
		j.lose(c, becauseCut)
	}
}

// mind is what every line tells: which process it is of, and whether others than
// the first are told of.
func (j *Judge) mind(c call) {
	j.told = j.told || c.pid > 0
	if p := j.processes; c.pid > 0 && p.byID[c.pid] == nil && p.byID[0] != nil && j.reader.first == 0 && p.forking() == nil {
		j.reader.first = c.pid
		c.line.pid = 0
	}
	if len(j.suspicions) > 0 {
		j.confirm(c)
	}
	j.awaitChild()
}

// An orphan is a process that was made and that the log has not told of yet. strace
// says so a few lines later, if it follows that process.
type orphan struct {
	parent *process
	line   int // where it was made
	found  int // impossible answers before that
}

// patienceLines is how many lines later the log must tell of a new process.
const patienceLines = 64

// awaitChild gives a process up that the log does not tell of: what its parent has,
// it uses unseen.
func (j *Judge) awaitChild() {
	if o := j.orphan; o != nil && !j.told && j.reader.lines-o.line < patienceLines {
		return
	} else if o != nil && !j.told {
		j.abandon(o)
	}
	j.orphan = nil
}

// abandon takes back what was found since a process was made that is not followed.
func (j *Judge) abandon(o *orphan) {
	o.parent.table.shared()
	j.report.note(fmt.Sprintf("%s:%d: %s", j.file, o.line, becauseUnfollowed))
	j.report.Divergences = j.report.Divergences[:o.found]
}

// shared puts aside what a table names, and will name: others use it unseen.
func (t *table) shared() {
	t.outside = becauseUnfollowed
	t.sockets(func(s *socket) { s.aside = becauseUnfollowed })
}

// exit ends a process.
func (j *Judge) exit(c call) {
	gone := j.processes.exit(c.pid)
	if gone != nil && gone.asked != nil {
		gone.asked.asked--
		if gone.stirs {
			gone.asked.link.stirring--
		}
		gone.asked.window = nil
		gone.asked.aside = becauseNoReturn
	}
}

// begin notes that a process is in a call upon a socket.
func (j *Judge) begin(c call) {
	h, known := handlers[string(c.name)]
	if !known {
		return
	}
	who := j.processes.of(c.pid)
	if h.makes {
		who.forks, who.flags = true, cloneFlagsOf(c.body)
		j.apart = j.apart || who.flags&cloneFlags["CLONE_NEWNET"] != 0
	}
	if h.parts {
		j.apart = true
	}
	if h.closes {
		who.table.sockets(func(s *socket) { s.link.silenced = true })
	}
	if string(c.name) == "close" {
		who.shuts, _ = j.processes.find(c.pid, who, descriptor(firstArgument(c.body[len(c.name)+1:])))
		if who.shuts != nil && who.shuts.socket != nil {
			who.shuts.socket.link.silenced = true
		}
	}
	if !h.socket || !j.processes.whole && !networkCalls[string(c.name)] {
		return
	}
	arguments := c.body[len(c.name)+1:]
	named, how := j.processes.find(c.pid, who, descriptor(firstArgument(arguments)))
	if string(c.name) == "splice" && (how == nothing || named.socket == nil) {
		named, how = j.processes.find(c.pid, who, descriptor(firstArgument(thirdOf(arguments))))
	}
	switch {
	case how == nothing || named.socket == nil:
	case how == doubtful:
		named.socket.aside = becauseAmbiguous
	default:
		who.asked, who.stirs = named.socket, !receivesOnly[string(c.name)]
		named.socket.asked++
		if who.stirs {
			named.socket.link.stirring++
		}
	}
}

// firstArgument is the first argument of a call of which no more may be there.
func firstArgument(text []byte) []byte {
	n := digits(text)
	return text[:n]
}

// thirdOf is what begins with the third argument of a call; splice has a descriptor
// there.
func thirdOf(text []byte) []byte {
	for range 2 {
		_, text, _ = bytes.Cut(text, []byte(", "))
	}
	return text
}

// socketOf is the socket that a descriptor names for sure; nil if there is none.
func (j *Judge) socketOf(pid int, who *process, descriptor int) *socket {
	if named, how := j.processes.find(pid, who, descriptor); how == sure {
		return named.socket
	}
	return nil
}

// complete takes a call in that has returned.
func (j *Judge) complete(c call) {
	h, known := handlers[string(c.name)]
	if !known {
		return
	}
	who := j.processes.of(c.pid)
	asked := who.asked
	if c.first != c.last && asked != nil {
		asked.asked--
		if who.stirs {
			asked.link.stirring--
		}
	}
	who.asked, who.stirs, who.forks = nil, false, false
	if !c.parse() {
		j.strange(c)
		if asked != nil {
			asked.aside = becauseCut
		}
		return
	}
	h.do(j, c, who, asked)
}

// name is what an error or an option is called; each is made once.
func (j *Judge) name(text []byte) string {
	name, known := j.names[string(text)]
	switch {
	case known:
		return name
	case len(j.names) >= maxNames:
		return "?"
	}
	name = string(text)
	j.names[name] = name
	return name
}

// maxNames bounds how many different names a log can make this program keep: there
// are fewer errors and options.
const maxNames = 1000

// lose puts aside the socket that a call is about of which not all is known.
func (j *Judge) lose(c call, why string) {
	if len(c.body) <= len(c.name) {
		return
	}
	who := j.processes.of(c.pid)
	if s := j.socketOf(c.pid, who, descriptor(firstArgument(c.body[len(c.name)+1:]))); s != nil {
		s.aside = why
	}
}
