package room

import (
	"strconv"
	"strings"

	"connectspec/runner/agent"
)

// Answers are made once, so that giving one costs nothing.
var (
	OK     = agent.Answer{Name: agent.OK}
	Blocks = agent.Answer{Name: agent.Blocks}
	End    = agent.Answer{Name: agent.OK, Value: "end"} // no more data

	tokens  = makeTokens()
	sockets = makeSockets()
	// Levels of select, by the set of its words; bit i stands for the i-th.
	SelectLevels = LevelAnswers("readable", "writable", "exceptional")
)

// MaxSends is how many tokens a byte can tell apart.
const MaxSends = 255

// Token is what recv answers when it gets this byte.
func Token(data byte) agent.Answer { return tokens[data] }

func makeTokens() (answers [MaxSends + 1]agent.Answer) {
	for token := range answers {
		answers[token] = agent.Answer{Name: agent.OK, Value: "#" + strconv.Itoa(token)}
	}
	return answers
}

func makeSockets() (answers [Places]agent.Answer) {
	for p := range answers {
		answers[p] = agent.Answer{Name: agent.OK, Value: "s" + strconv.Itoa(p)}
	}
	return answers
}

// LevelAnswers makes the answer for each set of levels; bit i of its index
// stands for word i.
func LevelAnswers(words ...string) []agent.Answer {
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
