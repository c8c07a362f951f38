package jira

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
)

// made is the label of the issues that fm makes.
const made = "fm"

// Made lists all issues that fm made here, whatever their state, in the order of
// their creation, with their parents. Of two with one key, which only a person
// can bring about, the older counts. Without a project in the settings it looks
// through the whole site.
func (t *Tracker) Made(ctx context.Context) ([]fm.Issue, error) {
	found, err := t.jira.made(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the issues that fm made: %w", err)
	}
	return found, nil
}

func (j *Jira) made(ctx context.Context) ([]fm.Issue, error) {
	jql := "labels = " + quoted(made)
	if j.o.Config.Project != "" {
		jql = "project = " + quoted(strings.ToUpper(j.o.Config.Project)) + " AND " + jql
	}
	custom, err := j.customs(ctx)
	if err != nil {
		return nil, err
	}
	list, err := j.search(ctx, jql+" ORDER BY created ASC, key ASC", custom)
	if err != nil {
		return nil, err
	}
	type name struct{ parent, key string }
	seen := map[name]bool{}
	var found []fm.Issue
	for _, i := range inOrder(list) {
		if i, err = j.withMarker(ctx, i); err != nil {
			return nil, err
		}
		m := markerOf(i)
		if m.Key == "" || i.Fields.Parent == nil || i.Fields.Parent.ID != m.Parent || seen[name{m.Parent, m.Key}] {
			continue
		}
		seen[name{m.Parent, m.Key}] = true
		found = append(found, j.issue(i, custom))
	}
	return found, nil
}

// withMarker reads an issue that a search of a Data Center found: that one's
// answers have no properties.
func (j *Jira) withMarker(ctx context.Context, i *issue) (*issue, error) {
	what, err := j.described(ctx)
	if err != nil || what.cloud() {
		return i, err
	}
	whole, err := j.read(ctx, i.ID)
	if errors.Is(err, fm.ErrGone) {
		return i, nil // deleted meanwhile
	}
	if err != nil {
		return nil, err
	}
	return whole, nil
}
