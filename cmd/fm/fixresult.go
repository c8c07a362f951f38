package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/supervisor"
)

// result prints what became of the issues. It returns an error with exit code 3
// if not all of them are mended.
func (f *fixing) result(ctx context.Context, rows []fixRow, s supervisor.Status) error {
	f.address(ctx, rows)
	out := f.document
	if f.json {
		out = f.stdout
	}
	if _, err := fmt.Fprint(out, f.report(rows, f.compared(ctx, rows, s.Conflicts))); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	if f.json {
		if err := f.print(rows); err != nil {
			return err
		}
	}
	good := howMany(rows, standsSuccess)
	if good == len(rows) {
		return nil
	}
	return exitError{code: exitUnfinished, err: fmt.Errorf("%d of %s fixed; see: fm queue show", good, fm.Count(len(rows), "issue"))}
}

// report is the result for people.
func (f *fixing) report(rows []fixRow, conflicts []fm.Conflict) string {
	w := &strings.Builder{}
	fmt.Fprintf(w, "\n%s Complete\n\n", f.title())
	t := table{heads: []string{"#", "Status", "PR", "Notes"}, long: 3}
	for _, r := range rows {
		t.rows = append(t.rows, []string{string(r.task.ID), string(r.stands), r.pull(), or(brief(r), "-")})
	}
	fmt.Fprintln(w, strings.Join(t.lines(f.width()), "\n"))
	fmt.Fprintf(w, "\nSummary:\n%s", summary(rows))
	f.pulls(w, rows)
	f.fallen(w, rows)
	f.waiting(w, rows)
	if f.terms.Main || slices.ContainsFunc(rows, func(r fixRow) bool { return r.task.Terms.NoPull }) {
		f.branches(w, rows)
	}
	if !f.terms.Main {
		f.worktrees(w, rows)
	}
	for _, block := range f.explained(rows, conflicts) {
		fmt.Fprintf(w, "\n%s", block)
	}
	return w.String()
}

// addressLimit is how long the forge is asked where the pull requests are.
const addressLimit = 20 * time.Second

// address finds out where the pull requests are. Numbers will do where that
// cannot be had.
func (f *fixing) address(ctx context.Context, rows []fixRow) {
	var numbers []string
	for _, r := range rows {
		if r.task.Pull != "" {
			numbers = append(numbers, r.task.Pull)
		}
	}
	if len(numbers) == 0 {
		return
	}
	o, err := f.office(ctx)
	repo, repoErr := f.repo(ctx)
	if err != nil || repoErr != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, addressLimit)
	defer cancel()
	found, _ := o.forge(repo).Look(ctx, numbers) // what was found is good
	f.urls = map[string]string{}
	for _, p := range found {
		f.urls[p.Number] = p.URL
	}
}

// pulls lists where the pull requests are.
func (f *fixing) pulls(w io.Writer, rows []fixRow) {
	heading := "\nPull requests:\n"
	for _, r := range rows {
		if url := f.urls[r.task.Pull]; url != "" {
			fmt.Fprintf(w, "%s- %s: %s\n", heading, r.pull(), f.shortFile(url))
			heading = ""
		}
	}
}

func howMany(rows []fixRow, s standing) int {
	n := 0
	for _, r := range rows {
		if r.stands == s {
			n++
		}
	}
	return n
}

// summary counts what became of the issues.
func summary(rows []fixRow) string {
	var b strings.Builder
	attempted := 0
	for _, r := range rows {
		if r.task.Attempt > 0 {
			attempted++
		}
	}
	if attempted < len(rows) {
		fmt.Fprintf(&b, "- %d of %s attempted\n", attempted, fm.Count(len(rows), "issue"))
	} else {
		fmt.Fprintf(&b, "- %s attempted\n", fm.Count(attempted, "issue"))
	}
	for _, kind := range []struct {
		standing standing
		text     string
	}{
		{standsSuccess, "succeeded"},
		{standsFailed, "failed"},
		{standsPartial, "done in part"},
		{standsBlocked, "blocked"},
		{standsHeld, "held"},
		{standsCancelled, "cancelled"},
		{standsPending, "not begun"},
		{standsUnknown, "unknown"},
	} {
		if n := howMany(rows, kind.standing); n > 0 || kind.standing == standsSuccess || kind.standing == standsFailed {
			fmt.Fprintf(&b, "- %d %s\n", n, kind.text)
		}
	}
	return b.String()
}

// fell says whether the work on an issue ended without being accepted.
func (r fixRow) fell() bool {
	return slices.Contains([]standing{standsFailed, standsPartial, standsBlocked, standsUnknown}, r.stands)
}

// brief is what became of an issue in a few words.
func brief(r fixRow) string {
	if limit, ok := supervisor.TimedOut(r.task); ok {
		return "timed out after " + inWords(limit)
	}
	if why, _, ok := git.Uncreated(r.task.Note); ok && r.fell() {
		return "no worktree: " + fm.Line(why, 600)
	}
	note := r.note
	for _, says := range []string{supervisor.GaveUpNote, supervisor.PartNote} {
		note = strings.TrimPrefix(note, says)
	}
	return note
}

