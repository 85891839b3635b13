package dsl

// A Position is a place in a specification file.
type Position struct {
	File   string // as given to Parse
	Line   int    // from 1
	Column int    // from 1, in code points
	Offset int    // from 0, in bytes
}

// A Name is a word and where it stands.
type Name struct {
	Pos  Position
	Text string
}

// A Prose is a quoted string and where it stands. Text is without quotes.
type Prose struct {
	Pos  Position
	Text string
}

// A File is a whole specification, in the order of the text.
type File struct {
	Name         string
	Declarations []Declaration
}

// A Declaration is one of the declarations below, perhaps of platforms only.
type Declaration struct {
	Pos     Position
	On      []Name // `on linux, posix ...`; empty: of the base platform
	Because *Prose // `because "..."` at its end (overlays, unstated)
	Node    Node
}

// A Node is the kind of a declaration.
type Node interface{ node() }

type (
	// Title: spec "connect" version 1 source "..."
	Title struct {
		Spec    Prose
		Version int
		Source  Prose
	}
	// Clause: clause M19 "..." [set aside because "..."]
	Clause struct {
		ID       Name
		Text     Prose
		SetAside *Prose // the reason
	}
	// Conflict: conflict M5 M12 "..." decided "..." because "..."
	Conflict struct {
		Clauses  []Name
		Text     Prose
		Decided  Prose
		Decision Prose // the reason
	}
	// Platform: platform linux extends posix "..."
	Platform struct {
		Name    Name
		Extends *Name
		Text    Prose
	}
	// Error: error WSAEALREADY 10037 "..." cites E6 [on linux cannot provoke because "..."]*
	Error struct {
		Name    Name
		Number  int
		Text    Prose
		Cites   []Name
		Cannots []Cannot
	}
	// Target: target linux "..." and its renamings
	Target struct {
		Name      Name
		Text      Prose
		Renamings []Renaming
	}
	// Field: field phase, its words; the first is the initial one
	Field struct {
		Name  Name
		Text  *Prose
		Words []Word
	}
	// Variable: [world] flag|address|socket|code NAME "..."
	Variable struct {
		World bool
		Type  Name // flag, address, socket, code
		Name  Name
		Text  *Prose
	}
	// Queue: queue inbox of tokens holds 4 "..."
	Queue struct {
		Name  Name
		Of    Name // sockets, tokens
		Holds int
		Text  *Prose
	}
	// Handle: handle file "..."
	Handle struct {
		Name Name
		Text *Prose
	}
	// Group: group idle = fresh | bound
	Group struct {
		Name  Name
		Words []Name
	}
	// Input: input name, its classes
	Input struct {
		Name    Name
		Classes []Class
	}
	// Call: call connect(s, name, namelen) [makes u] [answers ...] [weight 12]
	// call wsa_connect(s, name, namelen) like connect
	Call struct {
		Name       Name
		Parameters []Name
		Makes      *Name
		Answers    *Name  // host, peer, token, code ...
		Levels     []Name // `answers some of readable | writable`
		Weight     int    // 0: not given
		Needs      *Name
		Like       *Name // the call whose rules hold for it
	}
	// Event: event network accepts(s) [needs lab] [weight 2] [cites ...], its
	// lines: conditions, and effects. Its name has two words, who acts and what
	// that does, with a space between them.
	Event struct {
		Call
		Cites []Name
		Lines []Line
	}
	// Rule: refuse|act|may|later|ready|unstated|resume connect.refused [for W | X] [cites ...] body
	Rule struct {
		Rank  Name
		Name  Name
		For   []Name
		Cites []Name
		Lines []Line
	}
	// Change: change start_over, its lines: conditions, and effects on s
	Change struct {
		Name  Name
		Lines []Line
	}
	// Drop: drop connect.zero, drop call wsa_connect, drop field watched
	Drop struct {
		Kind *Name // call, field; nil: a rule
		Name Name
	}
	// Recode: recode connect.short WSAEFAULT -> WSAEINVAL
	Recode struct{ Rule, From, To Name }
	// Order: order connect closed, pending, again
	Order struct {
		Call  Name
		Rules []Name
	}
	// Scenario: scenario "..." [on winsock, linux] [cites ...] steps; its
	// platforms stand in Declaration.On.
	Scenario struct {
		Title Prose
		Cites []Name
		Steps []Step
	}
)

