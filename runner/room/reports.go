package room

// A Report is a kind of ICMP error.
type Report struct {
	Word  string
	Codes [Families]uint16 // type and code, as they are sent; 0 where there is none
}

// The types of errors, in the upper byte (RFC 792, RFC 4443). In IPv4, time that
// was exceeded is type 11 and a wrong parameter 12; in IPv6 they are 3 and 4.
const (
	unreachable4, exceeded4, parameter4 = 3 << 8, 11 << 8, 12 << 8
	unreachable6, exceeded6, parameter6 = 1 << 8, 3 << 8, 4 << 8
)

// Reports are the kinds of errors that a stack may tell apart, but for those
// that change routes: packets that are too big, and redirects.
var Reports = []Report{
	{"net_unreachable", [Families]uint16{unreachable4 + 0, 0}},
	{"host_unreachable", [Families]uint16{unreachable4 + 1, 0}},
	{"protocol_unreachable", [Families]uint16{unreachable4 + 2, 0}},
	{"port_unreachable", [Families]uint16{unreachable4 + 3, unreachable6 + 4}},
	{"source_route_failed", [Families]uint16{unreachable4 + 5, 0}},
	{"net_unknown", [Families]uint16{unreachable4 + 6, 0}},
	{"host_unknown", [Families]uint16{unreachable4 + 7, 0}},
	{"host_isolated", [Families]uint16{unreachable4 + 8, 0}},
	{"net_prohibited", [Families]uint16{unreachable4 + 9, 0}},
	{"host_prohibited", [Families]uint16{unreachable4 + 10, 0}},
	{"net_tos", [Families]uint16{unreachable4 + 11, 0}},
	{"host_tos", [Families]uint16{unreachable4 + 12, 0}},
	{"filtered", [Families]uint16{unreachable4 + 13, 0}},
	{"ttl_exceeded", [Families]uint16{exceeded4 + 0, 0}},
	{"parameter_problem", [Families]uint16{parameter4 + 0, 0}},
	{"no_route", [Families]uint16{0, unreachable6 + 0}},
	{"admin_prohibited", [Families]uint16{0, unreachable6 + 1}},
	{"beyond_scope", [Families]uint16{0, unreachable6 + 2}},
	{"address_unreachable", [Families]uint16{0, unreachable6 + 3}},
	{"policy", [Families]uint16{0, unreachable6 + 5}},
	{"reject_route", [Families]uint16{0, unreachable6 + 6}},
	{"hop_limit", [Families]uint16{0, exceeded6 + 0}},
	{"header_field", [Families]uint16{0, parameter6 + 0}},
	{"next_header", [Families]uint16{0, parameter6 + 1}},
}

// readReport reads which one is meant, as an index.
func readReport(_ *Reader, line *Line, word string) error {
	for i := range Reports {
		if Reports[i].Word == word && word != "" {
			line.Number = i
			return nil
		}
	}
	return UnknownWord(word)
}
