package jira

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// Tracker keeps issues in Jira; their ids are keys. Methods may be called
// concurrently.
type Tracker struct {
	jira *Jira
}

// Issue reads one issue, with its comments and with the open issues that block
// it, of whatever project. [fm.ErrGone] when there is none, or none that the
// account may see: Jira does not tell these apart. An issue that was moved keeps
// the id that it was asked for by.
func (t *Tracker) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	found, err := t.jira.whole(ctx, id)
	if err != nil {
		return fm.Issue{}, fmt.Errorf("read issue %s: %w", shown(id), err)
	}
	return found, nil
}

// shown is an id in an error: it may be anything.
func shown(id fm.IssueID) string {
	if _, err := keyOf(id); err != nil {
		return strconv.Quote(fm.Line(string(id), 100))
	}
	return id.Ref()
}

func (j *Jira) whole(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	key, err := keyOf(id)
	if err != nil {
		return fm.Issue{}, err
	}
	custom, err := j.customs(ctx)
	if err != nil {
		return fm.Issue{}, err
	}
	i, err := j.read(ctx, key)
	if err != nil {
		return fm.Issue{}, err
	}
	found := j.issue(i, custom)
	if i.Key != key {
		j.remark("%s was moved: it is %s now", key, i.Key)
		found.ID = fm.IssueID(key)
		found.Body = strings.TrimSpace("Jira has moved this issue: it is " + i.Key + " now.\n\n" + found.Body)
	}
	found.Comments, err = j.comments(ctx, i)
	return found, err
}

// Children lists the subissues of an issue, in the order of their creation,
// without their comments: its subtasks, and the issues of an epic.
func (t *Tracker) Children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error) {
	children, err := t.jira.children(ctx, parent)
	if err != nil {
		return nil, fmt.Errorf("read subissues of %s: %w", shown(parent), err)
	}
	return children, nil
}

func (j *Jira) children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error) {
	key, err := keyOf(parent)
	if err != nil {
		return nil, err
	}
	custom, err := j.customs(ctx)
	if err != nil {
		return nil, err
	}
	p, err := j.read(ctx, key)
	if err != nil {
		return nil, err
	}
	all, err := j.subtasks(ctx, p)
	if err != nil {
		return nil, err
	}
	if p.epic() {
		below, err := j.below(ctx, p, custom)
		if err != nil {
			return nil, err
		}
		all = append(all, below...)
	}
	var children []fm.Issue
	for _, i := range inOrder(all) {
		child := j.issue(i, custom)
		child.Parent = parent
		children = append(children, child)
	}
	return children, nil
}

// subtasks reads those of an issue one by one: a search may know less than the
// issue itself.
func (j *Jira) subtasks(ctx context.Context, p *issue) ([]*issue, error) {
	var all []*issue
	for _, ref := range p.Fields.Subtasks {
		i, err := j.read(ctx, ref.ID)
		if errors.Is(err, fm.ErrGone) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("subtask %s: %w", fm.Line(ref.Key, 70), err)
		}
		all = append(all, i)
	}
	return all, nil
}

// below searches the issues of an epic.
func (j *Jira) below(ctx context.Context, epic *issue, custom *customs) ([]*issue, error) {
	what, err := j.described(ctx)
	if err != nil {
		return nil, err
	}
	in := "parent = " + quoted(epic.Key)
	if !what.cloud() {
		if custom.epicLink == "" {
			return nil, nil
		}
		in = "cf[" + strings.TrimPrefix(custom.epicLink, customPrefix) + "] = " + quoted(epic.Key)
	}
	return j.search(ctx, in+" ORDER BY created ASC, key ASC", custom)
}

// inOrder sorts by creation, and drops what is there twice.
func inOrder(all []*issue) []*issue {
	slices.SortStableFunc(all, func(a, b *issue) int {
		return cmp.Or(a.Fields.Created.Compare(b.Fields.Created.Time), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(all, func(a, b *issue) bool { return a.ID == b.ID })
}
