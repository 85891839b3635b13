// Package memory is a network of stream sockets within one process, with the
// error codes of Winsock: an example of an implementation that is held against
// connect.spec. Nothing of connectspec is needed here; see room.go.
package memory

import (
	"context"
	"sync"
)

// An Error is a code of Winsock, by its name.
type Error string

func (e Error) Error() string { return string(e) }

// The errors. ErrInterrupted is none of Winsock's: the context of a call that
// waited has ended.
const (
	ErrNotSocket      Error = "WSAENOTSOCK"
	ErrInvalid        Error = "WSAEINVAL"
	ErrInUse          Error = "WSAEADDRINUSE"
	ErrNotAvailable   Error = "WSAEADDRNOTAVAIL"
	ErrNoSuchFamily   Error = "WSAEAFNOSUPPORT"
	ErrNetUnreachable Error = "WSAENETUNREACH"
	ErrRefused        Error = "WSAECONNREFUSED"
	ErrReset          Error = "WSAECONNRESET"
	ErrAlready        Error = "WSAEALREADY"
	ErrConnected      Error = "WSAEISCONN"
	ErrNotConnected   Error = "WSAENOTCONN"
	ErrWouldBlock     Error = "WSAEWOULDBLOCK"
	ErrInterrupted    Error = "interrupted"
)

// A Family is a family of addresses.
type Family int

// The families: sockets are of the first one.
const (
	Inet Family = iota
	Unspecified
	OtherFamily
)

// The hosts of the network.
const (
	AnyHost   = ""
	Loopback  = "loopback"
	Silent    = "silent"    // never answers
	Broadcast = "broadcast" // is no host
)

// An Address is where a socket is. Port 0 is no port.
type Address struct {
	Family Family
	Host   string
	Port   uint16
}

// A Network connects sockets.
type Network struct {
	lock    sync.Mutex
	changed sync.Cond // anything that somebody may wait for
	users   map[uint16]int
	servers map[uint16]*Socket
	port    uint16 // given away last
}

// NewNetwork makes a network without sockets.
func NewNetwork() *Network {
	n := &Network{users: map[uint16]int{}, servers: map[uint16]*Socket{}, port: 49151}
	n.changed.L = &n.lock
	return n
}

type phase int

const (
	idle phase = iota
	listening
	connecting
	connected
	broken
	closed
)

// A Socket is one end of a connection, or waits for such. Its methods may be
// called from several goroutines.
type Socket struct {
	network *Network

	nonblocking bool
	phase       phase
	local, peer Address
	end         *Socket   // of a connection
	backlog     int       // of a listener: how many may wait besides the first
	queue       []*Socket // of a listener: connections to be accepted
	inbox       []byte
	ended       bool // the other end sends no more
}

// bufferBytes is how much a socket keeps that nobody has received.
const bufferBytes = 64 << 10

// Socket makes a socket.
func (n *Network) Socket(nonblocking bool) *Socket {
	return &Socket{network: n, nonblocking: nonblocking}
}

// wait waits, with the lock held, until something is so.
func (n *Network) wait(ctx context.Context, so func() bool) error {
	if !so() && ctx.Err() == nil {
		stop := context.AfterFunc(ctx, func() {
			n.lock.Lock()
			defer n.lock.Unlock()
			n.changed.Broadcast()
		})
		defer stop()
	}
	for !so() {
		if ctx.Err() != nil {
			return ErrInterrupted
		}
		n.changed.Wait()
	}
	return nil
}

// take gives a socket a local address, with a port of the network's choice if
// that has none.
func (s *Socket) take(local Address) {
	n := s.network
	for local.Port == 0 {
		if n.port++; n.port == 0 {
			n.port = 49152
		}
		if n.users[n.port] == 0 {
			local.Port = n.port
		}
	}
	n.users[local.Port]++
	s.local = local
}

// Bind gives the socket a local address.
func (s *Socket) Bind(local Address) error {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	switch {
	case s.phase == closed:
		return ErrNotSocket
	case local.Family != Inet:
		return ErrNoSuchFamily
	case local.Host != AnyHost && local.Host != Loopback:
		return ErrNotAvailable
	case s.local.Port != 0:
		return ErrInvalid
	case local.Port != 0 && s.network.users[local.Port] > 0:
		return ErrInUse
	}
	s.take(local)
	return nil
}

// Listen lets the socket take connections in; one more than the backlog may
// wait for being accepted.
func (s *Socket) Listen(backlog int) error {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	switch s.phase {
	case closed:
		return ErrNotSocket
	case connected, connecting:
		return ErrConnected
	case broken:
		return ErrInvalid
	}
	if s.local.Port == 0 {
		return ErrInvalid
	}
	s.phase, s.backlog = listening, backlog
	s.network.servers[s.local.Port] = s
	return nil
}

// Accept takes the first connection that waits, or waits for one.
func (s *Socket) Accept(ctx context.Context) (*Socket, error) {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	switch s.phase {
	case listening:
	case closed:
		return nil, ErrNotSocket
	default:
		return nil, ErrInvalid
	}
	if len(s.queue) == 0 && s.nonblocking {
		return nil, ErrWouldBlock
	}
	if err := s.network.wait(ctx, func() bool { return len(s.queue) > 0 || s.phase != listening }); err != nil {
		return nil, err
	}
	if s.phase != listening {
		return nil, ErrNotSocket
	}
	accepted := s.queue[0]
	s.queue = s.queue[1:]
	accepted.nonblocking = s.nonblocking
	return accepted, nil
}

