//go:build linux

package linux

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// A tap is the far side's hold on the link: it sees each frame that the near
// link exchanges with the silent host, and sends frames as that host.
//
// It listens at the near link. There a frame from this host is seen before the
// call that sent it returns, whatever the machine is busy with; at the far link
// it might still be on its way.
type tap struct {
	descriptor  int
	ring        []byte // frames, in memory shared with the kernel
	at          int    // the frame that comes next, as an index
	far         unix.RawSockaddrLinklayer
	sent, heard int // frames of the silent host: given to the link, taken by it
	waiting     unix.PollFd
}

const (
	// A place of the ring has room for the kernel's words and the headers; what
	// is sent to the silent host has one byte of data or a few.
	placeBytes   = 256
	headersBytes = 128
	ringPlaces   = 256
)

// newTap opens the tap of a link. The error says what this system lacks.
func newTap(near, far netlink.Link) (*tap, error) {
	if err := hasBarrier(); err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("no packet socket: %w", err)
	}
	t := &tap{descriptor: fd}
	t.far = unix.RawSockaddrLinklayer{Family: unix.AF_PACKET, Ifindex: int32(far.Attrs().Index), Halen: hardwareBytes}
	t.waiting = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	if err := t.listen(near.Attrs().Index); err != nil {
		t.close()
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	return t, nil
}

const hardwareBytes = 6

func (t *tap) listen(near int) error {
	filter := silentFilter(nobodysAddress)
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.SetsockoptSockFprog(t.descriptor, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program); err != nil {
		return fmt.Errorf("its filter: %w", err)
	}
	if err := unix.SetsockoptInt(t.descriptor, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2); err != nil {
		return fmt.Errorf("its version: %w", err)
	}
	block := unix.Getpagesize()
	request := unix.TpacketReq{Block_size: uint32(block), Block_nr: uint32(ringPlaces * placeBytes / block),
		Frame_size: placeBytes, Frame_nr: ringPlaces}
	if err := unix.SetsockoptTpacketReq(t.descriptor, unix.SOL_PACKET, unix.PACKET_RX_RING, &request); err != nil {
		return fmt.Errorf("its ring: %w", err)
	}
	var err error
	t.ring, err = unix.Mmap(t.descriptor, 0, ringPlaces*placeBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("its memory: %w", err)
	}
	everything := binary.BigEndian.AppendUint16(nil, unix.ETH_P_ALL)
	address := &unix.SockaddrLinklayer{Protocol: binary.NativeEndian.Uint16(everything), Ifindex: near}
	if err := unix.Bind(t.descriptor, address); err != nil {
		return fmt.Errorf("bound to the link: %w", err)
	}
	return nil
}

// silentFilter takes the frames to a link-layer address and those from it.
func silentFilter(address net.HardwareAddr) []unix.SockFilter {
	const (
		offTheFrame = 0xfffff000 // SKF_AD_OFF: not in the frame
		packetType  = offTheFrame + 4
		source      = 6 // where the sender's address begins
	)
	return []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: packetType},
		{Code: unix.BPF_LDX | unix.BPF_W | unix.BPF_IMM, K: 0},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.PACKET_OUTGOING, Jt: 1},
		{Code: unix.BPF_LDX | unix.BPF_W | unix.BPF_IMM, K: source},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_IND, K: 0},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: binary.BigEndian.Uint32(address), Jf: 3},
		{Code: unix.BPF_LD | unix.BPF_H | unix.BPF_IND, K: 4},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(binary.BigEndian.Uint16(address[4:])), Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: headersBytes},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	}
}

// send gives a frame of the silent host to the link.
func (t *tap) send(frame []byte) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(t.descriptor), uintptr(unsafe.Pointer(&frame[0])),
		uintptr(len(frame)), 0, uintptr(unsafe.Pointer(&t.far)), unsafe.Sizeof(t.far))
	if errno != 0 {
		return fmt.Errorf("a frame of the silent host: %w", errno)
	}
	t.sent++
	return nil
}

// next is the next frame that this host sent to the silent one, or nil once
// there is none and the kernel has dealt with all that the silent host sent. A
// frame is good until done is called.
func (t *tap) next() ([]byte, error) {
	for {
		if t.quiet() {
			if t.heard == t.sent {
				return nil, nil
			}
			if err := t.await(); err != nil {
				return nil, err
			}
			continue
		}
		header := t.header()
		start := t.at*placeBytes + int(header.Mac)
		frame := t.ring[start : start+int(header.Snaplen)]
		if [hardwareBytes]byte(frame) == [hardwareBytes]byte(nobodysAddress) {
			return frame, nil
		}
		t.heard++
		t.done()
	}
}

// quiet says that the tap has seen no frame that next has not told of.
func (t *tap) quiet() bool {
	return atomic.LoadUint32(&t.header().Status)&unix.TP_STATUS_USER == 0
}

func (t *tap) header() *unix.Tpacket2Hdr {
	return (*unix.Tpacket2Hdr)(unsafe.Pointer(&t.ring[t.at*placeBytes]))
}

// done gives a frame's place back to the kernel.
func (t *tap) done() {
	atomic.StoreUint32(&t.header().Status, unix.TP_STATUS_KERNEL)
	t.at = (t.at + 1) % ringPlaces
}

// await waits for a frame of the silent host that the kernel has not dealt with
// when send returned, as it nearly always has: on a machine with much to do it
// may leave that to a thread of its own. That thread shows the frame to the tap
// first and delivers it then, all under RCU; a global memory barrier waits
// until it has.
func (t *tap) await() error {
	const patience = time.Second
	n, err := unix.Poll([]unix.PollFd{t.waiting}, int(patience.Milliseconds()))
	if err != nil && err != unix.EINTR {
		return fmt.Errorf("waiting for a frame: %w", err)
	}
	if n == 0 && err == nil {
		t.heard = t.sent
		return fmt.Errorf("a frame of the silent host did not arrive within %s", patience)
	}
	if _, _, errno := unix.Syscall(unix.SYS_MEMBARRIER, barrierGlobal, 0, 0); errno != 0 {
		return fmt.Errorf("membarrier: %w", errno)
	}
	return nil
}

// Commands of membarrier.
const (
	barrierQuery  = 0
	barrierGlobal = 1
)

// hasBarrier asks for what await relies on.
func hasBarrier() error {
	commands, _, errno := unix.Syscall(unix.SYS_MEMBARRIER, barrierQuery, 0, 0)
	if errno != 0 {
		return fmt.Errorf("membarrier: %w", errno)
	}
	if commands&barrierGlobal == 0 {
		return errors.New("membarrier has no global barrier")
	}
	return nil
}

func (t *tap) close() {
	if t.ring != nil {
		unix.Munmap(t.ring)
	}
	unix.Close(t.descriptor)
}
