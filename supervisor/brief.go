package supervisor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// brief collects what an agent is told about its task.
func (s *Supervisor) brief(ctx context.Context, t fm.Task) (fm.Brief, error) {
	wanted, err := s.o.Wanted()
	if err != nil {
		return fm.Brief{}, err
	}
	issue, err := s.o.Tracker.Issue(ctx, fm.IssueID(t.ID))
	if err != nil {
		return fm.Brief{}, err
	}
	if issue.Closed {
		return fm.Brief{}, fmt.Errorf("issue %s was closed by somebody: reopen it, or set the task to cancelled: %w", t.ID.Ref(), fm.ErrRefused)
	}
	brief := fm.Brief{Task: t, Issue: issue, Permission: wanted.Permission}
	if t.Parent != "" && t.Parent != fm.IssueID(t.ID) {
		brief.Parent, err = s.o.Tracker.Issue(ctx, t.Parent)
		if err != nil && !errors.Is(err, fm.ErrGone) {
			return fm.Brief{}, err
		}
	}
	if brief.Dir, brief.Base, err = s.o.Workspace.Prepare(ctx, t.Site()); err != nil {
		return fm.Brief{}, err
	}
	if t.Attempt > 1 {
		err = s.history(ctx, &brief)
	}
	return brief, err
}

// history tells what earlier attempts left, why they ended, and what stands
// against the pull request that one of them made.
func (s *Supervisor) history(ctx context.Context, brief *fm.Brief) error {
	t := brief.Task
	entries, err := s.o.Queue.History(ctx, t.ID)
	if err != nil {
		return err
	}
	work, err := s.o.Workspace.Inspect(ctx, t.Site())
	if err != nil {
		return err
	}
	brief.History = handOver(t, entries, work)
	last, mends := mending(entries)
	if !mends || t.Pull == "" {
		return nil
	}
	brief.Resume = last
	brief.Feedback, err = s.o.Forge.Feedback(ctx, t.Pull)
	if errors.Is(err, fm.ErrGone) {
		return nil
	}
	return err
}

// mending says whether the pull request of an earlier attempt was given back and
// has not been published anew since, and whose conversation goes on: that of the
// attempt that was given back, unless another has failed since. One that was only
// stopped may not even have begun.
func mending(entries []queue.Entry) (last fm.Run, mends bool) {
	direct := true
	for _, e := range slices.Backward(entries) {
		switch {
		case e.Op == queue.OpReopen && direct:
			return e.Task.Run(), true
		case e.Op == queue.OpReopen:
			return fm.Run{}, true
		case e.Op == queue.OpComplete:
			return fm.Run{}, false
		case e.Op != queue.OpRelease && ending(e.Op) != "":
			direct = false
		}
	}
	return fm.Run{}, false
}

// maxHistory and maxWhy bound a hand-over note, in bytes and in runes.
const (
	maxHistory = 4 << 10
	maxWhy     = 800
)

// handOver writes what the next attempt should know of those before it. When
// that is too much, the oldest reasons go.
func handOver(t fm.Task, entries []queue.Entry, work fm.Work) string {
	var reasons []string
	for _, e := range entries {
		if how := ending(e.Op); how != "" && e.Why != "" {
			reasons = append(reasons, fmt.Sprintf("Attempt %d %s: %s\n", e.Task.Attempt, how, clip(e.Why, maxWhy)))
		}
	}
	if len(reasons) == 0 && t.Note != "" { // the ledger may have been rebuilt
		reasons = append(reasons, clip(t.Note, maxWhy)+"\n")
	}
	facts := leftover(work) + putAside(t, entries)
	size, first := len(facts), len(reasons)
	for first > 0 && size+len(reasons[first-1]) <= maxHistory {
		first--
		size += len(reasons[first])
	}
	return strings.Join(reasons[first:], "") + facts
}

// putAside says where that is which stood uncommitted in the main checkout when it
// was given back last. It is not put back unasked: it may be its user's.
func putAside(t fm.Task, entries []queue.Entry) string {
	for _, e := range slices.Backward(entries) {
		if e.Op != queue.OpClear || !t.Terms.Main {
			continue
		}
		for word := range strings.FieldsSeq(e.Why) {
			if strings.HasPrefix(word, "refs/fm/preserved/") {
				ref := strings.TrimRight(word, ":;,.")
				return fmt.Sprintf("What stood uncommitted when the main checkout was given back is kept in %[1]s, maybe with edits of its user: "+
					"git show --stat %[1]s lists it, git checkout %[1]s -- FILE takes a file of it.\n", ref)
			}
		}
		break
	}
	return ""
}

// ending words the changes of the queue that end an attempt; "" for the others.
func ending(op queue.Op) string {
	return map[queue.Op]string{
		queue.OpFail:    "failed",
		queue.OpRelease: "was stopped",
		queue.OpReopen:  "could not be merged",
		queue.OpBlock:   "was left to a person",
	}[op]
}

// leftover says what stands on the branch and in the worktree.
func leftover(work fm.Work) string {
	var b strings.Builder
	switch work.Commits {
	case 0:
		b.WriteString("Nothing is committed on the branch yet.\n")
	case 1:
		fmt.Fprintf(&b, "The branch has 1 commit, which changes: %s.\n", list(work.Files, 20))
	default:
		fmt.Fprintf(&b, "The branch has %d commits, which change: %s.\n", work.Commits, list(work.Files, 20))
	}
	if len(work.Dirty) > 0 {
		fmt.Fprintf(&b, "Not committed: %s.\n", list(work.Dirty, 20))
	}
	return b.String()
}

// clip cuts a text of several lines to so many runes.
func clip(text string, limit int) string {
	text = strings.TrimSpace(fm.Plain(text))
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit-1]) + "…"
	}
	return text
}
