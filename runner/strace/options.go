package strace

import (
	"bytes"
	"slices"
	"strconv"

	"connectspec/model"
)

// An effect is what an option does to what a socket answers.
type effect uint8

const (
	strangeOption  effect = iota // it may change what calls answer in ways that are not followed
	harmless                     // nothing that is judged
	patience                     // calls end after a time
	errorQueue                   // errors are told that would pass by
	foreignAddress               // it has addresses that are not of this host
)

// An option is told by its level and its number.
type option struct {
	level, number int64
	name          string
	effect        effect
}

// options are those that are known; the others set a socket aside.
var options = []option{
	{1, 2, "SO_REUSEADDR", harmless}, {1, 5, "SO_DONTROUTE", harmless}, {1, 6, "SO_BROADCAST", harmless}, {1, 7, "SO_SNDBUF", harmless},
	{1, 8, "SO_RCVBUF", harmless}, {1, 9, "SO_KEEPALIVE", harmless}, {1, 12, "SO_PRIORITY", harmless}, {1, 13, "SO_LINGER", harmless},
	{1, 15, "SO_REUSEPORT", harmless}, {1, 16, "SO_PASSCRED", harmless}, {1, 25, "SO_BINDTODEVICE", harmless},
	{1, 29, "SO_TIMESTAMP", harmless}, {1, 29, "SO_TIMESTAMP_OLD", harmless}, {1, 32, "SO_SNDBUFFORCE", harmless},
	{1, 33, "SO_RCVBUFFORCE", harmless}, {1, 35, "SO_TIMESTAMPNS", harmless}, {1, 35, "SO_TIMESTAMPNS_OLD", harmless},
	{1, 36, "SO_MARK", harmless}, {1, 40, "SO_RXQ_OVFL", harmless}, {1, 46, "SO_BUSY_POLL", harmless},
	{1, 49, "SO_INCOMING_CPU", harmless}, {1, 20, "SO_RCVTIMEO", patience}, {1, 20, "SO_RCVTIMEO_OLD", patience},
	{1, 66, "SO_RCVTIMEO_NEW", patience}, {1, 21, "SO_SNDTIMEO", patience}, {1, 21, "SO_SNDTIMEO_OLD", patience},
	{1, 67, "SO_SNDTIMEO_NEW", patience},
	{6, 1, "TCP_NODELAY", harmless}, {6, 2, "TCP_MAXSEG", harmless}, {6, 3, "TCP_CORK", harmless}, {6, 4, "TCP_KEEPIDLE", harmless},
	{6, 5, "TCP_KEEPINTVL", harmless}, {6, 6, "TCP_KEEPCNT", harmless}, {6, 7, "TCP_SYNCNT", harmless}, {6, 8, "TCP_LINGER2", harmless},
	{6, 9, "TCP_DEFER_ACCEPT", harmless}, {6, 10, "TCP_WINDOW_CLAMP", harmless}, {6, 12, "TCP_QUICKACK", harmless},
	{6, 13, "TCP_CONGESTION", harmless}, {6, 18, "TCP_USER_TIMEOUT", harmless}, {6, 25, "TCP_NOTSENT_LOWAT", harmless},
	{0, 1, "IP_TOS", harmless}, {0, 2, "IP_TTL", harmless}, {0, 8, "IP_PKTINFO", harmless}, {0, 10, "IP_MTU_DISCOVER", harmless},
	{0, 11, "IP_RECVERR", errorQueue}, {0, 12, "IP_RECVTTL", harmless}, {0, 13, "IP_RECVTOS", harmless}, {0, 15, "IP_FREEBIND", harmless},
	{0, 19, "IP_TRANSPARENT", foreignAddress}, {0, 20, "IP_RECVORIGDSTADDR", harmless}, {0, 32, "IP_MULTICAST_IF", harmless},
	{0, 33, "IP_MULTICAST_TTL", harmless}, {0, 34, "IP_MULTICAST_LOOP", harmless}, {0, 35, "IP_ADD_MEMBERSHIP", harmless},
	{0, 36, "IP_DROP_MEMBERSHIP", harmless}, {0, 51, "IP_LOCAL_PORT_RANGE", harmless},
	{41, 8, "IPV6_2292PKTINFO", harmless}, {41, 16, "IPV6_UNICAST_HOPS", harmless}, {41, 17, "IPV6_MULTICAST_IF", harmless},
	{41, 18, "IPV6_MULTICAST_HOPS", harmless}, {41, 19, "IPV6_MULTICAST_LOOP", harmless}, {41, 20, "IPV6_JOIN_GROUP", harmless},
	{41, 20, "IPV6_ADD_MEMBERSHIP", harmless}, {41, 23, "IPV6_MTU_DISCOVER", harmless}, {41, 25, "IPV6_RECVERR", errorQueue},
	{41, 26, "IPV6_V6ONLY", harmless}, {41, 49, "IPV6_RECVPKTINFO", harmless}, {41, 51, "IPV6_RECVHOPLIMIT", harmless},
	{41, 66, "IPV6_RECVTCLASS", harmless}, {41, 67, "IPV6_TCLASS", harmless}, {41, 70, "IPV6_AUTOFLOWLABEL", harmless},
	{17, 104, "UDP_GRO", harmless},
}

