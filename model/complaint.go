package model

import (
	"slices"
	"strconv"
	"strings"

	"connectspec/dsl"
)

// A Complaint is something that is wrong with a specification.
type Complaint struct {
	dsl.Problem
	Check    string // which check found it: syntax, names, gap, overlap ...
	Severity string // error or warning

	// What is wrong on several platforms is told once: say is the message, and
	// key what makes it the same.
	key       string
	platforms []string
	say       func(platforms string) string
}

// add complains, of each problem once.
func (c *Checked) add(check, severity string, problems ...dsl.Problem) {
	for _, problem := range problems {
		known := slices.ContainsFunc(c.Complaints, func(other Complaint) bool {
			return other.Pos == problem.Pos && other.Message == problem.Message
		})
		if !known {
			c.Complaints = append(c.Complaints, Complaint{Problem: problem, Check: check, Severity: severity})
		}
	}
}

// addOn complains of something on a platform. The same on another one, which
// has the same place and key, is told with it.
func (c *Checked) addOn(platform string, complaint Complaint) {
	for i := range c.Complaints {
		other := &c.Complaints[i]
		if other.Pos == complaint.Pos && other.Check == complaint.Check && other.key == complaint.key && other.say != nil {
			other.platforms = append(other.platforms, platform)
			return
		}
	}
	complaint.platforms = []string{platform}
	c.Complaints = append(c.Complaints, complaint)
}

// finish words and sorts the complaints.
func (c *Checked) finish() {
	for i := range c.Complaints {
		if complaint := &c.Complaints[i]; complaint.say != nil {
			complaint.Message = complaint.say(enumerated(complaint.platforms))
		}
	}
	slices.SortStableFunc(c.Complaints, func(a, b Complaint) int { return a.Pos.Offset - b.Pos.Offset })
	c.tellOnce()
}

// tellOnce leaves of complaints about one name that there is not the first, with
// the lines of the others: one mistake in a declaration is many where it is used.
func (c *Checked) tellOnce() {
	first, lines := map[string]int{}, map[string][]dsl.Position{}
	kept := c.Complaints[:0]
	for _, complaint := range c.Complaints {
		_, told := first[complaint.Message]
		if told && complaint.Check == "names" {
			lines[complaint.Message] = append(lines[complaint.Message], complaint.Pos)
			continue
		}
		first[complaint.Message] = len(kept)
		kept = append(kept, complaint)
	}
	c.Complaints = kept
	for message, at := range lines {
		complaint := &c.Complaints[first[message]]
		complaint.Message += "; so in " + linesOf(at)
	}
}

// linesOf names the lines of positions; those past the first few are counted.
func linesOf(at []dsl.Position) string {
	const few = 4
	var lines []string
	for _, pos := range at {
		lines = append(lines, strconv.Itoa(pos.Line))
	}
	lines = slices.Compact(lines)
	switch n := len(lines); {
	case n == 1:
		return "line " + lines[0]
	case n > few:
		lines = append(lines[:few], strconv.Itoa(n-few)+" more")
	}
	return "lines " + enumerated(lines)
}

// enumerated is a list as people write it: `winsock, posix and linux`.
func enumerated(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
