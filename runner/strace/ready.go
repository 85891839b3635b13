package strace

import (
	"bytes"
	"slices"

	"connectspec/model"
	"connectspec/spec"
)

// What poll shows of a descriptor, and what it was asked for, are sets of bits; the
// specification has the same levels, in its own order.
var pollBits = []struct {
	name string
	bits int64
	ever bool // it shows whether it was asked for or not
}{
	{"in", 0x1 | 0x40, false}, {"out", 0x4 | 0x100, false}, {"pri", 0x2, false}, {"err", 0x8, true}, {"hup", 0x10, true},
	{"nval", 0x20, true},
}

// levelsOf are the levels that bits stand for, in a call that answers levels, and
// those that were not asked for.
func (j *Judge) levelsOf(call *spec.Call, shown, asked int64) (levels, blind uint8) {
	for i, name := range call.Levels {
		for _, one := range pollBits {
			if one.name != name {
				continue
			}
			if shown&one.bits != 0 {
				levels |= 1 << i
			}
			if asked&one.bits == 0 && !one.ever {
				blind |= 1 << i
			}
		}
	}
	return levels, blind
}

// The levels of a call, in the order in which the kernel looks at them; those that
// stand together it takes from one word. What comes between two looks shows in the
// later one alone.
var looksOf = map[string][][]string{
	"poll":   {{"hup", "nval"}, {"in"}, {"out"}, {"pri"}, {"err"}},
	"select": {{"readable"}, {"writable"}, {"exceptional"}},
}

