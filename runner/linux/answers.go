//go:build linux

package linux

import (
	"strconv"
	"strings"

	"connectspec/runner/agent"
	"golang.org/x/sys/unix"
)

// Answers are made once, so that giving one costs nothing.
var (
	okAnswer     = agent.Answer{Name: agent.OK}
	blocksAnswer = agent.Answer{Name: agent.Blocks}
	endAnswer    = agent.Answer{Name: agent.OK, Value: "end"}

	errorAnswers   = makeErrorAnswers()
	pendingAnswers = makePendingAnswers()
	tokenAnswers   = makeTokenAnswers()
	selectAnswers  = makeSetAnswers("readable", "writable", "exceptional")
	pollAnswers    = makeSetAnswers("in", "out", "pri", "err", "hup", "nval")
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

func makeTokenAnswers() (answers [256]agent.Answer) {
	for token := range answers {
		answers[token] = agent.Answer{Name: agent.OK, Value: "#" + strconv.Itoa(token)}
	}
	return answers
}

// makeSetAnswers makes the answer for each set of levels; bit i of its index
// stands for word i.
func makeSetAnswers(words ...string) []agent.Answer {
	answers := make([]agent.Answer, 1<<len(words))
	for set := range answers {
		var shown []string
		for i, word := range words {
			if set&(1<<i) != 0 {
				shown = append(shown, word)
			}
		}
		answers[set] = agent.Answer{Name: agent.OK, Value: strings.Join(shown, "+")}
	}
	answers[0].Value = "nothing"
	return answers
}

// answer is ok or the name of an error.
func answer(errno unix.Errno) agent.Answer {
	if errno == 0 {
		return okAnswer
	}
	return failure(errno)
}

func failure(errno unix.Errno) agent.Answer {
	if errno < maxErrno {
		return errorAnswers[errno]
	}
	return agent.Answer{Name: errorName(errno)}
}
