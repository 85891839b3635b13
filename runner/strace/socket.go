package strace

import (
	"math/bits"
	"slices"

	"connectspec/model"
)

// A socket is followed through the specification from when it was made.
type socket struct {
	kind  uint8 // as the words of the field `kind`
	inet6 bool
	line  int // where it was made
	at    []position
	set   uint8 // the mode, as the log tells: a word of the field `mode`
	timed bool  // its calls may end after a time that was set
	ended bool  // it was shut down
	born  bool  // accept made it
	older bool  // than the log: each call is judged by itself
	names names
	link  link
	file  *file
	aside string // why it is not judged

	latest int   // the line of the latest call upon it
	asked  int   // calls upon it that have not returned
	window []act // calls that overlap
	// blurred: the mode was changed while calls were under way, so that they may have
	// been made in either.
	blurred bool
}

// A position is what may be known of a socket: where a walk through the
// specification stands, and the mode that its states have. Calls that overlapped can
// leave several, as their order may have been this or that.
type position struct {
	walk model.Walk
	mode uint8
}

// maxPositions is how many positions of a socket are followed.
const maxPositions = 8

// The words of the field `kind`, and those of `mode`.
const (
	stream = iota
	datagram
)
const (
	blocking = iota
	nonblocking
	unsure
)

// An act is a call upon a socket, and what it answered.
type act struct {
	op    model.Op
	seen  model.Seen
	mode  uint8
	first int // the line where it began
	last  int // the line where it returned
	text  string
	line  *line // good until the next line is read
}

// shown is the call as the log has it.
func (a act) shown() string {
	if a.text != "" || a.line == nil {
		return a.text
	}
	return string(a.line.body[:min(len(a.line.body), maxShown)])
}

// maxShown is how much of a call a report shows.
const maxShown = 300

// maxWindow is how many calls upon one socket may overlap.
const maxWindow = 12

// setMode has a walk go on in a mode.
func (j *Judge) setMode(walk *model.Walk, mode uint8) {
	op := j.words.setMode
	op.Args[0] = mode
	walk.Follow(op, model.Seen{})
}

// follow judges a call upon a socket. It says whether the socket is followed on, and
// the call came alone.
func (j *Judge) follow(s *socket, a act) bool {
	if s.aside != "" {
		j.putAside(s.aside)
		return false
	}
	if s.older {
		j.judgeAlone(s, a)
		return false
	}
	if s.asked > 0 || len(s.window) > 0 || a.first < s.latest {
		s.names.forget()
		j.overlap(s, a)
		return false
	}
	if j.witness != nil {
		j.witness(s, a)
	}
	if s.blurred {
		a.mode, s.blurred = unsure, false
	}
	explained := j.Explain > 0 && a.first <= j.Explain && j.Explain <= a.last
	var before []position
	if explained {
		before = slices.Clone(s.at)
	}
	fact := j.advanceLinked(s, a)
	if explained {
		j.explain(s, a, before)
	}
	j.note(s, a, fact)
	return s.aside == ""
}

// advance takes a socket on by a call. Positions in which its answer is impossible
// are none; if there is no other, it is impossible.
func (j *Judge) advance(s *socket, a act) (impossible model.Fact) {
	kept := 0
	for _, p := range s.at {
		fact := j.step(&p, a)
		switch {
		case fact.Doubtful:
			return fact
		case fact.Divergence == nil:
			s.at[kept] = p
			kept++
		case impossible.Divergence == nil:
			impossible = fact
		}
	}
	if kept == 0 {
		return impossible
	}
	s.at = s.at[:kept]
	return model.Fact{}
}

// step takes a position on by a call, in the mode that the call was made in.
func (j *Judge) step(p *position, a act) model.Fact {
	if p.mode != a.mode {
		j.setMode(&p.walk, a.mode)
		p.mode = a.mode
	}
	looks := j.looks[a.op.Call]
	if looks == nil {
		return p.walk.Follow(a.op, a.seen)
	}
	for _, levels := range looks {
		if fact := p.walk.Follow(a.op, glance(a.seen, levels)); fact.Divergence != nil || fact.Doubtful {
			return fact
		}
	}
	return model.Fact{}
}

