package dsl

// Suggest returns the word of known that word was probably meant to be, or ""
// if none is near: one change of a letter in a short word, up to three in a
// long one. Exchanged neighbours count as one change, capitals as none.
func Suggest(word string, known []string) string {
	best, bestDistance := "", 1+allowance(len(word))
	for _, candidate := range known {
		if candidate == word {
			continue
		}
		if d := distance(lower(word), lower(candidate), bestDistance); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// allowance is how many changes still make a likely slip of the pen.
func allowance(length int) int {
	switch {
	case length <= 1:
		return 0
	case length <= 4:
		return 1
	case length <= 8:
		return 2
	}
	return 3
}

// lower is strings.ToLower for what names are made of, and quicker.
func lower(word string) []byte {
	out := []byte(word)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// distance is the number of letters to insert, drop, change or exchange with
// their neighbour to get from a to b, or limit if it is not less than that.
func distance(a, b []byte, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, previous, current := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
			least = min(least, current[j])
		}
		if least >= limit {
			return limit
		}
		before, previous, current = previous, current, before
	}
	return min(previous[len(b)], limit)
}