// optionOf is the option that two arguments name; its name is "" if it is not known.
func optionOf(level, name []byte) option {
	at, _ := flags(level, levels)
	if end := bytes.Index(name, []byte(" /*")); end >= 0 { // one that strace does not know
		name = name[:end]
	}
	number, n := number(name)
	for _, o := range options {
		if o.name == string(name) || n == len(name) && n > 0 && o.level == at && o.number == number {
			return o
		}
	}
	return option{}
}

// setsockopt follows what an option changes.
func (j *Judge) setsockopt(c call, s *socket) {
	o := optionOf(c.argument(1), c.argument(2))
	j.putAside("options are followed, and not judged")
	if !c.known || c.value != 0 {
		return
	}
	switch o.effect {
	case harmless:
	case patience:
		s.timed = true
	case foreignAddress:
		s.names.foreign = true
	case errorQueue:
		j.learn(s, string(c.argument(3)) != "[0]")
	default:
		s.aside = "the option " + j.name(c.argument(2)) + " is not part of the specification"
	}
}

// learn is IP_RECVERR.
func (j *Judge) learn(s *socket, on bool) {
	if s.asked > 0 || len(s.window) > 0 {
		s.aside = becauseOrder
		return
	}
	op := j.words.setInformed
	if !on {
		op.Args[0] = j.words.names["setting off"]
	}
	for i := range s.at {
		s.at[i].walk.Follow(op, model.Seen{})
	}
}

// getsockopt judges SO_ERROR.
func (j *Judge) getsockopt(c call, s *socket) {
	level, _ := flags(c.argument(1), levels)
	name := c.argument(2)
	number, _ := number(name)
	if level != 1 || string(name) != "SO_ERROR" && number != 4 {
		j.putAside("options are followed, and not judged")
		return
	}
	if told := c.argument(4); string(c.failure) == "EFAULT" && len(told) > 0 && told[0] == '[' {
		j.putAside(becauseMemory) // the length could be read: the error has been taken, and told to nobody
		s.aside = becauseMemory
		return
	} else if j.turnedAway(c, true, "EFAULT") || j.turnedAway(c, true, "EINVAL") {
		return // the length could not be read, or is negative
	}
	value := j.pendingError(bytes.Trim(c.argument(3), "[]"))
	if c.known && c.value == 0 && !j.tells(s, value) {
		j.putAside("SO_ERROR told an error that is not part of the specification")
		s.aside = "SO_ERROR told an error that is not part of the specification"
		return
	}
	j.follow(s, j.valued(c, s, j.words.soError, s.set, value))
}

// tells says whether the specification knows what SO_ERROR told.
func (j *Judge) tells(s *socket, value string) bool {
	return value != "" && !j.judge.Seen("so_error", s.kind, model.Answer{Name: "ok", Value: value}).Nameless()
}

// pendingError is the name of what SO_ERROR told.
func (j *Judge) pendingError(text []byte) string {
	value, n := number(text)
	switch {
	case n == 0:
		return j.name(word(text))
	case value == 0:
		return "none"
	}
	at := slices.IndexFunc(errorNumbers, func(e errorNumber) bool { return int64(e.number) == value })
	if at < 0 {
		return "errno_" + strconv.FormatInt(value, 10)
	}
	return errorNumbers[at].name
}

// An errorNumber is what -X raw shows of an error.
type errorNumber struct {
	number int
	name   string
}

var errorNumbers = []errorNumber{
	{1, "EPERM"}, {13, "EACCES"}, {22, "EINVAL"}, {32, "EPIPE"}, {64, "ENONET"}, {71, "EPROTO"}, {90, "EMSGSIZE"}, {92, "ENOPROTOOPT"},
	{95, "EOPNOTSUPP"}, {99, "EADDRNOTAVAIL"}, {100, "ENETDOWN"}, {101, "ENETUNREACH"}, {103, "ECONNABORTED"}, {104, "ECONNRESET"},
	{105, "ENOBUFS"}, {107, "ENOTCONN"}, {110, "ETIMEDOUT"}, {111, "ECONNREFUSED"}, {112, "EHOSTDOWN"}, {113, "EHOSTUNREACH"},
}
