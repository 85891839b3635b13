package spec

import (
	"slices"

	"connectspec/dsl"
)

// FirstOffset is where the first field of a socket's record stands; what is
// before it belongs to the model.
const FirstOffset = 1

// number gives every word of the specification its place: fields get offsets,
// words values, classes and errors indices.
func (r *resolver) number() {
	r.addHeld()
	offset := FirstOffset
	for _, node := range r.fields {
		offset = r.addField(node, offset)
	}
	worldOffset := 0
	for _, node := range r.variables {
		switch node := node.(type) {
		case *dsl.Variable:
			if node.World {
				worldOffset = r.addVariable(node, worldOffset)
			} else {
				offset = r.addVariable(node, offset)
			}
		case *dsl.Queue:
			offset = r.addQueue(node, offset)
		case *dsl.Handle:
			r.addHandle(node)
		}
	}
	for _, node := range r.groups {
		r.addGroup(node)
	}
	for _, node := range r.errors {
		r.addError(node)
	}
	for _, node := range r.inputs {
		r.addInput(node)
	}
	for _, node := range r.calls {
		r.addCall(node, false)
	}
	for _, node := range r.calls {
		r.setLike(node)
	}
	for _, node := range r.events {
		r.addCall(&node.Call, true)
	}
	for _, node := range r.targets {
		r.addTarget(node)
	}
}

func (r *resolver) addWord(name dsl.Name, tests ...WordTest) {
	if _, taken := r.spec.words[name.Text]; taken {
		r.report(name, "the word `%s` is declared twice", name.Text)
		return
	}
	r.spec.words[name.Text] = tests
}

// addHeld gives a word to sockets with a thread asleep in a call upon them, if
// there are threads.
func (r *resolver) addHeld() {
	onThread := func(c *dsl.Call) bool {
		return slices.ContainsFunc(c.Parameters, func(p dsl.Name) bool { return p.Text == thread.Name })
	}
	if !slices.ContainsFunc(r.calls, onThread) {
		return
	}
	var tests []WordTest
	for i := range MaxThreads {
		tests = append(tests, WordTest{Offset: ThreadsOffset + i*ThreadSize, Mask: 1 << ThreadAsleep})
	}
	r.addWord(dsl.Name{Text: "held"}, tests...)
}

func (r *resolver) addField(node *dsl.Field, offset int) int {
	field := &Field{Pos: node.Name.Pos, Name: node.Name.Text, Type: Enumeration, Offset: offset}
	if node.Text != nil {
		field.Text = node.Text.Text
	}
	for i, word := range node.Words {
		if i >= 64 {
			r.report(word.Name, "a field has at most 64 words")
			break
		}
		field.Words = append(field.Words, word.Name.Text)
		text := ""
		if word.Text != nil {
			text = word.Text.Text
		}
		field.Texts = append(field.Texts, text)
		r.addWord(word.Name, WordTest{Offset: offset, Mask: 1 << i})
	}
	r.spec.Fields = append(r.spec.Fields, field)
	return offset + 1
}

var variableTypes = map[string]FieldType{"flag": Flag, "address": Address, "socket": Socket, "code": Code}

func (r *resolver) addVariable(node *dsl.Variable, offset int) int {
	kind, known := variableTypes[node.Type.Text]
	if !known {
		r.unknown(node.Type, "type of field", []string{"flag", "address", "socket", "code"})
	}
	if r.knownField(node, node.Name) {
		return offset
	}
	field := &Field{Pos: node.Name.Pos, Name: node.Name.Text, Type: kind, Offset: offset}
	if node.Text != nil {
		field.Text = node.Text.Text
	}
	if kind == Flag {
		r.addWord(node.Name, WordTest{Offset: offset, Mask: 1 << 1, World: node.World})
	}
	if node.World {
		r.spec.World = append(r.spec.World, field)
	} else {
		r.spec.Fields = append(r.spec.Fields, field)
	}
	return offset + 1
}

// knownField says, and reports, that there is a field of that name already.
func (r *resolver) knownField(node dsl.Node, name dsl.Name) bool {
	in, fields := space(node, ""), r.spec.Fields
	if in != "field" {
		fields = r.spec.World
	}
	known := slices.ContainsFunc(fields, func(f *Field) bool { return f.Name == name.Text })
	if known {
		r.report(name, "the %s `%s` is declared twice", in, name.Text)
	}
	return known
}

func (r *resolver) addQueue(node *dsl.Queue, offset int) int {
	if r.knownField(node, node.Name) {
		return offset
	}
	field := &Field{
		Pos: node.Name.Pos, Name: node.Name.Text, Type: Queue, Offset: offset,
		Tokens: node.Of.Text == "tokens", Holds: node.Holds,
	}
	if node.Text != nil {
		field.Text = node.Text.Text
	}
	if node.Holds < 1 || node.Holds > 8 {
		r.report(node.Name, "a queue holds 1 to 8")
		field.Holds = 1
	}
	r.spec.Fields = append(r.spec.Fields, field)
	return offset + 1 + field.Holds
}

