package scripted

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// task is what the agent works on.
type task struct {
	id      fm.TaskID
	title   string
	message string // that TASK.md asks for; "" for any
	attempt int
	before  int // turns that had ended in this session when the task began
	costUSD float64
	tokens  int
}

var slashPattern = fm.Pattern(`^/(?:fm:)?([A-Za-z][A-Za-z0-9_:-]*)(?:\s+(.*))?$`)

func slashCommand(prompt string) (name, args string, ok bool) {
	m := slashPattern().FindStringSubmatch(strings.TrimSpace(prompt))
	if m == nil {
		return "", "", false
	}
	return m[1], strings.TrimSpace(m[2]), true
}

// knows says whether a slash command is there: fm's own, or one in a plugin,
// in the project or in the user's folder.
func (s *session) knows(name string) bool {
	if strings.HasPrefix(name, "work-on-") || name == "fix-issue" {
		return true
	}
	name = filepath.Base(filepath.FromSlash(name)) + ".md"
	folders := []string{filepath.Join(s.env.Dir, ".claude"), filepath.Dir(filepath.Dir(s.store.live))}
	for _, dir := range append(folders, s.options.pluginDirs...) {
		if _, err := os.Stat(filepath.Join(dir, "commands", name)); err == nil {
			return true
		}
	}
	return false
}

// findTask reads the task from a prompt such as "/work-on-subissue 456" or
// "/fm:fix-issue 456", else from the environment that fm sets. Its
// title comes from the files that fm puts into the worktree.
func findTask(prompt string, env Env) task {
	t := task{attempt: attempt(env)}
	word := env.Getenv("FM_TASK")
	if _, args, ok := slashCommand(prompt); ok && args != "" {
		word = strings.Fields(args)[0]
	}
	id, err := fm.ParseTaskID(word)
	if err != nil {
		return t
	}
	t.id, t.title, t.message = id, issueTitle(env.Dir), commitMessage(env.Dir)
	return t
}

// attempt is the one that fm started the process for.
func attempt(env Env) int {
	if n, err := strconv.Atoi(env.Getenv("FM_ATTEMPT")); err == nil && n > 0 {
		return n
	}
	return 1
}

// takeTask makes the task that a prompt names the session's own. Plain text
// names none, unless there is none yet.
func (s *session) takeTask(prompt string) {
	found := findTask(prompt, s.env)
	_, args, command := slashCommand(prompt)
	ordered := command && args != ""
	if found.id == "" || found.id == s.task.id || (s.task.id != "" && !ordered) {
		return
	}
	found.before = s.store.ended
	s.task = found
}
