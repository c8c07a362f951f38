package jira

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Search lists the open issues of the project of the settings with these labels
// and this milestone, which is a version to be fixed in, in the order of their
// creation, without comments. A label "type: Bug" asks for the type. Issues that
// fm made are left out. [fm.ErrGone] when there is no such version.
func (t *Tracker) Search(ctx context.Context, q fm.Query) ([]fm.Issue, error) {
	found, err := t.jira.find(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("search issues: %w", err)
	}
	return found, nil
}

func (j *Jira) find(ctx context.Context, q fm.Query) ([]fm.Issue, error) {
	if j.o.Config.Project == "" {
		return nil, fmt.Errorf("fm does not search all of %s: set jira.project: %w", j.site.Host, fm.ErrRefused)
	}
	terms := []string{"project = " + quoted(strings.ToUpper(j.o.Config.Project)), "statusCategory != Done"}
	for _, label := range q.Labels {
		kind, typed := strings.CutPrefix(label, typeLabel)
		switch {
		case typed:
			terms = append(terms, "issuetype = "+quoted(kind))
		case label == "" || strings.ContainsAny(label, " \t\r\n"):
			return nil, nil // no label of Jira's has a blank
		default:
			terms = append(terms, "labels = "+quoted(label))
		}
	}
	if q.Milestone != "" {
		terms = append(terms, "fixVersion = "+quoted(q.Milestone))
	}
	custom, err := j.customs(ctx)
	if err != nil {
		return nil, err
	}
	list, err := j.search(ctx, strings.Join(terms, " AND ")+" ORDER BY created ASC, key ASC", custom)
	if f, refused := errors.AsType[*failure](err); refused && q.Milestone != "" && f.status == 400 && strings.Contains(strings.ToLower(f.words), "fixversion") {
		return nil, fmt.Errorf("version %q (%s): %w", fm.Line(q.Milestone, 100), f.words, fm.ErrGone)
	}
	if err != nil {
		return nil, err
	}
	var found []fm.Issue
	for _, i := range inOrder(list) {
		ours := i.Fields.Type.Subtask && slices.Contains(i.Fields.Labels, made)
		if !ours && !i.Fields.Status.done() {
			found = append(found, j.issue(i, custom))
		}
	}
	return found, nil
}

// quoted is a text as a value in JQL, whatever it says.
func quoted(text string) string {
	text = fm.Line(text, 250)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// mostPages bounds a search that never comes to its end.
const mostPages = 500

// search runs a query to its end. What was changed within the last seconds may
// be missing, or may be as it was.
func (j *Jira) search(ctx context.Context, jql string, custom *customs) ([]*issue, error) {
	what, err := j.described(ctx)
	if err != nil {
		return nil, err
	}
	names := append(strings.Split(wanted, ","), custom.all()...)
	if what.cloud() {
		return j.searchCloud(ctx, jql, names)
	}
	return j.searchCenter(ctx, jql, names)
}

// searchCloud goes on by tokens: there is no total.
func (j *Jira) searchCloud(ctx context.Context, jql string, names []string) ([]*issue, error) {
	var all []*issue
	ask := map[string]any{"jql": jql, "fields": names, "properties": []string{property}, "maxResults": 100}
	for range mostPages {
		var page struct {
			Issues []*issue `json:"issues"`
			Next   string   `json:"nextPageToken"`
			Last   bool     `json:"isLast"`
		}
		if err := j.ask(ctx, &page, ask, "search/jql"); err != nil {
			return nil, err
		}
		all = append(all, page.Issues...)
		if page.Next == "" || page.Last {
			return all, nil
		}
		ask["nextPageToken"] = page.Next
	}
	return nil, fmt.Errorf("the search has no end: %w", fm.ErrRefused)
}

// searchCenter goes on by numbers. Its answers have no properties.
func (j *Jira) searchCenter(ctx context.Context, jql string, names []string) ([]*issue, error) {
	var all []*issue
	for range mostPages {
		var page struct {
			Issues []*issue `json:"issues"`
			Total  int      `json:"total"`
		}
		ask := map[string]any{"jql": jql, "fields": names, "startAt": len(all), "maxResults": 100}
		if err := j.ask(ctx, &page, ask, "search"); err != nil {
			return nil, err
		}
		all = append(all, page.Issues...)
		if len(page.Issues) == 0 || len(all) >= page.Total {
			return all, nil
		}
	}
	return nil, fmt.Errorf("the search has no end: %w", fm.ErrRefused)
}
