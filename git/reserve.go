package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// The reserve is a few worktrees that stand ready before a task needs one:
// complete, clean, on no branch, at the base as it was. [Repo.Stock] keeps them, and
// [Repo.Prepare] takes one where nothing of a task is there yet.
//
// A ready worktree is told from all others by a file in what git keeps of it. As
// long as it is being made it is locked instead, with a reason that only fm gives.
// Whatever else has such a name is a user's.
const (
	readyPrefix = ".ready-"  // of the folders' names
	readyFile   = "fm-ready" // holds the commit; it becomes madeFile with the task's branch
	making      = "fm is making it ready"
)

// freshFor is how long a ready worktree may begin where the remote's base was when
// the reserve was seen to, unless the base was heard to have moved.
const freshFor = 30 * time.Second

// reserve is what this process knows of the reserve.
type reserve struct {
	turn  chan struct{}              // one at a time sees to it
	asked *atomic.Pointer[time.Time] // when the remote was asked for its base last
	moved *atomic.Pointer[time.Time] // when the base was heard to have moved
}

func newReserve() reserve {
	return reserve{turn: make(chan struct{}, 1), asked: &atomic.Pointer[time.Time]{}, moved: &atomic.Pointer[time.Time]{}}
}

// Moved tells that the base has moved on the remote. What was seen of it before
// counts no more: the next worktree is made from what the remote has then.
func (r *Repo) Moved() { r.reserve.moved.Store(wallClock()) }

// wallClock passes while the machine sleeps, which the clock of a process does not.
func wallClock() *time.Time {
	now := time.Now().Round(0)
	return &now
}

// fresh says whether the base is known well enough for a task to begin.
func (s reserve) fresh() bool {
	asked, moved := s.asked.Load(), s.moved.Load()
	if asked == nil || moved != nil && !asked.After(*moved) {
		return false
	}
	age := wallClock().Sub(*asked)
	return age >= 0 && age < freshFor
}

// Stock makes that many worktrees ready, at the base as the remote has it now, or
// as last seen when the remote cannot be reached; and removes those that are
// too many, or that nobody should begin with. What somebody put into one is
// preserved first. For 0 it asks nobody, and leaves nothing behind.
//
// It holds up no other call for longer than git takes to register a worktree: the
// files are written without the lock. A repository with submodules has no reserve,
// because git does not move their worktrees, and neither has one with reftables;
// that is no error.
func (r *Repo) Stock(ctx context.Context, count int) error {
	select {
	case r.reserve.turn <- struct{}{}:
		defer func() { <-r.reserve.turn }()
	case <-ctx.Done():
		return fmt.Errorf("stock worktrees: %w", ctx.Err())
	}
	tip, err := r.stockTip(ctx, count)
	if err != nil {
		return fmt.Errorf("stock worktrees: %w", err)
	}
	if tip == "" {
		count = 0
	}
	defer r.sweep() // without the lock
	left, err := r.weed(ctx, count, tip)
	for n := len(left); err == nil && n < count; n++ {
		var e entry
		if e, err = r.register(ctx, tip); err == nil {
			left = append(left, e)
		}
	}
	for _, e := range left {
		if err == nil && e.ready != tip {
			err = r.fill(ctx, e, tip)
		}
	}
	if err != nil {
		// What was begun takes room, and may be what there is no room for.
		_, undo := r.weed(context.WithoutCancel(ctx), 0, "")
		return fmt.Errorf("stock worktrees: %w", errors.Join(err, undo))
	}
	return nil
}

// stockTip is the commit that ready worktrees are to stand at; "" for none at all.
func (r *Repo) stockTip(ctx context.Context, count int) (string, error) {
	if count <= 0 {
		return "", nil
	}
	asked := wallClock()
	stale, err := r.askBase(ctx)
	if err != nil {
		return "", err
	}
	if stale == nil {
		r.reserve.asked.Store(asked)
	}
	tip, err := r.knownBase(ctx, stale)
	if err != nil || isFolder(filepath.Join(r.common, "reftable")) { // there, files do not tell who is on which branch
		return "", err
	}
	modules, err := r.run(ctx, call{op: "look for submodules in", target: tip, args: []string{"ls-tree", "--name-only", tip, "--", ".gitmodules"}})
	if err != nil || modules != "" {
		return "", err
	}
	return tip, nil
}