// note counts a call that was judged, and keeps what is impossible.
func (j *Judge) note(s *socket, a act, fact model.Fact) {
	s.latest = max(s.latest, a.last)
	switch {
	case fact.Divergence != nil:
		j.report.Judged++
		j.diverge(a, fact.Divergence)
		s.aside = becauseImpossible
	case fact.Doubtful:
		j.putAside(becauseUnstated)
		s.aside = becauseUnstated
	default:
		j.report.Judged++
	}
}

// overlap keeps a call that overlaps with others, and judges them all together when
// none of them is under way.
func (j *Judge) overlap(s *socket, a act) {
	a.text, a.line = a.shown(), nil
	s.window = append(s.window, a)
	s.latest = max(s.latest, a.last)
	switch {
	case len(s.window) > maxWindow:
		j.giveUp(s, becauseCrowded)
	case s.kind == stream && a.op.Call == j.words.connect.Call:
		j.giveUp(s, becauseConnect)
	case s.asked == 0:
		j.order(s)
	}
}

// giveUp puts a socket aside, and the calls that were kept to be judged together.
func (j *Judge) giveUp(s *socket, why string) {
	for range s.window {
		j.putAside(why)
	}
	s.window, s.aside = nil, why
}

// order looks for orders of the calls that overlap in which all of them are allowed.
// A call comes before those that begin after it has returned.
func (j *Judge) order(s *socket) {
	j.tell(s, anybody)
	window := s.window
	for i := range window {
		if s.blurred {
			window[i].mode = unsure
		}
	}
	s.window, s.blurred = nil, false
	slices.SortFunc(window, func(a, b act) int { return a.first - b.first })
	if j.witness != nil {
		for _, a := range window {
			j.witness(s, a)
		}
	}
	o := ordering{judge: j, window: window, met: map[standing]bool{}}
	for _, p := range s.at {
		o.try(p, 0)
	}
	j.report.Judged += len(window)
	switch {
	case len(o.ends) == 0:
		last := slices.MaxFunc(window, func(a, b act) int { return a.last - b.last })
		j.diverge(last, o.divergence)
		s.aside = becauseImpossible
	case o.doubtful:
		s.aside = becauseUnstated
	case len(o.ends) > maxPositions:
		s.aside = becauseOrder
	default:
		s.at = o.ends
	}
}

// An ordering looks for orders.
type ordering struct {
	judge      *Judge
	window     []act
	met        map[standing]bool
	ends       []position
	divergence *model.Divergence // of the order that went furthest
	furthest   int
	doubtful   bool
}

// A standing is where an order has come: which calls are done, and what is known.
type standing struct {
	done uint32
	position
}

func (o *ordering) try(p position, done uint32) {
	if o.met[standing{done, p}] || o.doubtful {
		return
	}
	o.met[standing{done, p}] = true
	if done == 1<<len(o.window)-1 {
		if !slices.ContainsFunc(o.ends, func(e position) bool { return e.mode == p.mode && e.walk.Same(&p.walk) }) {
			o.ends = append(o.ends, p)
		}
		return
	}
	for i := range o.window {
		if done&(1<<i) != 0 || !o.mayBeNext(i, done) {
			continue
		}
		next := p
		fact := o.judge.step(&next, o.window[i])
		switch {
		case fact.Doubtful:
			o.doubtful = true
			o.ends = append(o.ends, p)
			return
		case fact.Divergence != nil:
			if n := bits.OnesCount32(done); o.divergence == nil || n > o.furthest {
				o.divergence, o.furthest = fact.Divergence, n
			}
		default:
			o.try(next, done|1<<i)
		}
	}
}

// mayBeNext says whether no call that is not done had returned before call i began.
func (o *ordering) mayBeNext(i int, done uint32) bool {
	for k := range o.window {
		if done&(1<<k) == 0 && k != i && o.window[k].last < o.window[i].first {
			return false
		}
	}
	return true
}
