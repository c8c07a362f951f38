package fake

import (
	"maps"
	"slices"
	"strconv"
)

// What people and administrators do at Jira while fm looks elsewhere.

// Issue is what there is to say of an issue. To add one, leave out what Jira
// fills in.
type Issue struct {
	ID, Key     string
	Project     string // default [DefaultProject]
	Summary     string
	Description string // wiki markup
	Type        string // default Task
	Status      string // default the first one
	Priority    string // default Medium
	Labels      []string
	Parent      string // its key
	Creator     string // default alice
	Versions    []string
	Resolution  string
	Custom      map[string]any
	Properties  map[string]any
	BlockedBy   []string // keys, each as often as there are links
	Comments    []Comment
	Remote      []RemoteLink
	Moves       []string // the statuses that it was put into, oldest first
}

// Comment is what somebody said.
type Comment struct{ Author, Body string }

// RemoteLink leads out of Jira.
type RemoteLink struct{ GlobalID, URL, Title string }

// Configure changes the settings.
func (s *Server) Configure(alter func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alter(&s.world.settings)
}

// Become has the token belong to another account.
func (s *Server) Become(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.me = user{name, name}
}

// AddIssue has somebody make an issue, and gives its key. What the settings do
// not have is a mistake in the test.
func (s *Server) AddIssue(n Issue) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world
	kind, known := w.settings.typeOf(or(n.Type, "Task"))
	status, there := w.settings.statusOf(or(n.Status, w.settings.Statuses[0].Name))
	if !known || !there {
		panic("fake: no type " + n.Type + ", or no status " + n.Status)
	}
	author := or(n.Creator, "alice")
	i := &item{
		summary: n.Summary, description: n.Description, kind: kind, status: status, priority: or(n.Priority, "Medium"), labels: n.Labels,
		parent: w.find(n.Parent), creator: user{author, author}, versions: n.Versions, custom: n.Custom, properties: map[string]any{},
	}
	maps.Copy(i.properties, n.Properties)
	if n.Parent == "" {
		i.parent = nil
	}
	w.add(or(n.Project, DefaultProject), i)
	for _, c := range n.Comments {
		w.say(i, user{c.Author, c.Author}, c.Body)
	}
	for _, key := range n.BlockedBy {
		other := w.find(key)
		l := link{w.newID(), other, i}
		other.links, i.links = append(other.links, l), append(i.links, l)
	}
	return i.key
}

// Issue gives an issue as it is now.
func (s *Server) Issue(key string) (Issue, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.world.find(key)
	if i == nil {
		return Issue{}, false
	}
	return i.snapshot(), true
}

// Issues lists all that are there, in the order of their creation.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Issue
	for _, i := range s.world.items {
		if !i.hidden {
			all = append(all, i.snapshot())
		}
	}
	return all
}

func (i *item) snapshot() Issue {
	n := Issue{
		ID: i.id, Key: i.key, Project: project(i.key), Summary: i.summary, Description: i.description, Type: i.kind.Name, Status: i.status.Name,
		Priority: i.priority, Labels: slices.Clone(i.labels), Creator: i.creator.name, Versions: slices.Clone(i.versions), Resolution: i.resolution,
		Custom: maps.Clone(i.custom), Properties: maps.Clone(i.properties),
	}
	if i.parent != nil {
		n.Parent = i.parent.key
	}
	for _, l := range i.links {
		if l.outward == i {
			n.BlockedBy = append(n.BlockedBy, l.inward.key)
		}
	}
	for _, c := range i.comments {
		n.Comments = append(n.Comments, Comment{c.author.name, c.body})
	}
	for _, r := range i.remote {
		n.Remote = append(n.Remote, *r)
	}
	for _, c := range i.changes {
		n.Moves = append(n.Moves, c.to.Name)
	}
	return n
}

// Put has a person put an issue into a status.
func (s *Server) Put(key, status string) {
	s.on(key, func(w *world, i *item) {
		to, known := w.settings.statusOf(status)
		if !known {
			panic("fake: no status " + status)
		}
		if i.status != to {
			w.move(i, user{"alice", "alice"}, to)
		}
	})
}

// Comment has a person say something.
func (s *Server) Comment(key string, c Comment) {
	s.on(key, func(w *world, i *item) { w.say(i, user{c.Author, c.Author}, c.Body) })
}

// Move moves an issue to another project, and gives the key that it has there.
// The old one stays known.
func (s *Server) Move(key, project string) string {
	s.on(key, func(w *world, i *item) {
		w.numbers[project]++
		i.was = append(i.was, i.key)
		i.key = project + "-" + strconv.Itoa(w.numbers[project])
		key = i.key
	})
	return key
}

// Hide takes an issue from the account's sight, or deletes it: Jira does not tell.
func (s *Server) Hide(key string) { s.on(key, func(_ *world, i *item) { i.hidden = true }) }

// on does something to an issue; a key that nothing has is a mistake in the test.
func (s *Server) on(key string, do func(*world, *item)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s.world, s.world.find(key))
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
