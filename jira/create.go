package jira

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// maxSummary is the longest summary that Jira takes, in characters.
const maxSummary = 255

// Create makes a subissue of parent: a subtask with the label fm and its
// priority, blocked by deps. The key names it within the parent: a second call,
// also after a crash at any point, by another process or on another machine,
// finds the issue that is there and does what is left to do. [fm.ErrGone] when
// the parent does not exist, [fm.ErrRefused] where the project has no subtasks or
// wants fields of them that fm cannot fill in.
func (t *Tracker) Create(ctx context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (fm.Issue, error) {
	made, err := t.jira.create(ctx, parent, key, s, deps)
	if err != nil {
		return fm.Issue{}, fmt.Errorf("create subissue of %s: %w", shown(parent), err)
	}
	return made, nil
}

func (j *Jira) create(ctx context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (fm.Issue, error) {
	at, err := keyOf(parent)
	if err != nil {
		return fm.Issue{}, err
	}
	waits, err := keysOf(deps)
	if err != nil {
		return fm.Issue{}, err
	}
	if key == "" {
		return fm.Issue{}, fmt.Errorf("no key: %w", fm.ErrRefused)
	}
	release, err := j.turns.take(ctx, "below "+at)
	if err != nil {
		return fm.Issue{}, err
	}
	defer release()

	p, err := j.read(ctx, at)
	if err != nil {
		return fm.Issue{}, err
	}
	child, err := j.marked(ctx, p, newMarker(p.ID, key))
	if err == nil && child == nil {
		child, err = j.make(ctx, p, parent, newMarker(p.ID, key), s, waits)
	}
	if err != nil {
		return fm.Issue{}, err
	}
	if child, err = j.block(ctx, child, waits); err != nil {
		return fm.Issue{}, fmt.Errorf("%s is there, but not blocked: %w", child.Key, err)
	}
	found := j.issue(child, &customs{})
	found.Parent = parent
	return found, nil
}

// marked looks for the subtask with a marker, among what the issue itself names
// as its subtasks: a search learns of a new one seconds later. One that somebody
// else made is in the way: who may write to the project can write a marker.
func (j *Jira) marked(ctx context.Context, p *issue, mark marker) (*issue, error) {
	for _, ref := range p.Fields.Subtasks {
		j.mu.Lock()
		known := j.marks[ref.ID]
		j.mu.Unlock()
		if known.Key != "" && !known.names(mark) {
			continue
		}
		i, err := j.read(ctx, ref.ID)
		if errors.Is(err, fm.ErrGone) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("subtask %s: %w", fm.Line(ref.Key, 70), err)
		}
		m := markerOf(i)
		j.mu.Lock()
		j.marks[i.ID] = m
		j.mu.Unlock()
		if !m.names(mark) {
			continue
		}
		me, err := j.myself(ctx)
		if err != nil {
			return nil, err
		}
		if !me.same(i.Fields.Creator) {
			return nil, fmt.Errorf("%s bears the mark of this subissue, and another account made it: use that account, or delete %s: %w", i.Key, i.Key, fm.ErrRefused)
		}
		return i, nil
	}
	return nil, nil
}

// make makes the subtask, once.
func (j *Jira) make(ctx context.Context, p *issue, parent fm.IssueID, mark marker, s fm.Subissue, waits []string) (*issue, error) {
	m, err := j.metaOf(ctx, p)
	if err != nil {
		return nil, err
	}
	if by, err := j.blocking(ctx); err != nil {
		return nil, err
	} else if by == nil {
		mark.Deps = waits
	}
	body := map[string]any{
		"fields":     m.filled(j.texts, p, parent, s),
		"properties": []any{map[string]any{"key": property, "value": mark}},
	}
	var child *issue
	err = j.once(ctx, func() error {
		var created named
		if err := j.post(ctx, &created, body, "issue"); err != nil {
			return err
		}
		there, err := j.read(ctx, created.ID)
		if err != nil {
			return fmt.Errorf("read %s, which was just made: %v", fm.Line(created.ID, 20), err) //nolint:errorlint // it is there: that it is not seen is no answer
		}
		child = there
		return nil
	}, func() (bool, error) {
		again, err := j.read(ctx, p.ID)
		if err != nil {
			return false, err
		}
		child, err = j.marked(ctx, again, mark)
		return child != nil, err
	})
	if err != nil {
		j.forget(p)
		return nil, err
	}
	return child, nil
}

// block links the child to what it waits for, where Jira has links for that,
// and gives the child as it is then.
func (j *Jira) block(ctx context.Context, child *issue, waits []string) (*issue, error) {
	missing := slices.DeleteFunc(slices.Clone(waits), func(key string) bool { return child.blockedBy(key) })
	if len(missing) == 0 {
		return child, nil
	}
	by, err := j.blocking(ctx)
	if err != nil || by == nil {
		return child, err
	}
	for _, key := range missing {
		link := map[string]any{
			"type":         map[string]string{"name": by.Name},
			"inwardIssue":  map[string]string{"key": key}, // the one that blocks, whatever the name suggests
			"outwardIssue": map[string]string{"key": child.Key},
		}
		err := j.once(ctx, func() error { return j.post(ctx, nil, link, "issueLink") }, func() (bool, error) {
			now, err := j.read(ctx, child.ID)
			return err == nil && now.blockedBy(key), err
		})
		if err != nil {
			return child, fmt.Errorf("by %s: %w", key, err)
		}
	}
	now, err := j.read(ctx, child.ID)
	if err != nil {
		return child, err
	}
	return now, nil
}

// blocking finds Jira's type of links for what waits for what, once; nil where
// there is none, or no links at all.
func (j *Jira) blocking(ctx context.Context) (*linkType, error) {
	j.mu.Lock()
	known := j.blocks
	j.mu.Unlock()
	if known == nil {
		var all struct {
			Types []linkType `json:"issueLinkTypes"`
		}
		err := j.get(ctx, &all, "issueLinkType")
		if err != nil && status(err) != 404 {
			return nil, err
		}
		known = &linkType{}
		for _, t := range all.Types {
			if t.blocks() && (known.Name == "" || strings.EqualFold(t.Name, "Blocks")) {
				known = &t
			}
		}
		j.mu.Lock()
		j.blocks = known
		j.mu.Unlock()
	}
	if known.Name == "" {
		j.remark("%s has no links of the type Blocks: subissues do not show there what they wait for", j.site.Host)
		return nil, nil
	}
	return known, nil
}
