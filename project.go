package fm

import (
	"path/filepath"
	"strconv"
	"strings"
)

// Project is one repository that fm works on: where its files are and what its
// things are called. Paths are absolute.
type Project struct {
	Root string // the main checkout
}

// Name is the folder's name in the alphabet of tmux names.
func (p Project) Name() string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, filepath.Base(p.Root))
	if len(name) > 24 {
		name = name[:24]
	}
	return strings.Trim(name, "-")
}

// Socket is the name of the project's own tmux socket. It ends in a hash of
// the path, so that two projects of one name never share a server.
func (p Project) Socket() string {
	h := uint64(14695981039346656037) // FNV-1a, 64 bit
	for _, b := range []byte(p.Root) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return "fm-" + p.Name() + "-" + strconv.FormatUint(h, 36)[:6]
}

// Dir is .founder-mode, where all of fm's files are.
func (p Project) Dir() string { return filepath.Join(p.Root, ".founder-mode") }

// File names a file or folder in [Project.Dir].
func (p Project) File(name ...string) string {
	return filepath.Join(append([]string{p.Dir()}, name...)...)
}

// Queue is the file that people read and edit.
func (p Project) Queue() string { return p.File("queue.txt") }

// Ledger is the record of every change of a task.
func (p Project) Ledger() string { return p.File("ledger") }

// ConfigFile holds the [Config].
func (p Project) ConfigFile() string { return p.File("config.json") }

// StateFile says what the user wants.
func (p Project) StateFile() string { return p.File("state.json") }

// StatusFile says what the supervisor last saw.
func (p Project) StatusFile() string { return p.File("status.json") }

// LockFile is held by the one supervisor.
func (p Project) LockFile() string { return p.File("lock") }

// Logs is a folder.
func (p Project) Logs() string { return p.File("logs") }

// Issues is the folder of the local tracker.
func (p Project) Issues() string { return p.File("issues") }

// Pulls is the folder of the local forge.
func (p Project) Pulls() string { return p.File("pulls") }

// Events is the file that the hooks of one attempt append to.
func (p Project) Events(r Run) string { return p.File("events", r.String()) }

// Launch is the folder with the launcher, settings and prompt of one attempt.
func (p Project) Launch(r Run) string { return p.File("launch", r.String()) }

// The branches of tasks begin with these.
const (
	subissuePrefix = "subissue/"
	fixPrefix      = "fix/issue-"
)

// BranchPrefixes are what the branches of tasks begin with.
func BranchPrefixes() []string { return []string{subissuePrefix, fixPrefix} }

// TaskOf gives the task that a branch is of, with nothing but its id and
// [Terms.Fix]; false for any other branch.
func TaskOf(branch string) (Task, bool) {
	for _, prefix := range BranchPrefixes() {
		word, ok := strings.CutPrefix(branch, prefix)
		if !ok {
			continue
		}
		id, err := ParseTaskID(word)
		t := Task{ID: id, Terms: Terms{Fix: prefix == fixPrefix}}
		return t, err == nil && t.Head() == branch
	}
	return Task{}, false
}

// Worktree is the folder name of a task's worktree.
func Worktree(id TaskID) string { return "issue-" + string(id) }
