package strace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	maxLine    = 1 << 20 // bytes of a line that are read; a longer one is not understood
	maxPending = 1 << 16 // calls that are under way at the same time
)

// A call is a call of a log, put together where strace wrote it in two parts.
type call struct {
	*line
	first int // the line where it begins
	last  int // the line where it returns
}

// A pending call has begun and has not returned.
type pending struct {
	text  []byte
	name  int // the length of its name
	first int
}

// A reader reads the calls of a log, one line at a time.
type reader struct {
	from    *bufio.Reader
	long    []byte // a line that does not fit the buffer
	lines   int
	line    line
	joined  line
	text    []byte
	pending map[int]*pending
	spare   []*pending
	odd     int    // lines that were not understood
	firstly int    // the first of them
	torn    []byte // a line into which strace wrote a message; the rest comes
	// A log that strace writes for people tells a process only while there are
	// several. first is then the number of the one that it told nothing of, which
	// goes by 0.
	first int
}

func newReader(from io.Reader) *reader {
	return &reader{from: bufio.NewReaderSize(from, 1<<16), pending: map[int]*pending{}}
}

// next reads one line. A call is handed over when it begins (kind begun) and when it
// has returned (kind complete). At the end it is io.EOF.
func (r *reader) next() (call, error) {
	text, err := r.read()
	if err != nil {
		return call{}, err
	}
	r.lines++
	l := &r.line
	if l.scan(r.mend(text)); l.pid > 0 && l.pid == r.first {
		l.pid = 0
	}
	at := call{l, r.lines, r.lines}
	switch l.kind {
	case begun:
		return at, r.begin()
	case resumed:
		at = r.join(at)
	case ended:
		r.drop(l.pid)
	}
	return at, nil
}

var (
	message  = []byte("strace: Process ")
	attached = []byte(" attached")
)

// mend puts a line together that strace has torn: it writes messages into whatever
// it is writing.
func (r *reader) mend(text []byte) []byte {
	if at := bytes.Index(text, message); at > 0 && bytes.HasSuffix(text, attached) {
		r.torn = append(r.torn[:0], text[:at]...)
		return text[at:]
	}
	if len(r.torn) > 0 && len(text) > 0 && !bytes.HasPrefix(text, message) {
		text = append(r.torn, text...)
		r.torn = text[:0]
	}
	return text
}

// read reads a line without its end.
func (r *reader) read() ([]byte, error) {
	text, err := r.from.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		r.long = append(r.long[:0], text...)
		for errors.Is(err, bufio.ErrBufferFull) {
			text, err = r.from.ReadSlice('\n')
			if len(r.long) < maxLine {
				r.long = append(r.long, text...)
			}
		}
		text = r.long
	}
	if len(text) == 0 && err != nil {
		return nil, err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if n := len(text); text[n-1] == '\n' {
		text = text[:n-1]
	}
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	return text, nil
}

// begin keeps a call that has not returned.
func (r *reader) begin() error {
	p := r.pending[r.line.pid]
	switch {
	case p != nil: // what it was in before was lost
	case len(r.pending) >= maxPending:
		return fmt.Errorf("more than %d calls are under way", maxPending)
	case len(r.spare) > 0:
		p, r.spare = r.spare[len(r.spare)-1], r.spare[:len(r.spare)-1]
	default:
		p = &pending{}
	}
	r.pending[r.line.pid] = p
	p.text, p.name, p.first = append(p.text[:0], r.line.body...), len(r.line.name), r.lines
	return nil
}

// join puts the two parts of a call together.
func (r *reader) join(at call) call {
	p := r.pending[at.pid]
	if unnamed := r.pending[0]; p == nil && unnamed != nil && r.first == 0 && string(unnamed.text[:unnamed.name]) == string(at.name) {
		r.first, p = at.pid, unnamed
		at.pid = 0
	}
	if p == nil || string(p.text[:p.name]) != string(at.name) {
		at.kind = silent // the log starts after the first part
		return at
	}
	r.text = append(append(r.text[:0], p.text...), at.body...)
	r.joined = line{kind: complete, pid: at.pid, name: r.text[:p.name], body: r.text}
	first := p.first
	r.drop(at.pid)
	return call{&r.joined, first, r.lines}
}

// drop forgets the call that a process was in.
func (r *reader) drop(pid int) {
	if p := r.pending[pid]; p != nil {
		delete(r.pending, pid)
		r.spare = append(r.spare, p)
	}
}