// weed removes what is of no use, and gives what is left, at most count. What is
// not at the tip is locked, so that nobody takes it meanwhile.
func (r *Repo) weed(ctx context.Context, count int, tip string) ([]entry, error) {
	if !r.anyReserved() {
		return nil, nil
	}
	release, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	all, err := r.entries()
	if err != nil {
		return nil, err
	}
	var left []entry
	for _, e := range all {
		switch {
		case !r.reserved(e):
		case len(left) < count && r.sound(ctx, e):
			if e.ready != tip {
				if err := os.WriteFile(filepath.Join(e.dir, "locked"), []byte(making+"\n"), 0o644); err != nil {
					return nil, fmt.Errorf("lock worktree: %w", err)
				}
			}
			left = append(left, e)
		default:
			if err := r.giveUp(ctx, e); err != nil {
				return nil, err
			}
		}
	}
	return left, nil
}

// anyReserved looks without a process or a lock.
func (r *Repo) anyReserved() bool {
	all, err := r.entries()
	return err != nil || slices.ContainsFunc(all, r.reserved)
}

// reserved says whether a worktree is of the reserve: made by fm, and taken by
// nobody. One that somebody has locked, or checked a branch out in, is his.
func (r *Repo) reserved(e entry) bool {
	if filepath.Dir(e.path) != r.worktrees || !strings.HasPrefix(filepath.Base(e.path), readyPrefix) {
		return false
	}
	switch e.locked {
	case making, "initializing":
		return true
	case "":
		return e.ready != "" && !strings.HasPrefix(e.head, "ref:")
	}
	return false
}

// sound says whether a task could begin in a worktree of the reserve: it is whole,
// at the commit that it was made ready at, and nobody has put anything into it.
func (r *Repo) sound(ctx context.Context, e entry) bool {
	if e.ready == "" || e.locked != "" || e.head != e.ready || gitFile(e.path) != e.dir {
		return false
	}
	if locks, _ := filepath.Glob(filepath.Join(globEscape(e.dir), "*.lock")); len(locks) > 0 {
		return false
	}
	out, err := r.in(ctx, e, call{op: "read status of", args: []string{
		"-c", "core.fsmonitor=false", "status", "--porcelain", "-z", "--untracked-files=normal", "--ignored",
	}})
	return err == nil && out == ""
}

// in runs git in a worktree of the reserve, and nowhere else: without being told,
// git would take the main checkout for one that has lost its .git file.
func (r *Repo) in(ctx context.Context, e entry, c call) (string, error) {
	c.target, c.dir, c.limit = e.path, e.path, checkoutLimit
	c.env = []string{"GIT_DIR=" + e.dir, "GIT_WORK_TREE=" + e.path}
	return r.run(ctx, c)
}

// register has git make an empty worktree, which nobody takes before fill is done.
// Its checkout is left to fill, and so no hook sees it: see [Repo.claim].
func (r *Repo) register(ctx context.Context, tip string) (entry, error) {
	release, err := r.lock(ctx)
	if err != nil {
		return entry{}, err
	}
	defer release()
	if err := r.exclude(); err != nil {
		return entry{}, err
	}
	all, err := r.entries()
	if err != nil {
		return entry{}, err
	}
	path := ""
	for n := 1; path == ""; n++ {
		path = filepath.Join(r.worktrees, readyPrefix+strconv.Itoa(n))
		_, taken := at(all, path)
		if _, err := os.Lstat(path); err == nil || taken {
			path = ""
		}
	}
	if _, err := r.run(ctx, call{step: failpoint.Name("git.stock-register"), op: "add worktree", target: path, args: []string{
		"worktree", "add", "--quiet", "--no-checkout", "--detach", "--lock", "--reason", making, "--", path, tip,
	}}); err != nil {
		return entry{}, err
	}
	if all, err = r.entries(); err != nil {
		return entry{}, err
	}
	e, ok := at(all, path)
	if !ok {
		return e, fmt.Errorf("add worktree %q: git does not know it", path)
	}
	return e, nil
}

