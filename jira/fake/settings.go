package fake

import (
	"slices"
	"strings"
	"time"
)

// Settings are what administrators decide, and what Jira is like.
type Settings struct {
	Projects    []string
	Types       []Type
	Statuses    []Status // the first one is that of new issues
	Transitions []Transition
	Priorities  []string
	Versions    []string
	Custom      []Field  // that Jira did not come with
	Create      []Field  // on the screen that makes issues, beyond the usual ones
	Off         []string // usual fields that are not on that screen
	LinkTypes   []LinkType
	NoLinks     bool          // linking is switched off
	Denied      []string      // permissions that the account lacks
	Page        int           // the most that one page holds
	Lag         time.Duration // until a search knows a new issue
}

// Type is a type of issues.
type Type struct {
	ID, Name string
	Subtask  bool
	Level    int // -1 for subtasks, 1 for epics
}

// Status is one of the workflow, in a category: "new", "indeterminate", "done".
type Status struct{ ID, Name, Category string }

// Transition leads to a status from some others; from all if it names none.
type Transition struct {
	ID, Name string
	From     []string
	To       string
	Fields   []Field // on its screen
}

// Field is one on a screen.
type Field struct {
	ID, Name string
	Required bool
	Default  bool
	Allowed  []string
	Custom   string // what kind of custom field
}

// LinkType is a type of links.
type LinkType struct{ ID, Name, Inward, Outward string }

func defaultSettings(kind Kind) Settings {
	s := Settings{
		Projects: []string{DefaultProject, "OTHER"},
		Types: []Type{
			{"10001", "Task", false, 0}, {"10002", "Bug", false, 0}, {"10003", "Sub-task", true, -1}, {"10000", "Epic", false, 1},
		},
		Statuses:   []Status{{"10100", "To Do", "new"}, {"3", "In Progress", "indeterminate"}, {"10102", "Done", "done"}},
		Priorities: []string{"Highest", "High", "Medium", "Low", "Lowest"},
		Versions:   []string{"1.0"},
		LinkTypes:  []LinkType{{"10200", "Relates", "relates to", "relates to"}, {"10201", "Blocks", "is blocked by", "blocks"}},
		Page:       100,
	}
	if kind == Cloud {
		s.Transitions = []Transition{{ID: "11", Name: "To Do", To: "To Do"}, {ID: "21", Name: "In Progress", To: "In Progress"}, {ID: "31", Name: "Done", To: "Done"}}
		return s
	}
	s.Transitions = []Transition{
		{ID: "4", Name: "Start Progress", From: []string{"To Do"}, To: "In Progress"},
		{ID: "5", Name: "Resolve", From: []string{"To Do", "In Progress"}, To: "Done", Fields: []Field{{ID: "resolution", Name: "Resolution", Required: true, Allowed: []string{"Won't Do", "Done"}}}},
		{ID: "6", Name: "Reopen", From: []string{"Done"}, To: "To Do"},
	}
	s.Custom = []Field{{ID: "customfield_10014", Name: "Epic Link", Custom: "com.pyxis.greenhopper.jira:gh-epic-link"}}
	return s
}

func (s *Settings) typeOf(name string) (Type, bool) {
	i := slices.IndexFunc(s.Types, func(t Type) bool { return t.ID == name || strings.EqualFold(t.Name, name) })
	if i < 0 {
		return Type{}, false
	}
	return s.Types[i], true
}

func (s *Settings) statusOf(name string) (Status, bool) {
	i := slices.IndexFunc(s.Statuses, func(t Status) bool { return t.ID == name || strings.EqualFold(t.Name, name) })
	if i < 0 {
		return Status{}, false
	}
	return s.Statuses[i], true
}

// offered are the ways out of a status.
func (s *Settings) offered(from Status) []Transition {
	return slices.DeleteFunc(slices.Clone(s.Transitions), func(t Transition) bool {
		return len(t.From) > 0 && !slices.Contains(t.From, from.Name)
	})
}
