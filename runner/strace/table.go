package strace

import (
	"maps"
)

// A file is an open file description: what descriptors of several processes may
// name, and what lives until none does.
type file struct {
	uses    int
	socket  *socket // nil: none that is followed
	outside string  // why it is not
	epoll   *interest
}

// An entry is what a descriptor names.
type entry struct {
	file    *file
	cloexec bool
}

// A table holds the descriptors of a process. Threads share one.
type table struct {
	entries map[int]entry
	uses    int
	outside string // why nothing in it is judged
}

func newTable() *table { return &table{entries: map[int]entry{}, uses: 1} }

// copy is what fork makes of a table.
func (t *table) copy() *table {
	for _, e := range t.entries {
		e.file.uses++
	}
	return &table{entries: maps.Clone(t.entries), uses: 1, outside: t.outside}
}

// open has a descriptor name a file; what it named before is closed.
func (t *table) open(descriptor int, e entry) {
	e.file.uses++
	t.close(descriptor)
	t.entries[descriptor] = e
}

func (t *table) close(descriptor int) {
	if e, ok := t.entries[descriptor]; ok {
		delete(t.entries, descriptor)
		e.file.uses--
	}
}

// has says whether a descriptor names a file.
func (t *table) has(f *file) bool {
	for _, e := range t.entries {
		if e.file == f {
			return true
		}
	}
	return false
}

// leave is one process less that has the table.
func (t *table) leave() {
	if t.uses--; t.uses == 0 {
		for descriptor := range t.entries {
			t.close(descriptor)
		}
	}
}

// closeOnExec closes what another program does not get.
func (t *table) closeOnExec() {
	for descriptor, e := range t.entries {
		if e.cloexec {
			t.close(descriptor)
		}
	}
}

// sockets calls yield with every socket that a descriptor of the table names.
func (t *table) sockets(yield func(*socket)) {
	for _, e := range t.entries {
		if e.file.socket != nil {
			yield(e.file.socket)
		}
	}
}

// A process is a thread, as strace tells them apart.
type process struct {
	table *table
	asked *socket // upon which it is in a call that has not returned
	stirs bool    // that call may send or end
	shuts *file   // which it is closing, in a call that has not returned
	forks bool    // it is in a call that makes a process, and has not returned
	flags int64   // of that call
}

// A madeNumber is what a log in which closing does not show tells of a descriptor:
// what was made last under that number, and whether that is sure.
type madeNumber struct {
	entry
	maker   int  // the process that made it
	made    int  // how often something was made
	several bool // by several processes
}

// processes are those of a log.
type processes struct {
	byID    map[int]*process
	origins int  // processes of which the log does not show who made them
	whole   bool // the log shows all calls: what is closed, and who is made
	broken  bool // it showed that it does not
	numbers map[int]*madeNumber
}

func newProcesses() *processes {
	return &processes{byID: map[int]*process{}, numbers: map[int]*madeNumber{}}
}

// maxProcesses bounds what a log can make this program keep.
const maxProcesses = 1 << 20

// of is the process of a line.
func (p *processes) of(pid int) *process {
	if known := p.byID[pid]; known != nil {
		return known
	}
	if parent := p.forking(); parent != nil {
		return p.fork(parent, pid, parent.flags)
	}
	if pid == 0 && len(p.byID) == 1 {
		for _, only := range p.byID {
			return only
		}
	}
	if p.origins++; p.origins > 1 {
		p.broken, p.whole = true, false
	}
	made := &process{table: newTable()}
	p.byID[pid] = made
	return made
}

// forking is the one process that is making another one; nil if it is not one.
func (p *processes) forking() *process {
	var found *process
	for _, one := range p.byID {
		if one.forks {
			if found != nil {
				return nil
			}
			found = one
		}
	}
	return found
}

// fork makes a process out of another one.
func (p *processes) fork(parent *process, pid int, flags int64) *process {
	if known := p.byID[pid]; known != nil {
		return known
	}
	made := &process{table: parent.table}
	if flags&cloneFlags["CLONE_FILES"] != 0 {
		made.table.uses++
	} else {
		made.table = parent.table.copy()
	}
	p.byID[pid] = made
	return made
}

// exit ends a process.
func (p *processes) exit(pid int) *process {
	gone := p.byID[pid]
	if gone != nil {
		delete(p.byID, pid)
		gone.table.leave()
	}
	return gone
}

// exec is another program in a process, which has its table alone.
func (p *process) exec() {
	if p.table.uses > 1 {
		alone := p.table.copy()
		p.table.leave()
		p.table = alone
	}
	p.table.closeOnExec()
}

// open has a descriptor of a process name a file.
func (p *processes) open(pid int, who *process, descriptor int, e entry) {
	if p.whole {
		who.table.open(descriptor, e)
		return
	}
	e.file.uses++
	n := p.numbers[descriptor]
	if n == nil {
		n = &madeNumber{maker: pid}
		p.numbers[descriptor] = n
	} else if n.file != nil {
		n.file.uses--
	}
	n.entry, n.made, n.several = e, n.made+1, n.several || n.maker != pid
}

// A finding of a descriptor is sure, or it is not known which file it names.
type finding uint8

const (
	nothing finding = iota // the log does not show how it was made
	sure
	doubtful // it may be another one
)

// find is what a descriptor of a process names.
func (p *processes) find(pid int, who *process, descriptor int) (*file, finding) {
	if p.whole {
		e, ok := who.table.entries[descriptor]
		if !ok {
			return nil, nothing
		}
		return e.file, sure
	}
	n := p.numbers[descriptor]
	switch {
	case n == nil || n.file == nil:
		return nil, nothing
	case n.several || n.maker != pid && n.made > 1:
		return n.file, doubtful
	}
	return n.file, sure
}
