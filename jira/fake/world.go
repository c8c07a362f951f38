package fake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// firstID is beyond 2^31, so that an id in an int32, or a number taken for an
// id, does not go unseen.
const firstID = 3_000_000_000

// world is what Jira knows. [Server] guards it.
type world struct {
	opts     Options
	settings Settings
	lastID   int64
	numbers  map[string]int // of the last issue, by project
	items    []*item        // in the order of their creation
	me       user
	tokens   map[string]int // where a search of the Cloud goes on
}

type user struct{ name, display string }

// item is an issue.
type item struct {
	id          string
	key         string
	was         []string // keys from before it was moved
	summary     string
	description string
	kind        Type
	status      Status
	priority    string
	labels      []string
	parent      *item
	creator     user
	created     time.Time
	versions    []string
	resolution  string
	custom      map[string]any
	properties  map[string]any
	comments    []*comment
	links       []link
	remote      []*RemoteLink
	changes     []change
	hidden      bool // from everybody
}

type comment struct {
	id      string
	author  user
	body    string
	created time.Time
}

// link says that one issue blocks another one.
type link struct {
	id              string
	inward, outward *item
}

type change struct {
	id       string
	author   user
	created  time.Time
	from, to Status
}

func newWorld(o Options) *world {
	return &world{
		opts: o, settings: defaultSettings(o.Kind), lastID: firstID, numbers: map[string]int{}, tokens: map[string]int{},
		me: user{name: "fm", display: "fm (bot)"},
	}
}

func (w *world) newID() string {
	w.lastID++
	return strconv.FormatInt(w.lastID, 10)
}

// now has the milliseconds that Jira keeps.
func (w *world) now() time.Time { return w.opts.Now().UTC().Truncate(time.Millisecond) }

// find looks for an issue by its id, its key, or a key that it had.
func (w *world) find(name string) *item {
	for _, i := range w.items {
		if !i.hidden && (i.id == name || strings.EqualFold(i.key, name) || slices.Contains(i.was, strings.ToUpper(name))) {
			return i
		}
	}
	return nil
}

func (w *world) add(project string, i *item) {
	w.numbers[project]++
	i.id, i.key, i.created = w.newID(), fmt.Sprintf("%s-%d", project, w.numbers[project]), w.now()
	w.items = append(w.items, i)
}

func (w *world) subtasks(parent *item) []*item {
	return slices.DeleteFunc(slices.Clone(w.items), func(i *item) bool { return i.parent != parent || !i.kind.Subtask || i.hidden })
}

func (w *world) move(i *item, by user, to Status) {
	i.changes = append(i.changes, change{id: w.newID(), author: by, created: w.now(), from: i.status, to: to})
	i.status = to
}

func project(key string) string {
	name, _, _ := strings.Cut(key, "-")
	return name
}
