package program

import (
	"fmt"
	"strings"
)

const errBlocksBefore = Unwritable("a call that blocks in the midst of a script cannot be interrupted in this language")

// cCalls write what comes before a call, and return the expression that makes it
// and is its answer.
var cCalls map[string]func(*cProgram, *step) (string, error)

func init() {
	option := func(level, name string) func(*cProgram, *step) (string, error) {
		return func(_ *cProgram, s *step) (string, error) {
			return fmt.Sprintf("result(set_option(%s, %s, %s, %d))", s.on, level, name, number(s.args[0])), nil
		}
	}
	cCalls = map[string]func(*cProgram, *step) (string, error){
		"socket": func(_ *cProgram, s *step) (string, error) {
			return fmt.Sprintf("made(%s = socket(%s, %s, 0))", s.makes, families[s.family], kinds[s.kind]), nil
		},
		"accept": func(_ *cProgram, s *step) (string, error) {
			return fmt.Sprintf("made(%s = accept(%s, NULL, NULL))", s.makes, s.on), nil
		},
		"bind":        (*cProgram).bind,
		"connect":     (*cProgram).connect,
		"wsa_connect": (*cProgram).connect,
		"sendto":      (*cProgram).sendto,
		"listen":      simple("result(listen(%s, %d))"),
		"close":       simple("result(closesocket(%s))"),
		"send": func(c *cProgram, s *step) (string, error) {
			c.line("data[0] = %d;", s.token)
			return fmt.Sprintf("result(send(%s, data, 1, %s))", s.on, c.noSignal()), nil
		},
		"recv": func(_ *cProgram, s *step) (string, error) {
			return fmt.Sprintf("received(recv(%s, data, %s, 0), data)", s.on, s.room()), nil
		},
		"recvfrom": func(_ *cProgram, s *step) (string, error) {
			return fmt.Sprintf("received(recvfrom(%s, data, %s, 0, NULL, NULL), data)", s.on, s.room()), nil
		},
		"shutdown": func(c *cProgram, s *step) (string, error) {
			how := map[string]string{"reading": "SHUT_RD", "writing": "SHUT_WR", "both_ways": "SHUT_RDWR"}
			if c.winsock {
				how = map[string]string{"reading": "SD_RECEIVE", "writing": "SD_SEND", "both_ways": "SD_BOTH"}
			}
			return fmt.Sprintf("result(shutdown(%s, %s))", s.on, how[s.args[0]]), nil
		},
		"set_broadcast": option("SOL_SOCKET", "SO_BROADCAST"),
		"set_reuse":     option("SOL_SOCKET", "SO_REUSEADDR"),
		"set_v6only":    option("IPPROTO_IPV6", "IPV6_V6ONLY"),
		"set_no_port":   option("IPPROTO_IP", "IP_BIND_ADDRESS_NO_PORT"),
		"set_timeout": func(_ *cProgram, s *step) (string, error) {
			return fmt.Sprintf("result(set_option(%s, IPPROTO_TCP, TCP_USER_TIMEOUT, 1))", s.on), nil
		},
		"set_send_timeout": func(_ *cProgram, s *step) (string, error) {
			if s.args[0] == "short" {
				return fmt.Sprintf("result(set_send_timeout(%s, 0, 1))", s.on), nil
			}
			return fmt.Sprintf("result(set_send_timeout(%s, 3600, 0))", s.on), nil
		},
		"set_linger":        simple("result(set_linger(%s, %d))"),
		"set_mode":          simple("result(set_nonblocking(%s, %d))"),
		"so_error":          simple("pending_error(%s)"),
		"getsockname":       simple("host_of(%s)"),
		"getpeername":       (*cProgram).getpeername,
		"select":            (*cProgram).levels,
		"poll":              (*cProgram).levels,
		"event_select":      (*cProgram).eventSelect,
		"network_events":    (*cProgram).networkEvents,
		"async_select":      (*cProgram).asyncSelect,
		"window_message":    (*cProgram).windowMessage,
		"connect_ex":        (*cProgram).connectEx,
		"overlapped_result": (*cProgram).overlappedResult,
		"update_context":    simple("result(setsockopt(%s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0))"),
		"disconnect_ex":     (*cProgram).disconnectEx,
		"startup":           simple("result(-WSAStartup(MAKEWORD(2, 2), &start))"),
		"cleanup":           simple("result(WSACleanup())"),
	}
}

