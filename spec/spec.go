// Package spec turns a syntax tree into the specification of one platform.
//
// Its phases:
//
//  1. Open indexes the declarations of a file (document.go);
//  2. Resolve lays a platform over those it extends (layers.go),
//  3. numbers the vocabulary: fields, words, classes, calls (vocabulary.go),
//  4. and resolves every name of every rule (conditions.go, effects.go).
//
// What comes out is plain data: a Spec holds no names that still have to be
// looked up, so that package model can step through it quickly.
package spec

import (
	"slices"
	"strings"

	"connectspec/dsl"
)

// MaxSockets is the number of sockets that one script may use.
const MaxSockets = 4

// How the values of fields are held, one byte each.
const (
	Nobody       = 0   // an address or socket field: nobody; a code: none
	Stale        = 1   // an address: one that a socket no longer has
	OwnAddress   = 2   // an address: OwnAddress+i is the own address of socket i
	OuterAddress = 6   // an address: OuterAddress+i is the other one of socket i
	ClassAddress = 10  // an address: ClassAddress+c is that of input class c
	SocketBase   = 1   // a socket field: SocketBase+i is socket i
	CodeBase     = 1   // a code: CodeBase+e is error e
	Success      = 254 // a code: that of what has ended well
	Absent       = 255 // every field of a handle, or of a socket never made
	SocketArg    = 128 // an argument: SocketArg+i is (the address of) socket i
)

// MaxThreads is the number of threads that a script may give calls to, besides
// the one that makes all others.
const MaxThreads = 2

// ThreadNames are what scripts call them. A parameter `thread` is one of them.
var ThreadNames = [MaxThreads]string{"a", "b"}

// ThreadWords are what a thread that is asleep in a call becomes.
var ThreadWords = []string{"interrupted", "restarted", "disconnected"}

// The places of ThreadWords.
const (
	Interrupted  = 0 // a signal has come for it
	Restarted    = 1 // a signal has come for it, after which it makes the call again
	Disconnected = 2 // the socket was disconnected under it
)

// Where a record holds what threads do upon its socket: ThreadSize bytes for
// each, of which the first is ThreadAsleep while a call of it has not returned.
const (
	ThreadsOffset = 56
	ThreadSize    = 4
	ThreadAsleep  = 1
)

// thread is what a parameter of that name is.
var thread = &Field{Name: "thread", Type: Enumeration, Words: ThreadNames[:]}

// WhoseAddress is the socket whose address a value is; false if it is nobody's
// or that of an input class.
func WhoseAddress(value uint8) (socket uint8, ok bool) {
	if value < OwnAddress || value >= ClassAddress {
		return 0, false
	}
	return (value - OwnAddress) % MaxSockets, true
}

// A Spec is the specification as one platform sees it.
type Spec struct {
	Title     string
	Version   int
	Source    string
	Platform  string
	Lineage   []string // from the base platform to Platform
	Clauses   []*Clause
	Errors    []*Error
	Fields    []*Field // of a socket
	World     []*Field // of the world
	Handles   []*Handle
	Inputs    []*Input
	Classes   []*Class // of all inputs; an argument is an index into it
	Calls     []*Call
	Rules     []*Rule
	Scenarios []*Scenario
	Targets   []*Target
	Outcomes  int // how many outcomes all rules have; ids are below it
	// Departures are what the lineage says otherwise than its base.
	Departures []*Departure

	words    map[string][]WordTest
	idle     []dsl.Problem
	departed int // ids of outcomes, those of departed rules included, are below it
}

// A Clause is a promise of the documentation.
type Clause struct {
	Pos      dsl.Position
	ID, Text string
	SetAside string // why it promises nothing observable
}

// An Error is a row of the error table.
type Error struct {
	Pos    dsl.Position
	Index  int
	Name   string
	Number int
	Text   string
	Cites  []dsl.Name
	Cannot string // why the platform cannot provoke it
	// CannotPos is where that is said.
	CannotPos dsl.Position
}

// FieldType tells the types of fields apart.
type FieldType int

// The types of fields.
const (
	Enumeration FieldType = iota
	Flag
	Address
	Socket
	Code
	Queue
)

// A Field is a part of a socket's record, or of the world's.
type Field struct {
	Pos    dsl.Position
	Name   string
	Text   string
	Type   FieldType
	Words  []string // of an enumeration; the first is the initial one
	Texts  []string // what the words mean
	Tokens bool     // a queue of tokens, not of sockets
	Holds  int      // a queue's capacity
	Offset int      // where the value stands in the record
}

// A Handle is a word that stands for something that is no socket under test.
type Handle struct {
	Name, Text string
}

// An Input is a kind of argument.
type Input struct {
	Name    string
	Classes []*Class
	Usual   *Class // nil if none is usual
}

// A Class is a class of input.
type Class struct {
	Pos    dsl.Position
	Index  int // among all classes
	Name   string
	Text   string
	Input  *Input
	Socket bool // stands for every other socket's address
	Own    bool // stands for the own address of the socket called upon
	Weight int
	Needs  string
	For    []WordTest // empty: makes sense for every socket
}

