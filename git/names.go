package git

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/founder-mode/fm"
)

// maxBranch is the most runes that the name of a branch may have.
const maxBranch = 200

var objectPattern = fm.Pattern(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// checkBranch also serves for the names of remotes.
func checkBranch(name string) error {
	bad := !allowed(name) || strings.Contains(name, "..") || strings.Contains(name, "//") || strings.HasSuffix(name, "/")
	for part := range strings.SplitSeq(name, "/") {
		bad = bad || strings.HasPrefix(part, ".") || strings.HasPrefix(part, "-") || strings.HasSuffix(part, ".") || strings.HasSuffix(part, ".lock")
	}
	if bad || name == "HEAD" {
		return fmt.Errorf("branch or remote name %q: want letters, digits and . _ - + @ = , # between slashes: %w", name, fm.ErrRefused)
	}
	return nil
}

// allowed is narrower than git-check-ref-format(1): no character that a shell, a
// refspec, a revision or an option would give a meaning. As a regular expression
// it would take 8 MB and 3 ms at each start of fm.
func allowed(name string) bool {
	runes := 0
	for _, r := range name {
		word := unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_'
		if !word && (runes == 0 || !strings.ContainsRune("./+@=,#-", r)) {
			return false
		}
		runes++
	}
	return runes > 0 && runes <= maxBranch
}

func checkObject(sha string) error {
	if !objectPattern().MatchString(sha) {
		return fmt.Errorf("commit %q: want 40 hexadecimal digits: %w", sha, fm.ErrRefused)
	}
	return nil
}

// place is where a task's things are.
type place struct {
	id     fm.TaskID
	dir    string // worktree
	branch string
}

func (p place) ref() string       { return "refs/heads/" + p.branch }
func (p place) pushed() string    { return "refs/fm/pushed/" + string(p.id) }
func (p place) preserved() string { return "refs/fm/preserved/" + string(p.id) + "/" }

// last is what the worktree held when it was preserved last, whether that had
// to be kept or not.
func (p place) last() string { return "refs/fm/last/" + string(p.id) }

// start is the commit that a stacked branch began at.
func (p place) start() string { return "refs/fm/start/" + string(p.id) }

// uncommitted is the subject of the commits that hold what was in no commit.
func (p place) uncommitted() string { return "fm: what stood uncommitted in " + fm.Worktree(p.id) }

// place checks the id and the branch again, whatever their types promise: they
// become a path that is removed and a ref that is forced.
func (r *Repo) place(at fm.Site) (place, error) {
	id := at.Task
	if got, err := fm.ParseTaskID(string(id)); err != nil || got != id {
		return place{}, fmt.Errorf("task id %q: not an id: %w", id, fm.ErrRefused)
	}
	if t, ok := fm.TaskOf(at.Branch); !ok || t.ID != id {
		return place{}, fmt.Errorf("branch %q: not one of task %s: %w", at.Branch, id, fm.ErrRefused)
	}
	p := place{id: id, dir: filepath.Join(r.worktrees, fm.Worktree(id)), branch: at.Branch}
	return p, checkBranch(p.branch)
}