// simple writes calls that have a socket, and at most one number.
func simple(text string) func(*cProgram, *step) (string, error) {
	return func(_ *cProgram, s *step) (string, error) {
		switch {
		case s.on == "":
			return text, nil
		case len(s.args) == 0:
			return fmt.Sprintf(text, s.on), nil
		}
		return fmt.Sprintf(text, s.on, number(s.args[0])), nil
	}
}

// number is the value of an option, a mode or a backlog.
func number(word string) int {
	return map[string]int{"on": 1, "nonblocking": 1, "roomy": 16}[word]
}

// room is how much is asked for: what was sent is one byte, a datagram or not.
func (s *step) room() string {
	if s.kind == "stream" {
		return "1"
	}
	return "sizeof data"
}

func (c *cProgram) noSignal() string {
	if c.winsock {
		return "0"
	}
	return "MSG_NOSIGNAL"
}

func (c *cProgram) bind(s *step) (string, error) {
	if err := c.address(s, bindings[s.args[0]], s.args[0]); err != nil {
		return "", err
	}
	return fmt.Sprintf("result(bind(%s, &name.any, %d))", s.on, lengths["exact"][s.family]), nil
}

func (c *cProgram) connect(s *step) (string, error) {
	name, err := c.name(s)
	call := "connect(%s, %s, %d)"
	if s.call == "wsa_connect" {
		call = "WSAConnect(%s, %s, %d, NULL, NULL, NULL, NULL)"
	}
	return fmt.Sprintf("result("+call+")", s.on, name, lengths[s.args[1]][s.family]), err
}

func (c *cProgram) sendto(s *step) (string, error) {
	name, err := c.name(s)
	c.line("data[0] = %d;", s.token)
	return fmt.Sprintf("result(sendto(%s, data, 1, %s, %s, %d))", s.on, c.noSignal(), name, lengths["exact"][s.family]), err
}

// name writes what makes the address that a call is given, and returns where it
// is.
func (c *cProgram) name(s *step) (string, error) {
	switch class := s.args[0]; class {
	case "null":
		return "NULL", nil
	case "unreadable":
		return "unreadable()", nil
	case "unspec":
		c.line("name = family_alone(AF_UNSPEC);")
	case "unknown_family":
		c.line("name = family_alone(250);")
	case "torn":
		err := c.address(s, places[class], class)
		return fmt.Sprintf("torn(&name, %d)", lengths["exact"][s.family]), err
	default:
		return "&name.any", c.address(s, places[class], class)
	}
	return "&name.any", nil
}

// address sets name to an address.
func (c *cProgram) address(s *step, where place, class string) error {
	if class == "own" {
		class = s.on
	}
	if isSocket(class) {
		c.line("name = address_of(%s, %s);", class[1:], families[s.reached()])
		return nil
	}
	ip := where.address[s.family]
	if ip == "" {
		return errNoAddress
	}
	c.line("name = address(%s, %q, %s);", families[familyOf(ip)], ip, where.port)
	return nil
}

// getpeername is given the addresses that the script knows by a name.
func (c *cProgram) getpeername(s *step) (string, error) {
	return fmt.Sprintf("peer_of(%s, known_%s)", s.on, s.family), nil
}

// known declares the addresses of a family that the script knows by a name.
func (c *cProgram) known(family string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "    static const char *known_%s[][2] = {\n", family)
	for _, class := range peers {
		if ip := places[class].address[family]; ip != "" {
			fmt.Fprintf(&text, "        {%q, %q},\n", plainAddress(ip), class)
		}
	}
	return text.String() + "        {NULL, NULL}};\n"
}

func (c *cProgram) levels(s *step) (string, error) {
	wait := 0
	if s.args[0] == "soon" {
		wait = patience(c.script, c.winsock)
	}
	return fmt.Sprintf("%s_levels(%s, %d)", s.call, s.on, wait), nil
}
