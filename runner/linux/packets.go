//go:build linux

package linux

import (
	"fmt"
	"net"

	"connectspec/runner/room"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// The ends of a flow are a port of this host and one of the silent host.
type ends struct {
	family    family
	stream    bool   // TCP, not UDP
	near, far uint16 // ports: ours, the silent host's
}

// A packet is what this host has sent to the silent one: a TCP segment or a UDP
// datagram.
type packet struct {
	ends
	sequence        uint32
	length          uint32 // of its data, in bytes; a FIN counts as one
	syn, ack, reset bool
	headers         []byte // from the network's header on
}

// A reader takes frames apart.
type reader struct {
	parser   *gopacket.DecodingLayerParser
	decoded  []gopacket.LayerType
	ethernet layers.Ethernet
	ipv4     layers.IPv4
	ipv6     layers.IPv6
	tcp      layers.TCP
	udp      layers.UDP
}

func newReader() *reader {
	r := &reader{}
	r.parser = gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &r.ethernet, &r.ipv4, &r.ipv6, &r.tcp, &r.udp)
	r.parser.IgnoreUnsupported = true
	return r
}

// read takes a frame apart. It reports false for what is of no interest here.
func (r *reader) read(frame []byte) (p packet, ok bool) {
	if err := r.parser.DecodeLayers(frame, &r.decoded); err != nil {
		return packet{}, false
	}
	p.headers = r.ethernet.Payload
	data := 0
	for _, layer := range r.decoded {
		switch layer {
		case layers.LayerTypeIPv4:
			p.family, data = inet, int(r.ipv4.Length)-4*int(r.ipv4.IHL)
		case layers.LayerTypeIPv6:
			p.family, data = inet6, int(r.ipv6.Length)
		case layers.LayerTypeTCP:
			p.stream = true
			p.near, p.far = uint16(r.tcp.SrcPort), uint16(r.tcp.DstPort)
			p.sequence, p.length = r.tcp.Seq, uint32(data-4*int(r.tcp.DataOffset))
			if r.tcp.FIN {
				p.length++
			}
			p.syn, p.ack, p.reset = r.tcp.SYN, r.tcp.ACK, r.tcp.RST
			return p, true
		case layers.LayerTypeUDP:
			p.near, p.far = uint16(r.udp.SrcPort), uint16(r.udp.DstPort)
			return p, true
		}
	}
	return packet{}, false
}

// A writer composes the frames of the silent host. What it returns is good until
// the next one is composed.
type writer struct {
	buffer   gopacket.SerializeBuffer
	ethernet [families]layers.Ethernet
	ipv4     layers.IPv4
	ipv6     layers.IPv6
	tcp      layers.TCP
	udp      layers.UDP
	icmpv4   layers.ICMPv4
	icmpv6   layers.ICMPv6
	payload  gopacket.Payload
	quoted   [reservedBytes + quotedBytes]byte
}

const (
	hops = 64
	// quotedBytes of a packet are known to the far side: its headers.
	quotedBytes = 96
	// reservedBytes of an ICMPv6 error stand before the quotation.
	reservedBytes = 4
)

func newWriter(near net.HardwareAddr) *writer {
	w := &writer{buffer: gopacket.NewSerializeBuffer()}
	for f, kind := range [families]layers.EthernetType{layers.EthernetTypeIPv4, layers.EthernetTypeIPv6} {
		w.ethernet[f] = layers.Ethernet{SrcMAC: nobodysAddress, DstMAC: near, EthernetType: kind}
	}
	from, to := room.LabSilent, room.LabHost
	w.ipv4 = layers.IPv4{Version: 4, TTL: hops, SrcIP: net.ParseIP(from[inet]).To4(), DstIP: net.ParseIP(to[inet]).To4()}
	w.ipv6 = layers.IPv6{Version: 6, HopLimit: hops, SrcIP: net.ParseIP(from[inet6]), DstIP: net.ParseIP(to[inet6])}
	return w
}

// network is the header below a transport, which its checksum covers in part.
func (w *writer) network(f family, protocol layers.IPProtocol) gopacket.NetworkLayer {
	if f == inet6 {
		w.ipv6.NextHeader = protocol
		return &w.ipv6
	}
	w.ipv4.Protocol = protocol
	return &w.ipv4
}

// segment composes a TCP segment; header has its ports, numbers and flags.
func (w *writer) segment(f family, header layers.TCP, data []byte) ([]byte, error) {
	const window = 65535
	w.tcp, w.payload = header, data
	w.tcp.Window = window
	if err := w.tcp.SetNetworkLayerForChecksum(w.network(f, layers.IPProtocolTCP)); err != nil {
		return nil, err
	}
	return w.frame(f, &w.tcp)
}

// datagram composes a UDP datagram.
func (w *writer) datagram(f family, from, to uint16, data []byte) ([]byte, error) {
	w.udp = layers.UDP{SrcPort: layers.UDPPort(from), DstPort: layers.UDPPort(to)}
	w.payload = data
	if err := w.udp.SetNetworkLayerForChecksum(w.network(f, layers.IPProtocolUDP)); err != nil {
		return nil, err
	}
	return w.frame(f, &w.udp)
}

// report composes an ICMP error that quotes a packet.
func (w *writer) report(f family, code uint16, quoted []byte) ([]byte, error) {
	w.payload = quoted
	if f == inet {
		w.network(f, layers.IPProtocolICMPv4)
		w.icmpv4.TypeCode = layers.ICMPv4TypeCode(code)
		return w.frame(f, &w.icmpv4)
	}
	// To the library what is reserved is no part of the header.
	w.payload = w.quoted[:reservedBytes+copy(w.quoted[reservedBytes:], quoted)]
	w.icmpv6.TypeCode = layers.ICMPv6TypeCode(code)
	if err := w.icmpv6.SetNetworkLayerForChecksum(w.network(f, layers.IPProtocolICMPv6)); err != nil {
		return nil, err
	}
	return w.frame(f, &w.icmpv6)
}

func (w *writer) frame(f family, transport gopacket.SerializableLayer) ([]byte, error) {
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	var network gopacket.SerializableLayer = &w.ipv4
	if f == inet6 {
		network = &w.ipv6
	}
	if err := gopacket.SerializeLayers(w.buffer, options, &w.ethernet[f], network, transport, &w.payload); err != nil {
		return nil, fmt.Errorf("composing a frame: %w", err)
	}
	return w.buffer.Bytes(), nil
}
