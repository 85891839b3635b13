package memory

import (
	"context"
	"fmt"
	"strings"

	"connectspec/runner/agent"
)

// A Room runs the scripts of connectspec on a network of its own for each. It
// is an agent.Room.
type Room struct {
	network  *Network
	fixtures []*Socket
	sockets  map[string]*Socket // by name, closed ones too
	names    []string           // in the order of their creation
	was      map[string]Address // where each was last
	sent     int
}

// The ports of the fixtures. Nobody is at the second one.
const (
	listenerPort = 7
	refuserPort  = 9
	fixedPort    = 2000
)

// ended is a context that lets no call wait: a call that has to says so.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Describe says what this network cannot do. Everything else is tried.
func (r *Room) Describe() agent.Description {
	d := agent.Description{Name: "memory", Version: "1", Dictionary: "winsock"}
	lacks := func(why string, what ...string) {
		for _, word := range what {
			d.Lacks = append(d.Lacks, agent.Lack{What: word, Why: why})
		}
	}
	lacks("there are streams only", "datagram", "sendto", "recvfrom")
	lacks("there is one family of addresses", "inet6", "irda")
	lacks("an address is a value in Go: it has no length, and is never unreadable",
		"null", "unreadable", "torn", "empty", "one", "two", "short", "longer", "storage", "huge", "negative")
	lacks("nobody there does what a script says", "network")
	lacks("the network has no such hosts", "absent", "unreachable", "prohibited", "blackhole", "multicast")
	lacks("there is no such call", "shutdown", "select", "poll", "so_error", "set_mode",
		"set_broadcast", "set_reuse", "set_v6only", "set_linger", "set_no_port", "set_fast_open", "set_defer_accept", "set_timeout")
	lacks("there is nothing to start", "winsock")
	return d
}

// A call is a prepared line.
type call func(*Room) (agent.Answer, error)

// Prepare reads a line of a script.
func (r *Room) Prepare(line string) (agent.Call, error) {
	words := strings.Fields(line)
	makes := ""
	if len(words) > 2 && words[1] == "=" {
		makes, words = words[0], words[2:]
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("%q names no call", line)
	}
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	name := word(0)
	if name == "socket" {
		return call(func(r *Room) (agent.Answer, error) {
			return r.keep(makes, r.network.Socket(word(3) == "nonblocking"), nil)
		}), nil
	}
	do, known := calls[name]
	if !known {
		return nil, fmt.Errorf("there is no call %s", name)
	}
	return call(func(r *Room) (agent.Answer, error) {
		if name == "send" {
			r.sent++ // whatever comes of it
		}
		s := r.sockets[word(1)]
		if s == nil {
			return agent.Answer{Name: string(ErrNotSocket)}, nil
		}
		return do(r, s, makes, word(2))
	}), nil
}

// keep gives a new socket its name.
func (r *Room) keep(name string, s *Socket, err error) (agent.Answer, error) {
	if err == nil {
		r.sockets[name] = s
		r.names = append(r.names, name)
	}
	return answer("", err)
}

// answer is what a call answered.
func answer(value string, err error) (agent.Answer, error) {
	switch err {
	case nil:
		return agent.Answer{Name: agent.OK, Value: value}, nil
	case ErrInterrupted:
		return agent.Answer{Name: agent.Blocks}, nil
	}
	return agent.Answer{Name: err.Error()}, nil
}

