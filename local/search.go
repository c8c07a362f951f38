package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Search finds the open issues that carry all the labels, whatever their case,
// and that are no subissues. A file that cannot be read might be one of them,
// so it is an error. Milestones are refused with [fm.ErrRefused].
func (t *Tracker) Search(ctx context.Context, q fm.Query) ([]fm.Issue, error) {
	if q.Milestone != "" {
		return nil, fmt.Errorf("search milestone %q: issues in files have none: give them a label, and search that: %w", fm.Line(q.Milestone, 80), fm.ErrRefused)
	}
	all, err := t.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("search issues: %w", err)
	}
	return slices.DeleteFunc(all, func(issue fm.Issue) bool {
		return issue.Closed || issue.Parent != "" || !carries(issue.Labels, q.Labels)
	}), nil
}

func carries(labels, wanted []string) bool {
	for _, want := range wanted {
		if !slices.ContainsFunc(labels, func(label string) bool { return strings.EqualFold(label, want) }) {
			return false
		}
	}
	return true
}

// Made lists the subissues that fm made, whatever their state, in the order of
// their ids. A file that cannot be read might be one of them, so it is an error.
func (t *Tracker) Made(ctx context.Context) ([]fm.Issue, error) {
	all, err := t.read(ctx)
	if err != nil {
		return nil, err
	}
	var made []fm.Issue
	for _, r := range all {
		if r.file.err != nil && !errors.Is(r.file.err, errTooLarge) {
			return nil, fmt.Errorf("read %s: %w", r.file.name, r.file.err)
		}
		if r.parent == "" || r.doc.text("key") == "" {
			continue
		}
		if _, err := all.find(r.id); err != nil {
			return nil, err
		}
		made = append(made, r.issue())
	}
	return made, nil
}
