package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// explained gives a few lines each on what a person has to look into: what
// happened, and the commands that help. They are laid out by the texts of notes;
// a note in other words is shown as it is, with the failed issues.
func (f *fixing) explained(rows []fixRow, conflicts []fm.Conflict) []string {
	var blocks []string
	for _, r := range rows {
		if why, ok := uncreated(r.task); ok && r.fell() {
			blocks = append(blocks, fmt.Sprintf("Failed to create worktree for issue %s.\n\nError: %s\n\nPossible causes:\n- Branch already exists\n- Uncommitted changes in main\n- The folder is taken\n\nTry: git worktree prune\n", r.task.ID.Ref(), why))
		}
		if after, ok := timedOut(r.task); ok && r.fell() {
			blocks = append(blocks, f.late(r.task, after))
		}
	}
	if text := f.conflicting(rows, conflicts); text != "" {
		blocks = append(blocks, text)
	}
	return blocks
}

// uncreated gives why a task has no worktree, if that is what its note says.
func uncreated(t fm.Task) (why string, ok bool) {
	_, why, ok = strings.Cut(t.Note, fmt.Sprintf("create worktree for issue #%s: ", t.ID))
	why, _, _ = strings.Cut(why, " (possible causes: ")
	return fm.Line(why, 600), ok
}

// timedOut gives after what time a task was ended, if that is what its note says.
func timedOut(t fm.Task) (after string, ok bool) {
	_, rest, ok := strings.Cut(t.Note, " timed out after ")
	word, _, _ := strings.Cut(rest, ". ")
	d, err := time.ParseDuration(strings.TrimSuffix(word, "."))
	if !ok || err != nil || t.Status != fm.Failed {
		return "", false
	}
	return inWords(d), true
}

// inWords gives a time as people say it: 10 minutes.
func inWords(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return plural(int(d/time.Hour), "hour")
	case d >= time.Minute && d%time.Minute == 0:
		return plural(int(d/time.Minute), "minute")
	case d >= time.Second && d < time.Minute && d%time.Second == 0:
		return plural(int(d/time.Second), "second")
	}
	return d.String()
}

// late says how to look into an issue that took too long.
func (f *fixing) late(t fm.Task, after string) string {
	text := fmt.Sprintf("Issue %s timed out after %s.\n\n", t.ID.Ref(), after)
	if t.Terms.Main {
		return text + fmt.Sprintf("Its commits are on branch %s, and the rest is kept: git for-each-ref refs/fm/preserved/%s\n", t.Head(), t.ID)
	}
	dir := fm.Line(f.worktree(t), 300)
	return text + fmt.Sprintf("The worktree is preserved at: %s\n\nDebug:\n  cd %s\n  git status\n  cat COMPLETION.md  # May have partial status\n\nMore time: fm fix %s --timeout 30m\n", dir, quotedPath(dir), t.ID)
}

// quotedPath gives a path as a shell takes it for one word.
func quotedPath(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@=") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// conflicting says which branches change the same lines, and what can be done.
func (f *fixing) conflicting(rows []fixRow, conflicts []fm.Conflict) string {
	open := map[fm.TaskID]fixRow{}
	for _, r := range rows {
		if r.task.Attempt > 0 && r.task.Status != fm.Merged && r.task.Status != fm.Cancelled {
			open[r.task.ID] = r
		}
	}
	var files []string
	var sides []fm.TaskID
	for _, c := range conflicts {
		mine := slices.DeleteFunc(slices.Clone(c.Tasks[:]), func(id fm.TaskID) bool { _, ok := open[id]; return !ok })
		for _, id := range mine {
			if !slices.Contains(sides, id) {
				sides = append(sides, id)
			}
		}
		for i := 0; i < len(c.Files) && len(mine) > 0; i++ {
			files = append(files, fmt.Sprintf("- %s: %s\n", fm.Line(c.Files[i], 200), between(c)))
		}
	}
	if len(files) == 0 {
		return ""
	}
	text := "Multiple issues modified the same files.\n"
	if len(sides) == 1 {
		text = "An issue modified files that others modified meanwhile.\n"
	}
	return text + "\nConflicts in:\n" + strings.Join(files, "") + "\nOptions:\n" + f.ways(sides, open)
}

func between(c fm.Conflict) string {
	if c.Tasks[1] == "" {
		return c.Tasks[0].Ref() + " and the base branch"
	}
	return c.Tasks[0].Ref() + " and " + c.Tasks[1].Ref()
}

// ways says what can be done about branches that change the same lines. The
// last one is mended; the others come before it.
func (f *fixing) ways(sides []fm.TaskID, open map[fm.TaskID]fixRow) string {
	first, last := sides[0], sides[len(sides)-1]
	branch, remote, onto := open[last].task.Head(), f.config.Remote, f.config.Remote+"/"+f.base
	text := "1. Resolve manually, as soon as the other one is merged:\n"
	switch {
	case f.terms.NoPull && len(sides) == 1:
		text = fmt.Sprintf("1. Resolve manually:\n     git fetch %s\n     git switch %s\n     git merge %s\n     git add FILES && git commit\n", remote, branch, onto)
	case f.terms.NoPull:
		text = fmt.Sprintf("1. Resolve manually:\n     git switch %s\n     git merge %s\n     git add FILES && git commit\n", branch, open[first].task.Head())
	default:
		text += fmt.Sprintf("     git fetch %[1]s\n     git switch %[2]s\n     git rebase %[3]s\n     git add FILES && git rebase --continue\n     git push --force-with-lease %[1]s %[2]s\n", remote, branch, onto)
	}
	if len(sides) == 1 {
		return text
	}
	var all []string
	for _, id := range sides {
		all = append(all, string(id))
	}
	text += fmt.Sprintf("2. Prioritize one - Keep only %s's changes: set %s to cancelled in .founder-mode/queue.txt\n", first.Ref(), strings.Join(all[1:], ", "))
	return text + fmt.Sprintf("3. Abort parallel - Switch to sequential: set them to cancelled there, then: fm fix --sequential %s\n", strings.Join(all, " "))
}
