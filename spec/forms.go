package spec

// A variable of a rule is an index into its environment.
const (
	VarSubject = 0   // s: the socket called upon
	VarMade    = 1   // the socket that the call makes
	VarFree    = 2   // the first of the rule's own
	MaxVars    = 8   // as many as a rule may use
	VarWorld   = 100 // the world
)

// ConditionKind tells the forms of conditions apart.
type ConditionKind int

// The forms of conditions.
const (
	HasWord       ConditionKind = iota // Var has one of Words
	ArgumentIs                         // the argument is one of Classes
	ArgumentWord                       // the argument, a word, is one of Mask
	ArgumentNames                      // the argument is the address of another socket: Var
	Equals                             // Left equals one of Values
	Filled                             // the queue is Full, or empty
	ThreadIs                           // the thread that is asleep in the call has become that: Mask, of ThreadWords
	Some                               // there is a socket Var, so that Words and all that follows hold
)

// A Condition is one part of a guard.
type Condition struct {
	Kind     ConditionKind
	Not      bool
	Var      int
	Words    []WordTest
	Argument int
	Classes  [2]uint64 // a set of classes
	Mask     uint64    // a set of words
	Left     Value
	Values   []Value
	Queue    *Field
	Full     bool
}

// A WordTest asks whether a record has a word: the field at Offset holds one
// of the values in Mask; or, for a handle, whether the record is that handle.
type WordTest struct {
	Offset int
	Mask   uint64
	World  bool
	Handle int // 1+index of a handle; 0: no handle
}

// ValueKind tells the forms of values apart.
type ValueKind int

// The forms of values.
const (
	Constant    ValueKind = iota // Byte
	FieldOf                      // the field of Var at Offset
	Argument                     // the argument: an address, or a word's value
	OwnOf                        // an address of Var: Byte tells which, OwnAddress or OuterAddress
	FirstOf                      // the head of the queue of Var at Offset
	TheToken                     // the token that the call carries
	TheSocket                    // Var itself
	BindsSocket                  // the socket that the left side names; it becomes Var
	ReadyLevels                  // the levels that show
	WholeQueue                   // the queue of Var at Offset
)

// A Value is something that one byte can hold (a queue apart).
type Value struct {
	Kind     ValueKind
	Byte     uint8
	Var      int
	Offset   int
	Argument int
	Type     FieldType // how Byte is to be read
	Field    *Field
}

// EffectKind tells the forms of effects apart.
type EffectKind int

// The forms of effects.
const (
	Assign EffectKind = iota // the field at Offset of Var becomes Value
	Append                   // to the queue
	DropFirst
	Clear
	CopyQueue
	ForEach    // Effects for every socket in the queue, as Var Each
	Do         // Change, to Var
	Signal     // to the thread that is the first argument
	Disconnect // the threads that are asleep in calls upon Var
)

// An Effect is one change that an outcome makes.
type Effect struct {
	Kind    EffectKind
	Var     int
	Field   *Field
	Value   Value
	Each    int
	Effects []Effect
	Change  *Change
}

// A Change is a list of effects with a name. Its subject is whatever socket it
// is done to.
type Change struct {
	Name  string
	Lines []ChangeLine

	sends bool // it uses the token of the call
}

// A ChangeLine has effects that happen if its conditions hold.
type ChangeLine struct {
	Guard   []Condition
	Effects []Effect
}
