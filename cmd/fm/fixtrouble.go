package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/supervisor"
)

// explained gives a few lines each on what a person has to look into: what
// happened, and the commands that help.
func (f *fixing) explained(rows []fixRow, conflicts []fm.Conflict) []string {
	var blocks []string
	for _, r := range rows {
		if why, exact, ok := git.Uncreated(r.task.Note); ok && r.fell() {
			text := fmt.Sprintf("Failed to create worktree for issue %s.\n\nError: %s\n", r.task.ID.Ref(), fm.Line(why, 600))
			if !exact {
				text += "\nPossible causes:\n- Branch already exists\n- Uncommitted changes in main\n- The folder is taken\n\nTry: git worktree prune\n"
			}
			blocks = append(blocks, text)
		}
		if limit, ok := supervisor.TimedOut(r.task); ok {
			blocks = append(blocks, f.late(r.task, limit))
		}
	}
	if text := f.conflicting(rows, conflicts); text != "" {
		blocks = append(blocks, text)
	}
	return blocks
}

// inWords gives a time as people say it: 10 minutes.
func inWords(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return fm.Count(int(d/time.Hour), "hour")
	case d >= time.Minute && d%time.Minute == 0:
		return fm.Count(int(d/time.Minute), "minute")
	case d >= time.Second && d < time.Minute && d%time.Second == 0:
		return fm.Count(int(d/time.Second), "second")
	}
	return d.String()
}

// late says how to look into an issue that took too long.
func (f *fixing) late(t fm.Task, limit time.Duration) string {
	text := fmt.Sprintf("Issue %s timed out after %s.\n\n", t.ID.Ref(), inWords(limit))
	if t.Terms.Main {
		return text + fmt.Sprintf("Its commits are on branch %s, and the rest is kept: git for-each-ref refs/fm/preserved/%s\n\nMore time: %s\n", t.Head(), t.ID, f.longer(t, limit))
	}
	dir := fm.Line(f.worktree(t), 300)
	return text + fmt.Sprintf("The worktree is preserved at: %s\n\nDebug:\n  cd %s\n  git status\n  cat COMPLETION.md  # May have partial status\n\nMore time: %s\n", dir, quotedPath(dir), f.longer(t, limit))
}

// longer is the command that gives an issue twice the time.
func (f *fixing) longer(t fm.Task, limit time.Duration) string {
	flags := slices.DeleteFunc(slices.Clone(f.flags), func(flag string) bool { return strings.HasPrefix(flag, "--timeout ") })
	return f.anew(string(t.ID), append(flags, "--timeout "+shortTime(2*limit)))
}

