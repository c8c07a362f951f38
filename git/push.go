package git

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// Push publishes the task's branch and returns its commit. It replaces on the
// remote only what fm pushed itself, or what the branch contains; commits of
// anybody else there make it fail with [fm.ErrRefused], also when they arrive
// between the look and the push. A branch that carries one of fm's own files
// (COMPLETION.md and the like) is refused too.
func (r *Repo) Push(ctx context.Context, at fm.Site) (sha string, err error) {
	p, err := r.place(at)
	if err != nil {
		return "", err
	}
	if sha, err = r.resolve(ctx, "", p.ref()); err != nil {
		return "", err
	}
	if sha == "" {
		return "", fmt.Errorf("push %s: no such branch: %w", p.branch, fm.ErrGone)
	}
	if err := r.refuseOwnFiles(ctx, p, sha); err != nil {
		return "", err
	}
	tips, err := r.tips(ctx, p.branch)
	if err != nil {
		return "", err
	}
	there := tips[p.branch]
	if there != sha {
		if err := r.mayReplace(ctx, p, there, sha); err != nil {
			return "", err
		}
		err := r.pushCommit(ctx, p.dir, p.branch, there, sha)
		if errors.Is(err, errMoved) {
			err = r.overtaken(ctx, p, there, sha, err)
		}
		if err != nil {
			return "", err
		}
	}
	_, err = r.run(ctx, call{step: failpoint.Name("git.record-push"), op: "record push of", target: p.branch, args: durable("update-ref", p.pushed(), sha)})
	return sha, err
}

// overtaken looks at a remote branch that moved from was while it was pushed. A
// git that outlived the fm that began it may have brought there what we wanted to,
// or an older commit of the branch: then the next try has it replaced. Anything
// else is somebody else's, and refused.
func (r *Repo) overtaken(ctx context.Context, p place, was, sha string, refused error) error {
	tips, err := r.tips(ctx, p.branch)
	switch there := tips[p.branch]; {
	case err != nil:
		return err
	case there == sha:
		return nil
	case there != was && r.mayReplace(ctx, p, there, sha) == nil:
		return fmt.Errorf("push %s: %w", p.branch, errMoved)
	}
	return refused
}

func (r *Repo) refuseOwnFiles(ctx context.Context, p place, sha string) error {
	base, err := r.resolve(ctx, "", r.tracking())
	if err != nil || base == "" {
		return err
	}
	files, err := r.changed(ctx, base, sha)
	if err != nil {
		return err
	}
	for _, f := range files {
		if ownFile(f) {
			return fmt.Errorf("push %s: %s is committed, but it belongs to fm: git rm --cached %s, and commit: %w", p.branch, f, f, fm.ErrRefused)
		}
	}
	return nil
}

// mayReplace says whether nothing of anybody else is lost when sha takes the
// place of what is on the remote.
func (r *Repo) mayReplace(ctx context.Context, p place, there, sha string) error {
	if there == "" {
		return nil
	}
	pushed, err := r.resolve(ctx, "", p.pushed())
	if err != nil || there == pushed {
		return err
	}
	known, err := r.resolve(ctx, "", there)
	if err != nil {
		return err
	}
	if known != "" {
		contained, err := r.contains(ctx, sha, there)
		if err != nil || contained {
			return err
		}
	}
	return fmt.Errorf("push %s: %s has commits there that this branch does not: git fetch %s %s, merge FETCH_HEAD: %w", p.branch, r.remote, r.remote, p.branch, fm.ErrRefused)
}

// errMoved says that the remote's branch is not where it was expected.
var errMoved = errors.New("the remote branch moved meanwhile")

// errLocked says that a lock stands in the way of a branch on the remote, of another
// receiver or of one that was killed.
var errLocked = errors.New("the remote branch is locked")

// lockedSign is how git says so, after the name of the lock.
const lockedSign = ".lock': File exists"

// clearThere removes the locks that a killed receiver left in a remote on this
// machine. Nobody else would: each push would fail for ever.
func clearThere(folder, ref string) error {
	if folder == "" {
		return nil
	}
	dir := folder
	if isFolder(filepath.Join(folder, ".git")) {
		dir = filepath.Join(folder, ".git")
	}
	for _, name := range []string{filepath.FromSlash(ref), "HEAD", "packed-refs"} { // HEAD is locked with the branch that it names
		if err := clearLock(filepath.Join(dir, name+".lock"), staleAge, folder, dir); err != nil { // .git may be a link, too
			return err
		}
	}
	return nil
}

