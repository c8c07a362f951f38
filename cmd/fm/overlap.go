package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/overlap"
	"github.com/founder-mode/fm/queue"
)

// overlapCmd shows which tasks are in each other's way: what their branches show
// by now, and what is to be expected.
type overlapCmd struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

// overlaps is what stands against merging the tasks that are not over.
type overlaps struct {
	Version   int           `json:"version"` // of this form: 1
	Branches  int           `json:"branches"`
	Conflicts []fm.Conflict `json:"conflicts"`
	Shared    []sharedPath  `json:"shared"`
	shared    []overlap.Shared
	workers   map[fm.TaskID]fm.WorkerID
}

// sharedPath is a file that several tasks will probably change.
type sharedPath struct {
	Path  string       `json:"path"`
	Tasks []fm.IssueID `json:"tasks"`
}

// Run looks at the branches itself: it needs no supervisor, and shows what is so
// now.
func (c *overlapCmd) Run(ctx context.Context, a *app) error {
	h, _, snap, err := a.visitQueue(ctx)
	if err != nil {
		return err
	}
	repo, err := h.repo(ctx)
	if err != nil {
		return mendable(err)
	}
	found := overlaps{Version: 1, workers: map[fm.TaskID]fm.WorkerID{}, Conflicts: []fm.Conflict{}, Shared: []sharedPath{}, shared: shared(snap)}
	for _, s := range found.shared {
		found.Shared = append(found.Shared, sharedPath{Path: s.Path, Tasks: s.Issues})
	}
	var sites []fm.Site
	for _, t := range snap.Tasks {
		if t.Status == fm.Working || t.Status == fm.Completed {
			sites = append(sites, t.Site())
			found.workers[t.ID] = t.Worker
		}
	}
	found.Branches = len(sites)
	comparing := h.busy("comparing %d branches", len(sites))
	conflicts, err := repo.Conflicts(ctx, sites)
	comparing.done()
	if err != nil {
		return err
	}
	found.Conflicts = append(found.Conflicts, conflicts...)
	if c.JSON {
		return json.NewEncoder(h.stdout).Encode(found)
	}
	for _, line := range found.lines() {
		fmt.Fprintln(h.stdout, line)
	}
	return nil
}

// lines says it to people.
func (o overlaps) lines() []string {
	var lines []string
	if len(o.Conflicts) == 0 {
		lines = append(lines, fmt.Sprintf("No conflicts between the branches of %s that are not merged yet.", fm.Count(o.Branches, "task")))
	} else {
		lines = append(lines, "CONFLICTS between what is committed")
		var busy fm.WorkerID
		for _, c := range o.Conflicts {
			lines = append(lines, "  "+o.sides(c), "    "+fm.Line(strings.Join(c.Files, ", "), 300))
			busy = cmp.Or(busy, o.workers[c.Tasks[0]], o.workers[c.Tasks[1]])
		}
		lines = append(lines, "  Who is merged second is rebased by fm, and what conflicts then goes back to its agent.")
		if busy != 0 {
			lines = append(lines, fmt.Sprintf("  To settle it now: fm send %s \"…\", or fm attach %[1]s", busy))
		}
	}
	if len(o.shared) > 0 {
		lines = append(lines, "", "FILES that several tasks will probably change")
	}
	return append(lines, sharedLines(o.shared, maxShared, asTasks)...)
}

// sides names the two tasks of a conflict, with who works on them.
func (o overlaps) sides(c fm.Conflict) string {
	var names []string
	for _, id := range c.Tasks {
		name := "the base branch"
		if id != "" {
			name = id.Ref()
		}
		if w := o.workers[id]; w != 0 {
			name += " (" + w.String() + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, " and ")
}

// shared lists the paths that several tasks which are not over will probably
// change.
func shared(snap queue.Snapshot) []overlap.Shared {
	var order []fm.IssueID
	paths := map[fm.IssueID][]string{}
	for _, t := range snap.Tasks {
		if unmerged(t) && len(t.Paths) > 0 {
			order = append(order, fm.IssueID(t.ID))
			paths[fm.IssueID(t.ID)] = t.Paths
		}
	}
	return overlap.Find(order, paths)
}

// unordered leaves out, of those that share a path, every one that waits for all
// the others, or they for it.
func unordered(snap queue.Snapshot, all []overlap.Shared) []overlap.Shared {
	before := map[fm.IssueID]map[fm.TaskID]bool{}
	waits := func(id, other fm.IssueID) bool {
		if before[id] == nil {
			before[id] = prior(snap, fm.TaskID(id))
		}
		return before[id][fm.TaskID(other)]
	}
	var left []overlap.Shared
	for _, s := range all {
		var free []fm.IssueID
		for _, id := range s.Issues {
			if slices.ContainsFunc(s.Issues, func(other fm.IssueID) bool { return other != id && !waits(id, other) && !waits(other, id) }) {
				free = append(free, id)
			}
		}
		if len(free) > 0 {
			left = append(left, overlap.Shared{Path: s.Path, Issues: free})
		}
	}
	return left
}

// prior is every task that one waits for, through whichever others.
func prior(snap queue.Snapshot, id fm.TaskID) map[fm.TaskID]bool {
	found := map[fm.TaskID]bool{}
	for next := []fm.TaskID{id}; len(next) > 0; next = next[1:] {
		t, _ := snap.Task(next[0])
		for _, dep := range t.DependsOn {
			if !found[dep] {
				found[dep] = true
				next = append(next, dep)
			}
		}
	}
	return found
}

// unmerged says whether a task's work is still to come into the base.
func unmerged(t fm.Task) bool {
	return t.Status == fm.Pending || t.Status == fm.Working || t.Status == fm.Completed
}

// maxShared bounds the paths that are shown.
const maxShared = 20

// sharedLines shows paths with those that share them, and of too many the first.
func sharedLines(all []overlap.Shared, limit int, who func([]fm.IssueID) string) []string {
	var lines []string
	for _, s := range all[:min(len(all), limit)] {
		lines = append(lines, "- "+fm.Line(s.Path, 200)+": "+fm.Line(who(s.Issues), 300))
	}
	if more := len(all) - limit; more > 0 {
		lines = append(lines, fmt.Sprintf("- … and %s more", fm.Count(more, "file")))
	}
	return lines
}

// asTasks names tasks.
func asTasks(ids []fm.IssueID) string {
	var names []string
	for _, id := range ids {
		names = append(names, id.Ref())
	}
	return strings.Join(names, ", ")
}

// tellShared says before the workers begin where they may get in each other's
// way. Nothing has to be decided for it: who is claimed next goes by the same.
// Those that wait for each other anyway never are.
func (h *house) tellShared(snap queue.Snapshot, ids []fm.TaskID) {
	mine := map[fm.IssueID]bool{}
	for _, id := range ids {
		mine[fm.IssueID(id)] = true
	}
	all := slices.DeleteFunc(unordered(snap, shared(snap)), func(s overlap.Shared) bool {
		return !slices.ContainsFunc(s.Issues, func(id fm.IssueID) bool { return mine[id] })
	})
	if len(all) == 0 {
		return
	}
	fmt.Fprintln(h.stdout, "\n⚠ Several of these will probably change the same files; where there is other work, they are not begun at the same time:")
	const few = 5
	for _, line := range sharedLines(all, few, asTasks) {
		fmt.Fprintln(h.stdout, line)
	}
	if len(all) > few {
		fmt.Fprintln(h.stdout, "All of them: fm overlap")
	}
}
