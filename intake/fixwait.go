package intake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// undivided refuses issues that are to be tasks, and have parts that are done by
// themselves: open subissues, or tasks that are not over. All are named together.
func (m *mending) undivided(ctx context.Context, fates []fate, snap queue.Snapshot) error {
	if err := m.divide(ctx, fates); err != nil {
		return err
	}
	var faults []string
	for _, f := range fates {
		if f.kind == known {
			continue
		}
		var ids []fm.TaskID
		for _, c := range m.parts[f.issue.ID] {
			ids = append(ids, fm.TaskID(c.ID))
		}
		for _, t := range snap.Tasks {
			over := t.Status == fm.Merged || t.Status == fm.Cancelled
			if t.Parent == f.issue.ID && t.ID != fm.TaskID(f.issue.ID) && !over && !slices.Contains(ids, t.ID) {
				ids = append(ids, t.ID)
			}
		}
		if len(ids) > 0 {
			faults = append(faults, parted(f.issue.ID, ids))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", fm.ErrRefused, strings.Join(faults, "; "))
}

// parted says of an issue that its parts are what is to be worked on.
func parted(id fm.IssueID, parts []fm.TaskID) string {
	kind := "open subissues"
	if len(parts) == 1 {
		kind = "the open subissue"
	}
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = string(p)
	}
	return fmt.Sprintf("%s has %s %s: fm work %s, or fm fix %s", id.Ref(), kind, refs(parts), id, strings.Join(words, ","))
}

// divide reads the subissues of all issues that are to be tasks, several at a time.
func (m *mending) divide(ctx context.Context, fates []fate) error {
	children, errs := make([][]fm.Issue, len(fates)), make([]error, len(fates))
	slots := make(chan struct{}, readers)
	var wg sync.WaitGroup
	for i, f := range fates {
		if _, read := m.parts[f.issue.ID]; read || f.kind == known {
			continue
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			children[i], errs[i] = m.Tracker.Children(ctx, f.issue.ID)
		})
	}
	wg.Wait()
	for i, f := range fates {
		if errs[i] != nil {
			return fmt.Errorf("read subissues of %s: %w", f.issue.ID.Ref(), errs[i])
		}
		if _, read := m.parts[f.issue.ID]; !read && f.kind != known {
			m.parts[f.issue.ID] = slices.DeleteFunc(children[i], func(c fm.Issue) bool { return c.Closed })
		}
	}
	return nil
}

// wait has each task that is to be wait for the tasks of what its issue is blocked
// by, and then for those that the order has it wait for. So a circle is broken
// where it costs least: two that share a file may be worked on at once.
//
// One that was never begun has from the tracker what it had when it was queued,
// or what a person made of that since. One that has the main checkout waits for
// nothing more, because others wait for the checkout.
func (m *mending) wait(ctx context.Context, fates []fate, snap queue.Snapshot) ([]News, error) {
	var members []part
	rest := queue.Snapshot{Tasks: slices.Clone(snap.Tasks)}
	for _, f := range fates {
		if f.kind == known || queue.Holds(f.was) {
			continue
		}
		d := draft{task: f.task}
		d.task.Status = fm.Pending // as it will be
		if f.kind != renewed {
			d.waits, d.elsewhere = f.issue.DependsOn, f.issue.Elsewhere
		}
		members = append(members, part{issue: f.issue, drafts: []draft{d}})
		rest.Tasks = slices.DeleteFunc(rest.Tasks, func(t fm.Task) bool { return t.ID == f.task.ID })
	}
	w := newWeb(rest, members, nil)
	news, err := m.weave(ctx, w, members, rest, part.relations)
	if err != nil {
		return nil, err
	}
	more, err := m.weave(ctx, w, members, rest, func(_ part, d draft) []relation {
		var after []relation
		for _, by := range m.fix.After[fm.IssueID(d.task.ID)] {
			after = append(after, relation{fm.IssueID(d.task.ID), by})
		}
		return after
	})
	for i := range fates {
		if on, ok := w.waits[fates[i].task.ID]; ok {
			fates[i].task.DependsOn = on
		}
	}
	return onceEach(append(news, more...)), err
}
