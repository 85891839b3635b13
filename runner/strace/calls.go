package strace

import (
	"bytes"
	"strings"

	"connectspec/model"
)

// A handler takes in what a call did. Its socket is nil if the first argument names
// none that is followed; asked is the one that it named when the call began, if
// that was on an earlier line.
type handler struct {
	do     func(j *Judge, c call, who *process, asked *socket)
	socket bool // its first argument is a descriptor that may be a socket
	makes  bool // it makes a process
	closes bool // it may close several files
	parts  bool // it makes uncertain what the ends of connections do
}

// handlers are the calls that concern sockets, descriptors and processes.
var handlers map[string]handler

func init() {
	upon := func(do func(j *Judge, c call, s *socket)) handler {
		return handler{socket: true, do: func(j *Judge, c call, who *process, asked *socket) {
			if s := j.subject(c, who, asked); s != nil {
				do(j, c, s)
			}
		}}
	}
	passing := func(do func(j *Judge, c call, s *socket)) handler {
		h := upon(do)
		inner := h.do
		h.do = func(j *Judge, c call, who *process, asked *socket) {
			j.pass(c, who)
			inner(j, c, who, asked)
		}
		return h
	}
	makes := handler{do: (*Judge).forked, makes: true}
	handlers = map[string]handler{
		"socket": {do: (*Judge).socket}, "socketpair": {do: (*Judge).socketpair},
		"accept": {do: (*Judge).accept, socket: true}, "accept4": {do: (*Judge).accept, socket: true},
		"bind": upon((*Judge).bind), "listen": upon((*Judge).listen), "connect": upon((*Judge).connect),
		"shutdown": upon((*Judge).shutdown), "getsockname": upon((*Judge).getsockname), "getpeername": upon((*Judge).getpeername),
		"getsockopt": upon((*Judge).getsockopt), "setsockopt": upon((*Judge).setsockopt),
		"sendto": upon((*Judge).sendto), "sendmsg": passing((*Judge).sendmsg), "sendmmsg": passing((*Judge).sendmmsg),
		"send": upon((*Judge).sendto), "recv": upon((*Judge).recvfrom), "pwritev2": upon((*Judge).writev), "preadv2": upon((*Judge).readv),
		"pidfd_getfd": {do: (*Judge).fetched},
		"write":       upon((*Judge).write), "writev": upon((*Judge).writev), "sendfile": upon((*Judge).sendfile), "sendfile64": upon((*Judge).sendfile),
		"recvfrom": upon((*Judge).recvfrom), "recvmsg": upon((*Judge).recvmsg), "recvmmsg": upon((*Judge).recvmmsg),
		"recvmmsg_time64": upon((*Judge).recvmmsg), "read": upon((*Judge).read), "readv": upon((*Judge).readv),
		"splice": {do: (*Judge).splice, socket: true, parts: true}, "io_submit": {do: (*Judge).estrange, parts: true},
		"bpf": {do: (*Judge).estrange, parts: true}, "setns": {do: (*Judge).estrange, parts: true},

		"poll": {do: (*Judge).polls}, "ppoll": {do: (*Judge).polls}, "ppoll_time64": {do: (*Judge).polls},
		"select": {do: (*Judge).selects}, "_newselect": {do: (*Judge).selects}, "pselect6": {do: (*Judge).selects},
		"pselect6_time64": {do: (*Judge).selects}, "epoll_create": {do: (*Judge).epollCreate},
		"epoll_create1": {do: (*Judge).epollCreate}, "epoll_ctl": {do: (*Judge).epollControl},
		"epoll_wait": {do: (*Judge).epollWait}, "epoll_pwait": {do: (*Judge).epollWait}, "epoll_pwait2": {do: (*Judge).epollWait},

		"close": {do: (*Judge).close}, "close_range": {do: (*Judge).closeRange, closes: true},
		"dup": {do: (*Judge).dup}, "dup2": {do: (*Judge).dup2, closes: true}, "dup3": {do: (*Judge).dup2, closes: true},
		"fcntl": {do: (*Judge).fcntl}, "fcntl64": {do: (*Judge).fcntl}, "ioctl": {do: (*Judge).ioctl},
		"fork": makes, "vfork": makes, "clone": makes, "clone3": makes,
		"execve": {do: (*Judge).execve, closes: true}, "execveat": {do: (*Judge).execve, closes: true}, "unshare": {do: (*Judge).unshare},
		"io_uring_setup": {do: (*Judge).ioURing},
		"brk":            {do: (*Judge).memory}, "mmap": {do: (*Judge).memory}, "munmap": {do: (*Judge).memory},
		"mprotect": {do: (*Judge).memory},
	}
}

