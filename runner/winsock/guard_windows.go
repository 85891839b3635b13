package winsock

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"
)

// accessViolation is the exception of a pointer that leads nowhere.
const accessViolation = 0xC0000005

// A guard makes a call as if it stood in a __try block: an access violation that
// it raises ends the call, and no more. The room has one, and one thread. The
// order of the first fields is known to guard_windows_amd64.s.
type guard struct {
	function  uintptr
	arguments [9]uintptr // as many as WSAIoctl has
	result    uintptr
	exception uint32
	_         uint32
	stack     uintptr // where the call began
	thread    uintptr // that makes it

	enter uintptr // 0: this processor has no guard
	off   bool    // exceptions are not to pass by
}

// newGuard lets exceptions of the calling thread pass by the guard.
func newGuard() (*guard, error) {
	g := &guard{}
	enter, handler := guardAddresses()
	if enter == 0 {
		return g, nil
	}
	const first = 1 // before the handler of Go's runtime
	if at, _, err := procHandler.Call(first, handler); at == 0 {
		return nil, fmt.Errorf("AddVectoredExceptionHandler: %w", err)
	}
	g.enter = enter
	return g, nil
}

// call makes a call and returns its result and the last error, or the exception
// that it raised.
func (g *guard) call(function uintptr, arguments ...uintptr) (result uintptr, number syscall.Errno, exception uint32) {
	if g.enter == 0 || g.off {
		result, _, number = syscall.SyscallN(function, arguments...)
		return result, number, 0
	}
	g.function, g.exception = function, 0
	if len(arguments) > len(g.arguments) {
		panic(fmt.Sprintf("a call with %d arguments: a guard has room for %d", len(arguments), len(g.arguments)))
	}
	clear(g.arguments[copy(g.arguments[:], arguments):])
	_, _, number = syscall.SyscallN(g.enter, uintptr(unsafe.Pointer(g)))
	runtime.KeepAlive(g)
	return g.result, number, g.exception
}
