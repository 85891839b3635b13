package strace

import (
	"strings"

	"connectspec/dsl"
	"connectspec/model"
)

// check checks a specification, and tells the errors.
func check(text []byte) (string, error) {
	file, problems := dsl.Parse("connect.spec", text)
	if len(problems) > 0 {
		return "", problems[0]
	}
	var found strings.Builder
	for _, c := range model.Check(file).Complaints {
		if c.Severity == "error" {
			found.WriteString(c.Message + "\n")
		}
	}
	return found.String(), nil
}
