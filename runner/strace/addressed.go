package strace

import (
	"bytes"
	"cmp"
)

// bind judges bind.
func (j *Judge) bind(c call, s *socket) {
	a := addressOf(c.argument(1))
	op := j.words.bind
	linked := a.family == 10 && (a.host.IsLinkLocalUnicast() || a.host.IsLinkLocalMulticast() || a.host.IsInterfaceLocalMulticast())
	switch {
	case j.turnedAway(c, noLength(c.argument(2)), "EINVAL"):
		return
	case linked && (string(c.failure) == "EINVAL" || string(c.failure) == "ENODEV"):
		j.putAside("bind to an address of a link that is not named, or not there")
		return
	case a.form != valueForm || a.short:
		j.unheard(c, s, "bind with an address that is none")
		return
	case a.family == 10 && !s.inet6, a.family == 2 && s.inet6, a.family != 2 && a.family != 10:
		j.unheard(c, s, "bind to an address of another family")
		return
	case a.host.Is4In6():
		op.Args[0] = j.words.names["place foreign"]
	case a.port > 0:
		op.Args[0] = j.words.names["place fixed"]
	case a.host.IsUnspecified():
		op.Args[0] = j.words.names["place any"]
	default:
		op.Args[0] = j.words.names["place loopback"]
	}
	if j.follow(s, j.act(c, s, op, s.set)) {
		s.names.bind(a, c.succeeded(), string(c.failure))
	}
}

// unheard is a call that no rule speaks of: the socket is judged on only if it
// failed.
func (j *Judge) unheard(c call, s *socket, why string) {
	j.putAside(why)
	if c.known && c.value >= 0 {
		s.aside = why
	}
}

// listen judges listen.
func (j *Judge) listen(c call, s *socket) {
	if j.follow(s, j.act(c, s, j.words.listen, s.set)) {
		s.names.listen(c.succeeded())
	}
}

// connect judges connect.
func (j *Judge) connect(c call, s *socket) {
	length, _ := number(c.argument(2))
	a := addressOf(c.argument(1))
	op := j.words.connect
	class := j.nameOf(s, a)
	if class == "unreadable" && length < 2 && string(c.failure) != "EFAULT" {
		class = "silent" // so short an address is not shown: it may have been read
	}
	op.Args[1] = j.words.names["namelen "+lengthOf(s, a, length)]
	if a.form == noForm || class == "" {
		j.unheard(c, s, "connect with an address that is not understood")
		s.aside = "connect with an address that is not understood"
		return
	}
	op.Args[0] = j.words.names["name "+class]
	answer := ""
	if !c.succeeded() {
		answer = j.name(c.failure)
	}
	if j.follow(s, j.act(c, s, op, s.set)) {
		if s.names.connect(s, a, answer) {
			s.restart()
		}
		if answer == "" && s.kind == stream && a.family != 0 {
			j.meets(c, s)
		}
	}
	j.ends[cmp.Or(answer, "0")]++
}

// lengthOf is the class of a length. What is too short, the socket decides; a
// datagram socket of IPv6 takes an address of IPv4 for what it is.
func lengthOf(s *socket, a address, length int64) string {
	least, mapped := int64(16), s.inet6 && s.kind == datagram && a.family == 2
	if s.inet6 && !mapped {
		least = 24 // an IPv6 address may do without its scope
	}
	switch {
	case int32(length) < 0:
		return "negative"
	case length == 0:
		return "empty"
	case length == 1:
		return "one"
	case length > 128:
		return "huge"
	case length == 2, length < least && mapped:
		return "two"
	case length < least:
		return "short"
	}
	return "exact"
}

// nameOf is the class of an address that a socket is to go to; "" if it is none.
func (j *Judge) nameOf(s *socket, a address) string {
	switch {
	case a.form == nullForm:
		return "null"
	case a.form == memoryForm:
		return "unreadable"
	case a.form != valueForm:
		return ""
	case a.family == 0:
		return "unspec"
	case a.family == 2 && s.inet6 && s.kind == datagram && a.port == 0 && !a.short:
		return "zero_port"
	case a.family == 2 && s.inet6, a.family == 10 && !s.inet6:
		return "other_family"
	case a.family != 2 && a.family != 10:
		return "unknown_family"
	case a.port == 0:
		return "zero_port"
	}
	return "silent"
}

