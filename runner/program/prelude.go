package program

import (
	"embed"
	"regexp"
	"slices"
	"strings"
)

//go:embed prelude
var preludes embed.FS

// A section is a piece of a prelude, and what it declares.
type section struct {
	system string // that it is for: posix, winsock, both
	names  []string
	text   string
	taken  bool
}

// mark opens a section: `//: both step fault`. One that names nothing is always
// there.
const mark = "//: "

// prelude is what a program needs of the helpers of its language, which stand in
// some files: those that its text mentions, and those that these mention, in their
// order.
func prelude(system, text string, files ...string) string {
	var sections []section
	for _, file := range files {
		whole, err := preludes.ReadFile("prelude/" + file)
		if err != nil {
			panic(err) // it is part of this program
		}
		sections = append(sections, sectionsOf(string(whole))...)
	}
	text = comments.ReplaceAllString(text, "")
	for grew := true; grew; {
		grew = false
		for i := range sections {
			one := &sections[i]
			if one.taken || one.system != "both" && one.system != system || !one.wanted(text) {
				continue
			}
			one.taken, grew = true, true
			text += comments.ReplaceAllString(one.text, "")
		}
	}
	var taken []string
	for _, one := range sections {
		if one.taken {
			taken = append(taken, one.text)
		}
	}
	return strings.Join(taken, "\n")
}

// comments mention what they like.
var comments = regexp.MustCompile(`(?s:/\*.*?\*/)|(?m:^//.*$)`)

func sectionsOf(text string) []section {
	var sections []section
	for line := range strings.Lines(text) {
		if head, opens := strings.CutPrefix(line, mark); opens {
			words := strings.Fields(head)
			sections = append(sections, section{system: words[0], names: words[1:]})
			continue
		}
		sections[len(sections)-1].text += line
	}
	for i := range sections {
		sections[i].text = strings.Trim(sections[i].text, "\n") + "\n"
	}
	return sections
}

// wanted says that a text mentions what a section declares.
func (s *section) wanted(text string) bool {
	return len(s.names) == 0 || slices.ContainsFunc(s.names, func(name string) bool {
		return regexp.MustCompile(`\b` + name + `\b`).MatchString(text)
	})
}
