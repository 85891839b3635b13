package room

import "fmt"

// A room that is no program of the system below it, as one in Wine is not, cannot
// keep the lab itself. A keeper does: another process in the same namespaces,
// which has the fixtures and is the far side. It is asked by lines, one after the
// other, and answers each with one, when what was asked has been done:
// KeeperDone, or what was wrong.
const (
	// KeeperFixtures asks for the ports of the fixtures, which the answer has
	// behind KeeperDone: the listener's, the refuser's, the fixed one.
	KeeperFixtures = "fixtures"
	// KeeperDrain takes what waits to be accepted by the fixtures, and resets it.
	KeeperDrain = "drain"
	// KeeperAttend hears and acknowledges what the silent host was sent.
	KeeperAttend = "attend"
	// KeeperEnd leaves nothing of a script at the far side.
	KeeperEnd = "end"
	// KeeperGiveUp lets nobody look for the absent host of a family, whose number
	// follows, any longer.
	KeeperGiveUp = "give_up"
	// KeeperEvent is followed by a FarEvent.
	KeeperEvent = "event"

	KeeperDone = "done"
)

// KeeperLine is more bytes than a line of a room or a keeper has.
const KeeperLine = 512

// KeeperVariable is the variable of the environment that names the folder, as a
// Windows program calls it, of the two pipes to a keeper.
const KeeperVariable = "CONNECTSPEC_KEEPER"

const (
	KeeperRequests = "requests"
	KeeperAnswers  = "answers"
)

// A FarEvent is what the far side is to do about a socket.
type FarEvent struct {
	Verb      string // two words
	Family    Family
	Stream    bool
	Near, Far uint16 // ports: the socket's, and that of the silent host, or 0
	What      int    // an index of Reports, or a token
}

const farEventForm = "%s %d %t %d %d %d"

// String is the event as a part of a request.
func (e FarEvent) String() string {
	return fmt.Sprintf(farEventForm, e.Verb, e.Family, e.Stream, e.Near, e.Far, e.What)
}

// ParseFarEvent reads what String writes.
func ParseFarEvent(text string) (e FarEvent, err error) {
	var who, does string
	_, err = fmt.Sscanf(text, "%s "+farEventForm, &who, &does, &e.Family, &e.Stream, &e.Near, &e.Far, &e.What)
	e.Verb = who + " " + does
	if err == nil && (e.Family < 0 || e.Family >= Families) {
		err = fmt.Errorf("no family %d", e.Family)
	}
	if err == nil && (e.What < 0 || e.Verb == EventReports && e.What >= len(Reports)) {
		err = fmt.Errorf("no report or token %d", e.What)
	}
	return e, err
}
