package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	return r.issue, err
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
		if r.issue.Parent != parent {
			continue
		}
		if _, err := all.find(r.issue.ID); err != nil {
			return nil, err
		}
		children = append(children, r.issue)
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
		if _, err := all.find(r.issue.ID); err == nil {
			issues = append(issues, r.issue)
		} else if i == 0 || all[i-1].issue.ID != r.issue.ID {
			bad = append(bad, err)
		}
	}
	return issues, errors.Join(bad...)
}

// record is an issue and the file that it stands in.
type record struct {
	file  file
	doc   document
	issue fm.Issue
}

// records are ordered by id.
type records []record

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
		r := record{file: f, doc: parseDocument(f.text)}
		if id := issueID(f.name, &r.doc); id != "" {
			r.issue = readIssue(id, f.name, &r.doc)
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b record) int { return compareIDs(a.issue.ID, b.issue.ID) })
	return all, nil
}

// find returns the one record with that id.
func (all records) find(id fm.IssueID) (record, error) {
	id = normalID(string(id))
	first, _ := slices.BinarySearchFunc(all, id, func(r record, id fm.IssueID) int { return compareIDs(r.issue.ID, id) })
	found := all[first:]
	if past := slices.IndexFunc(found, func(r record) bool { return r.issue.ID != id }); past >= 0 {
		found = found[:past]
	}
	switch {
	case len(found) == 0:
		return record{}, fmt.Errorf("issue #%s: %w", id, fm.ErrGone)
	case len(found) > 1:
		return record{}, fmt.Errorf("issue #%s: both %s and %s claim this id: give one of them another: %w", id, found[0].file.name, found[1].file.name, fm.ErrRefused)
	case found[0].file.err != nil:
		return record{}, fmt.Errorf("read %s: %w", found[0].file.name, found[0].file.err)
	}
	return found[0], nil
}

// maxNumber keeps a slip of the finger from using up the numbers.
const maxNumber = 1_000_000_000

// next is the number for a new issue.
func (all records) next() int {
	last := 0
	for _, r := range all {
		for _, id := range []string{string(r.issue.ID), string(nameID(r.file.name))} {
			if n, err := strconv.Atoi(id); err == nil && n < maxNumber {
				last = max(last, n)
			}
		}
	}
	return last + 1
}

var keyID = regexp.MustCompile(`^([A-Z][A-Z0-9]*-[0-9]+)(?:[-_. ].*)?$`)

// nameID reads an id off a file name: 0012-x.md, 12.md, PROJ-7.md,
// PROJ-7-x.md; "" for README.md and the like.
func nameID(name string) fm.IssueID {
	if n, ok := numberOf(name); ok {
		return fm.IssueID(n)
	}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if m := keyID.FindStringSubmatch(stem); m != nil {
		return normalID(m[1])
	}
	return ""
}

func issueID(name string, d *document) fm.IssueID {
	if id := normalID(d.text("id")); id != "" {
		return id
	}
	return nameID(name)
}

// normalID is the one form of an id, "12" for "#0012"; "" when it is none.
func normalID(s string) fm.IssueID {
	if words := strings.Fields(s); len(words) > 0 {
		s = words[0] // a comment may follow
	}
	s = strings.TrimPrefix(s, "#")
	if s != "" && strings.Trim(s, "0123456789") == "" {
		s = trimZeros(s)
	}
	id, err := fm.ParseIssueID(s)
	if err != nil || strings.HasPrefix(s, "#") {
		return ""
	}
	return id
}

func checkID(id fm.IssueID) error {
	if got, err := fm.ParseIssueID(string(id)); err != nil || got != id {
		return fmt.Errorf("issue id %q: not an id: %w", id, fm.ErrGone)
	}
	return nil
}

// compareIDs orders numbers by value, before all other ids.
func compareIDs(a, b fm.IssueID) int {
	na, errA := strconv.Atoi(string(a))
	nb, errB := strconv.Atoi(string(b))
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(na, nb)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return cmp.Compare(a, b)
}

func readIssue(id fm.IssueID, name string, d *document) fm.Issue {
	issue := fm.Issue{
		ID:     id,
		Title:  title(name, d),
		Body:   strings.TrimLeft(d.body, "\r\n"),
		Labels: d.list("labels"),
		Parent: normalID(d.text("parent")),
	}
	switch strings.ToLower(d.text("status")) {
	case "closed", "done":
		issue.Closed = true
	}
	for _, dep := range d.list("dependencies") {
		if dep := normalID(dep); dep != "" {
			issue.DependsOn = append(issue.DependsOn, dep)
		}
	}
	issue.Priority, _ = fm.ParsePriority(d.text("priority")) // 0 when it is no priority, by promise
	return issue
}

// title is what the front matter says, else the first heading, else the file
// name.
func title(name string, d *document) string {
	if t := d.line("title"); t != "" {
		return t
	}
	for line := range strings.Lines(d.body) {
		if heading, ok := strings.CutPrefix(line, "# "); ok && strings.TrimSpace(heading) != "" {
			return strings.TrimSpace(heading)
		}
	}
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	words := strings.TrimLeft(stem, "0123456789")
	if words = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(words)); words == "" || nameID(name) == fm.IssueID(stem) {
		return stem
	}
	return words
}
