package agent

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The words that open the lines of the protocol.
const (
	wordHello   = "hello"
	wordScript  = "script"
	wordEnd     = "end"
	wordLine    = "line"
	wordScripts = "scripts"
	wordAnswer  = "answer"
	wordAgain   = "again"

	protocolVersion  = "1"
	extensionNumbers = "numbers"
)

// Bounds on what a peer can make us hold.
const (
	maxLineBytes = 64 << 10 // one line, its end included
	maxTextBytes = 2000     // one line of a script, or one answer
	maxDistinct  = 1 << 16  // distinct lines, or answers, in one session
	maxScripts   = 1 << 12  // scripts in one frame
	maxCalls     = 1 << 12  // calls in one script
	maxLacks     = 1 << 8   // lines of a hello
)

var errLongLine = fmt.Errorf("a line of more than %d bytes", maxLineBytes)

// A lineReader reads lines of bounded length.
type lineReader struct {
	buffer *bufio.Reader
	count  int   // lines read so far
	failed error // how the connection ended
}

func newLineReader(source io.Reader) *lineReader {
	return &lineReader{buffer: bufio.NewReaderSize(source, maxLineBytes)}
}

// next returns the next line without its end; it is valid until the following
// call. A last line that has no end is no line: its sender died within it.
func (r *lineReader) next() ([]byte, error) {
	line, err := r.buffer.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, errLongLine
		}
		if err == io.EOF && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		r.failed = err
		return nil, err
	}
	r.count++
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

// broken tells an error of the connection from one of what came over it.
func (r *lineReader) broken(err error) bool {
	return r.failed != nil && errors.Is(err, r.failed)
}

// cutWord splits a line at its first space.
func cutWord(line string) (word, rest string) {
	word, rest, _ = strings.Cut(line, " ")
	return word, rest
}

// parseAnswer reads an answer as String writes it.
func parseAnswer(text string) (Answer, error) {
	name, value := cutWord(text)
	if name == "" {
		return Answer{}, fmt.Errorf("an answer without a name")
	}
	if len(text) > maxTextBytes {
		return Answer{}, fmt.Errorf("an answer of %d bytes", len(text))
	}
	return Answer{Name: name, Value: value}, nil
}

// oneLine makes a reason fit for a line of the protocol.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	const most = maxTextBytes / 2
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}

// appendNumbers reads the numbers of a line, separated by single spaces, each
// from 1 to limit, and appends them, less one, to numbers.
func appendNumbers(numbers []int32, line []byte, limit int) ([]int32, error) {
	if len(line) == 0 {
		return numbers, nil
	}
	value, digits := 0, 0
	for i := 0; ; i++ {
		if i == len(line) || line[i] == ' ' {
			if digits == 0 || value < 1 || value > limit {
				return numbers, fmt.Errorf("number %d of %q is not one of 1 to %d", len(numbers)+1, clip(line), limit)
			}
			numbers = append(numbers, int32(value-1))
			if i == len(line) {
				return numbers, nil
			}
			value, digits = 0, 0
			continue
		}
		digit := line[i] - '0'
		if digit > 9 || digits == 9 {
			return numbers, fmt.Errorf("%q is not a list of numbers", clip(line))
		}
		value = value*10 + int(digit)
		digits++
	}
}

// clip shortens what a message quotes from a peer.
func clip(line []byte) string {
	const most = 80
	if len(line) > most {
		return string(line[:most]) + "..."
	}
	return string(line)
}

// checkLine refuses lines that would be taken for another part of the protocol.
func checkLine(line string) error {
	if line == "" || line == wordEnd || strings.ContainsAny(line, "\r\n") || len(line) > maxTextBytes {
		return fmt.Errorf("%q is no line of a script", clip([]byte(line)))
	}
	return nil
}