// A Parameter of a call.
type Parameter struct {
	Name  string
	Input *Input // either this
	Field *Field // or this
}

// AnswerType tells what comes with ok.
type AnswerType int

// What a call answers.
const (
	AnswersNothing AnswerType = iota
	AnswersWord
	AnswersAddress
	AnswersToken
	AnswersCode
	AnswersLevels
	AnswersResult // what the call that a thread was in has come to
)

// A Call is one of the calls of the specification.
type Call struct {
	Pos        dsl.Position
	Index      int
	Name       string
	OnSocket   bool // its first parameter is s
	Parameters []Parameter
	Makes      string // the variable of the socket that it creates
	Answers    AnswerType
	Field      *Field   // whose words it answers
	Levels     []string // the levels it answers
	Weight     int
	Needs      string
	Like       *Call        // whose rules hold for it, unless it has one of that name; nil: nobody's
	Event      bool         // nobody calls it: it happens, where one of its cases applies
	Sends      bool         // its effects use a token
	Ordered    bool         // its refusals are asked in order
	OrderPos   dsl.Position // of the order that says so

	Refusals []*Rule // in order, if Ordered
	Acts     []*Rule
	Mays     []*Rule
	Unstated []*Rule
	Ready    []*Rule // by level; nil where none
	Resumes  []*Rule // what it answers to a thread that was asleep in it
}

// OnThread says whether a call is about a thread, which is its first argument.
func (c *Call) OnThread() bool { return len(c.Parameters) > 0 && c.Parameters[0].Field == thread }

// Rank says what a rule is.
type Rank int

// The ranks.
const (
	Refuse Rank = iota
	Act
	May
	Later
	Ready
	Unstated
	Event
	Resume
)

var rankNames = map[string]Rank{
	"refuse": Refuse, "act": Act, "may": May, "later": Later, "ready": Ready, "unstated": Unstated,
	"event": Event, "resume": Resume,
}

// String is the keyword.
func (r Rank) String() string {
	for name, rank := range rankNames {
		if rank == r {
			return name
		}
	}
	return "?"
}

// A Rule is one rule as the platform has it.
type Rule struct {
	Pos      dsl.Position
	Index    int
	Rank     Rank
	Name     string
	Calls    []*Call // none for a later rule
	Cites    []dsl.Name
	Platform string // that declared it
	Because  string
	Cases    []Case
	Vars     int // how many variables its conditions and effects use

	sends bool // it uses the token of the call
	ofAny bool // it is one of any call
}

// A Case is one alternative of a rule.
type Case struct {
	Pos      dsl.Position
	Maybe    bool
	Guard    []Condition
	Outcomes []*Outcome
}

// An Outcome is what may come of a case.
type Outcome struct {
	ID      int
	Rule    *Rule
	Pos     dsl.Position
	Results []Result
	Effects []Effect
}

// What a call can answer besides an error.
const (
	OK     = 0 // Result.Code
	Blocks = 1
	Errors = 2 // Errors+e is error e
	// Again, of a resumed call: what it would answer if it were made now. While
	// that is Blocks it has not returned.
	Again = 250
)

// A Result is what is answered.
type Result struct {
	Code  uint8
	Value *Value // nil: any value
}

// A Scenario is an example that the platform must allow.
type Scenario struct {
	Pos   dsl.Position
	Title string
	Cites []dsl.Name
	Steps []dsl.Step
}

// A Target translates native names of results.
type Target struct {
	Name, Text string
	Renamings  []Renaming
}

// A Renaming is an entry of a target's dictionary.
type Renaming struct {
	Native  string
	Call    string // empty: any
	Kind    string // empty: any
	Means   int    // the error
	Because string
}

// Call finds a call by its name; nil if there is none.
func (s *Spec) Call(name string) *Call {
	for _, c := range s.Calls {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Error finds an error by its name; nil if there is none.
func (s *Spec) Error(name string) *Error {
	for _, e := range s.Errors {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// Rule finds a rule by its name; nil if there is none.
func (s *Spec) Rule(name string) *Rule {
	for _, r := range s.Rules {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Target finds a target's dictionary by its name; nil if there is none.
func (s *Spec) Target(name string) *Target {
	for _, t := range s.Targets {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Laters are the rules about what happens by itself.
func (s *Spec) Laters() []*Rule {
	var laters []*Rule
	for _, rule := range s.Rules {
		if rule.Rank == Later {
			laters = append(laters, rule)
		}
	}
	return laters
}

// ErrnoNames says that the errors of a target have the names of POSIX: a
// dictionary has some of them, or, where there is none, the platform has an error
// of its own that is called so. Winsock has the specification's names.
func (s *Spec) ErrnoNames(target *Target) bool {
	if target != nil {
		return slices.ContainsFunc(target.Renamings, func(one Renaming) bool { return errnoName(one.Native) })
	}
	return slices.ContainsFunc(s.Errors, func(e *Error) bool { return errnoName(e.Name) })
}

// errnoName says that this is a name of POSIX.
func errnoName(name string) bool { return strings.HasPrefix(name, "E") && !strings.Contains(name, "_") }