// quotedPath gives a path as a shell takes it for one word.
func quotedPath(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@=") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// compareLimit is how long the branches are compared when all is over.
const compareLimit = 20 * time.Second

// compared tells which branches cannot be merged as they were left. The
// supervisor has an eye only on those that are to be merged; here one counts, too,
// whose agent has given up. Where it cannot be found out, what the supervisor saw
// will do.
func (f *fixing) compared(ctx context.Context, rows []fixRow, seen []fm.Conflict) []fm.Conflict {
	var sites []fm.Site
	mine := map[fm.TaskID]bool{}
	for _, r := range rows {
		if mine[r.task.ID] = true; r.unmerged() {
			sites = append(sites, r.task.Site())
		}
	}
	sites = append(sites, f.rivals(ctx, mine, seen)...)
	repo, err := f.repo(ctx)
	if err != nil || len(sites) == 0 {
		return seen
	}
	ctx, cancel := context.WithTimeout(ctx, compareLimit)
	defer cancel()
	found, err := repo.Conflicts(ctx, sites)
	if err != nil {
		return seen
	}
	return found
}

// rivals are where the work of others stands that was seen to conflict with these
// tasks: it is compared anew, because what was seen may be over by now.
func (f *fixing) rivals(ctx context.Context, mine map[fm.TaskID]bool, seen []fm.Conflict) []fm.Site {
	var sites []fm.Site
	q, err := f.openQueue(ctx)
	if err != nil {
		return nil // the result says what is known of one's own
	}
	for _, c := range seen {
		for i, id := range c.Tasks {
			t, ok := q.Snapshot().Task(id)
			if ok && !mine[id] && mine[c.Tasks[1-i]] && t.Status != fm.Merged && t.Status != fm.Cancelled && !slices.Contains(sites, t.Site()) {
				sites = append(sites, t.Site())
			}
		}
	}
	return sites
}

// unmerged says whether there is work on an issue that may still be merged.
func (r fixRow) unmerged() bool {
	return r.task.Attempt > 0 && r.task.Status != fm.Merged && r.task.Status != fm.Cancelled
}

// conflicting says which branches change the same lines, and what can be done.
func (f *fixing) conflicting(rows []fixRow, conflicts []fm.Conflict) string {
	open := map[fm.TaskID]fixRow{}
	for _, r := range rows {
		if r.unmerged() {
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
	last := open[sides[len(sides)-1]]
	if len(sides) == 1 {
		text := "1. Resolve manually:\n" + f.byHand(last, f.onto())
		if last.fell() {
			text += fmt.Sprintf("2. Prioritize the others - Keep what is merged: set %s to cancelled in .founder-mode/queue.txt\n"+
				"3. Have an agent try once more, on top of that: %s\n", last.task.ID, f.anew(string(last.task.ID), f.flags))
		}
		return text
	}
	var all []string
	for _, id := range sides {
		all = append(all, string(id))
	}
	text := "1. Resolve manually, as soon as the other one is merged:\n" + f.byHand(last, f.onto())
	if f.terms.NoPull {
		text = "1. Resolve manually:\n" + f.byHand(last, open[sides[0]].task.Head())
	}
	rest := strings.Join(all[1:], ", ")
	return text + fmt.Sprintf("2. Prioritize one - Keep only %s's changes: set %s to cancelled in .founder-mode/queue.txt\n", sides[0].Ref(), rest) + f.inSequence(sides, open)
}

// inSequence gives the commands that have all but the first issue done anew, on
// top of that. Their branches go first: whoever takes an issue up anew goes on
// with its branch, if there is one.
func (f *fixing) inSequence(sides []fm.TaskID, open map[fm.TaskID]fixRow) string {
	first := open[sides[0]].task
	var lines, ids, pushed, here, pulls []string
	for _, id := range sides[1:] {
		t := open[id].task
		if f.left(t) {
			lines = append(lines, "git worktree remove "+quotedPath(fm.Line(f.worktree(t), 300)))
		}
		if t.Pull != "" {
			pushed, pulls = append(pushed, t.Head()), append(pulls, "#"+t.Pull)
		}
		ids, here = append(ids, string(id)), append(here, t.Head())
	}
	text := fmt.Sprintf("3. Abort parallel - Switch to sequential, with %s's changes first: set %s to cancelled in .founder-mode/queue.txt", first.ID.Ref(), strings.Join(ids, ", "))
	switch {
	case f.terms.NoPull:
		lines = append(lines, "git merge "+first.Head())
	case first.Pull != "":
		text += ", merge pull request #" + first.Pull
	}
	if len(pulls) > 0 {
		text += ", close " + strings.Join(pulls, ", ")
		lines = append(lines, fmt.Sprintf("git push %s --delete %s", f.config.Remote, strings.Join(pushed, " ")))
	}
	lines = append(lines, "git branch -D "+strings.Join(here, " "), f.anew(strings.Join(ids, " "), append([]string{"--sequential"}, f.flags...)))
	return text + ", then:\n     " + strings.Join(lines, "\n     ") + "\n"
}

// onto is the base as others see it.
func (f *fixing) onto() string { return f.config.Remote + "/" + f.base }

// byHand gives the git commands that resolve a conflict, and what comes then.
func (f *fixing) byHand(r fixRow, onto string) string {
	t, lines := r.task, []string{}
	if f.left(t) { // the branch is checked out there, and can be nowhere else
		lines = append(lines, "cd "+quotedPath(fm.Line(f.worktree(t), 300)))
	} else {
		lines = append(lines, "git switch "+t.Head())
	}
	if onto == f.onto() {
		lines = append(lines, "git fetch "+f.config.Remote)
	}
	then := ""
	switch {
	case f.terms.NoPull:
		lines = append(lines, "git merge "+onto, "git add FILES && git commit")
	default:
		lines = append(lines, "git rebase "+onto, "git add FILES && git rebase --continue", fmt.Sprintf("git push --force-with-lease %s %s", f.config.Remote, t.Head()))
		if then = "   Then have it checked and merged: " + f.anew(string(t.ID), f.flags) + "\n"; f.manual && t.Pull != "" {
			then = "   Then merge pull request #" + t.Pull + "\n"
		}
	}
	return "     " + strings.Join(lines, "\n     ") + "\n" + then
}

// anew is the command that has issues taken up once more, as they were or with
// other flags. How many there are at the same time is nothing to one.
func (f *fixing) anew(ids string, flags []string) string {
	flags = slices.DeleteFunc(slices.Clone(flags), func(flag string) bool { return strings.HasPrefix(flag, "--max-parallel ") })
	return strings.Join(append([]string{"fm fix", ids}, slices.Compact(flags)...), " ")
}
