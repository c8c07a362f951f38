package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/founder-mode/fm"
)

// merging is the key that holds the commit that a merge was ordered for. It is
// written before the merge and taken away by its outcome, so that a crash
// between the merge and the note of it is seen.
const merging = "merging"

// Merge merges a pull request if its head is still sha. One that is merged
// already is no error; one that is closed or a draft, or whose head moved, is
// refused with [fm.ErrRefused]; [fm.ErrConflict] names the files that both sides
// changed.
func (f *Forge) Merge(ctx context.Context, number, sha string) (fm.PullRequest, error) {
	p, err := f.edit(ctx, number, func(p *pull) error {
		switch p.request.State {
		case fm.PullMerged:
			return nil
		case fm.PullClosed:
			return fmt.Errorf("it is closed: %w", fm.ErrRefused)
		case fm.PullOpen:
		}
		if p.request.Draft {
			return fmt.Errorf("it is a draft: make it ready first (draft: false in its file): %w", fm.ErrRefused)
		}
		return p.doc.set(merging, sha)
	})
	if err != nil || p.request.State == fm.PullMerged {
		return p.request, err
	}
	message := "Merge pull request #" + number + " from " + p.request.Head + "\n\n" + p.request.Title
	commit, failed := f.merger.MergeBranch(ctx, p.request.Base, p.request.Head, sha, message)
	if failed != nil && !final(failed) {
		return p.request, failed // perhaps merged, perhaps not: the order stands
	}
	p, err = f.edit(ctx, number, func(p *pull) error {
		p.doc.unset(merging)
		if commit == "" {
			return nil // it failed for good
		}
		return errors.Join(p.doc.set("state", string(fm.PullMerged)), p.doc.set("sha", sha), p.doc.set("merge_commit", commit))
	})
	return p.request, errors.Join(failed, err)
}

// final says that a failed merge did not happen and will not.
func final(err error) bool {
	return errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrConflict) || errors.Is(err, fm.ErrGone)
}

// edit changes the file of a pull request, unless change leaves it as it is.
func (f *Forge) edit(ctx context.Context, number string, change func(*pull) error) (p pull, err error) {
	err = f.folder.change(ctx, func(root place) error {
		p, err = f.editFile(ctx, root, number, change)
		return err
	})
	if err != nil {
		return p, fmt.Errorf("merge pull request %s: %w", number, err)
	}
	return p, nil
}

// editFile is edit for a caller that holds the lock.
func (f *Forge) editFile(ctx context.Context, root place, number string, change func(*pull) error) (p pull, err error) {
	for range editTries {
		if p, err = f.editOnce(ctx, root, number, change); !errors.Is(err, errChanged) {
			return p, err
		}
	}
	return p, err
}

func (f *Forge) editOnce(ctx context.Context, root place, number string, change func(*pull) error) (pull, error) {
	all, err := f.read(ctx)
	if err != nil {
		return pull{}, err
	}
	p, err := all.find(number)
	if err != nil {
		return pull{}, err
	}
	if err := change(&p); err != nil {
		return p, err
	}
	p.request = f.request(p.request.Number, p.file.name, &p.doc)
	if text := p.doc.String(); text != p.file.text {
		return p, replace(root, p.file, text)
	}
	return p, nil
}
