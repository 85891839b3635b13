package strace

import (
	"bytes"
	"net/netip"
)

// An address is an argument that a call takes an address from, or puts one in.
type address struct {
	form   form
	family int64
	host   netip.Addr
	port   int
	short  bool // it is of the family, and the length is too small for its parts
}

// A form says what an argument for an address is.
type form uint8

const (
	noForm     form = iota // it was cut off, or is not understood
	nullForm               // NULL
	memoryForm             // a pointer: it could not be read, or nothing was put there
	valueForm              // a structure
)

// addressOf reads a structure sockaddr.
func addressOf(text []byte) address {
	switch {
	case len(text) == 0:
		return address{}
	case string(text) == "NULL":
		return address{form: nullForm}
	case text[0] == '0':
		return address{form: memoryForm}
	case text[0] != '{':
		return address{}
	}
	family, known := flags(field(text, "sa_family="), families)
	if !known {
		return address{form: valueForm, family: -1}
	}
	a := address{form: valueForm, family: family}
	switch family {
	case 2:
		a.port = port(field(text, "sin_port="))
		a.host = host(field(text, "sin_addr="))
	case 10:
		a.port = port(field(text, "sin6_port="))
		if at := bytes.Index(text, []byte("inet_pton(")); at >= 0 {
			a.host = host(text[at:])
		} else {
			a.host = host(field(text, "sin6_addr="))
		}
	default:
		return a
	}
	a.short = !a.host.IsValid() || a.port < 0
	return a
}

// field is what follows a name in a structure, up to the next one.
func field(text []byte, name string) []byte {
	at := bytes.Index(text, []byte(name))
	if at < 0 {
		return nil
	}
	text = text[at+len(name):]
	depth := 0
	for i, c := range text {
		switch c {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			if depth--; depth < 0 && c != ')' {
				return text[:i]
			}
		case ',':
			if depth == 0 {
				return text[:i]
			}
		}
	}
	return text
}

// port reads `htons(80)`, or the two bytes that -X raw shows; -1 if it is none.
func port(text []byte) int {
	if bytes.HasPrefix(text, []byte("\"")) {
		if raw := unescaped(text); len(raw) == 2 {
			return int(raw[0])<<8 | int(raw[1])
		}
		return -1
	}
	text, found := bytes.CutPrefix(text, []byte("htons("))
	value, n := number(text)
	if !found || n == 0 || value < 0 || value > 65535 {
		return -1
	}
	return int(value)
}

// host reads `inet_addr("127.0.0.1")`, `AF_INET6, "::1", &sin6_addr)`, or the bytes
// that -X raw shows.
func host(text []byte) netip.Addr {
	at := bytes.IndexByte(text, '"')
	if at < 0 {
		return netip.Addr{}
	}
	text = text[at:]
	if raw := unescaped(text); bytes.HasPrefix(text, []byte("\"\\x")) {
		host, _ := netip.AddrFromSlice(raw)
		return host
	}
	end := closing(text, 1)
	host, _ := netip.ParseAddr(string(text[1:end]))
	return host
}

// quoted is the text between the first two quotation marks.
func quoted(text []byte) string {
	at := bytes.IndexByte(text, '"')
	if at < 0 {
		return ""
	}
	text = text[at+1:]
	return string(text[:closing(text, 0)])
}

// unescaped are the bytes of a string that is written with `\x` alone.
func unescaped(text []byte) []byte {
	var raw []byte
	for text = text[1:]; len(text) >= 4 && text[0] == '\\' && text[1] == 'x' && len(raw) < 16; text = text[4:] {
		high, low := hex(text[2]), hex(text[3])
		if high < 0 || low < 0 {
			return nil
		}
		raw = append(raw, byte(high<<4|low))
	}
	return raw
}
