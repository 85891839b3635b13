package agent

import (
	"bufio"
	"fmt"
)

// writeHello answers a client's `hello 1`.
func writeHello(out *bufio.Writer, description Description) {
	fmt.Fprintf(out, "%s %s\n", wordHello, protocolVersion)
	fmt.Fprintf(out, "name %s\n", oneLine(description.Name))
	fmt.Fprintf(out, "version %s\n", oneLine(description.Version))
	fmt.Fprintf(out, "dictionary %s\n", oneLine(description.Dictionary))
	for _, lack := range description.Lacks {
		fmt.Fprintf(out, "lacks %s %s\n", oneLine(lack.What), oneLine(lack.Why))
	}
	fmt.Fprintf(out, "extension %s\n", extensionNumbers)
	fmt.Fprintf(out, "%s\n", wordEnd)
}

// readHello reads what writeHello wrote. Lines with words that it does not know
// are passed over, so that later versions can say more.
func readHello(in *lineReader) (description Description, numbers bool, err error) {
	line, err := in.next()
	if err != nil {
		return description, false, err
	}
	if want := wordHello + " " + protocolVersion; string(line) != want {
		return description, false, fmt.Errorf("expected %q, got %q", want, clip(line))
	}
	for range maxLacks {
		line, err := in.next()
		if err != nil {
			return description, false, err
		}
		word, rest := cutWord(string(line))
		switch word {
		case "name":
			description.Name = rest
		case "version":
			description.Version = rest
		case "dictionary":
			description.Dictionary = rest
		case "lacks":
			what, why := cutWord(rest)
			description.Lacks = append(description.Lacks, Lack{What: what, Why: why})
		case "extension":
			numbers = numbers || rest == extensionNumbers
		case wordEnd:
			if description.Name == "" || description.Dictionary == "" {
				return description, false, fmt.Errorf("the hello lacks a name or a dictionary")
			}
			return description, numbers, nil
		}
	}
	return description, false, fmt.Errorf("the hello has more than %d lines", maxLacks)
}