// subject is the socket that a call is upon; nil if there is none to judge. It
// counts the call.
func (j *Judge) subject(c call, who *process, asked *socket) *socket {
	number := descriptor(c.argument(0))
	s := asked
	if s == nil {
		named, how := j.processes.find(c.pid, who, number)
		if s = j.found(c, named, how); s == nil {
			return nil
		}
	}
	j.report.Calls++
	switch {
	case s.aside != "":
		j.putAside(s.aside)
		return nil
	case c.injected:
		j.putAside(becauseInjected)
		return nil
	case !c.known && len(c.failure) == 0: // it never returned
		j.putAside(becauseNoReturn)
		s.aside = becauseNoReturn
		return nil
	}
	return s
}

// found is the socket of a file that was found; nil if it is not sure that it is
// that one, or if it is none.
func (j *Judge) found(c call, named *file, how finding) *socket {
	network := networkCalls[string(c.name)]
	gone := string(c.failure) == "EBADF" || string(c.failure) == "ENOTSOCK"
	if gone && !j.processes.whole {
		return nil // it has been closed since, which did not show
	}
	if !network && !j.processes.whole {
		return nil // the number may be that of a file by now; what it took is gone: see hidden.takes
	}
	switch how {
	case nothing:
		if older := j.older(c); older != nil {
			j.stranger()
			return older
		}
		if network && !gone {
			j.report.Calls++
			j.putAside(becauseUnmade)
			j.stranger()
		}
		return nil
	case doubtful:
		j.report.Calls++
		j.putAside(becauseAmbiguous)
		if named.socket != nil {
			named.socket.aside = becauseAmbiguous
		}
		return nil
	}
	if named.socket == nil && network {
		j.report.Calls++
		j.putAside(named.outside)
	}
	return named.socket
}

// networkCalls are those that are made upon sockets alone.
var networkCalls = map[string]bool{
	"bind": true, "listen": true, "connect": true, "accept": true, "accept4": true, "shutdown": true, "getsockname": true,
	"getpeername": true, "getsockopt": true, "setsockopt": true, "sendto": true, "sendmsg": true, "sendmmsg": true,
	"recvfrom": true, "recvmsg": true, "recvmmsg": true, "recvmmsg_time64": true,
}

// stranger puts aside what a descriptor may name of which the log does not show how
// it was made: where copies of descriptors do not show, that is any socket.
func (j *Judge) stranger() {
	if j.processes.whole || j.estranged == j.report.Sockets {
		return
	}
	j.estranged = j.report.Sockets
	for _, n := range j.processes.numbers {
		if n.file != nil && n.file.socket != nil {
			n.file.socket.aside = becauseStranger
		}
	}
}

// open has a descriptor name a new file.
func (j *Judge) open(c call, who *process, number int64, f *file, cloexec bool) {
	j.processes.open(c.pid, who, int(number), entry{f, cloexec})
}

// socket follows a new socket.
func (j *Judge) socket(c call, who *process, _ *socket) {
	if !c.known || c.value < 0 {
		return
	}
	family, known1 := flags(c.argument(0), families)
	kind, known2 := flags(c.argument(1), types)
	protocol, known3 := flags(c.argument(2), protocols)
	f := &file{outside: outsideOf(family, kind&0xf, protocol)}
	if !known1 || !known2 || !known3 {
		f.outside = "sockets of another family or type"
	}
	if f.outside == "" {
		f.socket = &socket{kind: uint8(kind&0xf - 1), inet6: family == 10, line: c.last, latest: c.last, names: newNames(family == 10, j.processes.whole), file: f}
		j.follows(f.socket, who, kind&types["SOCK_NONBLOCK"] != 0)
		op := j.words.socket
		op.Args = [3]uint8{f.socket.kind, j.domain(f.socket), f.socket.set}
		f.socket.at[0].walk.Follow(op, model.Seen{})
	}
	j.open(c, who, c.value, f, kind&types["SOCK_CLOEXEC"] != 0)
}

// follows starts to follow a socket.
func (j *Judge) follows(s *socket, who *process, isNonblocking bool) {
	j.report.Sockets++
	switch {
	case !j.processes.whole:
		s.set = unsure
	case isNonblocking:
		s.set = nonblocking
	}
	s.at = []position{{j.judge.Walk(), s.set}}
	s.aside = who.table.outside
	if !j.told && !j.processes.whole && ofOneThread(j.file) {
		s.aside = becauseUnfollowed
	}
}

// ofOneThread says whether a file is one of those that -ff makes: one for each
// thread.
func ofOneThread(name string) bool {
	at := strings.LastIndexByte(name, '.')
	return at >= 0 && at < len(name)-1 && digits([]byte(name[at+1:])) == len(name)-at-1
}

func (j *Judge) domain(s *socket) uint8 {
	if s.inet6 {
		return j.words.names["domain inet6"]
	}
	return j.words.names["domain inet"]
}

