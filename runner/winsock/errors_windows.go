package winsock

import (
	"strconv"
	"syscall"

	"connectspec/runner/agent"
	"connectspec/runner/room"
)

// errorNames are the names of winsock2.h and winerror.h.
var errorNames = map[syscall.Errno]string{
	6: "WSA_INVALID_HANDLE", 8: "WSA_NOT_ENOUGH_MEMORY", 87: "WSA_INVALID_PARAMETER",
	995: "WSA_OPERATION_ABORTED", 996: "WSA_IO_INCOMPLETE", 997: "WSA_IO_PENDING",
	10004: "WSAEINTR", 10009: "WSAEBADF", 10013: "WSAEACCES", 10014: "WSAEFAULT", 10022: "WSAEINVAL",
	10024: "WSAEMFILE", 10035: "WSAEWOULDBLOCK", 10036: "WSAEINPROGRESS", 10037: "WSAEALREADY",
	10038: "WSAENOTSOCK", 10039: "WSAEDESTADDRREQ", 10040: "WSAEMSGSIZE", 10041: "WSAEPROTOTYPE",
	10042: "WSAENOPROTOOPT", 10043: "WSAEPROTONOSUPPORT", 10044: "WSAESOCKTNOSUPPORT", 10045: "WSAEOPNOTSUPP",
	10046: "WSAEPFNOSUPPORT", 10047: "WSAEAFNOSUPPORT", 10048: "WSAEADDRINUSE", 10049: "WSAEADDRNOTAVAIL",
	10050: "WSAENETDOWN", 10051: "WSAENETUNREACH", 10052: "WSAENETRESET", 10053: "WSAECONNABORTED",
	10054: "WSAECONNRESET", 10055: "WSAENOBUFS", 10056: "WSAEISCONN", 10057: "WSAENOTCONN", 10058: "WSAESHUTDOWN",
	10059: "WSAETOOMANYREFS", 10060: "WSAETIMEDOUT", 10061: "WSAECONNREFUSED", 10062: "WSAELOOP",
	10063: "WSAENAMETOOLONG", 10064: "WSAEHOSTDOWN", 10065: "WSAEHOSTUNREACH", 10091: "WSASYSNOTREADY",
	10092: "WSAVERNOTSUPPORTED", 10093: "WSANOTINITIALISED", 10101: "WSAEDISCON",
}

// exceptionNames are those of winnt.h.
var exceptionNames = map[uint32]string{accessViolation: "EXCEPTION_ACCESS_VIOLATION"}

const (
	errorsFirst = 10000
	errorsEnd   = 10120
)

// Answers are made once.
var (
	errorAnswers, pendingAnswers = makeErrorAnswers()
	pollAnswers                  = room.LevelAnswers("in", "out", "pri", "err", "hup", "nval")
	noError                      = agent.Answer{Name: agent.OK, Value: "none"}
	ended                        = agent.Answer{Name: agent.OK, Value: "success"}
)

func makeErrorAnswers() (errors, pending [errorsEnd - errorsFirst]agent.Answer) {
	for i := range errors {
		name := errorName(syscall.Errno(errorsFirst + i))
		errors[i] = agent.Answer{Name: name}
		pending[i] = agent.Answer{Name: agent.OK, Value: name}
	}
	return errors, pending
}

func errorName(number syscall.Errno) string {
	if name := errorNames[number]; name != "" {
		return name
	}
	return "wsa_" + strconv.Itoa(int(number))
}

func failure(number syscall.Errno) agent.Answer {
	if number >= errorsFirst && number < errorsEnd {
		return errorAnswers[number-errorsFirst]
	}
	return agent.Answer{Name: errorName(number)}
}

func pendingError(number syscall.Errno) agent.Answer {
	switch {
	case number == 0:
		return noError
	case number >= errorsFirst && number < errorsEnd:
		return pendingAnswers[number-errorsFirst]
	}
	return agent.Answer{Name: agent.OK, Value: errorName(number)}
}
