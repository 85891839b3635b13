package strace

import "bytes"

// close closes a descriptor.
func (j *Judge) close(c call, who *process, _ *socket) {
	if !c.known || c.value != 0 {
		return
	}
	// Where the call took two lines, another thread may have used the number again.
	number := descriptor(c.argument(0))
	if c.first == c.last || who.shuts != nil && who.table.entries[number].file == who.shuts {
		j.shut(who, number)
	}
	who.shuts = nil
}

func (j *Judge) shut(who *process, number int) {
	if j.processes.whole {
		who.table.close(number)
	}
}

// closeRange closes descriptors, or has exec close them.
func (j *Judge) closeRange(c call, who *process, _ *socket) {
	first, n := number(c.argument(0))
	last, m := number(c.argument(1))
	if !c.known || c.value != 0 || n == 0 || m == 0 || !j.processes.whole {
		return
	}
	set, _ := flags(c.argument(2), openFlags)
	if set&openFlags["CLOSE_RANGE_UNSHARE"] != 0 {
		j.unshares(who)
	}
	for number, e := range who.table.entries {
		if int64(number) < first || int64(number) > last {
			continue
		}
		if set&openFlags["CLOSE_RANGE_CLOEXEC"] != 0 {
			e.cloexec = true
			who.table.entries[number] = e
		} else {
			who.table.close(number)
		}
	}
}

// dup has another descriptor name what one names.
func (j *Judge) dup(c call, who *process, _ *socket) { j.copies(c, who, c.value, false) }

func (j *Judge) dup2(c call, who *process, _ *socket) {
	set, _ := flags(c.argument(2), openFlags)
	if c.known && c.value >= 0 && descriptor(c.argument(0)) == descriptor(c.argument(1)) {
		return
	}
	j.copies(c, who, c.value, set&openFlags["O_CLOEXEC"] != 0)
}

func (j *Judge) copies(c call, who *process, number int64, cloexec bool) {
	if !c.known || number < 0 {
		return
	}
	named, how := j.processes.find(c.pid, who, descriptor(c.argument(0)))
	switch {
	case how == sure:
		j.open(c, who, number, named, cloexec)
	case how == nothing:
		j.shut(who, int(number))
	}
}

// pass puts aside the sockets that a message takes to another process: who gets them
// uses them by numbers that the log does not explain.
func (j *Judge) pass(c call, who *process) {
	for rest := c.argument(1); ; {
		before, list, found := bytes.Cut(rest, []byte(", cmsg_data=["))
		if !found {
			return
		}
		rest = list
		if !bytes.HasSuffix(before, []byte("SCM_RIGHTS")) && !bytes.HasSuffix(before, []byte("cmsg_level=0x1, cmsg_type=0x1")) {
			continue
		}
		for found {
			n := digits(list)
			if s := j.socketOf(c.pid, who, descriptor(list[:n])); s != nil {
				s.aside = becausePassed
			}
			if list = list[n:]; len(list) > 0 && list[0] == '<' {
				list = list[described(list):]
			}
			list, found = bytes.CutPrefix(list, []byte(", "))
		}
	}
}

// fetched puts aside what a process may have taken from another one: every socket of
// that number.
func (j *Judge) fetched(c call, _ *process, _ *socket) {
	if !c.known || c.value < 0 {
		return
	}
	for pid, who := range j.processes.byID {
		if s := j.socketOf(pid, who, descriptor(c.argument(1))); s != nil {
			s.aside = becausePassed
		}
	}
}

// fcntl copies descriptors, and sets whether calls may block.
func (j *Judge) fcntl(c call, who *process, _ *socket) {
	command, known := flags(c.argument(1), commands)
	if !known || !c.known || c.value < 0 {
		return
	}
	number := descriptor(c.argument(0))
	switch command {
	case commands["F_DUPFD"]:
		j.copies(c, who, c.value, false)
	case commands["F_DUPFD_CLOEXEC"]:
		j.copies(c, who, c.value, true)
	case commands["F_SETFD"]:
		set, _ := flags(c.argument(2), openFlags)
		j.setCloexec(who, number, set&openFlags["FD_CLOEXEC"] != 0)
	case commands["F_SETFL"]:
		set, _ := flags(c.argument(2), openFlags)
		j.setModeOf(c, who, number, set&openFlags["O_NONBLOCK"] != 0)
	}
}