// fallen lists what was not mended, and where to look.
func (f *fixing) fallen(w io.Writer, rows []fixRow) {
	heading := "\nFailed issues:\n"
	for _, r := range rows {
		if !r.fell() {
			continue
		}
		at := ""
		if f.left(r.task) {
			at = " (see " + f.short(f.worktree(r.task)) + ")"
		} else if r.task.Terms.Main {
			at = " (see branch " + r.task.Head() + ")"
		}
		fmt.Fprintf(w, "%s- %s: %s%s\n", heading, r.task.ID.Ref(), or(brief(r), "nobody says why"), at)
		heading = ""
	}
	if heading == "" {
		fmt.Fprintln(w, "Why, and how it came to that: fm why ISSUE    Once more: fm fix ISSUE")
	}
}

// waiting lists what was not begun, and what has to be done for that.
func (f *fixing) waiting(w io.Writer, rows []fixRow) {
	heading := "\nNot begun:\n"
	for _, r := range rows {
		if r.stands == standsPending {
			fmt.Fprintf(w, "%s- %s: %s; %s\n", heading, r.task.ID.Ref(), fm.Line(r.remark, 300), begins(r.hangs))
			heading = ""
		}
	}
}

// begins says when a task begins that hangs on others.
func begins(hangs []fm.Task) string {
	if len(hangs) == 0 {
		return "it begins by itself then"
	}
	var all, over []string
	for _, t := range hangs {
		if all = append(all, string(t.ID)); t.Status != "" {
			over = append(over, string(t.ID))
		}
	}
	text := "it does not begin by itself: "
	if len(over) > 0 {
		text += "fm queue retry " + strings.Join(over, " ") + ", or "
	}
	return text + "take " + strings.Join(all, ",") + " out of dep= in .founder-mode/queue.txt"
}

// branches lists where work stands that no worktree or pull request leads to.
func (f *fixing) branches(w io.Writer, rows []fixRow) {
	heading := "\nBranches:\n"
	for _, r := range rows {
		if r.task.Attempt > 0 {
			fmt.Fprintf(w, "%s  %s: %s%s\n", heading, r.stands, r.task.Head(), pull(r.task))
			heading = ""
		}
	}
	fmt.Fprint(w, f.taking(rows))
	for _, r := range rows {
		if r.kept != "" {
			fmt.Fprintf(w, "! %s left the main checkout: %s\n", r.task.ID.Ref(), r.kept)
		}
	}
}

// taking says how to come by work that nobody else merges.
func (f *fixing) taking(rows []fixRow) string {
	var done []fm.Task
	for _, r := range rows {
		if r.stands == standsSuccess && r.task.Terms.NoPull {
			done = append(done, r.task)
		}
	}
	if len(done) == 0 {
		return ""
	}
	slices.SortStableFunc(done, func(a, b fm.Task) int { return a.Since.Compare(b.Since) })
	last := done[len(done)-1]
	switch {
	case len(done) == 1:
		return fmt.Sprintf("Take the work: git merge %s\n", last.Head())
	case !slices.ContainsFunc(done, func(t fm.Task) bool { return !t.Terms.Main }):
		return fmt.Sprintf("Take the work, all of which is in the last one: git merge %s\n", last.Head())
	}
	return "Take the work, one branch after the other: git merge BRANCH\n"
}

// worktrees says what became of them: a line for what is gone, one for what
// stays.
func (f *fixing) worktrees(w io.Writer, rows []fixRow) {
	var kept []string
	stays := 0 // of those that are mended
	words := []standing{}
	for _, r := range rows {
		switch there := f.left(r.task); {
		case there && r.stands == standsSuccess:
			stays++
			kept = append(kept, fmt.Sprintf("  %s stays: %s\n", f.short(f.worktree(r.task)), f.keeper(r)))
		case there && !r.fell():
			kept = append(kept, fmt.Sprintf("  %s: %s is preserved\n", r.stands, f.short(f.worktree(r.task))))
		case there && !slices.Contains(words, r.stands):
			words = append(words, r.stands)
		}
	}
	good := howMany(rows, standsSuccess)
	if good+len(words)+len(kept) == 0 {
		return
	}
	fmt.Fprintln(w, "\nWorktrees:")
	if good > stays {
		fmt.Fprintln(w, "  SUCCESS: cleaned up")
	}
	for _, word := range words {
		fmt.Fprintf(w, "  %s: preserved for debugging\n", word)
	}
	fmt.Fprint(w, strings.Join(kept, ""))
}

// keeper says why the worktree of an issue that is mended is still there.
func (f *fixing) keeper(r fixRow) string {
	if r.task.Note != "" {
		return fm.Line(r.task.Note, 300)
	}
	return "its session is in use, or fm has not come to it yet; it is removed by itself"
}

// short gives a folder as a person in the project would write it.
func (f *fixing) short(dir string) string { return f.shortFile(dir) + "/" }

func (f *fixing) shortFile(path string) string {
	if rel, err := filepath.Rel(f.project.Root, path); err == nil && filepath.IsLocal(rel) {
		path = rel
	}
	return fm.Line(path, 300)
}