// levelSets are the sets of levels that a call looks at one after the other; nil if
// it answers no levels.
func levelSets(call *spec.Call) (sets []uint8) {
	for _, names := range looksOf[call.Name] {
		set := uint8(0)
		for i, name := range call.Levels {
			if slices.Contains(names, name) {
				set |= 1 << i
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// glance is what was seen of some levels.
func glance(seen model.Seen, levels uint8) model.Seen {
	seen.Value &= levels
	seen.Blind |= ^levels
	return seen
}

// sees judges what was seen of the readiness of a socket. It was looked at some time
// between the call's begin and its return; what else came upon the socket in between
// leaves open what that was.
func (j *Judge) sees(c call, s *socket, op model.Op, levels, blind uint8) {
	if !j.processes.whole {
		return // the number may be that of a file by now
	}
	j.report.Calls++
	switch {
	case s.aside != "":
		j.putAside(s.aside)
	case s.asked > 0 || len(s.window) > 0 || s.latest > c.first:
		j.putAside("other calls came upon the socket while a call waited for it")
	default:
		a := act{op: op, seen: model.Seen{Valued: true, Value: levels, Blind: blind}, mode: s.set, first: c.first, last: c.last, line: c.line}
		if s.timed {
			a.mode = unsure
		}
		j.follow(s, a)
	}
}

// maxLooked is how many descriptors of one call are looked at.
const maxLooked = 4096

// elements calls yield with the structures of a list, as far as they are shown.
func elements(text []byte, yield func(one []byte)) {
	for n := 0; n < maxLooked; n++ {
		at := bytes.IndexByte(text, '{')
		if at < 0 {
			return
		}
		depth, end := 0, len(text)
		for i := at; i < len(text); i++ {
			if text[i] == '{' {
				depth++
			} else if text[i] == '}' {
				if depth--; depth == 0 {
					end = i + 1
					break
				}
			}
		}
		yield(text[at:end])
		text = text[end:]
	}
}

// polls judges poll and ppoll.
func (j *Judge) polls(c call, who *process, _ *socket) {
	if !c.known || c.value < 0 || c.injected {
		return
	}
	shown := map[int]int64{}
	if c.value > 0 {
		elements(c.rest, func(one []byte) {
			bits, _ := flags(field(one, "revents="), pollFlags)
			shown[descriptor(field(one, "fd="))] = bits
		})
	}
	abridged := bytes.Contains(c.argument(0), []byte("...")) || bytes.Contains(c.rest, []byte("..."))
	seen := map[int]bool{}
	elements(c.argument(0), func(one []byte) {
		number := descriptor(field(one, "fd="))
		asked, known := flags(field(one, "events="), pollFlags)
		s := j.socketOf(c.pid, who, number)
		bits, is := shown[number]
		if s == nil || !known || seen[number] || abridged && !is {
			return
		}
		seen[number] = true // asked for twice, it may show twice otherwise
		levels, blind := j.levelsOf(j.machine.Spec.Calls[j.words.poll.Call], bits, asked)
		j.sees(c, s, j.words.poll, levels, blind)
	})
}

// selects judges select and pselect6.
func (j *Judge) selects(c call, who *process, _ *socket) {
	if !c.known || c.value < 0 || c.injected {
		return
	}
	var asked, shown [3]map[int]bool
	for i, name := range []string{"in ", "out ", "except "} {
		asked[i] = setOf(c.argument(1 + i))
		if c.value > 0 {
			shown[i] = setOf(listed(c.rest, name))
		}
	}
	done := map[int]bool{}
	for i := range asked {
		for number := range asked[i] {
			s := j.socketOf(c.pid, who, number)
			if done[number] || s == nil {
				continue
			}
			done[number] = true
			var levels, blind uint8
			for level := range asked { // readable, writable, exceptional
				if shown[level][number] {
					levels |= 1 << level
				}
				if !asked[level][number] {
					blind |= 1 << level
				}
			}
			j.sees(c, s, j.words.selects, levels, blind)
		}
	}
}

// listed is the set behind a name in `(in [3], out [4], left {...})`.
func listed(text []byte, name string) []byte {
	at := bytes.Index(text, []byte(name+"["))
	if at < 0 {
		return nil
	}
	return text[at+len(name):]
}

// setOf reads `[3 4]`.
func setOf(text []byte) map[int]bool {
	set := map[int]bool{}
	if len(text) == 0 || text[0] != '[' {
		return set
	}
	for text = text[1:]; len(set) < maxLooked; {
		text = trimLeft(text)
		n := digits(text)
		if n == 0 {
			return set
		}
		set[int(decimal(text[:n]))] = true
		if text = text[n:]; len(text) > 0 && text[0] == '<' {
			text = text[described(text):]
		}
	}
	return set
}

// An interest is what an epoll instance waits for, by the word that it tells then.
type interest struct {
	watches map[int64]watch
	words   map[int]int64  // by descriptor
	twice   map[int64]bool // words that two files had at the same time
}

// A watch is one file of an interest. Two files with one word are told apart by
// nobody.
type watch struct {
	file   *file
	events int64
}

// epollCreate follows an epoll instance.
func (j *Judge) epollCreate(c call, who *process, _ *socket) {
	if !c.known || c.value < 0 {
		return
	}
	set, _ := flags(c.argument(0), map[string]int64{"EPOLL_CLOEXEC": 0o2000000})
	f := &file{outside: "epoll instances", epoll: &interest{map[int64]watch{}, map[int]int64{}, map[int64]bool{}}}
	j.open(c, who, c.value, f, string(c.name) == "epoll_create1" && set != 0)
}

// maxWatches bounds what an epoll instance is known to wait for.
const maxWatches = 1 << 20

// epollControl follows what an epoll instance waits for.
func (j *Judge) epollControl(c call, who *process, _ *socket) {
	instance, how := j.processes.find(c.pid, who, descriptor(c.argument(0)))
	if how != sure || instance.epoll == nil || !c.known || c.value != 0 {
		return
	}
	operation, _ := flags(c.argument(1), map[string]int64{"EPOLL_CTL_ADD": 1, "EPOLL_CTL_DEL": 2, "EPOLL_CTL_MOD": 3})
	number := descriptor(c.argument(2))
	named, sureness := j.processes.find(c.pid, who, number)
	watches, words := instance.epoll.watches, instance.epoll.words
	if data, is := words[number]; is {
		delete(words, number)
		delete(watches, data)
	}
	data, known := dataOf(c.argument(3))
	events, knownEvents := flags(field(c.argument(3), "events="), epollFlags)
	if operation == 2 || len(watches)+len(instance.epoll.twice) >= maxWatches || !known {
		return
	}
	w := watch{named, events}
	if sureness != sure || !knownEvents {
		w.file = nil
	}
	if other, is := watches[data]; is && (other.file == nil || other.file.uses > 0) {
		instance.epoll.twice[data] = true
	}
	watches[data], words[number] = w, data
}

var epollFlags = map[string]int64{
	"EPOLLIN": 1, "EPOLLPRI": 2, "EPOLLOUT": 4, "EPOLLERR": 8, "EPOLLHUP": 0x10, "EPOLLRDNORM": 0x40, "EPOLLRDBAND": 0x80,
	"EPOLLWRNORM": 0x100, "EPOLLWRBAND": 0x200, "EPOLLRDHUP": 0x2000, "EPOLLEXCLUSIVE": 1 << 28, "EPOLLWAKEUP": 1 << 29,
	"EPOLLONESHOT": 1 << 30, "EPOLLET": 1 << 31,
}

// dataOf is the word that epoll_wait tells: `data={u32=3, u64=3}`, `data=0x3`.
func dataOf(text []byte) (data int64, known bool) {
	at := field(text, "u64=")
	if at == nil {
		at = field(text, "data=")
	}
	data, n := number(at)
	return data, n > 0
}

// epollWait judges what epoll tells: each event shows how its file was when it was
// told.
func (j *Judge) epollWait(c call, who *process, _ *socket) {
	instance, how := j.processes.find(c.pid, who, descriptor(c.argument(0)))
	if how != sure || instance.epoll == nil || !c.known || c.value <= 0 || c.injected {
		return
	}
	elements(c.argument(1), func(one []byte) {
		data, known := dataOf(one)
		w, is := instance.epoll.watches[data]
		shown, knownShown := flags(field(one, "events="), epollFlags)
		if !known || !is || !knownShown || instance.epoll.twice[data] || w.file == nil || w.file.socket == nil || w.file.uses == 0 {
			return
		}
		levels, blind := j.levelsOf(j.machine.Spec.Calls[j.words.poll.Call], shown, w.events)
		j.sees(c, w.file.socket, j.words.poll, levels, blind)
	})
}
