package program

import (
	"fmt"
	"net/netip"
	"strconv"
)

// goCalls write what comes before a call, and return the expression that is its
// answer.
var goCalls map[string]func(*goProgram, *step) (string, error)

func init() {
	option := func(level, name string) func(*goProgram, *step) (string, error) {
		return func(_ *goProgram, s *step) (string, error) {
			return fmt.Sprintf("setOption(%s, syscall.%s, %s, %d)", s.on, level, name, number(s.args[0])), nil
		}
	}
	helper := func(name string) func(*goProgram, *step) (string, error) {
		return func(_ *goProgram, s *step) (string, error) {
			if len(s.args) == 0 {
				return fmt.Sprintf("%s(%s)", name, s.on), nil
			}
			return fmt.Sprintf("%s(%s, %d)", name, s.on, number(s.args[0])), nil
		}
	}
	goCalls = map[string]func(*goProgram, *step) (string, error){
		"socket": func(g *goProgram, s *step) (string, error) {
			return g.system(s, s.makes, "socket", goConstants(families[s.family]), goConstants(kinds[s.kind]), 0), nil
		},
		"accept": func(g *goProgram, s *step) (string, error) {
			if g.winsock {
				return g.system(s, s.makes, "accept", s.on, 0, 0), nil
			}
			return g.system(s, s.makes, "accept4", s.on, 0, 0, 0), nil
		},
		"bind": func(g *goProgram, s *step) (string, error) {
			err := g.address(s, bindings[s.args[0]], s.args[0])
			return g.system(s, "", "bind", s.on, "at(&name)", lengths["exact"][s.family]), err
		},
		"connect":     (*goProgram).connect,
		"wsa_connect": (*goProgram).wsaConnect,
		"listen": func(g *goProgram, s *step) (string, error) {
			return g.system(s, "", "listen", s.on, number(s.args[0])), nil
		},
		"close": func(g *goProgram, s *step) (string, error) {
			if g.winsock {
				return g.system(s, "", "closesocket", s.on), nil
			}
			return g.system(s, "", "close", s.on), nil
		},
		"shutdown":          (*goProgram).shutdown,
		"send":              (*goProgram).send,
		"sendto":            (*goProgram).send,
		"recv":              (*goProgram).receive,
		"recvfrom":          (*goProgram).receive,
		"getsockname":       helper("hostOf"),
		"getpeername":       (*goProgram).getpeername,
		"so_error":          helper("pendingError"),
		"set_mode":          helper("setNonblocking"),
		"set_linger":        helper("setLinger"),
		"set_broadcast":     option("SOL_SOCKET", "syscall.SO_BROADCAST"),
		"set_reuse":         option("SOL_SOCKET", "syscall.SO_REUSEADDR"),
		"set_v6only":        option("IPPROTO_IPV6", "syscall.IPV6_V6ONLY"),
		"set_no_port":       option("IPPROTO_IP", "24 /* IP_BIND_ADDRESS_NO_PORT */"),
		"set_timeout":       (*goProgram).setTimeout,
		"set_send_timeout":  (*goProgram).setSendTimeout,
		"select":            (*goProgram).levels,
		"poll":              (*goProgram).levels,
		"event_select":      (*goProgram).eventSelect,
		"network_events":    (*goProgram).networkEvents,
		"async_select":      (*goProgram).asyncSelect,
		"window_message":    (*goProgram).windowMessage,
		"connect_ex":        (*goProgram).connectEx,
		"overlapped_result": (*goProgram).overlappedResult,
		"update_context":    (*goProgram).updateContext,
		"disconnect_ex":     (*goProgram).disconnectEx,
		"startup":           func(*goProgram, *step) (string, error) { return "startup()", nil },
		"cleanup":           func(*goProgram, *step) (string, error) { return "cleanup()", nil },
	}
}

func (g *goProgram) connect(s *step) (string, error) {
	name, err := g.name(s)
	return g.system(s, "", "connect", s.on, name, goLength(lengths[s.args[1]][s.family])), err
}

func (g *goProgram) wsaConnect(s *step) (string, error) {
	name, err := g.name(s)
	return g.makes(s, "", "call", `"WSAConnect"`, s.on, name, goLength(lengths[s.args[1]][s.family]), 0, 0, 0, 0), err
}

