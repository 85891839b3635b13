package agent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// A prepared line: a call, or the reason why there is none.
type prepared struct {
	call    Call
	refusal string
	last    Answer // what it answered last, and the number of that answer:
	number  int    // most calls answer the same again. 0: nothing yet
}

// A session is one client's use of a room.
type session struct {
	ctx     context.Context
	room    Room
	in      *lineReader
	out     *bufio.Writer
	flushed time.Time

	lines    []prepared
	lineOf   map[string]int32 // a line's place in lines
	numbered []int32          // the same by the number that the client gave it
	answerOf map[Answer]int   // an answer's number, from 1

	// Of the script at hand, reused by the next one.
	script []int32
	calls  []Call
	trace  []byte
}

// quiet is how long a session may keep the answers of a batch to itself. A
// client tells a slow batch from a hanging one by what arrives.
const quiet = 200 * time.Millisecond

// maxAgain is how often a script that was held up is run again. What it answers
// then is taken: perhaps it holds itself up.
const maxAgain = 5

// Serve answers one client until its input ends, which is no error. A cancelled
// ctx ends it after the script at hand, and closes in if that can be closed.
// Serve calls the room from its own goroutine only.
func Serve(ctx context.Context, in io.Reader, out io.Writer, room Room) error {
	if closer, ok := in.(io.Closer); ok {
		stop := context.AfterFunc(ctx, func() { closer.Close() })
		defer stop()
	}
	s := &session{
		ctx: ctx, room: room, in: newLineReader(in), out: bufio.NewWriterSize(out, maxLineBytes),
		lineOf: map[string]int32{}, answerOf: map[Answer]int{},
	}
	for {
		line, err := s.in.next()
		if err == nil {
			err = s.frame(line)
		} else if err == io.EOF {
			return ctx.Err()
		}
		if cause := ctx.Err(); cause != nil {
			return cause
		}
		if err != nil {
			return fmt.Errorf("agent: input line %d: %w", s.in.count, err)
		}
	}
}

// frame handles what the given line opens.
func (s *session) frame(line []byte) error {
	word, rest := cutWord(string(line))
	switch word {
	case wordHello:
		if rest != protocolVersion {
			return fmt.Errorf("version %q of the protocol, not %s", rest, protocolVersion)
		}
		writeHello(s.out, s.room.Describe())
		return s.out.Flush()
	case wordScript:
		return s.plainScript()
	case wordLine:
		return s.defineLine(rest)
	case wordScripts:
		return s.numberedScripts(rest)
	}
	return fmt.Errorf("%q opens no frame", clip(line))
}

// place finds a line in s.lines, and prepares it when it is new.
func (s *session) place(line []byte) (int32, error) {
	if place, ok := s.lineOf[string(line)]; ok {
		return place, nil
	}
	if len(s.lines) == maxDistinct {
		return 0, fmt.Errorf("more than %d distinct lines", maxDistinct)
	}
	text := string(line)
	if err := checkLine(text); err != nil {
		return 0, err
	}
	var entry prepared
	var err error
	if entry.call, err = s.room.Prepare(text); err != nil {
		entry.refusal = oneLine(err.Error())
	}
	place := int32(len(s.lines))
	s.lines = append(s.lines, entry)
	s.lineOf[text] = place
	return place, nil
}

func (s *session) defineLine(line string) error {
	if len(s.numbered) == maxDistinct {
		return fmt.Errorf("more than %d numbered lines", maxDistinct)
	}
	place, err := s.place([]byte(line))
	if err != nil {
		return err
	}
	s.numbered = append(s.numbered, place)
	return nil
}