// shutdown judges shutdown.
func (j *Judge) shutdown(c call, s *socket) {
	how, known := flags(c.argument(1), directions)
	if !known || how > 2 {
		j.unheard(c, s, "shutdown in no direction")
		return
	}
	op := j.words.shutdown
	op.Args[0] = j.words.names["how "+[]string{"reading", "writing", "both_ways"}[how]]
	s.ended, s.link.silenced = true, s.link.silenced || how > 0
	if j.follow(s, j.act(c, s, op, s.set)) {
		s.names.shutdown(s.inet6)
	}
}

// getsockname judges that it succeeds, and what it tells.
func (j *Judge) getsockname(c call, s *socket) {
	if string(c.failure) == "EFAULT" || string(c.failure) == "EINVAL" {
		j.putAside(becauseMemory)
		return
	}
	if j.follow(s, j.act(c, s, j.words.getsockname, s.set)) {
		j.checkName(c, s, &s.names.local)
	}
}

// getpeername judges whether there is a peer, and what it is called.
func (j *Judge) getpeername(c call, s *socket) {
	if string(c.failure) == "EFAULT" || string(c.failure) == "EINVAL" {
		j.putAside(becauseMemory)
		return
	}
	if j.follow(s, j.act(c, s, j.words.getpeername, s.set)) {
		j.checkName(c, s, &s.names.peer)
		if c.succeeded() {
			j.meets(c, s)
		}
	}
}

// The calls that send.

func (j *Judge) write(c call, s *socket) {
	if length, _ := number(c.argument(2)); j.tooLong(c, s, length) {
		return
	}
	if string(c.argument(2)) == "0" {
		j.putAside("nothing was sent")
		return
	}
	j.sends(c, s, address{form: nullForm}, 0)
}

func (j *Judge) writev(c call, s *socket) {
	if !j.vectorsTurnedAway(c, s, c.argument(1), c.argument(2), "EINVAL") {
		j.sendsAll(c, s)
	}
}

// sendfile judges a call that sends what is somewhere else, which may be unfit for
// that.
func (j *Judge) sendfile(c call, s *socket) {
	if !j.turnedAway(c, true, "EINVAL") {
		j.sendsAll(c, s)
	}
}

func (j *Judge) sendsAll(c call, s *socket) {
	if c.known && c.value == 0 {
		j.putAside("nothing was sent")
		return
	}
	j.sends(c, s, address{form: nullForm}, 0)
}

func (j *Judge) sendto(c call, s *socket) {
	set, _ := flags(c.argument(3), messageFlags)
	length, _ := number(c.argument(2))
	if j.tooLong(c, s, length) || j.turnedAway(c, noLength(c.argument(5)) && string(c.argument(4)) != "NULL", "EINVAL") {
		return
	}
	if length == 0 && s.kind == stream {
		j.putAside("nothing was sent")
		return
	}
	j.sends(c, s, addressOf(c.argument(4)), set)
}

func (j *Judge) sendmsg(c call, s *socket) {
	set, _ := flags(c.argument(2), messageFlags)
	j.message(c, s, set)
}

func (j *Judge) sendmmsg(c call, s *socket) {
	if c.known && c.value == 0 {
		j.putAside("nothing was sent")
		return
	}
	s.link.obscure = true // it tells messages, and not bytes
	set, _ := flags(c.argument(3), messageFlags)
	j.message(c, s, set)
}

// message judges what a structure msghdr sends.
func (j *Judge) message(c call, s *socket, set int64) {
	text := c.argument(1)
	if bytes.Contains(text, []byte("cmsg_type")) && bytes.Contains(text, []byte("SCM_TXTIME")) || len(text) == 0 || text[0] == '0' {
		j.putAside(becauseMemory)
		s.aside = becauseMemory
		return
	}
	if j.messageTurnedAway(c, s, text) {
		return
	}
	to := addressOf(field(text, "msg_name="))
	if c.known && c.value == 0 && s.kind == stream {
		j.putAside("nothing was sent")
		return
	}
	if to.form == noForm {
		to.form = nullForm
	}
	j.sends(c, s, to, set)
}

