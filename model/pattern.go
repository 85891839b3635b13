package model

import "connectspec/spec"

// Patterns are what the cases of rules ask of sockets other than the one called
// upon: each is what one case asks of one of them, besides how it is linked. To
// such a case a socket shows no more than whether it has the pattern.
type patterns struct {
	all     [][]test
	numbers map[string]uint8
	// compared are the offsets of words and flags that are held against those of
	// other sockets, and copied of those that effects copy.
	compared, copied set
	known            set // those that are asked of sockets that somebody knows
}

// maxPatterns is how many are told apart; all that follow count as the last.
const maxPatterns = 256

// of are the patterns of the tests of a case.
func (p *patterns) of(tests []test) set {
	var numbers set
	for variable := uint8(spec.VarFree); variable < spec.MaxVars; variable++ {
		var (
			pattern []test
			key     []byte
		)
		for _, t := range tests {
			if t.kind == inSet && !t.or && t.left.kind == spec.FieldOf && t.left.variable == variable {
				pattern = append(pattern, t)
				key = append(key, t.left.at, byte(t.set), byte(t.set>>8), flagByte(t.not))
			}
		}
		if len(pattern) > 0 {
			numbers.add(p.number(pattern, string(key)))
		}
	}
	for i := range tests {
		if t := &tests[i]; t.kind == equal {
			p.compare(&t.left)
			p.compare(&t.right)
		}
	}
	return numbers
}

func (p *patterns) number(pattern []test, key string) uint8 {
	number, known := p.numbers[key]
	switch {
	case known:
	case len(p.all) == maxPatterns:
		number = maxPatterns - 1
	default:
		number = uint8(len(p.all))
		p.numbers[key] = number
		p.all = append(p.all, pattern)
	}
	return number
}

func (p *patterns) compare(o *operand) {
	if o.isWordOfOther() {
		p.compared.add(o.at)
	}
}

// isWordOfOther says whether an operand is a word, or a flag, of a socket other
// than the subject.
func (o *operand) isWordOfOther() bool {
	return o.kind == spec.FieldOf && o.variable >= spec.VarFree && o.variable != worldVariable &&
		(o.constant == uint8(spec.Enumeration) || o.constant == uint8(spec.Flag))
}

func flagByte(flag bool) byte {
	if flag {
		return 1
	}
	return 0
}

// offsets are the members of a set.
func (s *set) members() []uint8 {
	var members []uint8
	for value := range 256 {
		if s.has(uint8(value)) {
			members = append(members, uint8(value))
		}
	}
	return members
}

// areOfKnown says whether the tests of a case are about a socket that another one
// names.
func (c *compiler) areOfKnown(tests []test) bool {
	for i := range tests {
		t := &tests[i]
		if t.kind == names || t.kind == equal && c.isReference(&t.left) && c.isReference(&t.right) {
			return true
		}
	}
	return false
}

func (c *compiler) isReference(o *operand) bool {
	return o.kind == spec.FieldOf && c.addresses.has(o.at)
}

// links says whether effects make a socket know another.
func (c *compiler) links(effects []effect) bool {
	for i := range effects {
		f := &effects[i]
		switch f.kind {
		case spec.Assign, spec.Append:
			if (f.value.kind == spec.FieldOf && c.addresses.has(f.value.at) || f.value.kind == spec.TheSocket) && f.value.variable != f.variable {
				return true
			}
		case spec.Do:
			for k := range f.change.lines {
				if c.links(f.change.lines[k].effects) {
					return true
				}
			}
		}
	}
	return false
}
