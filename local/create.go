package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/founder-mode/fm"
)

// Create makes a subissue of parent. The key names it within the parent and is
// kept in its front matter, so that a second call, also after a crash or from
// another process, returns the issue that is there. [fm.ErrGone] when the
// parent does not exist.
func (t *Tracker) Create(ctx context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (issue fm.Issue, err error) {
	if err := checkID(parent); err != nil {
		return fm.Issue{}, err
	}
	parent, key = normalID(string(parent)), fm.Line(key, 0)
	err = t.folder.change(ctx, func(root place) error {
		all, err := t.read(ctx)
		if err != nil {
			return err
		}
		if _, err := all.find(parent); err != nil {
			return err
		}
		for _, r := range all {
			if r.file.err != nil && !errors.Is(r.file.err, errTooLarge) {
				return fmt.Errorf("read %s: %w", r.file.name, r.file.err) // it may be the one
			}
			if key != "" && r.parent == parent && r.doc.text("key") == key {
				issue = r.issue()
				return nil
			}
		}
		issue, err = t.write(root, all.next(), []field{
			{"title", s.TitleFor(parent)},
			{"status", "open"},
			{"parent", string(parent)},
			{"dependencies", idStrings(deps)},
			{"labels", []string{}},
			{"priority", s.Urgency().String()},
			{"key", key},
		}, s.Title, s.BodyFor(parent))
		return err
	})
	if err != nil {
		return fm.Issue{}, fmt.Errorf("create subissue of #%s: %w", parent, err)
	}
	return issue, nil
}

// Add makes an issue of its own.
func (t *Tracker) Add(ctx context.Context, title, body string, labels ...string) (issue fm.Issue, err error) {
	err = t.folder.change(ctx, func(root place) error {
		all, err := t.read(ctx)
		if err != nil {
			return err
		}
		issue, err = t.write(root, all.next(), []field{
			{"title", fm.Line(title, 0)},
			{"status", "open"},
			{"parent", ""},
			{"dependencies", []string{}},
			{"labels", lines(labels)},
		}, title, body)
		return err
	})
	if err != nil {
		return fm.Issue{}, fmt.Errorf("create issue: %w", err)
	}
	return issue, nil
}

// field is a key of a front matter to be.
type field struct {
	name  string
	value any // as for document.set
}

func (t *Tracker) write(root place, number int, fields []field, slug, body string) (fm.Issue, error) {
	name, doc, err := writeNew(root, number, "id", fields, slug, body)
	if err != nil {
		return fm.Issue{}, err
	}
	r := newRecord(file{name: name}, doc)
	return r.issue(), nil
}

// writeNew writes a new file under the first free number, which it puts in
// front of the fields.
func writeNew(root place, number int, key string, fields []field, slug, body string) (name string, doc document, err error) {
	for ; ; number++ {
		name = fileName(number, slug)
		doc = document{eol: "\n", body: fm.Plain(body)}
		for _, f := range append([]field{{key, strconv.Itoa(number)}}, fields...) {
			if err := doc.set(f.name, f.value); err != nil {
				return "", document{}, err
			}
		}
		if len(doc.String()) > maxFile {
			return "", document{}, fmt.Errorf("write %s: %w", name, errTooLarge)
		}
		err = create(root, name, doc.String())
		if errors.Is(err, fs.ErrExist) {
			continue // a folder or a link bears the name; it was not counted
		}
		if err != nil {
			return "", document{}, fmt.Errorf("write %s: %w", name, err)
		}
		return name, doc, nil
	}
}

func lines(texts []string) []string {
	all := []string{}
	for _, text := range texts {
		all = append(all, fm.Line(text, 100))
	}
	return all
}

func idStrings(ids []fm.IssueID) []string {
	all := []string{}
	for _, id := range ids {
		all = append(all, string(id))
	}
	return all
}
