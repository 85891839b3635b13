package model

import "connectspec/spec"

// threads is the capability that a call of a thread needs.
const threads = "threads"

// Missing is the first capability, call, class of input or word of a script
// that a target lacks; "" if it can run all of it.
func Missing(s *spec.Spec, script Script, lacks map[string]bool) string {
	var room [9]string
	for _, op := range script {
		call := s.Calls[op.Call]
		words := append(room[:0], call.Name, call.Needs)
		if op.Thread > 0 {
			words = append(words, threads)
		}
		for i, parameter := range call.Parameters {
			switch {
			case parameter.Field != nil:
				words = append(words, parameter.Field.Words[op.Args[i]])
			case op.Args[i] < spec.SocketArg:
				class := s.Classes[op.Args[i]]
				words = append(words, class.Name, class.Needs)
			}
		}
		for _, word := range words {
			if word != "" && lacks[word] {
				return word
			}
		}
	}
	return ""
}
