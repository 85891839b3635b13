//go:build linux

package linux

import (
	"connectspec/runner/agent"
	"connectspec/runner/posix"
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

func makeErrorAnswers() (answers [maxErrno]agent.Answer) {
	for errno := range answers {
		answers[errno] = agent.Answer{Name: posix.ErrorName(unix.Errno(errno))}
	}
	return answers
}

// makePendingAnswers makes what so_error answers.
func makePendingAnswers() (answers [maxErrno]agent.Answer) {
	for errno := range answers {
		answers[errno] = agent.Answer{Name: agent.OK, Value: posix.ErrorName(unix.Errno(errno))}
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
	return agent.Answer{Name: posix.ErrorName(errno)}
}