func (r *resolver) addHandle(node *dsl.Handle) {
	if len(r.spec.Handles) == maxHandles {
		r.report(node.Name, "there are at most %d handles", maxHandles)
		return
	}
	handle := &Handle{Name: node.Name.Text}
	if node.Text != nil {
		handle.Text = node.Text.Text
	}
	r.spec.Handles = append(r.spec.Handles, handle)
	r.addWord(node.Name, WordTest{Handle: len(r.spec.Handles)})
}

// addGroup names the words of a group; words of one field become one test.
func (r *resolver) addGroup(node *dsl.Group) {
	r.addWord(node.Name, r.wordTests(node.Words)...)
}

// wordTests looks words up and joins those of one field.
func (r *resolver) wordTests(words []dsl.Name) []WordTest {
	var tests []WordTest
	for _, word := range words {
		found, known := r.spec.words[word.Text]
		if test, gone := r.ofGone(word.Text); gone {
			found, known = []WordTest{test}, true
		}
		if !known {
			r.unknown(word, "word", r.wordNames())
			continue
		}
		for _, test := range found {
			tests = joinTest(tests, test)
		}
	}
	return tests
}

func joinTest(tests []WordTest, test WordTest) []WordTest {
	for i := range tests {
		if test.Handle == 0 && tests[i].Handle == 0 && tests[i].Offset == test.Offset && tests[i].World == test.World {
			tests[i].Mask |= test.Mask
			return tests
		}
	}
	return append(tests, test)
}

func (r *resolver) wordNames() []string {
	names := make([]string, 0, len(r.spec.words))
	for name := range r.spec.words {
		names = append(names, name)
	}
	return names
}

// What fits into a byte, beside what it holds otherwise.
const (
	maxErrors  = 240
	maxCalls   = 120
	maxHandles = 16
	maxLevels  = 8
)

func (r *resolver) addError(node *dsl.Error) {
	e := &Error{
		Pos: node.Name.Pos, Index: len(r.spec.Errors), Name: node.Name.Text,
		Number: node.Number, Text: node.Text.Text, Cites: node.Cites,
	}
	for _, other := range r.spec.Errors {
		if other.Number == e.Number {
			r.report(node.Name, "%s has the number %d already", other.Name, e.Number)
		}
	}
	r.cannotProvoke(e, node.Cannots)
	if e.Index >= maxErrors {
		r.report(node.Name, "there are at most %d errors", maxErrors)
		return
	}
	r.spec.Errors = append(r.spec.Errors, e)
}

// cannotProvoke notes why the platform cannot provoke an error. The nearest
// platform of its lineage that has something to say is the one that counts.
func (r *resolver) cannotProvoke(e *Error, cannots []dsl.Cannot) {
	for i := len(r.lineage) - 1; i >= 0 && e.Cannot == ""; i-- {
		for _, cannot := range cannots {
			on := slices.IndexFunc(cannot.On, func(n dsl.Name) bool { return n.Text == r.lineage[i] })
			switch {
			case on < 0:
			case e.Cannot != "":
				r.report(cannot.On[on], "line %d says already why %s cannot provoke it", e.CannotPos.Line, r.lineage[i])
			default:
				e.Cannot, e.CannotPos = cannot.Because.Text, cannot.Pos
			}
		}
	}
}

// usualWeight is that of a class that is meant when a script says nothing.
const usualWeight = 8

func (r *resolver) addInput(node *dsl.Input) {
	input := &Input{Name: node.Name.Text}
	for _, c := range node.Classes {
		if input.class(c.Name.Text) != nil {
			r.report(c.Name, "the class `%s` of %s is declared twice", c.Name.Text, input.Name)
			continue
		}
		class := &Class{
			Pos: c.Name.Pos, Index: len(r.spec.Classes), Name: c.Name.Text, Input: input,
			Socket: c.Name.Text == "socket", Own: c.Name.Text == "own", Weight: 1,
		}
		if c.Text != nil {
			class.Text = c.Text.Text
		}
		if c.Usual && input.Usual != nil {
			r.report(c.Name, "`%s` is usual already", input.Usual.Name)
		}
		if c.Usual {
			class.Weight = usualWeight
			input.Usual = class
		}
		if c.Weight > 0 {
			class.Weight = c.Weight
		}
		if c.Needs != nil {
			class.Needs = c.Needs.Text
		}
		class.For = r.wordTests(c.For)
		if class.Index >= 120 {
			r.report(c.Name, "there are at most 120 classes of input")
			break
		}
		input.Classes = append(input.Classes, class)
		r.spec.Classes = append(r.spec.Classes, class)
	}
	r.spec.Inputs = append(r.spec.Inputs, input)
}

