//go:build linux

package linux

import (
	"slices"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"github.com/gopacket/gopacket/layers"
	"github.com/vishvananda/netlink"
)

// A farSide is what stands at the other end of the lab's link: the silent host
// and the routers before it. It says what the script has it say (events.go) and
// nothing else, but for what a host must do that has accepted or opened a
// connection: it acknowledges what it is sent, at once, so that nobody ever
// waits for a timer.
type farSide struct {
	tap    *tap
	reader *reader
	writer *writer
	port   uint16 // where scripts reach the silent host

	// Of the script at hand.
	flows  []flow
	opened uint16  // ports of its own that the silent host has used
	data   [1]byte // what it sends
}

// A flow is what has passed between two ends. Of several the newest counts.
type flow struct {
	ends
	phase flowPhase
	// The number of the byte that is sent next, and of the one that is expected.
	next, expected uint32
	finished       bool // the silent host has sent its FIN
	// The headers of the last packet from here. A bare acknowledgment does not
	// count: when the kernel sends one is up to its timers.
	last      [quotedBytes]byte
	lastBytes int
}

type flowPhase int8

const (
	flowHeard   flowPhase = iota // datagrams; no host keeps a state of them
	flowAsked                    // a SYN came from here, and nothing was answered
	flowOpening                  // the silent host has sent a SYN
	flowOpen                     // both sides have acknowledged each other's SYN
	flowGone                     // refused or reset
)

// firstNumber is that of the silent host's SYNs. Nobody sees it.
const firstNumber = 0x18000000

// openFarSide opens the far side of the lab, or says why there is none.
func (r *Room) openFarSide() {
	reason := r.labReason
	if r.lab {
		var err error
		if r.far, err = newFarSide(r.fixtures.Listener); err == nil {
			return
		}
		reason = err.Error()
	}
	r.reader.Lacks = append(r.reader.Lacks, agent.Lack{What: "network", Why: reason})
}

func newFarSide(port uint16) (*farSide, error) {
	near, err := netlink.LinkByName(labLink)
	if err != nil {
		return nil, err
	}
	link, err := netlink.LinkByName(labFarLink)
	if err != nil {
		return nil, err
	}
	tap, err := newTap(near, link)
	if err != nil {
		return nil, err
	}
	return &farSide{tap: tap, reader: newReader(), writer: newWriter(near.Attrs().HardwareAddr), port: port,
		flows: make([]flow, 0, room.Places)}, nil
}

// attend hears everything that this host has sent, and acknowledges what has to
// be. Once it returns, the kernel has dealt with all that was answered.
func (far *farSide) attend() error {
	for {
		frame, err := far.tap.next()
		if frame == nil {
			return err
		}
		if p, ok := far.reader.read(frame); ok {
			err = far.hear(&p)
		}
		far.tap.done()
		if err != nil {
			return err
		}
	}
}

func (far *farSide) hear(p *packet) error {
	f := far.find(p.ends)
	asks := p.syn && !p.ack
	if f == nil || asks && f.phase != flowAsked {
		f = far.begin(p.ends)
	}
	if p.syn || p.length > 0 || !p.stream {
		f.lastBytes = copy(f.last[:], p.headers)
	}
	switch {
	case !p.stream:
		return nil
	case p.reset:
		f.phase = flowGone
		return nil
	case asks:
		f.phase, f.next, f.expected = flowAsked, firstNumber, p.sequence+1
		return nil
	case p.syn && f.phase == flowOpening:
		f.phase, f.expected = flowOpen, p.sequence+1
		f.next++
	case f.phase != flowOpen || p.length == 0 && !p.syn:
		return nil
	case p.sequence == f.expected:
		f.expected += p.length
	}
	return far.say(f, layers.TCP{ACK: true})
}

// find is the newest flow between two ends, or nil; 0 as the silent host's port
// stands for the one where scripts reach it. A connection that the silent host
// has opened is found only by its own: it is not the listener's.
func (far *farSide) find(e ends) *flow {
	if e.far == 0 {
		e.far = far.port
	}
	for i := range slices.Backward(far.flows) {
		f := &far.flows[i]
		if f.ends == e {
			return f
		}
	}
	return nil
}

func (far *farSide) begin(e ends) *flow {
	far.flows = append(far.flows, flow{ends: e})
	return &far.flows[len(far.flows)-1]
}

// say sends a segment in a flow; header has its flags.
func (far *farSide) say(f *flow, header layers.TCP, data ...byte) error {
	header.SrcPort, header.DstPort = layers.TCPPort(f.ends.far), layers.TCPPort(f.near)
	header.Seq = f.next
	if header.ACK {
		header.Ack = f.expected
	}
	frame, err := far.writer.segment(f.family, header, data)
	if err != nil {
		return err
	}
	return far.tap.send(frame)
}

// end leaves nothing of a script: what its sockets left open is reset, and their
// last words are heard.
func (far *farSide) end() error {
	if err := far.attend(); err != nil {
		return err
	}
	for i := range far.flows {
		if f := &far.flows[i]; f.phase == flowOpen {
			if err := far.say(f, layers.TCP{RST: true, ACK: true}); err != nil {
				return err
			}
		}
	}
	far.flows, far.opened = far.flows[:0], 0
	return far.attend()
}

func (far *farSide) close() { far.tap.close() }
