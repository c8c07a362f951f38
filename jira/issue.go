package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// issue is one of Jira's, as far as fm reads it.
type issue struct {
	ID         string                     `json:"id"`
	Key        string                     `json:"key"`
	Fields     fields                     `json:"fields"`
	Properties map[string]json.RawMessage `json:"properties"`
	Changelog  struct {
		Histories []change `json:"histories"`
	} `json:"changelog"`
}

type fields struct {
	Summary     string      `json:"summary"`
	Description string      `json:"description"`
	Status      issueStatus `json:"status"`
	Type        issueType   `json:"issuetype"`
	Parent      *reference  `json:"parent"`
	Subtasks    []reference `json:"subtasks"`
	Links       []issueLink `json:"issuelinks"`
	Labels      []string    `json:"labels"`
	Priority    *named      `json:"priority"`
	Creator     *person     `json:"creator"`
	Created     moment      `json:"created"`
	Comment     struct {
		Comments []comment `json:"comments"`
		Total    int       `json:"total"`
	} `json:"comment"`

	custom map[string]json.RawMessage
}

// UnmarshalJSON keeps the custom fields, too.
func (f *fields) UnmarshalJSON(text []byte) error {
	type plain fields
	if err := json.Unmarshal(text, (*plain)(f)); err != nil {
		return err
	}
	return json.Unmarshal(text, &f.custom)
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// reference is an issue as another one shows it.
type reference struct {
	ID     string `json:"id"`
	Key    string `json:"key"`
	Fields struct {
		Status issueStatus `json:"status"`
	} `json:"fields"`
}

type issueStatus struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Category struct {
		Key string `json:"key"`
	} `json:"statusCategory"`
}

// Jira's own three kinds of statuses: "new", "indeterminate" and "done".
func (s issueStatus) done() bool  { return s.Category.Key == "done" }
func (s issueStatus) fresh() bool { return s.Category.Key == "new" }

type issueType struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Subtask bool   `json:"subtask"`
	Level   int    `json:"hierarchyLevel"`
}

// epic says that other issues have the issue as their parent without being its
// subtasks.
func (i *issue) epic() bool {
	return i.Fields.Type.Level > 0 || strings.EqualFold(i.Fields.Type.Name, "Epic")
}

// moment is a time as Jira writes it.
type moment struct{ time.Time }

// UnmarshalJSON reads 2026-11-20T12:00:00.000+0000, and what RFC 3339 allows.
func (m *moment) UnmarshalJSON(text []byte) error {
	word := strings.Trim(string(text), `"`)
	if word == "null" || word == "" {
		return nil
	}
	at, err := time.Parse("2006-01-02T15:04:05.999-0700", word)
	if err != nil {
		at, err = time.Parse(time.RFC3339, word)
	}
	m.Time = at
	return err
}

// wanted are the fields of an issue.
const wanted = "summary,description,status,issuetype,parent,subtasks,issuelinks,labels,priority,creator,created,comment"

// read reads an issue by its key or id.
func (j *Jira) read(ctx context.Context, key string) (*issue, error) {
	custom, err := j.customs(ctx)
	if err != nil {
		return nil, err
	}
	ask := url.Values{"fields": {strings.Join(append(strings.Split(wanted, ","), custom.all()...), ",")}, "properties": {property}}
	var i issue
	if err := j.get(ctx, &i, "issue/%?"+ask.Encode(), key); err != nil {
		return nil, err
	}
	if !keyPattern().MatchString(i.Key) || i.ID == "" {
		return nil, fmt.Errorf("%s answers without an issue", j.site.Host)
	}
	return &i, nil
}

// issue gives the words of fm for one, without its comments.
func (j *Jira) issue(i *issue, custom *customs) fm.Issue {
	f := &i.Fields
	found := fm.Issue{
		ID:       fm.IssueID(i.Key),
		Title:    fm.Line(f.Summary, 0),
		Body:     custom.appended(j.texts, j.texts.markdown(f.Description), f),
		Closed:   f.Status.done(),
		Priority: priorityOf(f.Priority),
		URL:      j.Site() + "/browse/" + i.Key,
	}
	for _, label := range f.Labels {
		found.Labels = append(found.Labels, fm.Line(label, 100))
	}
	if f.Type.Name != "" {
		found.Labels = append(found.Labels, typeLabel+fm.Line(f.Type.Name, 100))
	}
	if f.Parent != nil && keyPattern().MatchString(f.Parent.Key) {
		found.Parent = fm.IssueID(f.Parent.Key)
	}
	found.DependsOn = blockers(i)
	return found
}

// typeLabel begins the label that tells the type of an issue.
const typeLabel = "type: "
