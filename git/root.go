package git

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// Version 2.38 brought merge-tree --write-tree.
const minMajor, minMinor = 2, 38

var versionPattern = fm.Pattern(`(\d+)\.(\d+)`)

// FindRoot returns the main checkout of the repository that dir is in: dir may
// be any folder of it, or of one of its worktrees.
func FindRoot(ctx context.Context, dir string) (string, error) {
	r := &Repo{env: environ(nil)}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find repository: %w", err)
	}
	top, _, err := r.locate(ctx, abs)
	return top, err
}

// Version gives the version of the git that is installed, such as "2.39". The
// error of one that is missing or too old says what to install.
func Version(ctx context.Context) (string, error) {
	return (&Repo{env: environ(nil)}).version(ctx)
}

func (r *Repo) checkVersion(ctx context.Context) error {
	_, err := r.version(ctx)
	return err
}

func (r *Repo) version(ctx context.Context) (string, error) {
	out, err := r.run(ctx, call{op: "run git", args: []string{"--version"}, dir: "/"})
	if err != nil {
		return "", fmt.Errorf("%w: install git %d.%d or newer", err, minMajor, minMinor)
	}
	m := versionPattern().FindStringSubmatch(out)
	if m == nil {
		return "", fmt.Errorf("run git: unknown version %q: install git %d.%d or newer", strings.TrimSpace(out), minMajor, minMinor)
	}
	major, _ := strconv.Atoi(m[1]) // digits, by the pattern
	minor, _ := strconv.Atoi(m[2])
	if major < minMajor || (major == minMajor && minor < minMinor) {
		return "", fmt.Errorf("git %s is too old: install git %d.%d or newer", m[0], minMajor, minMinor)
	}
	return m[0], nil
}

// locate finds the main checkout and the common git dir from any folder.
func (r *Repo) locate(ctx context.Context, dir string) (top, common string, err error) {
	out, err := r.run(ctx, call{op: "find repository", target: dir, dir: dir, args: []string{
		"rev-parse", "--path-format=absolute", "--is-bare-repository", "--git-dir", "--git-common-dir",
	}})
	if err != nil {
		var e *Error
		if errors.As(err, &e) && strings.Contains(e.Stderr, "not a git repository") {
			return "", "", fmt.Errorf("%q is in no git repository: run fm inside one, or run git init there first", dir)
		}
		return "", "", err
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 3 {
		return "", "", fmt.Errorf("find repository %q: unexpected answer %q (a newline in the path?)", dir, out)
	}
	gitDir, common := lines[1], lines[2]
	if gitDir == common && lines[0] == "false" {
		top, err = r.run(ctx, call{op: "find checkout", target: dir, dir: dir, args: []string{"rev-parse", "--path-format=absolute", "--show-toplevel"}})
		if err != nil {
			return "", "", fmt.Errorf("%w: run fm in the checkout, not in .git", err)
		}
		return strings.TrimSuffix(top, "\n"), common, nil
	}
	list, err := r.list(ctx, dir)
	if err != nil {
		return "", "", err
	}
	if len(list) == 0 || list[0].bare {
		return "", "", fmt.Errorf("%q belongs to a bare repository: clone it, and run fm in the clone", dir)
	}
	return list[0].path, common, nil
}

// FindRemote gives the name of the remote that branches are pushed to, "" when
// the repository has none. It asks nobody, and changes nothing.
func FindRemote(ctx context.Context, o Options) (string, error) {
	r, err := bare(ctx, o)
	if err != nil {
		return "", err
	}
	return r.findRemote(ctx, o.Remote)
}

// findRemote checks the remote that was asked for, or picks one. A repository
// without any remote can be worked in, but nothing can be pushed.
func (r *Repo) findRemote(ctx context.Context, name string) (string, error) {
	out, err := r.run(ctx, call{op: "list remotes", args: []string{"remote"}})
	if err != nil {
		return "", err
	}
	remotes := strings.Fields(out)
	want := name
	if want == "" {
		want = "origin"
	}
	switch {
	case slices.Contains(remotes, want):
		return want, checkBranch(want)
	case want != "origin":
		return "", fmt.Errorf("remote %q does not exist: add it with git remote add, or set another in the configuration", name)
	case len(remotes) == 1:
		return remotes[0], checkBranch(remotes[0])
	case len(remotes) > 1:
		return "", fmt.Errorf("there are %d remotes and none is called origin: set one of %s in the configuration", len(remotes), strings.Join(remotes, ", "))
	}
	return "", nil
}

func (r *Repo) findBase(ctx context.Context, name string) (string, error) {
	if name != "" {
		return name, checkBranch(name)
	}
	if r.remote != "" {
		prefix := "refs/remotes/" + r.remote + "/"
		if ref, err := r.symbolic(ctx, prefix+"HEAD"); err == nil {
			if branch, ok := strings.CutPrefix(ref, prefix); ok {
				return branch, checkBranch(branch)
			}
		}
		if branch := r.remoteHEAD(ctx); branch != "" {
			return branch, checkBranch(branch)
		}
	}
	ref, err := r.symbolic(ctx, "HEAD")
	if h, known := r.readHome(); known == nil && h.branch != "" && (err != nil || ref == "refs/heads/"+h.branch) {
		ref = h.ref // the checkout is a task's for now
	}
	if ref == "" {
		return "", errors.New("the checkout is on no branch: name the base branch in the configuration")
	}
	branch := strings.TrimPrefix(ref, "refs/heads/")
	return branch, checkBranch(branch)
}

func (r *Repo) symbolic(ctx context.Context, ref string) (string, error) {
	out, err := r.run(ctx, call{op: "read", target: ref, args: []string{"symbolic-ref", "--quiet", ref}})
	return strings.TrimSpace(out), err
}

// remoteHEAD asks the remote for its default branch; "" when it does not say
// in good time.
func (r *Repo) remoteHEAD(ctx context.Context) string {
	out, err := r.run(ctx, call{
		op: "ask for the default branch of", target: r.remote, limit: 15 * time.Second, env: r.credential,
		args: []string{"ls-remote", "--symref", "--end-of-options", r.remote, "HEAD"},
	})
	if err != nil {
		return ""
	}
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(line, "ref: refs/heads/"); ok {
			branch, _, _ := strings.Cut(rest, "\t")
			return branch
		}
	}
	return ""
}
