package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// Tree is a folder among the worktrees, or what git still knows of one.
type Tree struct {
	Path   string
	Task   fm.TaskID // by the name of the folder; "" when it is no task's
	Branch string    // "" when it is on none, or git does not know the folder
	State  TreeState
}

// TreeState says what stands, or does not, in the place of a [Tree].
type TreeState int

// The states of a tree.
const (
	Standing TreeState = iota // a worktree that fm made
	Vanished                  // git knows it, and its folder is gone
	Theirs                    // a user's own, or one that somebody locked
	Unknown                   // no worktree of this repository, where a task's would be
	Leaving                   // moved out of the way by [Repo.Remove]; nothing in it is needed
	Ready                     // kept by [Repo.Stock] for a task to come
)

// Trees lists by path what is in the folder of the worktrees, or was, and what
// has vanished anywhere else. It takes no lock, asks no remote and changes
// nothing.
func Trees(ctx context.Context, o Options) ([]Tree, error) {
	r, err := surveyed(ctx, o)
	if err != nil {
		return nil, err
	}
	all, err := r.list(ctx, "")
	if err != nil {
		return nil, err
	}
	entries, err := r.entries()
	if err != nil {
		return nil, err
	}
	var trees []Tree
	known := map[string]bool{}
	for _, w := range all[min(1, len(all)):] {
		known[w.path] = true
		t := r.tree(w)
		if e, ok := at(entries, w.path); ok && r.reserved(e) && gitFile(e.path) == e.dir {
			t.State = Ready
		}
		if t.State == Vanished || within(w.path, r.worktrees) {
			trees = append(trees, t)
		}
	}
	names, err := os.ReadDir(r.worktrees)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list worktrees: %w", err)
	}
	for _, e := range names {
		t := Tree{Path: filepath.Join(r.worktrees, e.Name()), Task: taskOfFolder(e.Name()), State: Unknown}
		if strings.HasPrefix(e.Name(), trash) {
			t.State = Leaving
		}
		if !known[t.Path] && (t.Task != "" || t.State == Leaving) {
			trees = append(trees, t)
		}
	}
	slices.SortFunc(trees, func(a, b Tree) int { return cmp.Compare(a.Path, b.Path) })
	return trees, nil
}

// surveyed is a Repo that only looks at what is here.
func surveyed(ctx context.Context, o Options) (*Repo, error) {
	r, err := bare(ctx, o)
	if err != nil {
		return nil, err
	}
	r.worktrees, err = r.worktreeDir(o.WorktreeDir)
	return r, err
}

func (r *Repo) tree(w worktree) Tree {
	t := Tree{Path: w.path, Branch: w.branch}
	if filepath.Dir(w.path) == r.worktrees {
		t.Task = taskOfFolder(filepath.Base(w.path))
	}
	switch p := (place{id: t.Task, dir: w.path}); {
	case w.locked != "" && w.locked != "initializing":
		t.State = Theirs
	case w.gone && !isFolder(w.path):
		t.State = Vanished
	case w.gone:
		t.State = Unknown // its .git file is lost
	case t.Task == "" || r.foreign(p, w):
		t.State = Theirs
	}
	return t
}

// taskOfFolder is the inverse of [fm.Worktree]; "" for any other name.
func taskOfFolder(name string) fm.TaskID {
	id, err := fm.ParseTaskID(strings.TrimPrefix(name, fm.Worktree("")))
	if err != nil || fm.Worktree(id) != name {
		return ""
	}
	return id
}

// Burden is what speaks against the removal of a worktree, although
// [Repo.Remove] would preserve what is in it.
type Burden struct {
	Dirty     []string // uncommitted paths
	Unmerged  bool     // commits that no remote has, or a rebase that is not finished
	Inside    int      // a process that works in it; 0 for none that is known
	InsideCmd string   // its name
}

// None says that nothing does.
func (b Burden) None() bool { return len(b.Dirty) == 0 && !b.Unmerged && b.Inside == 0 }

// Burden looks at the worktree of a site. One that is not there has none.
func (r *Repo) Burden(ctx context.Context, at fm.Site) (Burden, error) {
	p, err := r.place(at)
	if err != nil {
		return Burden{}, err
	}
	w, found, err := r.find(ctx, p.dir)
	if err != nil || !found || w.gone {
		return Burden{}, err
	}
	var b Burden
	b.Inside, b.InsideCmd = inside(p.dir)
	if b.Dirty, err = r.dirty(ctx, p); err != nil {
		return b, err
	}
	if b.Unmerged, err = r.rebasing(ctx, p); err != nil || b.Unmerged {
		return b, err
	}
	safe, err := r.published(ctx, p, w.head)
	b.Unmerged = !safe
	return b, err
}

// inside finds a process that has its working folder in dir, as far as /proc
// tells.
func inside(dir string) (pid int, name string) {
	procs, err := os.ReadDir("/proc")
	if err != nil {
		return 0, ""
	}
	for _, e := range procs {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		proc := filepath.Join("/proc", e.Name())
		if cwd, err := os.Readlink(filepath.Join(proc, "cwd")); err == nil && (cwd == dir || within(cwd, dir)) {
			comm, _ := os.ReadFile(filepath.Join(proc, "comm")) // for people
			return pid, fm.Line(string(comm), 40)
		}
	}
	return 0, ""
}

// Sweep deletes what [Repo.Remove] moved out of the way and could not delete.
func Sweep(ctx context.Context, o Options) error {
	r, err := surveyed(ctx, o)
	if err != nil {
		return err
	}
	r.sweep()
	left, err := filepath.Glob(filepath.Join(globEscape(r.worktrees), trash+"*"))
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("delete %s: something is still written there, or belongs to another user", left[0])
	}
	return err
}
