package spec

import (
	"slices"
	"strings"

	"connectspec/dsl"
)

// setLike finds the call that another is like.
func (r *resolver) setLike(node *dsl.Call) {
	call := r.spec.Call(node.Name.Text)
	if call == nil || node.Like == nil {
		return
	}
	like := r.spec.Call(node.Like.Text)
	sameName := func(a, b Parameter) bool { return a.Name == b.Name }
	switch {
	case like == nil:
		r.unknown(*node.Like, "call", r.callNames())
	case like == call || r.isLike(like):
		r.report(*node.Like, "%s has no rules of its own to be like", like.Name)
	case like.OnSocket != call.OnSocket || !slices.EqualFunc(like.Parameters, call.Parameters, sameName):
		r.report(*node.Like, "%s is not called as %s is: its rules speak of other arguments", like.Name, call.Name)
	case like.Makes != call.Makes || like.Answers != call.Answers || like.Field != call.Field || !slices.Equal(like.Levels, call.Levels):
		r.report(*node.Like, "%s does not answer what %s answers", like.Name, call.Name)
	default:
		call.Like = like
	}
}

// isLike says that a call is declared to be like another one.
func (r *resolver) isLike(call *Call) bool {
	return slices.ContainsFunc(r.calls, func(node *dsl.Call) bool { return node.Name.Text == call.Name && node.Like != nil })
}

// others are the calls like a call that have no rule of a name to overrule its own.
func (r *resolver) others(call *Call, name string) []*Call {
	var others []*Call
	for _, other := range r.spec.Calls {
		if other.Like == call && r.ownRule(other.Name+"."+name) == nil {
			others = append(others, other)
		}
	}
	return others
}

func (r *resolver) ownRule(name string) *layered {
	i := slices.IndexFunc(r.rules, func(rule *layered) bool { return rule.node.Name.Text == name })
	if i < 0 {
		return nil
	}
	return r.rules[i]
}

// overruled is what would hold for a call that is like another one if it did not
// have this rule; nil if nothing would.
func (r *resolver) overruled(rule *Rule) *layered {
	if len(rule.Calls) == 0 || rule.Calls[0].Like == nil {
		return nil
	}
	call := rule.Calls[0]
	return r.ownRule(call.Like.Name + "." + strings.TrimPrefix(rule.Name, call.Name+"."))
}
