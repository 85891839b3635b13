package strace

import (
	"bytes"

	"connectspec/model"
)

// What a descriptor names that was made before the log begins, or out of its sight, is
// known if strace says so: `5<TCP:[127.0.0.1:80]>`, with -yy. Without that it may be of
// any family and protocol, whatever addresses it has. It may be in any state, others may
// have it as well and do anything to it between two calls, and it may have any options.
// So each call is judged by itself, from all states at once; what sends and receives is
// not judged, since there are options that change what that answers. What it accepts is
// nobody else's, and is followed.

// annotations are what strace calls the sockets that are followed.
var annotations = []struct {
	text  string
	kind  uint8
	inet6 bool
}{{"<TCP:[", stream, false}, {"<TCPv6:[", stream, true}, {"<UDP:[", datagram, false}, {"<UDPv6:[", datagram, true}}

// older is the socket that the first argument of a call names; nil if strace does not
// say what it is, or the call is not judged.
func (j *Judge) older(c call) *socket {
	if !aloneCalls[string(c.name)] {
		return nil
	}
	number := c.argument(0)
	for _, one := range annotations {
		if !bytes.HasPrefix(number[digits(number):], []byte(one.text)) {
			continue
		}
		s := &socket{kind: one.kind, inet6: one.inet6, set: unsure, older: true, line: c.last}
		s.names.forget()
		op := j.words.exist
		op.Args = [3]uint8{s.kind, j.words.families[one.inet6], unsure}
		s.at = []position{{j.judge.Walk(), unsure}}
		s.at[0].walk.Follow(op, model.Seen{})
		return s
	}
	return nil
}

// aloneCalls are the calls that no option changes.
var aloneCalls = map[string]bool{
	"bind": true, "listen": true, "accept": true, "accept4": true, "connect": true, "shutdown": true, "getsockname": true, "getpeername": true,
	"getsockopt": true,
}

// judgeAlone judges a call upon a socket that is older than the log.
func (j *Judge) judgeAlone(s *socket, a act) {
	a.mode = unsure
	if j.witness != nil {
		j.witness(s, a)
	}
	j.note(s, a, j.advance(s, a))
}
