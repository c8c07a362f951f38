// Package git gives each task a worktree and a branch of its own; it is the
// only package that runs git.
//
// The promise: whatever stands in a worktree is on a pushed branch or under
// refs/fm/preserved/ before the worktree goes, and what other people pushed is
// never overwritten. The package writes only below Options.WorktreeDir, to
// branches subissue/<id> and fix/issue-<id>, to refs/fm/ and to a marked block
// of info/exclude. It never touches the user's own checkout, its index or its
// branches, but for a task that its user wants worked on right there: a
// [fm.Site] with Main set. Such a task gets the checkout only while it is clean,
// and the checkout goes back to where it was, as soon as nobody works on the task;
// the file fm-home in the git dir says where that is. What stood uncommitted there
// is kept, and not put back for the next attempt: it may be its user's.
//
// Commands that write to the repository run one at a time, across processes:
// parallel `git worktree add` loses worktrees. Commands that read, and those
// that talk to the remote, do not wait for them.
//
// The radar beside that, [Repo.Conflicts], merges the branches of live tasks with
// each other and with the base, to tell of conflicts before a pull request does.
// It only reads: it takes no lock, touches no worktree and no ref, and keeps the
// objects that its merges make out of the repository.
//
// Start reading at [Repo.Prepare]; of the main checkout, at home.go.
package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/turn"
)

// Options says where the repository is and what to work off.
type Options struct {
	Root        string   // the main checkout, absolute; see [FindRoot]
	WorktreeDir string   // absolute, or relative to Root; default .worktrees
	Remote      string   // default origin, or the only remote
	Base        string   // branch; default the remote's HEAD, else the current branch
	Environ     []string // for git; default os.Environ
	Credential  Credential
	// Ran is told of every git that ended: its words and its time. It may be
	// called concurrently; nil for nobody.
	Ran func(argv []string, took time.Duration)
}

// Repo is one repository with its worktrees. All methods may be called
// concurrently, also from several processes.
type Repo struct {
	root      string // main checkout, without symbolic links
	common    string // the git dir that all worktrees share
	worktrees string // folder that holds the tasks' worktrees
	remote    string // "" when the repository has none
	base      string // branch
	env       []string
	ran       func(argv []string, took time.Duration) // may be nil
	// credential is added to env for commands that talk to the remote.
	credential []string
	writer     *turn.Turn
	fetches    fetches
	merging    chan struct{} // one merge at a time: they would only move the base under each other
	reserve    reserve
	radar      radar
}

// Open looks at a repository and returns a Repo for it. Its errors say what
// to do: install git 2.38 or newer, name the base branch, and the like.
func Open(ctx context.Context, o Options) (*Repo, error) {
	r := &Repo{env: environ(o.Environ), ran: o.Ran, credential: o.Credential.environ(), fetches: newFetches(), merging: make(chan struct{}, 1), reserve: newReserve()}
	if err := r.checkVersion(ctx); err != nil {
		return nil, err
	}
	root, err := filepath.EvalSymlinks(o.Root)
	if err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	r.root = root
	if err := r.checkRoot(ctx); err != nil {
		return nil, err
	}
	r.writer = turn.On(filepath.Join(r.common, "fm.lock"))
	if r.remote, err = r.findRemote(ctx, o.Remote); err != nil {
		return nil, err
	}
	if r.base, err = r.findBase(ctx, o.Base); err != nil {
		return nil, err
	}
	if r.worktrees, err = r.worktreeDir(o.WorktreeDir); err != nil {
		return nil, err
	}
	return r, nil
}

// checkRoot makes sure that r.root is the top of a main checkout, and finds
// the git dir.
func (r *Repo) checkRoot(ctx context.Context) error {
	top, common, err := r.locate(ctx, r.root)
	if err != nil {
		return err
	}
	if !sameFolder(top, r.root) {
		return fmt.Errorf("open repository %q: the main checkout is %q; use that folder", r.root, top)
	}
	r.common = common
	return nil
}

// worktreeDir resolves the setting to an absolute folder without symbolic
// links. The folder is made with the first worktree in it: looking at a
// repository leaves no trace there.
func (r *Repo) worktreeDir(dir string) (string, error) {
	if dir == "" {
		dir = ".worktrees"
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.root, dir)
	}
	dir = filepath.Clean(dir)
	for _, taken := range []string{r.root, r.common} {
		if dir == taken || within(taken, dir) || (taken == r.common && within(dir, taken)) {
			return "", fmt.Errorf("worktree folder %q: it must be apart from the checkout and from .git: %w", dir, fm.ErrRefused)
		}
	}
	return resolved(dir)
}

// resolved follows the symbolic links in as much of a path as there is.
func resolved(path string) (string, error) {
	found, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return "", fmt.Errorf("find worktree folder: %w", err)
		}
		return found, nil
	}
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("worktree folder %q is a link to nowhere: %w", path, fm.ErrRefused)
	}
	parent, err := resolved(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

// within says whether path lies below dir. Both are clean and absolute.
func within(path, dir string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

func sameFolder(a, b string) bool {
	ia, err := os.Stat(a)
	if err != nil {
		return false
	}
	ib, err := os.Stat(b)
	return err == nil && os.SameFile(ia, ib)
}

// Base is the branch that tasks work off and are merged into.
func (r *Repo) Base() string { return r.base }

// Remote is the name of the remote, "" when the repository has none.
func (r *Repo) Remote() string { return r.remote }
