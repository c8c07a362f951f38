package local

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// record is an issue in its file, read no further than to tell the issues
// apart.
type record struct {
	file   file
	doc    document
	id     fm.IssueID // "" when the file is no issue
	parent fm.IssueID
}

func newRecord(f file, d document) record {
	r := record{file: f, doc: d, id: normalID(d.text("id")), parent: normalID(d.text("parent"))}
	if r.id == "" {
		r.id = nameID(f.name)
	}
	return r
}

// records are ordered by id.
type records []record

// find returns the one record with that id.
func (all records) find(id fm.IssueID) (record, error) {
	id = normalID(string(id))
	first, _ := slices.BinarySearchFunc(all, id, func(r record, id fm.IssueID) int { return compareIDs(r.id, id) })
	found := all[first:]
	if past := slices.IndexFunc(found, func(r record) bool { return r.id != id }); past >= 0 {
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
		for _, id := range []string{string(r.id), string(nameID(r.file.name))} {
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

func (r *record) issue() fm.Issue {
	d := &r.doc
	issue := fm.Issue{
		ID:     r.id,
		Title:  title(r.file.name, d),
		Body:   strings.TrimLeft(d.body, "\r\n"),
		Labels: d.list("labels"),
		Parent: r.parent,
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
	issue.Priority = priority(d.text("priority"), issue.Labels)
	return issue
}

// priority is the field's, else that of the most urgent label that names one,
// as "high" or "priority: high"; 0 when nothing says one.
func priority(field string, labels []string) fm.Priority {
	if p, err := fm.ParsePriority(field); err == nil {
		return p
	}
	best := fm.Priority(0)
	for _, label := range labels {
		word := strings.TrimLeft(strings.TrimPrefix(strings.ToLower(label), "priority"), ":/- ")
		if p, err := fm.ParsePriority(word); err == nil && (best == 0 || p < best) {
			best = p
		}
	}
	return best
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
