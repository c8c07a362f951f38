package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// meta is what a project wants of its subtasks.
type meta struct {
	kind       issueType
	fields     map[string]metaField
	priorities []named
}

type metaField struct {
	ID       string          `json:"fieldId"`
	Key      string          `json:"key"`
	Name     string          `json:"name"`
	Required bool            `json:"required"`
	Default  bool            `json:"hasDefaultValue"`
	Allowed  json.RawMessage `json:"allowedValues"`
}

// metaOf asks what the subtasks of an issue need, once for each project.
func (j *Jira) metaOf(ctx context.Context, p *issue) (*meta, error) {
	project := projectOf(p.Key)
	j.mu.Lock()
	known := j.metas[project]
	j.mu.Unlock()
	switch {
	case p.Fields.Type.Subtask:
		return nil, fmt.Errorf("%s is a subtask, and Jira has no subtasks of those: mend it as a whole with fm fix %s: %w", p.Key, p.Key, fm.ErrRefused)
	case p.epic():
		return nil, fmt.Errorf("%s is an epic, and Jira has no subtasks of those: name its issues instead: %w", p.Key, fm.ErrRefused)
	case known != nil:
		return known, nil
	}
	kind, err := j.subtaskType(ctx, project)
	if err != nil {
		return nil, err
	}
	m := &meta{kind: kind, fields: map[string]metaField{}}
	list, err := listed[metaField](ctx, j, "issue/createmeta/%/issuetypes/%?", "fields", project, kind.ID)
	if err != nil {
		return nil, fmt.Errorf("read what a %s of %s needs: %w", fm.Line(kind.Name, 60), project, err)
	}
	for _, f := range list {
		m.fields[cmp.Or(f.ID, f.Key)] = f
	}
	if json.Unmarshal(m.fields["priority"].Allowed, &m.priorities) != nil {
		m.priorities = nil // it is no list of names
	}
	if err := m.wanting(project); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.metas[project] = m
	return m, nil
}

// forget has the next call ask again: an administrator may have changed it.
func (j *Jira) forget(p *issue) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.metas, projectOf(p.Key))
}

// subtaskType picks the type that the settings name, or the only one.
func (j *Jira) subtaskType(ctx context.Context, project string) (issueType, error) {
	all, err := listed[issueType](ctx, j, "issue/createmeta/%/issuetypes?", "issueTypes", project)
	if err != nil {
		return issueType{}, fmt.Errorf("read the issue types of %s: %w", project, err)
	}
	var names []string
	var kinds []issueType
	for _, t := range all {
		if t.Subtask {
			kinds, names = append(kinds, t), append(names, fm.Line(t.Name, 60))
		}
	}
	wish := j.o.Config.SubtaskType
	at := slices.IndexFunc(kinds, func(t issueType) bool { return strings.EqualFold(t.Name, wish) })
	switch {
	case len(kinds) == 0:
		return issueType{}, fmt.Errorf("project %s has no type of issues for subtasks, or %s may not make one: fm fix works without subtasks: %w", project, j.account(), fm.ErrRefused)
	case wish != "" && at < 0:
		return issueType{}, fmt.Errorf("project %s has no subtasks of the type %q: set jira.subtask_type to one of %s: %w", project, wish, strings.Join(names, ", "), fm.ErrRefused)
	case wish != "":
		return kinds[at], nil
	case len(kinds) > 1:
		return issueType{}, fmt.Errorf("project %s has several types of subtasks: set jira.subtask_type to one of %s: %w", project, strings.Join(names, ", "), fm.ErrRefused)
	}
	return kinds[0], nil
}

// listed reads a list that comes in pages. The Cloud calls it by what is in it, a
// Data Center by "values".
func listed[T any](ctx context.Context, j *Jira, path, name string, args ...string) ([]T, error) {
	var all []T
	for {
		var page map[string]json.RawMessage
		if err := j.get(ctx, &page, fmt.Sprintf("%sstartAt=%d&maxResults=100", path, len(all)), args...); err != nil {
			return nil, err
		}
		text, found := page[name]
		if !found {
			text = page["values"]
		}
		var some []T
		var total int
		if err := json.Unmarshal(text, &some); err != nil {
			return nil, fmt.Errorf("%s answers without %s", j.site.Host, name)
		}
		_ = json.Unmarshal(page["total"], &total) // without one the first page is all
		all = append(all, some...)
		if len(some) == 0 || len(all) >= total {
			return all, nil
		}
	}
}

// wanting refuses a project whose subtasks fm cannot make.
func (m *meta) wanting(project string) error {
	var names []string
	for id, f := range m.fields {
		switch id {
		case "project", "issuetype", "parent", "summary", "description", "reporter":
			continue
		case "labels":
			continue
		case "priority":
			if len(m.priorities) > 0 {
				continue
			}
		}
		if f.Required && !f.Default {
			names = append(names, fmt.Sprintf("%q", fm.Line(f.Name, 60)))
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		return fmt.Errorf("project %s wants fields that fm cannot fill in of every %s: %s: make them optional or give them a default, or use fm fix, which makes no subtasks: %w", project, fm.Line(m.kind.Name, 60), strings.Join(names, ", "), fm.ErrRefused)
	}
	if _, found := m.fields["description"]; !found {
		return fmt.Errorf("project %s has no description on the screen that makes a %s: put it there, or use fm fix, which makes no subtasks: %w", project, fm.Line(m.kind.Name, 60), fm.ErrRefused)
	}
	return nil
}

// filled are the fields of a new subtask.
func (m *meta) filled(n notation, p *issue, parent fm.IssueID, s fm.Subissue) map[string]any {
	all := map[string]any{
		"project":     map[string]string{"key": projectOf(p.Key)},
		"parent":      map[string]string{"id": p.ID},
		"issuetype":   map[string]string{"id": m.kind.ID},
		"summary":     fm.Line(s.TitleFor(parent), maxSummary),
		"description": n.wiki(s.BodyFor(parent)),
	}
	if _, found := m.fields["labels"]; found {
		all["labels"] = []string{made}
	}
	if p := priorityFor(s.Urgency(), m.priorities); p != nil {
		all["priority"] = map[string]string{"id": p.ID}
	}
	return all
}
