package strace

import "bytes"

// What the kernel takes as arguments. It turns others away before it asks the
// socket, so that nothing is learned of that, and nothing changes.
const (
	longestAddress  = 128   // struct sockaddr_storage
	mostVectors     = 1024  // UIO_MAXIOV
	longestDatagram = 65535 // what is longer, UDP does not look at
)

// turnedAway says that a call failed for its arguments alone: they are such, and
// this is the error.
func (j *Judge) turnedAway(c call, such bool, failure string) bool {
	if !such || string(c.failure) != failure {
		return false
	}
	j.putAside("the arguments were turned away, whatever the socket is")
	return true
}

// noLength says that no address is that long.
func noLength(text []byte) bool {
	length, n := number(text)
	return n > 0 && (int32(length) < 0 || length > longestAddress)
}

// vectorsTurnedAway says that a call failed for its vectors: there were too many,
// which some calls answer with another error, or the length of one was negative, or
// that of all together is more than a datagram may have.
func (j *Judge) vectorsTurnedAway(c call, s *socket, text, count []byte, tooMany string) bool {
	vectors, n := number(count)
	if j.turnedAway(c, n > 0 && (vectors < 0 || vectors > mostVectors), tooMany) {
		return true
	}
	sum, negative := int64(0), false
	for {
		_, rest, found := bytes.Cut(text, []byte("iov_len="))
		if !found {
			break
		}
		length, _ := number(rest)
		sum, negative, text = sum+length, negative || length < 0, rest
	}
	return j.turnedAway(c, negative, "EINVAL") || j.tooLong(c, s, sum)
}

// messageTurnedAway says that a call failed for its structure msghdr.
func (j *Judge) messageTurnedAway(c call, s *socket, text []byte) bool {
	length, _ := number(field(text, "msg_namelen="))
	return j.turnedAway(c, int32(length) < 0, "EINVAL") ||
		j.vectorsTurnedAway(c, s, text, field(text, "msg_iovlen="), "EMSGSIZE")
}

// hidden says that a call failed with an error that may be one of its arguments,
// which the log does not show: strace shows what a call that receives was given
// only where it succeeds.
func (j *Judge) hidden(c call, s *socket, text []byte) bool {
	failed := string(c.failure) == "EINVAL" || string(c.failure) == "EMSGSIZE"
	if !failed || bytes.Contains(text, []byte("iov_len=")) {
		return false
	}
	j.putAside(becauseHidden)
	s.aside = becauseHidden
	return true
}

// length is the length of an address that a call was given: `[16]`, or `[16 => 0]`.
func length(text []byte) []byte {
	text, _ = bytes.CutPrefix(text, []byte("["))
	return text
}

// tooLong says that a datagram was turned away for its length.
func (j *Judge) tooLong(c call, s *socket, length int64) bool {
	return j.turnedAway(c, s.kind == datagram && length > longestDatagram, "EMSGSIZE")
}
