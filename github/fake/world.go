package fake

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// firstID is beyond 2^31, so that an id in an int32, or a number taken for an
// id, does not go unseen.
const firstID = 3_000_000_000

// world is what GitHub knows. [Server] guards it.
type world struct {
	owner, name string
	login       string // who writes
	now         func() time.Time
	merger      Merger
	settings    Settings
	lastID      int64
	lastNumber  int
	items       map[int]*item
	labels      []*label
	milestones  []*milestone
	branches    map[string]string // without a merger: the commit of each
	merged      map[string]bool   // without a merger: commits in the default branch
	checks      []*check
	statuses    []*status
	runs        []*run
}

// item is an issue, or what a pull request has in common with one: both are
// numbered in one sequence.
type item struct {
	id          int64
	number      int
	title, body string
	author      string
	association string
	closed      time.Time // zero while it is open
	closedBy    string
	reason      string // why it is closed
	created     time.Time
	updated     time.Time
	labels      []*label
	milestone   *milestone
	comments    []*comment
	events      []*event
	parent      *item
	children    []*item
	blockedBy   []*item
	pull        *pull // nil for an issue
}

func (i *item) open() bool { return i.closed.IsZero() }

func (i *item) state() string {
	if i.open() {
		return "open"
	}
	return "closed"
}

type label struct {
	id   int64
	name string
}

type milestone struct {
	id     int64
	number int
	title  string
}

type comment struct {
	id          int64
	author      string
	association string
	body        string
	created     time.Time
}

type event struct {
	id      int64
	name    string
	actor   string
	created time.Time
	commit  string // that closed the issue
	label   string
	issue   *item // the other one
}

func newWorld(o Options) *world {
	owner, name, _ := strings.Cut(o.Repo, "/")
	return &world{
		owner: owner, name: name, login: o.Login, merger: o.Merger,
		// GitHub keeps whole seconds.
		now:      func() time.Time { return o.Now().UTC().Truncate(time.Second) },
		settings: defaultSettings(),
		lastID:   firstID,
		items:    map[int]*item{},
		branches: map[string]string{DefaultBranch: commitID(DefaultBranch)},
		merged:   map[string]bool{},
	}
}

func (w *world) newID() int64 {
	w.lastID++
	return w.lastID
}

// add numbers an item, with its own number if it has one.
func (w *world) add(i *item) *item {
	if i.number == 0 {
		i.number = w.lastNumber + 1
	}
	if w.items[i.number] != nil {
		panic(fmt.Sprintf("fake: number %d is taken", i.number)) // a mistake in the test
	}
	w.lastNumber = max(w.lastNumber, i.number)
	i.id, i.created = w.newID(), w.now()
	i.updated = i.created
	w.items[i.number] = i
	return i
}

// sorted lists the items by number.
func (w *world) sorted() []*item {
	all := make([]*item, 0, len(w.items))
	for _, i := range w.items {
		all = append(all, i)
	}
	slices.SortFunc(all, func(a, b *item) int { return a.number - b.number })
	return all
}

func (w *world) byID(id int64) *item {
	for _, i := range w.items {
		if i.id == id {
			return i
		}
	}
	return nil
}

func (w *world) note(i *item, e event) {
	e.id, e.created = w.newID(), w.now()
	if e.actor == "" {
		e.actor = w.login
	}
	i.updated = e.created
	i.events = append(i.events, &e)
}

func (w *world) close(i *item, actor, reason, commit string) {
	if !i.open() {
		return
	}
	i.closed, i.closedBy, i.reason = w.now(), actor, reason
	w.note(i, event{name: "closed", actor: actor, commit: commit})
}

func (w *world) reopen(i *item, actor string) {
	if i.open() {
		return
	}
	i.closed, i.closedBy, i.reason = time.Time{}, "", "reopened"
	w.note(i, event{name: "reopened", actor: actor})
}

func (w *world) say(i *item, c comment) *comment {
	c.id, c.created = w.newID(), w.now()
	i.updated = c.created
	i.comments = append(i.comments, &c)
	return &c
}

// label gives the label of that name, which is made if there is none: GitHub
// does so for labels that are put on an issue. Case does not matter.
func (w *world) label(name string) *label {
	for _, l := range w.labels {
		if strings.EqualFold(l.name, name) {
			return l
		}
	}
	l := &label{id: w.newID(), name: name}
	w.labels = append(w.labels, l)
	return l
}

func (w *world) put(i *item, names []string) {
	for _, name := range names {
		if l := w.label(name); !slices.Contains(i.labels, l) {
			i.labels = append(i.labels, l)
			w.note(i, event{name: "labeled", label: l.name})
		}
	}
}

func (w *world) addMilestone(title string) *milestone {
	for _, m := range w.milestones {
		if m.title == title {
			return m
		}
	}
	m := &milestone{id: w.newID(), number: len(w.milestones) + 1, title: title}
	w.milestones = append(w.milestones, m)
	return m
}
