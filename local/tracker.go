package local

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/founder-mode/fm"
)

// Tracker keeps each issue in a file of its own, `0012-title.md`. The id is
// what the front matter says, else the number or the key (PROJ-7) that the
// file name starts with. Methods may be called concurrently, also from several
// processes.
type Tracker struct {
	folder *folder
}

// NewTracker returns the tracker in dir, mostly .founder-mode/issues. The
// folder is made when the first issue is.
func NewTracker(dir string) *Tracker { return &Tracker{folder: newFolder(dir)} }

// Issue reads one issue; [fm.ErrGone] when there is none, [fm.ErrRefused] when
// two files claim its id.
func (t *Tracker) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	if err := checkID(id); err != nil {
		return fm.Issue{}, err
	}
	all, err := t.read(ctx)
	if err != nil {
		return fm.Issue{}, err
	}
	r, err := all.find(id)
	if err != nil {
		return fm.Issue{}, err
	}
	return r.issue(), nil
}

// Children lists the subissues of an issue, in the order of their ids. A file
// that cannot be read might be one of them, so it is an error.
func (t *Tracker) Children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error) {
	if err := checkID(parent); err != nil {
		return nil, err
	}
	all, err := t.read(ctx)
	if err != nil {
		return nil, err
	}
	parent = normalID(string(parent))
	var children []fm.Issue
	for _, r := range all {
		if r.file.err != nil && !errors.Is(r.file.err, errTooLarge) {
			return nil, fmt.Errorf("read %s: %w", r.file.name, r.file.err)
		}
		if r.parent != parent {
			continue
		}
		if _, err := all.find(r.id); err != nil {
			return nil, err
		}
		children = append(children, r.issue())
	}
	return children, nil
}

// List reads all issues, in the order of their ids. Files that cannot be read
// and ids that are claimed twice are left out, and the error names them; so
// both results count.
func (t *Tracker) List(ctx context.Context) ([]fm.Issue, error) {
	all, err := t.read(ctx)
	if err != nil {
		return nil, err
	}
	var issues []fm.Issue
	var bad []error
	for i, r := range all {
		if _, err := all.find(r.id); err == nil {
			issues = append(issues, r.issue())
		} else if i == 0 || all[i-1].id != r.id {
			bad = append(bad, err)
		}
	}
	return issues, errors.Join(bad...)
}

func (t *Tracker) read(ctx context.Context) (records, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	files, err := t.folder.readAll()
	if err != nil {
		return nil, err
	}
	var all records
	for _, f := range files {
		if r := newRecord(f, parseDocument(f.text)); r.id != "" {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b record) int { return compareIDs(a.id, b.id) })
	return all, nil
}