func (g *goProgram) shutdown(s *step) (string, error) {
	how := map[string]string{"reading": "syscall.SHUT_RD", "writing": "syscall.SHUT_WR", "both_ways": "syscall.SHUT_RDWR"}
	return g.system(s, "", "shutdown", s.on, how[s.args[0]]), nil
}

func (g *goProgram) setTimeout(s *step) (string, error) {
	return fmt.Sprintf("setOption(%s, syscall.IPPROTO_TCP, 18 /* TCP_USER_TIMEOUT */, 1)", s.on), nil
}

func (g *goProgram) setSendTimeout(s *step) (string, error) {
	microseconds := 3600 * 1000 * 1000
	if s.args[0] == "short" {
		microseconds = 1
	}
	return fmt.Sprintf("setSendTimeout(%s, %d)", s.on, microseconds), nil
}

// goLength is a length as a system call takes it.
func goLength(length int) string {
	if length < 0 {
		return "0xffffffff /* -1 */"
	}
	return strconv.Itoa(length)
}

// send writes send and sendto, which are one call of Linux.
func (g *goProgram) send(s *step) (string, error) {
	name, length := "0", 0
	var err error
	if s.call == "sendto" {
		name, err = g.name(s)
		length = lengths["exact"][s.family]
	}
	g.line("data[0] = %d", s.token)
	switch {
	case !g.winsock:
		g.system(s, "", "sendto", s.on, "at(&data)", 1, "syscall.MSG_NOSIGNAL", name, length)
	case s.call == "send":
		g.system(s, "", "send", s.on, "at(&data)", 1, 0)
	default:
		g.system(s, "", "sendto", s.on, "at(&data)", 1, 0, name, length)
	}
	return "answer", err
}

// receive writes recv and recvfrom, which are one call of Linux.
func (g *goProgram) receive(s *step) (string, error) {
	room := 16
	if s.kind == "stream" {
		room = 1
	}
	if g.winsock && s.call == "recv" {
		g.system(s, "n", "recv", s.on, "at(&data)", room, 0)
	} else {
		g.system(s, "n", "recvfrom", s.on, "at(&data)", room, 0, 0, 0)
	}
	return "received(n, answer, data[0])", nil
}

// name writes what sets name, and returns where the address is.
func (g *goProgram) name(s *step) (string, error) {
	switch class := s.args[0]; class {
	case "null":
		return "0", nil
	case "unreadable":
		return "unreadable()", nil
	case "unspec":
		g.line("familyAlone(syscall.AF_UNSPEC)")
	case "unknown_family":
		g.line("familyAlone(250)")
	case "torn":
		err := g.address(s, places[class], class)
		return fmt.Sprintf("torn(%d)", lengths["exact"][s.family]), err
	default:
		return "at(&name)", g.address(s, places[class], class)
	}
	return "at(&name)", nil
}

func (g *goProgram) address(s *step, where place, class string) error {
	if class == "own" {
		class = s.on
	}
	if isSocket(class) {
		g.line("addressOf(%s, %q)", class[1:], loopbacks[s.reached()])
		return nil
	}
	ip := where.address[s.family]
	if ip == "" {
		return errNoAddress
	}
	g.line("address(%q, %s)", ip, where.port)
	return nil
}

// getpeername is given the addresses that the script knows by a name.
func (g *goProgram) getpeername(s *step) (string, error) {
	text := "map[string]string{\n"
	for _, class := range peers {
		if ip := places[class].address[s.family]; ip != "" {
			port := uint16(7001)
			if places[class].port == refuserPort {
				port = 7002
			}
			text += fmt.Sprintf("%q: %q,\n", netip.AddrPortFrom(netip.MustParseAddr(plainAddress(ip)), port).String(), class)
		}
	}
	return fmt.Sprintf("peerOf(%s, %s})", s.on, text), nil
}

func (g *goProgram) levels(s *step) (string, error) {
	wait := 0
	if s.args[0] == "soon" {
		wait = g.patience()
	}
	return fmt.Sprintf("%sLevels(%s, %d*time.Millisecond)", s.call, s.on, wait), nil
}
