package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
)

// checkout is the main checkout as it stands, with what else is checked out.
type checkout struct {
	main worktree
	rest []worktree
	home home // the zero home when no task has it
}

// checkout looks with one process.
func (r *Repo) checkout(ctx context.Context) (checkout, error) {
	all, err := r.list(ctx, "")
	if err != nil {
		return checkout{}, err
	}
	if len(all) == 0 || all[0].bare {
		return checkout{}, fmt.Errorf("%q is a bare repository, which has no checkout: %w", r.root, fm.ErrRefused)
	}
	h, err := r.readHome()
	return checkout{main: all[0], rest: all[1:], home: h}, err
}

// homeFor is what the checkout goes back to when the branch is done with. What
// is no branch of a task is where its user wants to be.
func (c checkout) homeFor(branch string) home {
	h := home{branch: branch, commit: c.main.head}
	if c.main.branch != "" {
		h.ref = "refs/heads/" + c.main.branch
	}
	_, task := fm.TaskOf(c.main.branch)
	if known := c.home.branch != ""; known && (task || c.main.branch == "" && c.home.way != entering) {
		h.ref, h.commit = c.home.ref, c.home.commit
	}
	return h
}

// holds says whether the task has the main checkout: its branch is checked out
// there, or in the middle of a rebase or a bisection, or about to be given back.
func (r *Repo) holds(c checkout, p place) bool {
	if c.main.branch != "" {
		return c.main.branch == p.branch
	}
	if rebases(r.common, p) || bisects(r.common, p) {
		return true
	}
	going := c.home.way == clearing || c.home.way == leaving
	there := c.home.ref == "" && c.main.head == c.home.commit
	return c.home.branch == p.branch && going && !there
}

func bisects(gitDir string, p place) bool {
	name, err := os.ReadFile(filepath.Join(gitDir, "BISECT_START"))
	return err == nil && strings.TrimSpace(string(name)) == p.branch
}

// stand finds where a task's files are: in the main checkout, where the site
// says so and the task has it, else in its worktree. The zero worktree stands
// for neither. Only sites in the main checkout ask for more than the worktree.
func (r *Repo) stand(ctx context.Context, at fm.Site) (place, worktree, error) {
	p, err := r.place(at)
	if err != nil {
		return p, worktree{}, err
	}
	if !at.Main {
		w, _, err := r.find(ctx, p.dir)
		return p, w, err
	}
	c, err := r.checkout(ctx)
	if err != nil {
		return p, worktree{}, err
	}
	if r.holds(c, p) {
		p.dir = r.root
		return p, c.main, nil
	}
	for _, w := range c.rest {
		if w.path == p.dir {
			return p, w, nil
		}
	}
	return p, worktree{}, nil
}

// left says that a task has the main checkout, and that it is on something else
// all the same.
func (r *Repo) left(ctx context.Context, p place) error {
	c, err := r.checkout(ctx)
	if err != nil || c.home.branch != p.branch || r.holds(c, p) {
		return err
	}
	return r.astray(ctx, r.inMain(p), c.main)
}

// inMain is the place of a task that has the main checkout.
func (r *Repo) inMain(p place) place {
	p.dir = r.root
	return p
}

// isMain says whether a place is the main checkout.
func (r *Repo) isMain(p place) bool { return p.dir == r.root }