// outsideOf is why sockets of a kind are not followed; "" if they are.
func outsideOf(family, kind, protocol int64) string {
	switch {
	case family == 1:
		return "sockets of AF_UNIX"
	case family == 16:
		return "sockets of AF_NETLINK"
	case family == 17:
		return "sockets of AF_PACKET"
	case family != 2 && family != 10:
		return "sockets of another family or type"
	case protocol == 262:
		return "sockets of MPTCP"
	case kind == 1 && (protocol == 0 || protocol == 6), kind == 2 && (protocol == 0 || protocol == 17):
		return ""
	case protocol == 1 || protocol == 58:
		return "sockets of ICMP"
	}
	return "sockets of another family or type"
}

// socketpair makes two sockets that are not followed: they are of AF_UNIX.
func (j *Judge) socketpair(c call, who *process, _ *socket) {
	pair := bytes.Trim(c.argument(3), "[]")
	first, second, found := bytes.Cut(pair, []byte(", "))
	if !c.known || c.value != 0 || !found {
		return
	}
	kind, _ := flags(c.argument(1), types)
	for _, text := range [][]byte{first, second} {
		if number := descriptor(text); number >= 0 {
			j.open(c, who, int64(number), &file{outside: outsideOf(1, 0, 0)}, kind&types["SOCK_CLOEXEC"] != 0)
		}
	}
}

// accept judges the listener, and follows what it has made.
func (j *Judge) accept(c call, who *process, asked *socket) {
	named, _ := j.processes.find(c.pid, who, descriptor(c.argument(0)))
	listener := asked
	if listener == nil && named != nil {
		listener = named.socket
	}
	kind, known := flags(c.argument(3), types)
	strange := len(c.argument(3)) > 0 && (!known || kind&^(types["SOCK_NONBLOCK"]|types["SOCK_CLOEXEC"]) != 0)
	if s := j.subject(c, who, asked); s != nil && !j.turnedAway(c, strange, "EINVAL") && !j.untold(c, s) {
		j.follow(s, j.act(c, s, j.words.accept, s.set))
	}
	if !c.known || c.value < 0 {
		return
	}
	f := &file{outside: becauseUnmade}
	if named != nil && named.socket == nil {
		f.outside = named.outside
	}
	if listener == nil && named == nil {
		listener = j.older(c)
	}
	if listener != nil {
		f.socket, f.outside = j.accepted(c, who, listener, kind), ""
		f.socket.file = f
	}
	j.open(c, who, c.value, f, kind&types["SOCK_CLOEXEC"] != 0)
}

// untold says that accept could not tell whom it had accepted, and so took a
// connection for nothing.
func (j *Judge) untold(c call, s *socket) bool {
	if string(c.failure) != "EFAULT" && !(string(c.failure) == "EINVAL" && noLength(length(c.argument(2)))) {
		return false
	}
	j.putAside(becauseMemory)
	s.aside = becauseMemory
	return true
}

// accepted follows a socket that accept has made.
func (j *Judge) accepted(c call, who *process, listener *socket, kind int64) *socket {
	s := &socket{kind: stream, inet6: listener.inet6, line: c.last, latest: c.last, timed: listener.timed, born: true}
	s.names = listener.names.accepted(addressOf(c.argument(1)))
	j.follows(s, who, kind&types["SOCK_NONBLOCK"] != 0)
	switch {
	case listener.aside != "" && listener.aside != becauseImpossible && s.aside == "":
		s.aside = listener.aside
	case listener.ended:
		s.aside = "its listener was shut down before"
	}
	op := j.words.appear
	op.Args = [3]uint8{j.domain(s), s.set}
	s.at[0].walk.Follow(op, model.Seen{})
	if listener.older { // it may have had any options
		s.timed, s.names = true, names{local: unknown, peer: s.names.peer}
		j.learn(s, true)
	}
	return s
}

// act is a call upon a socket, in a mode; its answer has no value.
func (j *Judge) act(c call, s *socket, op model.Op, mode uint8) act {
	return j.valued(c, s, op, mode, "")
}

// valued is a call upon a socket; if it is ok, it has a value.
func (j *Judge) valued(c call, s *socket, op model.Op, mode uint8, value string) act {
	answer := model.Answer{Name: "ok", Value: value}
	if !c.known || c.value < 0 {
		answer = model.Answer{Name: j.name(c.failure)}
		switch {
		case interruptions[answer.Name]:
			answer.Name = "blocks"
		case answer.Name == "EWOULDBLOCK":
			answer.Name = "EAGAIN"
		}
	}
	if s.timed {
		mode = unsure
	}
	call := j.machine.Spec.Calls[op.Call].Name
	return act{op: op, seen: j.judge.Seen(call, s.kind, answer), mode: mode, first: c.first, last: c.last, line: c.line}
}
