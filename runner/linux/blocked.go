//go:build linux

package linux

import (
	"bytes"
	"fmt"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A sleepWatch tells whether a thread is asleep in a certain system call, by
// the kernel's own word. Two files of /proc are read, in this order:
//
//   - stat has the state S only for a thread that waits for an event. One that
//     has been woken has another one from then on, even before any processor
//     has taken notice; one that waits for a socket's lock has D.
//   - syscall has a thread's call and its arguments if it is off the processor,
//     or else `running`. It alone would not do: a thread that was woken on another
//     processor is off it until that one takes notice. That was seen once in some
//     hundred thousand times, and twice in a row.
//
// So a thread that was woken before it was looked at shows as asleep only if it
// has gone to sleep again since.
type sleepWatch struct {
	stat, syscall int
	want          []byte // what syscall begins with while the thread is in the call
	buffer        [256]byte
}

// newSleepWatch watches a thread of this process.
func newSleepWatch(thread int) (*sleepWatch, error) {
	w := &sleepWatch{stat: -1, syscall: -1, want: make([]byte, 0, 128)}
	for name, fd := range map[string]*int{"stat": &w.stat, "syscall": &w.syscall} {
		path := "/proc/self/task/" + strconv.Itoa(thread) + "/" + name
		var err error
		if *fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			w.close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return w, nil
}

// expect sets the call that the thread is going to make.
func (w *sleepWatch) expect(call *waiting) {
	w.want = strconv.AppendUint(w.want[:0], uint64(call.trap), 10)
	for _, argument := range [...]uintptr{call.fd, call.a2, call.a3, call.a4, call.a5, call.a6} {
		w.want = append(w.want, " 0x"...)
		w.want = strconv.AppendUint(w.want, uint64(argument), 16)
	}
	w.want = append(w.want, ' ')
}

// asleep says that the thread sleeps in the call that is expected.
func (w *sleepWatch) asleep() (bool, error) {
	stat, err := w.read(w.stat)
	if err != nil {
		return false, err
	}
	// The state comes after the name, which is in parentheses and may have some.
	end := bytes.LastIndexByte(stat, ')')
	if end < 0 || end+2 >= len(stat) || stat[end+2] != 'S' {
		return false, nil
	}
	text, err := w.read(w.syscall)
	return bytes.HasPrefix(text, w.want), err
}

// read reads the beginning of a file of /proc anew.
func (w *sleepWatch) read(fd int) ([]byte, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_PREAD64, uintptr(fd),
		uintptr(unsafe.Pointer(&w.buffer)), unsafe.Sizeof(w.buffer), 0, 0, 0)
	if errno != 0 {
		return nil, fmt.Errorf("state of a thread: %w", errno)
	}
	return w.buffer[:n], nil
}

func (w *sleepWatch) close() {
	for _, fd := range []int{w.stat, w.syscall} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
