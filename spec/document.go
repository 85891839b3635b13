package spec

import (
	"fmt"
	"slices"
	"sort"

	"connectspec/dsl"
)

// A Document is a specification file with its declarations indexed: what is
// the same for every platform, and what has still to be layered.
type Document struct {
	Title     *dsl.Title
	Clauses   []*Clause
	Conflicts []*dsl.Conflict
	Platforms []*Platform

	file     *dsl.File
	problems []dsl.Problem
}

// A Platform says what it is called and what it extends.
type Platform struct {
	Pos     dsl.Position
	Name    string
	Text    string
	Extends *Platform
}

// Open indexes a file. Problems are those that concern no single platform.
func Open(file *dsl.File) (*Document, []dsl.Problem) {
	d := &Document{file: file}
	for _, declaration := range file.Declarations {
		d.open(declaration)
	}
	if d.Title == nil {
		d.report(dsl.Position{File: file.Name, Line: 1, Column: 1}, 1, "no `spec \"name\" version N` declaration")
	}
	if len(d.Platforms) == 0 {
		d.report(dsl.Position{File: file.Name, Line: 1, Column: 1}, 1, "no `platform name \"text\"` declaration")
	}
	d.checkTwice()
	d.checkRepeated()
	d.checkCites()
	return d, d.problems
}

// Read parses and indexes the text of a specification. What cannot be parsed is
// not indexed: there is no document then.
func Read(name string, text []byte) (*Document, []dsl.Problem) {
	file, problems := dsl.Parse(name, text)
	if len(problems) > 0 {
		return nil, problems
	}
	return Open(file)
}

// Platform finds a platform by its name; nil if there is none.
func (d *Document) Platform(name string) *Platform {
	for _, p := range d.Platforms {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Clause finds a clause by its id; nil if there is none.
func (d *Document) Clause(id string) *Clause {
	for _, c := range d.Clauses {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (d *Document) open(declaration dsl.Declaration) {
	switch node := declaration.Node.(type) {
	case *dsl.Title:
		if d.Title != nil {
			d.report(node.Spec.Pos, 4, "the specification has a title already")
			return
		}
		d.Title = node
	case *dsl.Clause:
		d.addClause(node)
	case *dsl.Conflict:
		d.Conflicts = append(d.Conflicts, node)
	case *dsl.Platform:
		d.addPlatform(node)
	}
}

func (d *Document) addClause(node *dsl.Clause) {
	if d.Clause(node.ID.Text) != nil {
		d.reportName(node.ID, "clause %s is declared twice", node.ID.Text)
		return
	}
	clause := &Clause{Pos: node.ID.Pos, ID: node.ID.Text, Text: node.Text.Text}
	if node.SetAside != nil {
		clause.SetAside = node.SetAside.Text
	}
	d.Clauses = append(d.Clauses, clause)
}

func (d *Document) addPlatform(node *dsl.Platform) {
	if d.Platform(node.Name.Text) != nil {
		d.reportName(node.Name, "platform %s is declared twice", node.Name.Text)
		return
	}
	p := &Platform{Pos: node.Name.Pos, Name: node.Name.Text, Text: node.Text.Text}
	if node.Extends != nil {
		p.Extends = d.Platform(node.Extends.Text)
		switch {
		case p.Extends != nil:
		case d.declaresPlatform(node.Extends.Text):
			d.reportName(*node.Extends, "a platform extends one that is declared before it, and `%s` is not", node.Extends.Text)
		default:
			d.unknown(*node.Extends, "platform", d.platformNames())
		}
	}
	d.Platforms = append(d.Platforms, p)
}

func (d *Document) declaresPlatform(name string) bool {
	return slices.ContainsFunc(d.file.Declarations, func(declaration dsl.Declaration) bool {
		node, ok := declaration.Node.(*dsl.Platform)
		return ok && node.Name.Text == name
	})
}

func (d *Document) platformNames() []string {
	var names []string
	for _, p := range d.Platforms {
		names = append(names, p.Name)
	}
	return names
}

// checkCites makes sure that every cited clause is declared, and that every
// platform that is named exists.
func (d *Document) checkCites() {
	ids := make([]string, 0, len(d.Clauses))
	for _, c := range d.Clauses {
		ids = append(ids, c.ID)
	}
	cited := func(names []dsl.Name) {
		for _, name := range names {
			if d.Clause(name.Text) == nil {
				d.unknown(name, "clause", ids)
			}
		}
	}
	for _, declaration := range d.file.Declarations {
		d.platformsExist(declaration.On)
		switch node := declaration.Node.(type) {
		case *dsl.Conflict:
			cited(node.Clauses)
		case *dsl.Error:
			cited(node.Cites)
			for _, cannot := range node.Cannots {
				d.platformsExist(cannot.On)
			}
		case *dsl.Rule:
			cited(node.Cites)
		case *dsl.Event:
			cited(node.Cites)
		case *dsl.Scenario:
			cited(node.Cites)
		}
		d.checkReason(declaration)
	}
}

func (d *Document) platformsExist(names []dsl.Name) {
	for _, name := range names {
		if d.Platform(name.Text) == nil {
			d.unknown(name, "platform", d.platformNames())
		}
	}
}

// checkReason demands a reason of every overlay, and of what is left open.
func (d *Document) checkReason(declaration dsl.Declaration) {
	if _, scenario := declaration.Node.(*dsl.Scenario); scenario || declaration.Because != nil {
		return
	}
	if rule, isRule := declaration.Node.(*dsl.Rule); isRule && rule.Rank.Text == "unstated" {
		d.reportName(rule.Name, "what is left unstated needs a reason: `because \"...\"`")
	} else if len(declaration.On) > 0 {
		d.report(declaration.Pos, len("on"), "what a platform says otherwise needs a reason: `because \"...\"`")
	}
}

func (d *Document) report(pos dsl.Position, length int, format string, arguments ...any) {
	d.problems = append(d.problems, dsl.Problem{Pos: pos, Length: length, Message: fmt.Sprintf(format, arguments...)})
}

func (d *Document) reportName(name dsl.Name, format string, arguments ...any) {
	d.report(name.Pos, len(name.Text), format, arguments...)
}

func (d *Document) unknown(name dsl.Name, what string, known []string) {
	d.problems = append(d.problems, unknownName(name, what, known))
}

// unknownName is the problem of a name that nothing declares.
func unknownName(name dsl.Name, what string, known []string) dsl.Problem {
	sort.Strings(known)
	problem := dsl.Problem{
		Pos: name.Pos, Length: len(name.Text),
		Message: fmt.Sprintf("there is no %s `%s`", what, name.Text),
	}
	if near := dsl.Suggest(name.Text, known); near != "" {
		problem.Hint = fmt.Sprintf("did you mean `%s`?", near)
	}
	return problem
}