// fill writes the files of the tip into a worktree that is locked for that, and
// makes it ready.
func (r *Repo) fill(ctx context.Context, e entry, tip string) error {
	if err := r.reset(ctx, e, tip); err != nil {
		return err
	}
	defer failpoint.Step("git.stock-ready")()
	if err := os.WriteFile(filepath.Join(e.dir, readyFile), []byte(tip+"\n"), 0o644); err != nil {
		return fmt.Errorf("make worktree ready: %w", err)
	}
	return os.Remove(filepath.Join(e.dir, "locked"))
}

// reset makes a worktree in which nobody has worked what the tip has.
func (r *Repo) reset(ctx context.Context, e entry, tip string) error {
	_, err := r.in(ctx, e, call{step: failpoint.Name("git.stock-fill"), op: "write files of", args: []string{
		"reset", "--hard", "--quiet", "--no-recurse-submodules", tip,
	}})
	return err
}

// giveUp removes a worktree of the reserve, needing the writer lock. One that a
// task was about to get, when fm was killed, becomes that task's.
func (r *Repo) giveUp(ctx context.Context, e entry) error {
	if !isFolder(e.path) {
		if moved := r.movedFrom(e); moved != "" {
			return r.mendMove(ctx, moved)
		}
		return r.forget(ctx, worktree{path: e.path})
	}
	p := place{id: fm.TaskID("fm" + strings.ReplaceAll(filepath.Base(e.path), ".", "-")), dir: e.path}
	w := worktree{path: e.path, head: e.head}
	switch {
	case e.locked != "" || r.sound(ctx, e):
	case gitFile(e.path) != e.dir:
		return nil // what is in it cannot be kept, and stays
	default:
		switch _, err := r.preserve(ctx, p, w); {
		case errors.Is(err, fm.ErrRefused):
			return nil // likewise
		case err != nil:
			return err
		}
	}
	return r.discard(ctx, p, w)
}

// movedFrom finds the folder that a worktree was moved to by a git that was killed
// before it took note of that; "" for none.
func (r *Repo) movedFrom(e entry) string {
	names, _ := os.ReadDir(r.worktrees) // nothing is where nothing can be read
	for _, f := range names {
		path := filepath.Join(r.worktrees, f.Name())
		if taskOfFolder(f.Name()) != "" && f.IsDir() && gitFile(path) == e.dir {
			return path
		}
	}
	return ""
}

// gitFile is what a worktree says of the folder that git keeps for it.
func gitFile(path string) string {
	to, _ := strings.CutPrefix(firstLine(filepath.Join(path, ".git")), "gitdir: ")
	if to != "" && !filepath.IsAbs(to) {
		to = filepath.Join(path, to)
	}
	return to
}

// mendMove tells git where a worktree went.
func (r *Repo) mendMove(ctx context.Context, path string) error {
	return r.mendLinks(ctx, path, "--", path)
}

// mendLinks has git connect worktrees and their registrations again: those of the
// paths, which went elsewhere, or, without any, those whose .git file lost the way.
func (r *Repo) mendLinks(ctx context.Context, target string, paths ...string) error {
	_, err := r.run(ctx, call{step: failpoint.Name("git.repair-worktree"), op: "repair worktree", target: target, args: append([]string{"worktree", "repair"}, paths...)})
	return err
}

// mendTaken does so for a task whose worktree was on its way from the reserve, and
// says whether there was anything to mend. The caller holds the writer lock.
func (r *Repo) mendTaken(ctx context.Context, p place, all []entry) (bool, error) {
	if !taken(p, all) {
		return false, nil
	}
	return true, r.mendMove(ctx, p.dir)
}

// taken says whether a worktree of the reserve stands in the task's place, and git
// takes it to be where it was before.
func taken(p place, all []entry) bool {
	if _, registered := at(all, p.dir); registered || !isFolder(p.dir) {
		return false
	}
	to := gitFile(p.dir)
	return slices.ContainsFunc(all, func(e entry) bool {
		_, err := os.Lstat(e.path)
		return e.dir == to && e.ready != "" && errors.Is(err, fs.ErrNotExist)
	})
}