// alive is the error of a socket that has no connection.
func (s *Socket) alive() error {
	switch s.phase {
	case connected:
		return nil
	case closed:
		return ErrNotSocket
	case broken:
		return ErrReset
	}
	return ErrNotConnected
}

// Connect begins a connection. A blocking socket waits for its end.
func (s *Socket) Connect(ctx context.Context, to Address) error {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	switch s.phase {
	case closed:
		return ErrNotSocket
	case connecting:
		return ErrAlready
	case connected:
		return ErrConnected
	case listening, broken:
		return ErrInvalid
	}
	switch {
	case to.Family != Inet:
		return ErrNoSuchFamily
	case to.Host == AnyHost || to.Host == Broadcast:
		return ErrNotAvailable
	case to.Host != Loopback && to.Host != Silent:
		return ErrNetUnreachable
	}
	if s.nonblocking {
		if s.local.Port == 0 {
			s.take(Address{Host: Loopback})
		}
		s.phase = connecting
		if to.Host != Silent {
			go s.finish(to)
		}
		return ErrWouldBlock
	}
	if to.Host == Silent {
		s.phase = connecting
		return s.network.wait(ctx, func() bool { return s.phase != connecting })
	}
	return s.attempt(to)
}

// finish is the end of an attempt that nobody waits for.
func (s *Socket) finish(to Address) {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	if s.phase != connecting {
		return // it was closed
	}
	s.phase = idle
	s.attempt(to)
	s.network.changed.Broadcast()
}

// attempt connects to whoever listens at an address.
func (s *Socket) attempt(to Address) error {
	server := s.network.servers[to.Port]
	if server == nil || len(server.queue) > server.backlog {
		return ErrRefused
	}
	if s.local.Port == 0 {
		s.take(Address{Host: Loopback})
	}
	s.local.Host = Loopback
	far := &Socket{network: s.network, phase: connected, peer: s.local, end: s}
	far.take(Address{Host: Loopback, Port: server.local.Port})
	s.phase, s.peer, s.end = connected, to, far
	server.queue = append(server.queue, far)
	s.network.changed.Broadcast()
	return nil
}

// Send sends a byte, or waits until there is room for it.
func (s *Socket) Send(ctx context.Context, data byte) error {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	if err := s.alive(); err != nil {
		return err
	}
	full := func() bool { return s.end.phase == connected && len(s.end.inbox) == bufferBytes }
	if full() && s.nonblocking {
		return ErrWouldBlock
	}
	if err := s.network.wait(ctx, func() bool { return !full() || s.phase != connected }); err != nil {
		return err
	}
	if err := s.alive(); err != nil {
		return err
	}
	if s.end.phase != connected {
		s.phase = broken
		return ErrReset
	}
	s.end.inbox = append(s.end.inbox, data)
	s.network.changed.Broadcast()
	return nil
}

// Recv receives a byte, or waits for one. At the end there is none, and more is
// false.
func (s *Socket) Recv(ctx context.Context) (data byte, more bool, err error) {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	if err := s.alive(); err != nil {
		return 0, false, err
	}
	ready := func() bool { return len(s.inbox) > 0 || s.ended || s.phase != connected }
	if !ready() && s.nonblocking {
		return 0, false, ErrWouldBlock
	}
	if err := s.network.wait(ctx, ready); err != nil {
		return 0, false, err
	}
	if err := s.alive(); err != nil {
		return 0, false, err
	}
	if len(s.inbox) == 0 {
		return 0, false, nil
	}
	data, s.inbox = s.inbox[0], s.inbox[1:]
	s.network.changed.Broadcast()
	return data, true, nil
}

// LocalAddress is where the socket is.
func (s *Socket) LocalAddress() (Address, error) {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	if s.phase == closed {
		return Address{}, ErrNotSocket
	}
	if s.local.Port == 0 {
		return Address{}, ErrInvalid
	}
	return s.local, nil
}

// PeerAddress is where the other end is.
func (s *Socket) PeerAddress() (Address, error) {
	s.network.lock.Lock()
	defer s.network.lock.Unlock()
	return s.peer, s.alive()
}

// Close ends the socket. The other end of its connection is told that no more
// comes; that data were left unread breaks the connection.
func (s *Socket) Close() error {
	n := s.network
	n.lock.Lock()
	defer n.lock.Unlock()
	if s.phase == closed {
		return ErrNotSocket
	}
	if s.phase == listening {
		delete(n.servers, s.local.Port)
		for _, far := range s.queue {
			far.inbox = append(far.inbox, 0) // nobody will ever read it
			far.leave()
		}
	}
	s.leave()
	n.changed.Broadcast()
	return nil
}

// leave ends one end of a connection.
func (s *Socket) leave() {
	if s.phase == connected && s.end.phase == connected {
		s.end.ended = true
		if len(s.inbox) > 0 {
			s.end.phase = broken
		}
	}
	s.phase = closed
	if s.local.Port != 0 {
		if s.network.users[s.local.Port]--; s.network.users[s.local.Port] == 0 {
			delete(s.network.users, s.local.Port)
		}
	}
}