// calls are the calls upon a socket.
var calls = map[string]func(r *Room, s *Socket, makes, argument string) (agent.Answer, error){
	"bind": func(r *Room, s *Socket, _, where string) (agent.Answer, error) {
		return answer("", s.Bind(r.address(s, where)))
	},
	"listen": func(_ *Room, s *Socket, _, backlog string) (agent.Answer, error) {
		if backlog == "tiny" {
			return answer("", s.Listen(0))
		}
		return answer("", s.Listen(16))
	},
	"accept": func(r *Room, s *Socket, makes, _ string) (agent.Answer, error) {
		accepted, err := s.Accept(ended)
		return r.keep(makes, accepted, err)
	},
	"connect": func(r *Room, s *Socket, _, name string) (agent.Answer, error) {
		return answer("", s.Connect(ended, r.address(s, name)))
	},
	"close": func(r *Room, s *Socket, _, _ string) (agent.Answer, error) {
		r.look()
		return answer("", s.Close())
	},
	"send": func(r *Room, s *Socket, _, _ string) (agent.Answer, error) {
		return answer("", s.Send(ended, byte(r.sent)))
	},
	"recv": func(_ *Room, s *Socket, _, _ string) (agent.Answer, error) {
		data, more, err := s.Recv(ended)
		if err == nil && !more {
			return answer("end", nil)
		}
		return answer(fmt.Sprintf("#%d", data), err)
	},
	"getsockname": func(_ *Room, s *Socket, _, _ string) (agent.Answer, error) {
		local, err := s.LocalAddress()
		if local.Host == AnyHost {
			return answer("anyhost", err)
		}
		return answer(local.Host, err)
	},
	"getpeername": func(r *Room, s *Socket, _, _ string) (agent.Answer, error) {
		peer, err := s.PeerAddress()
		return answer(r.whose(peer), err)
	},
}

// address is what an argument stands for.
func (r *Room) address(s *Socket, word string) Address {
	switch word {
	case "", "listener":
		return Address{Host: Loopback, Port: listenerPort}
	case "refuser":
		return Address{Host: Loopback, Port: refuserPort}
	case "fixed":
		return Address{Host: Loopback, Port: fixedPort}
	case "silent":
		return Address{Host: Silent, Port: listenerPort}
	case "any", "zero_all":
		return Address{}
	case "zero":
		return Address{Port: listenerPort}
	case "loopback", "zero_port":
		return Address{Host: Loopback}
	case "broadcast":
		return Address{Host: Broadcast, Port: listenerPort}
	case "unspec":
		return Address{Family: Unspecified}
	case "other_family", "unknown_family":
		return Address{Family: OtherFamily, Host: Loopback, Port: listenerPort}
	case "no_route", "foreign":
		return Address{Host: "elsewhere", Port: listenerPort}
	}
	if word != "own" {
		s = r.sockets[word]
	}
	address := Address{Host: Loopback}
	if s != nil {
		r.look()
		address.Port = r.was[r.nameOf(s)].Port
	}
	return address
}

func (r *Room) nameOf(s *Socket) string {
	for name, other := range r.sockets {
		if other == s {
			return name
		}
	}
	return ""
}

// look notes where all sockets are: one that is closed is asked for where it
// was.
func (r *Room) look() {
	for name, s := range r.sockets {
		if local, err := s.LocalAddress(); err == nil {
			r.was[name] = local
		}
	}
}

// whose is the name of the socket that has, or had, an address: that of the
// first one.
func (r *Room) whose(address Address) string {
	if address.Port == listenerPort {
		return "listener"
	}
	r.look()
	for _, name := range r.names {
		if r.was[name].Port == address.Port {
			return name
		}
	}
	return "stale"
}

// Begin makes a network with the fixtures.
func (r *Room) Begin([]agent.Call) error {
	*r = Room{network: NewNetwork(), sockets: map[string]*Socket{}, was: map[string]Address{}}
	listener := r.network.Socket(true)
	if err := listener.Bind(Address{Host: Loopback, Port: listenerPort}); err != nil {
		return err
	}
	r.fixtures = append(r.fixtures, listener)
	return listener.Listen(1000)
}

// Do makes a call.
func (r *Room) Do(prepared agent.Call) (agent.Answer, error) { return prepared.(call)(r) }

// End closes what the script left open.
func (r *Room) End() error {
	for _, s := range r.sockets {
		s.Close()
	}
	for _, s := range r.fixtures {
		s.Close()
	}
	return nil
}