// ioctl sets whether calls may block.
func (j *Judge) ioctl(c call, who *process, _ *socket) {
	request, known := flags(c.argument(1), commands)
	if !known || !c.known || c.value != 0 {
		return
	}
	number := descriptor(c.argument(0))
	switch request {
	case commands["FIONBIO"]:
		j.setModeOf(c, who, number, string(c.argument(2)) != "[0]")
	case commands["FIOCLEX"]:
		j.setCloexec(who, number, true)
	case commands["FIONCLEX"]:
		j.setCloexec(who, number, false)
	}
}

func (j *Judge) setCloexec(who *process, number int, on bool) {
	if e, ok := who.table.entries[number]; ok {
		e.cloexec = on
		who.table.entries[number] = e
	}
}

// setModeOf notes the mode of a socket. While a call is under way upon it, nobody
// knows which mode that is made in.
func (j *Judge) setModeOf(c call, who *process, number int, isNonblocking bool) {
	s := j.socketOf(c.pid, who, number)
	if s == nil || !j.processes.whole {
		return
	}
	s.blurred = s.asked > 0 || len(s.window) > 0
	s.set = blocking
	if isNonblocking {
		s.set = nonblocking
	}
}

// cloneFlagsOf are the flags of a call that makes a process, of which no more than
// the first part may be there.
func cloneFlagsOf(body []byte) int64 {
	at := bytes.Index(body, []byte("flags="))
	if at < 0 {
		return 0
	}
	text := body[at+len("flags="):]
	if end := bytes.IndexAny(text, ",}) "); end >= 0 {
		text = text[:end]
	}
	set, _ := flags(text, cloneFlags)
	return set
}

// forked follows a new process.
func (j *Judge) forked(c call, who *process, _ *socket) {
	if !c.known || c.value <= 0 || !j.processes.whole {
		return
	}
	if j.processes.byID[int(c.value)] == nil && !j.told && j.orphan == nil {
		j.orphan = &orphan{who, c.last, len(j.report.Divergences)}
	}
	set := cloneFlagsOf(c.body)
	j.apart = j.apart || set&cloneFlags["CLONE_NEWNET"] != 0
	j.processes.fork(who, int(c.value), set)
}

// execve starts another program.
func (j *Judge) execve(c call, who *process, _ *socket) {
	if !c.known || c.value != 0 {
		return
	}
	if who.table.outside == becauseUnfollowed {
		who.table.outside = "" // what other threads there were are gone
	}
	j.begins = true
	if name := quoted(c.argument(0)); name != "" && len(j.report.Programs) < maxPrograms {
		j.report.programs(name)
	}
	if j.processes.whole {
		who.exec()
	}
}

// unshare gives a thread a table of its own.
func (j *Judge) unshare(c call, who *process, _ *socket) {
	set, _ := flags(c.argument(0), cloneFlags)
	j.apart = j.apart || set&cloneFlags["CLONE_NEWNET"] != 0
	if c.known && c.value == 0 && set&cloneFlags["CLONE_FILES"] != 0 && j.processes.whole {
		j.unshares(who)
	}
}

func (j *Judge) unshares(who *process) {
	if who.table.uses > 1 {
		alone := who.table.copy()
		who.table.leave()
		who.table = alone
	}
}

// estrange is a call after which nobody knows what the ends of connections do: it sends
// unseen, or leads into another network namespace.
func (j *Judge) estrange(call, *process, *socket) { j.apart = true }

// ioURing puts aside the sockets of a process that does things unseen.
func (j *Judge) ioURing(c call, who *process, _ *socket) {
	if !c.known || c.value < 0 {
		return
	}
	who.table.outside = becauseURing
	who.table.sockets(func(s *socket) { s.aside = becauseURing })
	for _, n := range j.processes.numbers {
		if n.file != nil && n.file.socket != nil {
			n.file.socket.aside = becauseURing
		}
	}
	j.report.note(j.file + ": " + becauseURing)
}

// memory is a call that nobody asks strace for who does not ask for all of them: the
// log is a whole one.
func (j *Judge) memory(_ call, who *process, _ *socket) {
	p := j.processes
	if p.whole || p.broken {
		return
	}
	p.whole = true
	for _, n := range p.numbers { // what came before is in no table
		if n.file != nil && n.file.socket != nil {
			n.file.socket.aside = becauseUnmade
		}
	}
	clear(p.numbers)
	if !j.told && !j.begins {
		who.table.outside = becauseUnfollowed // it may be one thread of several
	}
}
