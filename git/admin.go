package git

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// entry is what git keeps of a worktree, in a folder of its own below .git. Its
// name says nothing: it stays when the worktree is moved.
type entry struct {
	dir    string // that folder
	path   string // of the worktree
	head   string // "ref: refs/heads/main", or a commit
	locked string // the reason; "" when it is not locked
	ready  string // the commit that it was made ready at; "" when it is not of the reserve
}

// entries reads all of them, as [Repo.list] does with a process. They are sorted by
// the worktrees' paths.
func (r *Repo) entries() ([]entry, error) {
	found, err := os.ReadDir(filepath.Join(r.common, "worktrees"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list worktrees: %w", err)
	}
	var all []entry
	for _, f := range found {
		e := entry{dir: filepath.Join(r.common, "worktrees", f.Name())}
		to := firstLine(filepath.Join(e.dir, "gitdir"))
		if to == "" {
			continue // git has not begun with it, or is about to prune it
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(e.dir, to)
		}
		e.path, e.head = filepath.Dir(to), firstLine(filepath.Join(e.dir, "HEAD"))
		e.ready = firstLine(filepath.Join(e.dir, readyFile))
		if _, err := os.Lstat(filepath.Join(e.dir, "locked")); err == nil {
			e.locked = cmp.Or(firstLine(filepath.Join(e.dir, "locked")), "locked")
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.path, b.path) })
	return all, nil
}

// firstLine is "" for what cannot be read.
func firstLine(file string) string {
	text, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}

// at finds the entry of the worktree at a path.
func at(all []entry, path string) (entry, bool) {
	for _, e := range all {
		if e.path == path {
			return e, true
		}
	}
	return entry{}, false
}

// adminDir is where git registers the task's worktree, or would first try to.
func (r *Repo) adminDir(p place) string {
	all, _ := r.entries() // what cannot be read is not registered
	if e, ok := at(all, p.dir); ok {
		return e.dir
	}
	return filepath.Join(r.common, "worktrees", fm.Worktree(p.id))
}

func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
