package room

import "net/netip"

// The addresses of the lab, which package linux sets up: of networks that are
// set aside for tests (RFC 2544, RFC 5737) or for nobody (RFC 4193).
var (
	LabHost        = [Families]string{"198.18.0.1", "fd00:18::1"}
	LabSilent      = [Families]string{"198.18.0.2", "fd00:18::2"}
	LabAbsent      = [Families]string{"198.18.0.3", "fd00:18::3"}
	LabUnreachable = [Families]string{"198.18.1.1", "fd00:18:1::1"}
	LabProhibited  = [Families]string{"198.18.2.1", "fd00:18:2::1"}
	LabBlackhole   = [Families]string{"198.18.3.1", "fd00:18:3::1"}
	LabNoRoute     = [Families]string{"203.0.113.1", "fd00:19::1"}
	LabMulticast   = [Families]string{"239.18.0.1", "ff15::18"}
)

// A NameClass is an input class of connect's name.
type NameClass int8

const (
	ClassListener NameClass = iota
	ClassRefuser
	ClassSilent
	ClassAbsent
	ClassNoRoute
	ClassUnreachable
	ClassProhibited
	ClassBlackhole
	ClassZero
	ClassZeroAll
	ClassZeroPort
	ClassBroadcast
	ClassMulticast
	ClassUnspec
	ClassOtherFamily
	ClassUnknownFamily
	ClassMapped
	ClassScopeless
	ClassNull
	ClassUnreadable
	ClassTorn
	ClassOwn
	ClassSocket // the address of a socket of the script
	NameClasses
)

// A NameRow says what a class of name stands for in each family. A row without
// addresses is made in another way. The port is the listener's unless said.
type NameRow struct {
	Word     string
	Address  [Families]string
	Refuser  bool // the refuser's port
	NoPort   bool
	NeedsLab bool
}

// NameRows is the vocabulary of names.
var NameRows = [NameClasses]NameRow{
	ClassListener:      {Word: "listener", Address: [Families]string{"127.0.0.1", "::1"}},
	ClassRefuser:       {Word: "refuser", Address: [Families]string{"127.0.0.1", "::1"}, Refuser: true},
	ClassSilent:        {Word: "silent", Address: LabSilent, NeedsLab: true},
	ClassAbsent:        {Word: "absent", Address: LabAbsent, NeedsLab: true},
	ClassNoRoute:       {Word: "no_route", Address: LabNoRoute, NeedsLab: true},
	ClassUnreachable:   {Word: "unreachable", Address: LabUnreachable, NeedsLab: true},
	ClassProhibited:    {Word: "prohibited", Address: LabProhibited, NeedsLab: true},
	ClassBlackhole:     {Word: "blackhole", Address: LabBlackhole, NeedsLab: true},
	ClassZero:          {Word: "zero", Address: [Families]string{"0.0.0.0", "::"}},
	ClassZeroAll:       {Word: "zero_all", Address: [Families]string{"0.0.0.0", "::"}, NoPort: true},
	ClassZeroPort:      {Word: "zero_port", Address: [Families]string{"127.0.0.1", "::1"}, NoPort: true},
	ClassBroadcast:     {Word: "broadcast", Address: [Families]string{"127.255.255.255", ""}},
	ClassMulticast:     {Word: "multicast", Address: LabMulticast, NeedsLab: true},
	ClassUnspec:        {Word: "unspec"},
	ClassOtherFamily:   {Word: "other_family", Address: [Families]string{"::1", "127.0.0.1"}},
	ClassUnknownFamily: {Word: "unknown_family"},
	ClassMapped:        {Word: "mapped", Address: [Families]string{"", "::ffff:127.0.0.1"}},
	// Outside the lab there may be an interface to which fe80::/64 leads.
	ClassScopeless:  {Word: "scopeless", Address: [Families]string{"", "fe80::1"}, NeedsLab: true},
	ClassNull:       {Word: "null"},
	ClassUnreadable: {Word: "unreadable"},
	ClassTorn:       {Word: "torn"},
	ClassOwn:        {Word: "own"},
	ClassSocket:     {Word: ""},
}

// foreign are addresses that no host has (RFC 5737, RFC 3849).
var foreign = [Families]string{"192.0.2.1", "2001:db8::1"}

// unknownFamily is a number that no family of addresses has.
const unknownFamily = 250

// A Local is an input class of bind's address.
type Local int8

const (
	LocalAny Local = iota
	LocalLoopback
	LocalFixed
	LocalForeign
	LocalOtherFamily
	LocalSocket
	Locals
)

// LocalWords is the vocabulary of bind's addresses.
var LocalWords = [Locals]string{"any", "loopback", "fixed", "foreign", "other_family", ""}

// LengthWords are the input classes of namelen.
var LengthWords = map[string]func(Family) int32{
	"exact":     Family.Exact,
	"empty":     func(Family) int32 { return 0 },
	"one":       func(Family) int32 { return 1 },
	"two":       func(Family) int32 { return 2 },
	"short":     func(f Family) int32 { return [Families]int32{15, 23}[f] },
	"truncated": func(Family) int32 { return 24 },
	"longer":    func(f Family) int32 { return f.Exact() + 1 },
	"storage":   func(Family) int32 { return StorageBytes },
	"huge":      func(Family) int32 { return StorageBytes + 1 },
	"negative":  func(Family) int32 { return -1 },
}

// StorageBytes is the size of struct sockaddr_storage, the longest name that
// systems take.
const StorageBytes = 128

// Ports are those that a room gives to its fixtures.
type Ports struct {
	Listener uint16 // TCP: a listener; UDP: a socket that swallows everything
	Refuser  uint16 // nobody
	Fixed    uint16 // for scripts to bind
}

// address is what a class stands for, or false where a family has none.
func (row *NameRow) address(f Family, ports Ports) (netip.AddrPort, bool) {
	text := row.Address[f]
	if text == "" {
		return netip.AddrPort{}, false
	}
	port := ports.Listener
	if row.Refuser {
		port = ports.Refuser
	} else if row.NoPort {
		port = 0
	}
	return netip.AddrPortFrom(netip.MustParseAddr(text), port), true
}
