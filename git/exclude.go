package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/turn"
)

const (
	excludeBegin = "# fm: begin (written by fm; lines outside this block are yours)"
	excludeEnd   = "# fm: end"
)

// exclude keeps fm's own files out of every status and commit, in all
// worktrees, without touching a file that is tracked. The lines around fm's
// block stay as they are. The caller holds the writer lock.
func (r *Repo) exclude() error {
	file, text, stale, err := r.excludeFile()
	if err != nil || !stale {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("write exclude file: %w", err)
	}
	return replaceFile(file, text)
}

// excludeFile gives the text that the file should have, and whether it has
// another one.
func (r *Repo) excludeFile() (file, text string, stale bool, err error) {
	file = filepath.Join(r.common, "info", "exclude")
	if to, err := filepath.EvalSymlinks(file); err == nil {
		file = to
	}
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", false, fmt.Errorf("read exclude file: %w", err)
	}
	text = withBlock(string(old), r.excludeBlock())
	return file, text, text != string(old), nil
}

// Excluded says whether fm's own files are kept out of git in the repository,
// which may have no remote and no commit, and names the file that says so.
// It changes nothing.
func Excluded(ctx context.Context, o Options) (file string, ok bool, err error) {
	r, err := bare(ctx, o)
	if err != nil {
		return "", false, err
	}
	file, _, stale, err := r.excludeFile()
	return file, !stale, err
}

// Exclude keeps fm's own files out of git, as [Repo.Prepare] does.
func Exclude(ctx context.Context, o Options) error {
	r, err := bare(ctx, o)
	if err != nil {
		return err
	}
	release, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	return r.exclude()
}

// bare is a Repo that knows nothing of remotes and branches.
func bare(ctx context.Context, o Options) (*Repo, error) {
	root, err := filepath.EvalSymlinks(o.Root)
	if err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	r := &Repo{env: environ(o.Environ), ran: o.Ran, root: root}
	if err := r.checkRoot(ctx); err != nil {
		return nil, err
	}
	r.writer = turn.On(filepath.Join(r.common, "fm.lock"))
	r.worktrees = o.WorktreeDir
	if !filepath.IsAbs(r.worktrees) {
		r.worktrees = filepath.Join(r.root, r.worktrees)
	}
	return r, nil
}

func (r *Repo) excludeBlock() string {
	lines := []string{
		excludeBegin,
		"/TASK.md", "/ISSUE.json", "/COMPLETION.md",
		"/.worktrees",
	}
	if r.lent() {
		// A task that has the main checkout must not take its user's issues and
		// settings along with git add --all.
		lines = append(lines, "/.founder-mode")
	} else {
		lines = append(lines, "/.founder-mode/*", "!/.founder-mode/config.json", "!/.founder-mode/issues/", "/.founder-mode/issues/.*")
	}
	if rel, err := filepath.Rel(r.root, r.worktrees); err == nil && rel != ".worktrees" && filepath.IsLocal(rel) {
		lines = append(lines, "/"+ignoreEscape(filepath.ToSlash(rel)))
	}
	return strings.Join(append(lines, excludeEnd), "\n") + "\n"
}

// ignoreEscape quotes what gitignore(5) gives a meaning.
func ignoreEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, ` `, `\ `).Replace(s)
}

// withBlock puts the block in the place of the old one, or at the end.
func withBlock(text, block string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	begin := strings.Index(text, excludeBegin+"\n")
	if begin < 0 {
		return text + block
	}
	before, rest := text[:begin], text[begin:]
	if end := strings.Index(rest, excludeEnd+"\n"); end >= 0 {
		return before + block + rest[end+len(excludeEnd)+1:]
	}
	return before + block + strings.TrimPrefix(rest, excludeBegin+"\n") // the end was edited away: keep every line
}

// replaceFile swaps the content in one step, so that no git ever reads half. The
// caller holds the writer lock: what a killed one left under the name of the draft
// is used again.
func replaceFile(file, text string) error {
	defer failpoint.Step("git.exclude")()
	draft := filepath.Join(filepath.Dir(file), ".fm-exclude")
	err := os.Remove(draft) // whatever it leads to is not ours
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = writeNew(draft, text)
	}
	if err == nil {
		err = os.Rename(draft, file)
	}
	if err != nil {
		_ = os.Remove(draft)
		return fmt.Errorf("write %s: %w", path.Base(file), err)
	}
	return nil
}

func writeNew(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
}

// markers are the files that fm and its agent leave in a task's folder.
func markers() []string { return []string{"TASK.md", "ISSUE.json", "COMPLETION.md"} }

// ownFolder says whether a path in the main checkout is one of fm's folder
// there.
func ownFolder(name string) bool {
	return name == ".founder-mode" || strings.HasPrefix(name, ".founder-mode/")
}

// ownFile says whether a path in a worktree is fm's and not the work's.
func ownFile(name string) bool {
	switch name {
	case "TASK.md", "ISSUE.json", "COMPLETION.md", ".worktrees", ".founder-mode":
		return true
	case ".founder-mode/config.json":
		return false
	}
	if strings.HasPrefix(name, ".founder-mode/issues/") {
		return strings.HasPrefix(path.Base(name), ".")
	}
	return strings.HasPrefix(name, ".founder-mode/") || strings.HasPrefix(name, ".worktrees/")
}
