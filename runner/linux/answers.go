//go:build linux

package linux

import (
	"strconv"

	"connectspec/runner/agent"
	"connectspec/runner/room"
	"golang.org/x/sys/unix"
)

// Answers are made once, so that giving one costs nothing.
var (
	errorAnswers   = makeErrorAnswers()
	pendingAnswers = makePendingAnswers()
	pollAnswers    = room.LevelAnswers("in", "out", "pri", "err", "hup", "nval")
)

// maxErrno is above every error number that Linux shows to programs.
const maxErrno = 200

// errorName is the name that the manual pages use.
func errorName(errno unix.Errno) string {
	switch errno {
	case unix.EOPNOTSUPP: // the same number as ENOTSUP
		return "EOPNOTSUPP"
	case unix.EAGAIN: // the same number as EWOULDBLOCK
		return "EAGAIN"
	}
	if name := unix.ErrnoName(errno); name != "" {
		return name
	}
	return "errno_" + strconv.Itoa(int(errno))
}

func makeErrorAnswers() (answers [maxErrno]agent.Answer) {
	for errno := range answers {
		answers[errno] = agent.Answer{Name: errorName(unix.Errno(errno))}
	}
	return answers
}

// makePendingAnswers makes what so_error answers.
func makePendingAnswers() (answers [maxErrno]agent.Answer) {
	for errno := range answers {
		answers[errno] = agent.Answer{Name: agent.OK, Value: errorName(unix.Errno(errno))}
	}
	answers[0].Value = "none"
	return answers
}

// answer is ok or the name of an error.
func answer(errno unix.Errno) agent.Answer {
	if errno == 0 {
		return room.OK
	}
	return failure(errno)
}

func failure(errno unix.Errno) agent.Answer {
	if errno < maxErrno {
		return errorAnswers[errno]
	}
	return agent.Answer{Name: errorName(errno)}
}
