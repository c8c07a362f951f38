package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// Preserve keeps what is not on a pushed branch under
// refs/fm/preserved/<id>/<n>, n counting from 1: the commits, and on top of
// them one commit with everything uncommitted and untracked, ignored files
// excepted. What was staged and differs from the file stands in that commit's
// second parent. It returns the ref, or "" when there was nothing to keep; the
// same content gives the same ref. [Repo.Restore] puts it back.
//
// A repository within the worktree that holds work of its own cannot be kept
// so: that is an error that wraps [fm.ErrRefused] and names it.
func (r *Repo) Preserve(ctx context.Context, at fm.Site) (ref string, err error) {
	if _, err := r.place(at); err != nil {
		return "", err
	}
	release, err := r.lock(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	p, w, err := r.stand(ctx, at)
	if err != nil {
		return "", err
	}
	return r.preserve(ctx, p, w)
}

// preserve needs the writer lock. The zero worktree stands for none.
func (r *Repo) preserve(ctx context.Context, p place, w worktree) (string, error) {
	kept := w.head
	if w.path != "" && !w.gone && isFolder(p.dir) {
		top, err := r.snapshot(ctx, p)
		if err != nil {
			return "", fmt.Errorf("preserve %s: %w", p.dir, err)
		}
		return r.save(ctx, p, top)
	}
	if kept == "" {
		tip, err := r.resolve(ctx, "", p.ref())
		if err != nil || tip == "" {
			return "", err
		}
		kept = tip
	}
	if safe, err := r.published(ctx, p, kept); err != nil || safe {
		return "", err
	}
	return r.keep(ctx, p, kept)
}

// save keeps a commit of what stands in the worktree, and notes that it did.
func (r *Repo) save(ctx context.Context, p place, top string) (string, error) {
	if err := r.noteLast(ctx, p, top); err != nil {
		return "", err
	}
	if safe, err := r.published(ctx, p, top); err != nil || safe {
		return "", err
	}
	return r.keep(ctx, p, top)
}

// noteLast notes what stood in the worktree last.
func (r *Repo) noteLast(ctx context.Context, p place, commit string) error {
	_, err := r.run(ctx, call{step: failpoint.Name("git.note-last"), op: "note", target: p.last(), args: durable("update-ref", p.last(), commit)})
	return err
}

// published says whether the remote has a commit, as far as is known here.
func (r *Repo) published(ctx context.Context, p place, commit string) (bool, error) {
	args := []string{"rev-list", "-1", commit, "--not"}
	if r.remote != "" {
		args = append(args, "--remotes="+r.remote)
	} else {
		args = append(args, "refs/heads/"+r.base)
	}
	pushed, err := r.resolve(ctx, "", p.pushed())
	if err != nil {
		return false, err
	}
	if pushed != "" {
		args = append(args, pushed)
	}
	out, err := r.run(ctx, call{op: "look for", target: commit, args: args})
	return err == nil && strings.TrimSpace(out) == "", err
}

// keep gives the commit a ref, unless it has one.
func (r *Repo) keep(ctx context.Context, p place, commit string) (string, error) {
	all, err := r.preservedRefs(ctx, p)
	if err != nil {
		return "", err
	}
	last := 0
	for _, one := range all {
		if one.Commit == commit {
			return one.Ref, nil
		}
		last = max(last, one.number)
	}
	ref := p.preserved() + strconv.Itoa(last+1)
	// The empty old value means: only if there is none.
	_, err = r.run(ctx, call{step: failpoint.Name("git.preserve"), op: "keep", target: ref, args: durable("update-ref", "--create-reflog", ref, commit, "")})
	return ref, err
}

// durable has git flush objects and refs to disk, which it does not do by
// itself for loose objects.
func durable(args ...string) []string {
	return append([]string{"-c", "core.fsync=committed", "-c", "core.fsyncMethod=batch"}, args...)
}

// snapshot returns a commit of all that stands in the worktree: HEAD when
// nothing is uncommitted, else a new commit on top of it. The index of the
// agent is not touched.
func (r *Repo) snapshot(ctx context.Context, p place) (string, error) {
	l, err := r.look(ctx, p)
	if err != nil {
		return "", err
	}
	defer l.done()
	return r.stack(ctx, p, l.head, l.staged, l.files)
}

// stack commits the trees that differ from what is below them.
func (r *Repo) stack(ctx context.Context, p place, head, staged, files string) (string, error) {
	out, err := r.run(ctx, call{op: "read commit", target: head, args: []string{"show", "--no-patch", "--no-show-signature", "--format=%T %ct", "--end-of-options", head}})
	if err != nil {
		return "", err
	}
	tree, date, _ := strings.Cut(strings.TrimSpace(out), " ")
	// The date of HEAD, so that the same content gives the same commit.
	env := []string{"GIT_AUTHOR_DATE=" + date + " +0000", "GIT_COMMITTER_DATE=" + date + " +0000"}
	parents := []string{head}
	if staged != "" && staged != tree && staged != files {
		c, err := r.commitTree(ctx, staged, "fm: what was staged in "+fm.Worktree(p.id), env, head)
		if err != nil {
			return "", err
		}
		parents = append(parents, c)
	}
	if files == tree && len(parents) == 1 {
		return head, nil
	}
	return r.commitTree(ctx, files, p.uncommitted(), env, parents...)
}

func (r *Repo) commitTree(ctx context.Context, tree, message string, env []string, parents ...string) (string, error) {
	args := []string{"commit-tree", tree}
	for _, c := range parents {
		args = append(args, "-p", c)
	}
	who, err := r.identity(ctx)
	if err != nil {
		return "", err
	}
	out, err := r.run(ctx, call{step: failpoint.Name("git.commit-tree"), op: "commit", target: tree, args: durable(append(args, "-F", "-")...), stdin: message + "\n", env: append(who, env...)})
	return strings.TrimSpace(out), err
}

// identity is fm's own, where the user has set none.
func (r *Repo) identity(ctx context.Context) ([]string, error) {
	var env []string
	for key, vars := range map[string][2]string{
		"user.name":  {"GIT_AUTHOR_NAME=fm", "GIT_COMMITTER_NAME=fm"},
		"user.email": {"GIT_AUTHOR_EMAIL=fm@localhost", "GIT_COMMITTER_EMAIL=fm@localhost"},
	} {
		_, err := r.run(ctx, call{op: "read setting", target: key, args: []string{"config", "--get", key}})
		var e *Error
		switch {
		case err == nil:
		case errors.As(err, &e) && e.ExitCode == 1:
			env = append(env, vars[0], vars[1])
		default:
			return nil, err
		}
	}
	return env, nil
}