// pushCommit is a compare-and-swap of a branch on the remote; old is "" for a
// branch that must not exist, and sha for one to delete. It writes no local
// branch, so it needs no lock.
func (r *Repo) pushCommit(ctx context.Context, dir, branch, old, sha string) error {
	if !isFolder(dir) {
		dir = ""
	}
	ref := "refs/heads/" + branch
	to, err := r.address(ctx)
	if err != nil {
		return err
	}
	op, verify := "push", "--verify"
	if sha == "" {
		op, verify = "delete", "--no-verify" // a hook that runs the tests has nothing to say to that
	}
	out, err := r.run(ctx, call{step: failpoint.Name("git.push"), op: op, target: branch, dir: dir, limit: networkLimit, env: r.credential, args: durable(slices.Concat(
		to.before,
		[]string{"push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", verify, "--force-with-lease=" + ref + ":" + old},
		to.options,
		[]string{"--end-of-options", r.remote, sha + ":" + ref},
	)...)})
	var e *Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	status := ""
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "!\t") {
			status = clean(line)
		}
	}
	e.Stderr = strings.TrimSpace(status + "\n" + e.Stderr)
	switch {
	case strings.Contains(e.Stderr, lockedSign):
		e.cause = errors.Join(errLocked, clearThere(to.folder, ref))
	case moved(e.Stderr):
		e.kind, e.cause = fm.ErrRefused, errMoved
	case broken(e.Stderr): // it may have room again in a minute, or live
	case status != "", strings.Contains(e.Stderr, "failed to push some refs") && !strings.Contains(e.Stderr, "fatal:"):
		e.kind = fm.ErrRefused // by the remote's rules, or by a hook here
	}
	return e
}

// destination is where a push goes.
type destination struct {
	folder  string   // on this machine; "" for elsewhere
	before  []string // words before the command
	options []string
}

// address finds out what the remote's address asks for. For a path that is
// relative, git takes it from the folder that
// it runs in, and a push runs in the task's worktree, where its hooks expect to
// be; see git-clone(1), GIT URLS. In a folder of this machine nobody but us has
// the receiver flush to disk what it says to have taken: by itself it syncs
// neither loose objects nor refs, and our settings do not reach it.
func (r *Repo) address(ctx context.Context) (destination, error) {
	out, err := r.run(ctx, call{op: "find the address of", target: r.remote, args: []string{"remote", "get-url", "--push", r.remote}})
	if err != nil {
		return destination{}, err
	}
	url := strings.TrimSuffix(out, "\n")
	host, _, colon := strings.Cut(url, ":")
	path, file := strings.CutPrefix(url, "file://")
	to := destination{folder: path}
	switch {
	case url == "", !file && !filepath.IsAbs(url) && colon && !strings.Contains(host, "/"):
		return destination{}, nil // a scheme, or host:path
	case !file && !filepath.IsAbs(url):
		to.folder = filepath.Join(r.root, url)
		to.before = []string{"-c", "remote." + r.remote + ".pushurl=" + to.folder}
	}
	own, err := r.run(ctx, call{op: "find the receiver of", target: r.remote, args: []string{"config", "--default", "", "--get", "remote." + r.remote + ".receivepack"}})
	if err == nil && strings.TrimSpace(own) == "" {
		to.options = []string{"--receive-pack=git " + strings.Join(durable("receive-pack"), " ")}
	}
	return to, err
}

// broken knows what a receiver says that could not take the commits for want of
// something of its own, or that died of it. What is against its rules is no such thing, and stays so.
func broken(said string) bool {
	for _, sign := range []string{
		"No space left on device", "Disk quota exceeded", "Read-only file system", "Input/output error", "Cannot allocate memory",
		"Too many open files", "Internal Server Error",
		"died of signal", "unexpected disconnect", "error in sideband demultiplexer",
	} {
		if strings.Contains(said, sign) {
			return true
		}
	}
	return false
}

// moved knows the ways in which git and a racing receiver say so.
func moved(said string) bool {
	for _, sign := range []string{"stale info", "fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "incorrect old value", "reference already exists"} {
		if strings.Contains(said, sign) {
			return true
		}
	}
	return false
}