func (r *resolver) addCall(node *dsl.Call, event bool) {
	call := &Call{Pos: node.Name.Pos, Index: len(r.spec.Calls), Name: node.Name.Text, Event: event, Weight: 1}
	if node.Weight > 0 {
		call.Weight = node.Weight
	}
	if node.Needs != nil {
		call.Needs = node.Needs.Text
	}
	if node.Makes != nil {
		call.Makes = node.Makes.Text
	}
	for i, parameter := range node.Parameters {
		if parameter.Text == "s" {
			if i > 0 {
				r.report(parameter, "`s`, the socket called upon, is the first parameter")
			}
			call.OnSocket = true
			continue
		}
		call.Parameters = append(call.Parameters, r.parameter(parameter))
	}
	if len(call.Parameters) > 3 {
		r.report(node.Name, "a call has at most three parameters besides its socket")
		call.Parameters = call.Parameters[:3]
	}
	if call.OnSocket && call.Makes == "s" || call.Makes == "world" {
		r.report(*node.Makes, "`%s` is something else already", call.Makes)
		call.Makes = ""
	}
	r.answers(call, node)
	if call.Index >= maxCalls {
		r.report(node.Name, "there are at most %d calls", maxCalls)
		return
	}
	r.spec.Calls = append(r.spec.Calls, call)
}

func (r *resolver) parameter(name dsl.Name) Parameter {
	if name.Text == thread.Name {
		return Parameter{Name: name.Text, Field: thread}
	}
	known := []string{thread.Name}
	for _, input := range r.spec.Inputs {
		if input.Name == name.Text {
			return Parameter{Name: name.Text, Input: input}
		}
		known = append(known, input.Name)
	}
	for _, field := range r.spec.Fields {
		if field.Name == name.Text && field.Type == Enumeration {
			return Parameter{Name: name.Text, Field: field}
		}
		known = append(known, field.Name)
	}
	r.unknown(name, "input or field", known)
	return Parameter{Name: name.Text, Input: &Input{}}
}

func (r *resolver) answers(call *Call, node *dsl.Call) {
	switch {
	case len(node.Levels) > 0:
		call.Answers = AnswersLevels
		if len(node.Levels) > maxLevels {
			r.report(node.Levels[maxLevels], "a call has at most %d levels", maxLevels)
			return
		}
		for _, level := range node.Levels {
			call.Levels = append(call.Levels, level.Text)
		}
	case node.Answers == nil:
	case node.Answers.Text == "token":
		call.Answers = AnswersToken
	case node.Answers.Text == "result":
		call.Answers = AnswersResult
		if !call.OnThread() {
			r.report(*node.Answers, "only what has a `thread` as its first parameter answers the result of another call")
		}
	default:
		r.answersField(call, *node.Answers)
	}
}

func (r *resolver) answersField(call *Call, name dsl.Name) {
	known := []string{"token", "result"}
	for _, field := range r.spec.Fields {
		known = append(known, field.Name)
		if field.Name != name.Text {
			continue
		}
		call.Field = field
		switch field.Type {
		case Enumeration:
			call.Answers = AnswersWord
		case Address:
			call.Answers = AnswersAddress
		case Code:
			call.Answers = AnswersCode
		default:
			r.report(name, "a call cannot answer the field %s", name.Text)
		}
		return
	}
	if name.Text == "code" {
		call.Answers = AnswersCode
		return
	}
	r.unknown(name, "field", known)
}

func (r *resolver) addTarget(node *dsl.Target) {
	target := &Target{Name: node.Name.Text, Text: node.Text.Text}
	for _, renaming := range node.Renamings {
		meant := r.spec.Error(renaming.Means.Text)
		if meant == nil {
			r.unknown(renaming.Means, "error", r.errorNames())
			continue
		}
		entry := Renaming{Native: renaming.Native.Text, Means: meant.Index, Because: renaming.Because.Text}
		if renaming.Call != nil {
			entry.Call = renaming.Call.Text
			if r.spec.Call(entry.Call) == nil && !r.isGone("call", entry.Call) {
				r.unknown(*renaming.Call, "call", r.callNames())
			}
		}
		if renaming.Kind != nil {
			entry.Kind = renaming.Kind.Text
			if r.spec.words[entry.Kind] == nil && r.goneWith(entry.Kind) == nil {
				r.unknown(*renaming.Kind, "word", r.wordNames())
			}
		}
		for _, other := range target.Renamings {
			if other.Native == entry.Native && other.Call == entry.Call && other.Kind == entry.Kind {
				r.report(renaming.Native, "what `%s` means there is said already", entry.Native)
			}
		}
		target.Renamings = append(target.Renamings, entry)
	}
	r.spec.Targets = append(r.spec.Targets, target)
}

func (r *resolver) errorNames() []string {
	var names []string
	for _, e := range r.spec.Errors {
		names = append(names, e.Name)
	}
	return names
}

func (r *resolver) callNames() []string {
	var names []string
	for _, c := range r.spec.Calls {
		names = append(names, c.Name)
	}
	return names
}
