package git

import (
	"context"
	"errors"
	"fmt"

	"github.com/founder-mode/fm"
)

// Unpublish deletes the task's branch on the remote, if everything on it is in
// the commit sha, and leaves the branch here alone. One that is gone is no
// error. [fm.ErrRefused] when there is more on it, also when that arrives
// between the look and the deletion, or when the remote does not allow it.
func (r *Repo) Unpublish(ctx context.Context, at fm.Site, sha string) error {
	p, err := r.place(at)
	if err != nil {
		return err
	}
	if err := checkObject(sha); err != nil {
		return err
	}
	there, err := r.unpublishable(ctx, p, sha)
	if err != nil || there == "" {
		return err
	}
	err = r.pushCommit(ctx, "", p.branch, there, "")
	if errors.Is(err, errMoved) {
		if tips, again := r.tips(ctx, p.branch); again == nil && tips[p.branch] == "" {
			return nil // somebody else deleted it meanwhile
		}
	}
	return err
}

// unpublishable gives the commit that the remote's branch may be deleted at,
// "" when it is gone.
func (r *Repo) unpublishable(ctx context.Context, p place, sha string) (there string, err error) {
	tips, err := r.tips(ctx, p.branch)
	if err != nil {
		return "", err
	}
	there = tips[p.branch]
	if there == "" || there == sha {
		return there, nil
	}
	if err := r.fetch(ctx, networkLimit, "refs/heads/"+p.branch); err != nil && !errors.Is(err, fm.ErrGone) {
		return "", err
	}
	for _, commit := range []string{there, sha} {
		have, err := r.resolve(ctx, "", commit)
		switch {
		case err != nil:
			return "", err
		case have == "":
			return "", r.hasMore(p, sha)
		}
	}
	contained, err := r.contains(ctx, sha, there)
	if err == nil && !contained {
		err = r.hasMore(p, sha)
	}
	return there, err
}

func (r *Repo) hasMore(p place, sha string) error {
	return fmt.Errorf("delete %s on %s: it has commits that %.12s does not: look at them, and delete it by hand: %w", p.branch, r.remote, sha, fm.ErrRefused)
}
