package fake

import (
	"slices"
	"time"
)

// Issue is an issue as a test makes or sees it.
type Issue struct {
	Number      int   // 0: the next
	ID          int64 // GitHub's, beyond 2^31; given by the fake
	Title, Body string
	Author      string // "" for "alice"
	Association string // of the author; "" for MEMBER
	Closed      bool
	Reason      string // why it is closed
	Labels      []string
	Milestone   string // its title
	Parent      int
	Children    []int // by the order of linking; given by the fake
	BlockedBy   []int
	Comments    []Comment
	Events      []Event // given by the fake
}

// Comment is what somebody said.
type Comment struct {
	ID          int64
	Author      string // "" for "alice"
	Association string // "" for MEMBER
	Body        string
	Created     time.Time
}

// Event is something that happened to an issue: "closed", "reopened",
// "labeled", "sub_issue_added" and so on.
type Event struct {
	Name    string
	Actor   string
	Created time.Time
}

// Pull is a pull request as a test makes or sees it.
type Pull struct {
	Number      int
	ID          int64
	Title, Body string
	Author      string
	Head, Base  string   // branches; the base is "main" for ""
	SHA         string   // of the head
	Messages    []string // of its commits, as far as the test tells
	State       string   // "open", "merged" or "closed"; given by the fake
	Draft       bool
	Armed       bool // merged by itself as soon as it may; given by the fake
	Labels      []string
	Reviewers   []string // that were asked; given by the fake
	MergeCommit string
	Comments    []Comment
	Events      []Event
}

// AddIssue adds an issue that a person made, and returns its number. Its
// parent and what it is blocked by must be there.
func (s *Server) AddIssue(i Issue) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world
	it := w.add(&item{number: i.Number, title: i.Title, body: i.Body, author: or(i.Author, "alice"), association: or(i.Association, "MEMBER")})
	w.put(it, i.Labels)
	if i.Milestone != "" {
		it.milestone = w.addMilestone(i.Milestone)
	}
	if i.Parent != 0 {
		w.link(w.items[i.Parent], it)
	}
	for _, by := range i.BlockedBy {
		w.block(it, w.items[by])
	}
	for _, c := range i.Comments {
		w.say(it, comment{author: or(c.Author, "alice"), association: or(c.Association, "MEMBER"), body: c.Body})
	}
	if i.Closed {
		w.close(it, it.author, or(i.Reason, "completed"), "")
	}
	return it.number
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// AddPull adds an open pull request that a person made, and returns its number.
// Its head branch is made at SHA, or somewhere, unless a [Merger] has it.
func (s *Server) AddPull(p Pull) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world
	i := w.add(&item{number: p.Number, title: p.Title, body: p.Body, author: or(p.Author, w.login), association: "MEMBER"})
	i.pull = &pull{id: w.newID(), head: p.Head, base: or(p.Base, DefaultBranch), sha: or(p.SHA, commitID(p.Head)), draft: p.Draft, messages: p.Messages}
	if w.merger == nil {
		w.branches[p.Head] = i.pull.sha
	} else {
		w.refresh(i)
	}
	w.put(i, p.Labels)
	for _, c := range p.Comments {
		w.say(i, comment{author: or(c.Author, "alice"), association: or(c.Association, "MEMBER"), body: c.Body})
	}
	return i.number
}

// AddMilestone adds a milestone and returns its number.
func (s *Server) AddMilestone(title string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.addMilestone(title).number
}

// SetBranch puts a branch at a commit, as a push does; "" deletes it. It is for
// servers without a [Merger].
func (s *Server) SetBranch(name, sha string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sha == "" {
		delete(s.world.branches, name)
	} else {
		s.world.branches[name] = sha
	}
	for _, i := range s.world.items {
		if i.pull != nil {
			s.world.refresh(i)
		}
	}
}

// Issue gives an issue as it is; false when there is none of that number.
func (s *Server) Issue(number int) (Issue, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.world.items[number]
	if i == nil || i.pull != nil {
		return Issue{}, false
	}
	return i.issue(), true
}

// Issues lists all issues by number.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Issue
	for _, i := range s.world.sorted() {
		if i.pull == nil {
			all = append(all, i.issue())
		}
	}
	return all
}

// Pull gives a pull request as it is; false when there is none of that number.
func (s *Server) Pull(number int) (Pull, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.world.items[number]
	if i == nil || i.pull == nil {
		return Pull{}, false
	}
	s.world.refresh(i)
	s.world.settle()
	return i.request(), true
}

// Pulls lists all pull requests by number.
func (s *Server) Pulls() []Pull {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.settle()
	var all []Pull
	for _, i := range s.world.sorted() {
		if i.pull != nil {
			s.world.refresh(i)
			all = append(all, i.request())
		}
	}
	return all
}

func (i *item) issue() Issue {
	o := Issue{
		Number: i.number, ID: i.id, Title: i.title, Body: i.body, Author: i.author, Association: i.association,
		Closed: !i.open(), Reason: i.reason, Labels: i.labelNames(), Children: numbers(i.children), BlockedBy: numbers(i.blockedBy),
		Comments: i.remarks(), Events: i.history(),
	}
	if i.parent != nil {
		o.Parent = i.parent.number
	}
	if i.milestone != nil {
		o.Milestone = i.milestone.title
	}
	return o
}

func (i *item) request() Pull {
	p := i.pull
	return Pull{
		Number: i.number, ID: p.id, Title: i.title, Body: i.body, Author: i.author, Head: p.head, Base: p.base, SHA: p.sha,
		State: i.pullState(), Draft: p.draft, Armed: p.armed != "", Labels: i.labelNames(), Reviewers: slices.Clone(p.reviewers),
		MergeCommit: p.mergeCommit, Comments: i.remarks(), Events: i.history(),
	}
}

func (i *item) labelNames() []string {
	var names []string
	for _, l := range i.labels {
		names = append(names, l.name)
	}
	return names
}

func numbers(all []*item) []int {
	var list []int
	for _, i := range all {
		list = append(list, i.number)
	}
	return list
}

func (i *item) remarks() []Comment {
	var all []Comment
	for _, c := range i.comments {
		all = append(all, Comment{ID: c.id, Author: c.author, Association: c.association, Body: c.body, Created: c.created})
	}
	return all
}

func (i *item) history() []Event {
	var all []Event
	for _, e := range i.events {
		all = append(all, Event{Name: e.name, Actor: e.actor, Created: e.created})
	}
	return all
}
