package agent

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// A link is one connection to one agent: what was told it so far, and what it
// told us.
type link struct {
	connection  io.ReadWriteCloser
	in          *lineReader
	description Description
	numbers     bool // the agent knows numbered lines

	lineNumbers map[string]int // numbers of the lines that were sent, from 1
	sending     []int          // numbers of the lines of a batch
	answers     []Answer       // what the agent's numbers mean, less one
	scratch     []int32

	writer   writer
	patience time.Duration // with the next words of the agent
	watch    *watch
}

// newLink shakes hands, for which the agent has so long. The link owns the
// connection from here on.
func newLink(connection io.ReadWriteCloser, patience time.Duration) (*link, error) {
	l := &link{connection: connection, patience: patience, lineNumbers: map[string]int{}}
	var stopped func() bool
	if agent, ok := connection.(interface{ Stopped() bool }); ok {
		stopped = agent.Stopped
	}
	l.watch = newWatch(stopped, l.kill)
	l.in = newLineReader(watchedReader{l})
	l.writer.start(connection)
	l.writer.send(func(frame []byte) []byte {
		return append(frame, wordHello+" "+protocolVersion+"\n"...)
	})
	var err error
	l.description, l.numbers, err = readHello(l.in)
	if err != nil {
		signal := l.killedBy()
		l.close()
		if signal != "" {
			return nil, &killedError{signal}
		}
		if l.watch.hasRung() {
			err = fmt.Errorf("no hello within %v", patience)
		} else if errors.Is(err, io.EOF) {
			err = errors.New("it ended before it said who it is")
		}
		return nil, err
	}
	return l, nil
}

// kill ends the agent without asking it, so that reads and writes return.
func (l *link) kill() { kill(l.connection) }

func kill(connection io.ReadWriteCloser) {
	if agent, ok := connection.(interface{ Kill() }); ok {
		agent.Kill()
		return
	}
	connection.Close()
}

// killedBy names the signal with which somebody else ended the agent, if the
// connection can tell.
func (l *link) killedBy() string {
	agent, ok := l.connection.(interface{ KilledBy(time.Duration) string })
	if !ok || l.watch.hasRung() {
		return ""
	}
	// Its output ends before it does, and on a busy machine long before we hear
	// of it.
	const dying = 5 * time.Second
	return agent.KilledBy(dying)
}

func (l *link) close() error {
	l.watch.stop()
	l.writer.stop()
	err := l.connection.Close()
	l.writer.wait()
	return err
}

// A watchedReader reads from an agent, and has patience with it in each read.
type watchedReader struct{ link *link }

func (r watchedReader) Read(buffer []byte) (int, error) {
	r.link.watch.start(r.link.patience)
	n, err := r.link.connection.Read(buffer)
	r.link.watch.stop()
	return n, err
}

// submit sends a batch, and before it the lines that the agent has not had yet.
func (l *link) submit(batch [][]string) error {
	if !l.numbers {
		return l.submitPlain(batch)
	}
	var refused error
	l.writer.send(func(frame []byte) []byte {
		if frame, refused = l.appendLines(frame, batch); refused != nil {
			return frame
		}
		frame = append(frame, wordScripts+" "...)
		frame = append(strconv.AppendInt(frame, int64(len(batch)), 10), '\n')
		numbers := l.sending
		for _, script := range batch {
			frame = appendNumbered(frame, numbers[:len(script)])
			numbers = numbers[len(script):]
		}
		return frame
	})
	return refused
}

func (l *link) submitPlain(batch [][]string) error {
	for _, script := range batch {
		for _, line := range script {
			if err := checkLine(line); err != nil {
				return err
			}
		}
	}
	l.writer.send(func(frame []byte) []byte {
		for _, script := range batch {
			frame = appendPlain(frame, script)
		}
		return frame
	})
	return nil
}

// appendLines gives numbers to the lines that have none, and notes those of the
// batch. Lines before one that is refused have theirs and stay so.
func (l *link) appendLines(frame []byte, batch [][]string) ([]byte, error) {
	l.sending = l.sending[:0]
	for _, script := range batch {
		for _, line := range script {
			number, known := l.lineNumbers[line]
			if !known {
				if err := checkLine(line); err != nil {
					return frame, err
				}
				if len(l.lineNumbers) == maxDistinct {
					return frame, fmt.Errorf("agent: more than %d distinct lines", maxDistinct)
				}
				number = len(l.lineNumbers) + 1
				l.lineNumbers[line] = number
				frame = append(append(append(frame, wordLine+" "...), line...), '\n')
			}
			l.sending = append(l.sending, number)
		}
	}
	return frame, nil
}