// plainScript reads the calls up to `end`, makes them, and shows each answer at
// once, so that a client sees which call killed us.
func (s *session) plainScript() error {
	s.script = s.script[:0]
	for {
		line, err := s.in.next()
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if string(line) == wordEnd {
			break
		}
		if len(s.script) == maxCalls {
			return fmt.Errorf("a script of more than %d calls", maxCalls)
		}
		place, err := s.place(line)
		if err != nil {
			return err
		}
		s.script = append(s.script, place)
	}
	tell := func(_ *prepared, answer Answer) error {
		s.out.WriteString(answer.String())
		s.out.WriteByte('\n')
		return s.out.Flush()
	}
	err := s.run(tell)
	for again := 0; again < maxAgain && errors.Is(err, ErrHeldUp); again++ {
		s.out.WriteString(wordAgain + "\n")
		err = s.run(tell)
	}
	if err != nil && !errors.Is(err, ErrHeldUp) {
		return err
	}
	s.out.WriteString(wordEnd + "\n")
	return s.out.Flush()
}

// numberedScripts reads scripts of numbered lines, one a line, and answers each
// with a line of numbered answers.
func (s *session) numberedScripts(count string) error {
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 || n > maxScripts {
		return fmt.Errorf("%q is no count of scripts from 0 to %d", count, maxScripts)
	}
	s.flushed = time.Now()
	for range n {
		line, err := s.in.next()
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		if err := s.numberedScript(line); err != nil {
			return err
		}
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
	}
	s.out.WriteString(wordEnd + "\n")
	return s.out.Flush()
}

func (s *session) numberedScript(line []byte) (err error) {
	s.script, err = appendNumbers(s.script[:0], line, len(s.numbered))
	if err != nil {
		return err
	}
	if len(s.script) > maxCalls {
		return fmt.Errorf("a script of more than %d calls", maxCalls)
	}
	for i, number := range s.script {
		s.script[i] = s.numbered[number]
	}
	err = ErrHeldUp
	for again := 0; again <= maxAgain && errors.Is(err, ErrHeldUp); again++ {
		s.trace = s.trace[:0]
		err = s.run(s.appendAnswer)
	}
	if err != nil && !errors.Is(err, ErrHeldUp) {
		return err
	}
	s.trace = append(s.trace, '\n')
	s.out.Write(s.trace)
	if now := time.Now(); now.Sub(s.flushed) > quiet {
		s.flushed = now
		return s.out.Flush()
	}
	return nil
}

// appendAnswer adds an answer's number to the trace. A new answer is defined
// on a line of its own before the line of the trace.
func (s *session) appendAnswer(entry *prepared, answer Answer) error {
	if entry.number == 0 || entry.last != answer {
		number, ok := s.answerOf[answer]
		if !ok {
			if number = len(s.answerOf) + 1; number > maxDistinct {
				return fmt.Errorf("more than %d distinct answers", maxDistinct)
			}
			s.answerOf[answer] = number
			fmt.Fprintf(s.out, "%s %s\n", wordAnswer, answer)
		}
		entry.last, entry.number = answer, number
	}
	if len(s.trace) > 0 {
		s.trace = append(s.trace, ' ')
	}
	s.trace = strconv.AppendInt(s.trace, int64(entry.number), 10)
	return nil
}

// run makes the calls of s.script in a fresh world and hands each answer to
// tell. A line that the room does not know, or a call that it will not make,
// ends the script with a Protocol answer.
func (s *session) run(tell func(*prepared, Answer) error) error {
	s.calls = s.calls[:0]
	for _, place := range s.script {
		entry := &s.lines[place]
		if entry.refusal != "" {
			break
		}
		s.calls = append(s.calls, entry.call)
	}
	if err := s.room.Begin(s.calls); err != nil {
		if len(s.script) == 0 {
			return nil
		}
		return tell(&s.lines[s.script[0]], Answer{Protocol, oneLine(err.Error())})
	}
	for _, place := range s.script {
		entry := &s.lines[place]
		if entry.refusal != "" {
			if err := tell(entry, Answer{Protocol, entry.refusal}); err != nil {
				return err
			}
			break
		}
		answer, err := s.room.Do(entry.call)
		if err != nil {
			answer = Answer{Protocol, oneLine(err.Error())}
		}
		if err := tell(entry, answer); err != nil {
			return err
		}
		if answer.ends() {
			break
		}
	}
	return s.room.End()
}