// sends judges a call that sends, to an address or to nobody in particular.
func (j *Judge) sends(c call, s *socket, to address, set int64) {
	switch {
	case set&messageFlags["MSG_FASTOPEN"] != 0:
		j.putAside(becauseFastOpen)
		s.aside = becauseFastOpen
		return
	case set&(messageFlags["MSG_OOB"]|messageFlags["MSG_ZEROCOPY"]) != 0:
		j.putAside(becauseUrgent)
		s.aside = becauseUrgent
		return
	case string(c.failure) == "EFAULT":
		j.putAside(becauseMemory)
		return
	}
	op := j.words.send
	if s.kind == datagram && to.form != nullForm {
		op = j.words.sendto
		class := j.nameOf(s, to)
		if class == "" || class == "unspec" || class == "unreadable" || to.short {
			j.unheard(c, s, "sendto with an address that is not understood")
			s.aside = "sendto with an address that is not understood"
			return
		}
		op.Args[0] = j.words.names["name "+class]
	}
	if s.kind == datagram {
		s.names.choose()
	}
	if j.follow(s, j.act(c, s, op, j.modeOf(s, set))) && c.known && c.value > 0 {
		j.meets(c, s)
	}
	if c.known && c.value > 0 {
		s.link.sent += c.value
	}
}

// modeOf is the mode that a call is made in.
func (j *Judge) modeOf(s *socket, set int64) uint8 {
	if set&messageFlags["MSG_DONTWAIT"] != 0 && s.set != unsure {
		return nonblocking // where that is unsure, so is what other calls do
	}
	return s.set
}

// The calls that receive.

func (j *Judge) read(c call, s *socket) { j.receives(c, s, 0, string(c.argument(2)) == "0") }

func (j *Judge) readv(c call, s *socket) {
	if j.vectorsTurnedAway(c, s, c.argument(1), c.argument(2), "EINVAL") {
		return
	}
	j.receives(c, s, 0, string(c.argument(2)) == "0" || bytes.Contains(c.argument(1), []byte("iov_len=0}]")))
}

func (j *Judge) recvfrom(c call, s *socket) {
	set, _ := flags(c.argument(3), messageFlags)
	j.receives(c, s, set, string(c.argument(2)) == "0")
}

func (j *Judge) recvmsg(c call, s *socket) {
	set, _ := flags(c.argument(2), messageFlags)
	text := c.argument(1)
	if j.hidden(c, s, text) {
		return
	}
	none := bytes.Contains(text, []byte("msg_iovlen=0")) || bytes.Contains(text, []byte("iov_len=0}]"))
	j.receives(c, s, set, none)
}

func (j *Judge) recvmmsg(c call, s *socket) {
	if j.turnedAway(c, bytes.Contains(c.argument(4), []byte("=-")), "EINVAL") || j.hidden(c, s, c.argument(1)) {
		return
	}
	s.link.obscure = true // it tells messages, and not bytes
	set, _ := flags(c.argument(3), messageFlags)
	j.receives(c, s, set, s.kind == stream || c.value == 0)
}

// receives judges a call that receives; there may be no room for what comes.
func (j *Judge) receives(c call, s *socket, set int64, noRoom bool) {
	switch {
	case set&messageFlags["MSG_ERRQUEUE"] != 0:
		j.putAside("the error queue is not part of the specification")
		return
	case set&messageFlags["MSG_OOB"] != 0:
		j.putAside(becauseUrgent)
		s.aside = becauseUrgent
		return
	case string(c.failure) == "EFAULT", string(c.failure) == "EINVAL" && noLength(length(c.argument(5))):
		j.putAside(becauseMemory) // what came may have been taken all the same
		s.aside = becauseMemory
		return
	case noRoom && c.known && c.value >= 0:
		j.putAside("nothing could be received")
		return
	}
	value := ""
	switch {
	case s.kind == datagram:
	case c.value > 0:
		value = "#1"
	default:
		value = "end"
	}
	if value == "#1" && j.receivedTooMuch(c, s) {
		return
	}
	j.follow(s, j.valued(c, s, j.words.recv, j.modeOf(s, set), value))
	if value == "#1" && set&messageFlags["MSG_PEEK"] == 0 {
		s.link.received += c.value
	}
}

// splice moves data between two descriptors, of which one is a pipe. That may be empty
// or full, and a signal that is there already ends the call even where nobody would
// wait: the socket has not been asked then.
func (j *Judge) splice(c call, who *process, asked *socket) {
	for _, at := range []int{0, 2} {
		s := j.socketOf(c.pid, who, descriptor(c.argument(at)))
		if s == nil || asked != nil && s != asked || s.aside != "" {
			continue
		}
		j.report.Calls++
		if interruptions[string(c.failure)] || string(c.failure) == "EAGAIN" {
			j.putAside("what was moved between two descriptors may have failed for the other one")
			continue
		}
		if at == 2 {
			j.sendfile(c, s)
		} else if !j.turnedAway(c, true, "EINVAL") {
			j.receives(c, s, 0, false)
		}
	}
}
