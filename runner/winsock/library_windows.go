package winsock

import (
	"fmt"
	"syscall"
)

// The functions of ws2_32 that the room calls.
type function int

const (
	fnStartup function = iota
	fnCleanup
	fnSocket
	fnBind
	fnListen
	fnAccept
	fnConnect
	fnWSAConnect
	fnClose
	fnShutdown
	fnSend
	fnSendTo
	fnRecv
	fnRecvFrom
	fnSockName
	fnPeerName
	fnSetOption
	fnGetOption
	fnControl
	fnSelect
	fnPoll
	fnEventSelect
	fnAsyncSelect
	fnEnumEvents
	fnControlMore
	fnOverlappedResult
	functions
)

var functionNames = [functions]string{
	fnStartup: "WSAStartup", fnCleanup: "WSACleanup", fnSocket: "socket", fnBind: "bind", fnListen: "listen",
	fnAccept: "accept", fnConnect: "connect", fnWSAConnect: "WSAConnect", fnClose: "closesocket", fnShutdown: "shutdown", fnSend: "send",
	fnSendTo: "sendto", fnRecv: "recv", fnRecvFrom: "recvfrom", fnSockName: "getsockname", fnPeerName: "getpeername",
	fnSetOption: "setsockopt", fnGetOption: "getsockopt", fnControl: "ioctlsocket", fnSelect: "select", fnPoll: "WSAPoll",
	fnEventSelect: "WSAEventSelect", fnAsyncSelect: "WSAAsyncSelect", fnEnumEvents: "WSAEnumNetworkEvents",
	fnControlMore: "WSAIoctl", fnOverlappedResult: "WSAGetOverlappedResult",
}

// The numbers of Windows that package syscall does not have, or has as another
// type.
const (
	levelSocket = 0xffff
	levelIPv6   = 41

	optionReuse     = 0x4
	optionBroadcast = 0x20
	optionLinger    = 0x80
	optionError     = 0x1007
	optionKind      = 0x1008
	optionV6Only    = 27

	kindStream   = 1
	kindDatagram = 2

	setNonblocking = 0x8004667e // FIONBIO

	failed  = ^uintptr(0) // SOCKET_ERROR, and INVALID_SOCKET
	version = 0x0202      // of the library that is asked for

	operationAborted = syscall.Errno(995) // WSA_OPERATION_ABORTED
	pending          = syscall.Errno(997) // WSA_IO_PENDING
	interrupted      = syscall.Errno(10004)
	badAddress       = syscall.Errno(10014)
	wouldBlock       = syscall.Errno(10035)
)

var (
	kernel       = syscall.NewLazyDLL("kernel32.dll")
	procCancelIo = kernel.NewProc("CancelIoEx")
	procForbid   = kernel.NewProc("VirtualProtect")
	procAllocate = kernel.NewProc("VirtualAlloc")
	procFree     = kernel.NewProc("VirtualFree")
	procHandler  = kernel.NewProc("AddVectoredExceptionHandler")
	procEvent    = kernel.NewProc("CreateEventW")
	procClear    = kernel.NewProc("ResetEvent")
)

// findFunctions looks up the functions of the library.
func findFunctions() (addresses [functions]uintptr, err error) {
	library, err := syscall.LoadDLL("ws2_32.dll")
	if err != nil {
		return addresses, err
	}
	for i, name := range functionNames {
		proc, err := library.FindProc(name)
		if err != nil {
			return addresses, fmt.Errorf("%s: %w", name, err)
		}
		addresses[i] = proc.Addr()
	}
	return addresses, nil
}

// systemVersion says which Windows this is, or which Wine.
func systemVersion() (text string, wine bool) {
	library, err := syscall.LoadDLL("ntdll.dll")
	if err != nil {
		return "Windows", false
	}
	if proc, err := library.FindProc("wine_get_version"); err == nil {
		at, _, _ := proc.Call()
		return "Wine " + cString(at), true
	}
	major, minor, build := windowsVersion()
	return fmt.Sprintf("Windows %d.%d.%d", major, minor, build), false
}