// Cannot: on linux cannot provoke because "..."
type Cannot struct {
	Pos     Position
	On      []Name
	Because Prose
}

// Renaming: EINPROGRESS of connect stream means WSAEWOULDBLOCK because "..."
type Renaming struct {
	Native  Name
	Call    *Name
	Kind    *Name
	Means   Name
	Because Prose
}

// Word: fresh "created; no local name"
type Word struct {
	Name Name
	Text *Prose
}

// Class: silent "..." [usual] [weight N] [needs lab] [for inet | stream]
type Class struct {
	Name   Name
	Text   *Prose
	Usual  bool
	Weight int // 0: not given
	Needs  *Name
	For    []Name
}

// Line is one line of a rule's body: conditions, outcomes, or both. A line
// without outcomes is a condition of all later lines (of refuse, act, may,
// later) or a case of its own (of ready, unstated).
type Line struct {
	Pos      Position
	Maybe    bool // ready only
	Guard    []Atom
	Outcomes []Outcome
}

// Atom is one condition: `s.peer is not nobody | listener`, `some u is bound`,
// `blocking | fresh` (Left nil), `not blocking`.
type Atom struct {
	Pos    Position
	Some   bool
	Left   *Operand
	Not    bool
	Values []Operand
}

// Operand is `name`, `s.peer`, `first s.inbox`, `socket t`, `own`.
type Operand struct {
	Pos    Position
	First  bool // first s.inbox
	Socket bool // socket t
	Base   Name
	Field  *Name // s.peer
}

// Outcome: -> WSAEALREADY | WSAEINVAL ; s becomes failed
// Of a later rule or an event: -> s becomes failed (no results).
type Outcome struct {
	Pos     Position
	Results []Result
	Effects []Effect
}

// Result: ok loopback, blocks, WSAEINVAL, s.error
type Result struct {
	Name  Name     // of `s.error`: all of it
	Value *Operand // what comes with ok
	Code  *Operand // `s.error`: whatever code is there
}

// Effect is one of: `s becomes [not] W` (Becomes), `s.peer = V` (Set),
// `t.pending adds V` (Adds), `s.inbox drops first` (Drops),
// `each u in t.pending (...)` (Each), `s does start_over` (Does).
type Effect struct {
	Pos     Position
	Kind    EffectKind
	Not     bool    // becomes not
	Target  Operand // s, s.peer, t.pending
	Value   Operand // word, value, the name of a change
	Each    Name    // u
	Effects []Effect
}

// EffectKind tells the forms of effects apart.
type EffectKind int

// The forms of effects.
const (
	Becomes EffectKind = iota
	Set
	Adds
	Drops
	Each
	Does
)

// Step: s = socket stream inet blocking -> ok, a: connect s silent -> blocks
type Step struct {
	Pos    Position
	Thread *Name // whose call it is; nil: the one that makes all others
	Makes  *Name
	Call   Name
	Args   []Name
	Result *Name
	Values []Name // what stands after ok
}

func (*Title) node()    {}
func (*Clause) node()   {}
func (*Conflict) node() {}
func (*Platform) node() {}
func (*Error) node()    {}
func (*Target) node()   {}
func (*Field) node()    {}
func (*Variable) node() {}
func (*Queue) node()    {}
func (*Handle) node()   {}
func (*Group) node()    {}
func (*Input) node()    {}
func (*Call) node()     {}
func (*Event) node()    {}
func (*Rule) node()     {}
func (*Change) node()   {}
func (*Drop) node()     {}
func (*Recode) node()   {}
func (*Order) node()    {}
func (*Scenario) node() {}