func appendNumbered(frame []byte, numbers []int) []byte {
	for i, number := range numbers {
		if i > 0 {
			frame = append(frame, ' ')
		}
		frame = strconv.AppendInt(frame, int64(number), 10)
	}
	return append(frame, '\n')
}

func appendPlain(frame []byte, script []string) []byte {
	frame = append(frame, wordScript+"\n"...)
	for _, line := range script {
		frame = append(append(frame, line...), '\n')
	}
	return append(frame, wordEnd+"\n"...)
}

// receive reads the traces of a batch. After an error the traces that came
// before it are returned with it.
func (l *link) receive(batch [][]string) ([][]Answer, error) {
	calls := 0
	for _, script := range batch {
		calls += len(script)
	}
	room := make([]Answer, 0, calls)
	traces := make([][]Answer, 0, len(batch))
	for _, script := range batch {
		start := len(room)
		var err error
		if l.numbers {
			room, err = l.numberedTrace(room, script)
		} else {
			room, err = l.plainTrace(room, script)
		}
		if err != nil {
			return traces, err
		}
		traces = append(traces, room[start:len(room):len(room)])
	}
	if !l.numbers {
		return traces, nil
	}
	line, err := l.in.next()
	if err == nil && string(line) != wordEnd {
		err = l.malformed(fmt.Errorf("expected %q, got %q", wordEnd, clip(line)))
	}
	return traces, err
}

func (l *link) numberedTrace(room []Answer, script []string) ([]Answer, error) {
	for {
		line, err := l.in.next()
		if err != nil {
			return room, l.malformed(err)
		}
		if len(line) > len(wordAnswer) && string(line[:len(wordAnswer)+1]) == wordAnswer+" " {
			answer, err := parseAnswer(string(line[len(wordAnswer)+1:]))
			if err == nil && len(l.answers) == maxDistinct {
				err = fmt.Errorf("more than %d distinct answers", maxDistinct)
			}
			if err != nil {
				return room, l.malformed(err)
			}
			l.answers = append(l.answers, answer)
			continue
		}
		start := len(room)
		l.scratch, err = appendNumbers(l.scratch[:0], line, len(l.answers))
		if err != nil {
			return room, l.malformed(err)
		}
		if len(l.scratch) > len(script) {
			return room, l.malformed(fmt.Errorf("%d answers to %d calls", len(l.scratch), len(script)))
		}
		for _, number := range l.scratch {
			room = append(room, l.answers[number])
		}
		return room, l.malformed(checkTrace(room[start:], script))
	}
}

func (l *link) plainTrace(room []Answer, script []string) ([]Answer, error) {
	start := len(room)
	for given, again := 0, 0; ; given++ {
		line, err := l.in.next()
		if err != nil {
			return room, l.malformed(err)
		}
		if string(line) == wordEnd {
			return room, l.malformed(checkTrace(room[start:], script))
		}
		if string(line) == wordAgain && again < maxAgain {
			again++
			given, room = -1, room[:start]
			continue
		}
		answer, err := parseAnswer(string(line))
		if err != nil {
			return room, l.malformed(err)
		}
		if given == len(script) {
			return room, l.malformed(fmt.Errorf("answer %q to none of the %d calls", answer, len(script)))
		}
		if len(room) > start && room[len(room)-1].ends() {
			continue // an agent may answer the calls after it as well
		}
		room = append(room, answer)
	}
}

// checkTrace says whether a trace is as long as its script, or has a reason not
// to be.
func checkTrace(trace []Answer, script []string) error {
	if len(trace) == len(script) {
		return nil
	}
	if n := len(trace); n > 0 && trace[n-1].ends() {
		return nil
	}
	return fmt.Errorf("%d answers to %d calls", len(trace), len(script))
}

// A malformedError says what an agent sent that the protocol does not allow.
type malformedError struct {
	line int
	err  error
}

func (e *malformedError) Error() string {
	return fmt.Sprintf("line %d of its output: %v", e.line, e.err)
}

func (e *malformedError) Unwrap() error { return e.err }

// malformed marks an error as the agent's fault, unless it is none or one of
// the connection.
func (l *link) malformed(err error) error {
	if err == nil || l.in.broken(err) {
		return err
	}
	return &malformedError{l.in.count, err}
}
