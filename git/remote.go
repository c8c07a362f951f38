package git

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// fetchLimit keeps a remote that hangs from holding up every new task.
const fetchLimit = time.Minute

// Head returns the commit of a branch on the remote; [fm.ErrGone] when the
// remote has no such branch.
func (r *Repo) Head(ctx context.Context, branch string) (sha string, err error) {
	if err := checkBranch(branch); err != nil {
		return "", err
	}
	tips, err := r.tips(ctx, branch)
	if err != nil {
		return "", err
	}
	if tips[branch] == "" {
		return "", fmt.Errorf("branch %s on %s: %w", branch, r.remote, fm.ErrGone)
	}
	return tips[branch], nil
}

// tips asks the remote where branches stand; absent ones are left out.
func (r *Repo) tips(ctx context.Context, branches ...string) (map[string]string, error) {
	if err := r.needRemote(); err != nil {
		return nil, err
	}
	args := []string{"ls-remote", "--heads", "--end-of-options", r.remote}
	for _, b := range branches {
		args = append(args, "refs/heads/"+b)
	}
	return r.askTips(ctx, call{target: strings.Join(branches, " "), args: args})
}

// RemoteBranches asks the remote for the branches whose names begin with
// prefix, and gives the commit of each.
func (r *Repo) RemoteBranches(ctx context.Context, prefix string) (map[string]string, error) {
	if err := errors.Join(r.needRemote(), checkBranch(prefix+"x")); err != nil {
		return nil, err
	}
	all, err := r.askTips(ctx, call{target: prefix + "*", args: []string{"ls-remote", "--heads", "--end-of-options", r.remote, "refs/heads/" + prefix + "*"}})
	maps.DeleteFunc(all, func(name, _ string) bool { return !strings.HasPrefix(name, prefix) })
	return all, err
}

// RemoteURL is the address that the remote is pushed to, as git would use it: the
// user's pushurl and insteadOf are applied. It may hold a credential.
func (r *Repo) RemoteURL(ctx context.Context) (string, error) {
	if err := r.needRemote(); err != nil {
		return "", err
	}
	out, err := r.run(ctx, call{op: "find the address of", target: r.remote, args: []string{"remote", "get-url", "--push", r.remote}})
	return strings.TrimSuffix(out, "\n"), err
}

func (r *Repo) askTips(ctx context.Context, c call) (map[string]string, error) {
	c.op, c.limit, c.env = "ask "+r.remote+" for", networkLimit, r.credential
	out, err := r.run(ctx, c)
	if err != nil {
		return nil, err
	}
	tips := map[string]string{}
	for line := range strings.Lines(out) {
		// ls-remote matches the end of a name, so there may be more than was
		// asked for.
		sha, ref, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
			tips[name] = sha
		}
	}
	return tips, nil
}

func (r *Repo) needRemote() error {
	if r.remote != "" {
		return nil
	}
	return fmt.Errorf("the repository has no remote to push to: add one with git remote add origin URL: %w", fm.ErrRefused)
}

// tracking is where the base branch is known locally.
func (r *Repo) tracking() string {
	if r.remote == "" {
		return "refs/heads/" + r.base
	}
	return "refs/remotes/" + r.remote + "/" + r.base
}

// fetches makes calls that wait for the same fetch share one: a fetch that
// began after the call was made serves it.
type fetches struct {
	turn chan *fetched
}

type fetched struct {
	began time.Time
	err   error
}

func newFetches() fetches {
	f := fetches{turn: make(chan *fetched, 1)}
	f.turn <- &fetched{}
	return f
}

// fetchBase brings the remote's base branch up to date, and what the remote has
// of tasks' branches: another machine may have begun with one.
func (r *Repo) fetchBase(ctx context.Context) error {
	asked := time.Now()
	var last *fetched
	select {
	case last = <-r.fetches.turn:
	case <-ctx.Done():
		return fmt.Errorf("wait for fetch: %w", ctx.Err())
	}
	defer func() { r.fetches.turn <- last }()
	if last.began.After(asked) {
		return last.err
	}
	last = &fetched{began: time.Now()}
	specs := []string{"+refs/heads/" + r.base + ":" + r.tracking()}
	for _, prefix := range fm.BranchPrefixes() {
		specs = append(specs, "+refs/heads/"+prefix+"*:refs/remotes/"+r.remote+"/"+prefix+"*")
	}
	last.err = r.fetch(ctx, fetchLimit, specs...)
	return last.err
}

func (r *Repo) fetch(ctx context.Context, limit time.Duration, refspecs ...string) error {
	args := durable(append([]string{
		"fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
		"--recurse-submodules=no", "--end-of-options", r.remote,
	}, refspecs...)...)
	_, err := r.run(ctx, call{step: failpoint.Name("git.fetch"), op: "fetch from", target: r.remote, args: args, limit: limit, env: r.credential})
	var e *Error
	if errors.As(err, &e) && strings.Contains(e.Stderr, "couldn't find remote ref") {
		e.kind = fm.ErrGone
	}
	return err
}

// baseTip is the commit to work off: the remote's, as fresh as the network
// allows.
func (r *Repo) baseTip(ctx context.Context) (string, error) {
	stale, err := r.askBase(ctx)
	if err != nil {
		return "", err
	}
	return r.knownBase(ctx, stale)
}

// askBase asks the remote where the base is. Stale is why it could not be asked;
// what is known from before does then.
func (r *Repo) askBase(ctx context.Context) (stale, err error) {
	if r.remote == "" {
		return nil, nil
	}
	stale = r.fetchBase(ctx)
	if errors.Is(stale, fm.ErrGone) {
		return nil, fmt.Errorf("base branch %s is not on %s: push it first (git push %s %s): %w", r.base, r.remote, r.remote, r.base, fm.ErrRefused)
	}
	return stale, nil
}

// knownBase is the commit to work off as it is known here.
func (r *Repo) knownBase(ctx context.Context, stale error) (string, error) {
	tip, err := r.resolve(ctx, "", r.tracking())
	switch {
	case err != nil:
		return "", err
	case tip == "" && stale != nil:
		return "", stale // nothing there to fall back on
	case tip == "":
		return "", fmt.Errorf("base branch %s has no commit: make one first: %w", r.base, fm.ErrRefused)
	}
	return tip, nil
}
