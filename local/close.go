package local

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
)

// closedByFM marks an issue that fm has closed once.
const closedByFM = "closed_by_fm"

// editTries is how often an edit is made anew when a person saved the file
// meanwhile.
const editTries = 5

// Close closes an issue and appends the comment under a heading, once in its
// life: an issue that fm closed before and a person reopened stays open. One
// that a person closed is left as it is.
func (t *Tracker) Close(ctx context.Context, id fm.IssueID, comment string) error {
	if err := checkID(id); err != nil {
		return err
	}
	err := t.folder.change(ctx, func(root place) error {
		for range editTries {
			err := t.closeOnce(ctx, root, id, comment)
			if !errors.Is(err, errChanged) {
				return err
			}
		}
		return errChanged
	})
	if err != nil {
		return fmt.Errorf("close issue #%s: %w", id, err)
	}
	return nil
}

func (t *Tracker) closeOnce(ctx context.Context, root place, id fm.IssueID, comment string) error {
	all, err := t.read(ctx)
	if err != nil {
		return err
	}
	r, err := all.find(id)
	if err != nil || r.issue().Closed || r.doc.text(closedByFM) != "" {
		return err
	}
	if err := errors.Join(r.doc.set("status", "closed"), r.doc.set(closedByFM, true)); err != nil {
		return err
	}
	r.doc.comment(comment)
	return replace(root, r.file, r.doc.String())
}

// comment appends a comment of fm's. It bears no date: the file has one, and
// its history in git.
func (d *document) comment(text string) {
	text = strings.TrimSpace(fm.Plain(text))
	if text == "" {
		return
	}
	if d.body != "" && !strings.HasSuffix(d.body, "\n") {
		d.body += d.eol
	}
	added := "\n## Comment by fm\n\n" + text + "\n"
	d.body += strings.ReplaceAll(added, "\n", d.eol)
}

// Begin changes nothing: a branch or a pull request says it.
func (t *Tracker) Begin(context.Context, fm.IssueID) error { return nil }

// Link changes nothing: the pull request names its issue.
func (t *Tracker) Link(context.Context, fm.IssueID, fm.PullRequest) error { return nil }
