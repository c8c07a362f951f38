package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// ruins is all that is known of a lost queue.
type ruins struct {
	parts    []part // of each parent, and of each issue that stands alone; none without drafts
	pulls    map[fm.TaskID]fm.PullRequest
	branches map[fm.TaskID]string // on the remote
	closed   map[fm.TaskID]bool   // its issue
	attempts map[fm.TaskID]int
	left     func(fm.TaskID) bool
	unknown  []string
}

func (w *ruins) lose(format string, args ...any) {
	w.unknown = append(w.unknown, fmt.Sprintf(format, args...))
}

// A relic is an issue that fm worked on.
type relic struct {
	fm.Issue
	made bool // by fm
}

// dig reads everything.
func (in *Intake) dig(ctx context.Context, r Remains) (ruins, error) {
	w := ruins{pulls: map[fm.TaskID]fm.PullRequest{}, branches: map[fm.TaskID]string{}, closed: map[fm.TaskID]bool{}, attempts: r.Attempts, left: r.Left}
	if w.left == nil {
		w.left = func(fm.TaskID) bool { return false }
	}
	made, err := r.Archive.Made(ctx)
	if err != nil {
		return w, err
	}
	pulls, err := r.Offers.All(ctx, "")
	if err != nil {
		return w, err
	}
	heads := map[fm.TaskID]bool{}
	for _, p := range pulls {
		if t, ok := fm.TaskOf(p.Head); ok {
			heads[t.ID] = true
			if was, ok := w.pulls[t.ID]; !ok || outranks(p, was) {
				w.pulls[t.ID] = p
			}
		}
	}
	for _, branch := range slices.Sorted(maps.Keys(r.Branches)) {
		if t, ok := fm.TaskOf(branch); ok {
			heads[t.ID] = true
			w.branches[t.ID] = branch
		}
	}
	begun := maps.Clone(heads)
	var relics []relic
	for _, i := range made {
		delete(heads, fm.TaskID(i.ID))
		relics = append(relics, relic{Issue: i, made: true})
	}
	others, err := in.others(ctx, &w, slices.SortedFunc(maps.Keys(heads), byNumber))
	if err != nil {
		return w, err
	}
	return w, in.families(ctx, &w, append(relics, others...), begun)
}

// branch is that of a task's pull request, or else the one that is there.
func (w *ruins) branch(id fm.TaskID) string {
	return cmp.Or(w.pulls[id].Head, w.branches[id], (fm.Task{ID: id}).Head())
}

// terms are what the name of the branch tells of them.
func (w *ruins) terms(id fm.TaskID) fm.Terms {
	t, _ := fm.TaskOf(w.branch(id))
	return t.Terms
}

// outranks says which of two pull requests of one branch counts: an open one,
// then a merged one, then the later one.
func outranks(p, was fm.PullRequest) bool {
	order := []fm.PullState{fm.PullClosed, fm.PullMerged, fm.PullOpen}
	if a, b := slices.Index(order, p.State), slices.Index(order, was.State); a != b {
		return a > b
	}
	return byNumber(fm.TaskID(p.Number), fm.TaskID(was.Number)) > 0
}

// byNumber orders ids that are numbers as numbers.
func byNumber(a, b fm.TaskID) int {
	x, errX := strconv.Atoi(string(a))
	y, errY := strconv.Atoi(string(b))
	if errX == nil && errY == nil {
		return x - y
	}
	return strings.Compare(string(a), string(b))
}

// others looks up the issues that fm worked on without having made them.
func (in *Intake) others(ctx context.Context, w *ruins, ids []fm.TaskID) ([]relic, error) {
	var relics []relic
	for _, id := range ids {
		issue, found, err := in.look(ctx, fm.IssueID(id))
		switch _, offered := w.pulls[id]; {
		case err != nil:
			return nil, err
		case !found:
			w.lose("what the branch %s was for: there is no issue %s", w.branch(id), id.Ref())
		case issue.Closed && !offered:
			w.lose("what the branch %s was for: %s is closed, and it has no pull request", w.branch(id), id.Ref())
		default:
			relics = append(relics, relic{Issue: issue})
		}
	}
	return relics, nil
}

// look reads an issue that may be gone.
func (in *Intake) look(ctx context.Context, id fm.IssueID) (issue fm.Issue, found bool, err error) {
	issue, err = in.Tracker.Issue(ctx, id)
	if errors.Is(err, fm.ErrGone) || errors.Is(err, fm.ErrRefused) {
		return fm.Issue{ID: id}, false, nil
	}
	if err != nil {
		return issue, false, fmt.Errorf("read issue %s: %w", id, err)
	}
	return issue, true, nil
}

// families puts relics together with their parents, in the order of their
// numbers.
func (in *Intake) families(ctx context.Context, w *ruins, relics []relic, begun map[fm.TaskID]bool) error {
	slices.SortStableFunc(relics, func(a, b relic) int { return byNumber(fm.TaskID(a.ID), fm.TaskID(b.ID)) })
	byParent := map[fm.IssueID][]relic{}
	for _, r := range relics {
		if !r.made && w.terms(fm.TaskID(r.ID)).Fix {
			r.Parent = "" // it was mended by itself
		}
		byParent[r.Parent] = append(byParent[r.Parent], r)
	}
	for _, r := range byParent[""] {
		w.add(r.Issue, r)
	}
	delete(byParent, "")
	for _, id := range slices.SortedFunc(maps.Keys(byParent), func(a, b fm.IssueID) int { return byNumber(fm.TaskID(a), fm.TaskID(b)) }) {
		children := byParent[id]
		parent, _, err := in.look(ctx, id)
		if err != nil {
			return err
		}
		planned, err := in.unfinished(id, children, begun)
		if err != nil {
			return err
		}
		if planned > len(children) {
			w.lose("the rest of %s: %d of %d subissues were made when it was interrupted; take it in again", id.Ref(), len(children), planned)
			continue
		}
		others, err := in.unqueued(ctx, id, byParent)
		if err != nil {
			return err
		}
		if len(others) > 0 {
			w.lose("whether %s was queued, too: %s stays open until all of its subissues are closed; to have them done: fm work %s", refs(others), id.Ref(), id)
		}
		w.add(parent, children...)
	}
	return nil
}

// add makes drafts of relics that belong to one issue.
func (w *ruins) add(issue fm.Issue, relics ...relic) {
	p := part{issue: issue}
	for _, r := range relics {
		id := fm.TaskID(r.ID)
		w.closed[id] = r.Closed
		p.drafts = append(p.drafts, draft{waits: r.DependsOn, elsewhere: r.Elsewhere, task: fm.Task{
			ID: id, Parent: r.Parent, Title: r.Title, Priority: r.Priority, Branch: w.branch(id), Terms: w.terms(id), Status: statusOf(r.Issue, w.pulls[id]),
		}})
	}
	w.parts = append(w.parts, p)
}

// unfinished gives the number of subissues that were planned for a parent of
// which none was begun with: there may be more to be made, and then nothing of
// it was queued. It is 0 when nobody knows of such a plan.
func (in *Intake) unfinished(parent fm.IssueID, children []relic, begun map[fm.TaskID]bool) (int, error) {
	if in.Plans == nil || slices.ContainsFunc(children, func(r relic) bool { return !r.made || r.Closed || begun[fm.TaskID(r.ID)] }) {
		return 0, nil
	}
	plan, err := in.Plans.Load(parent)
	if errors.Is(err, fm.ErrGone) {
		return 0, nil
	}
	return len(plan.Subissues), err
}

// unqueued lists the open subissues of a parent of which nobody knows whether
// they were queued. One that fm split has none: all that it made was queued.
func (in *Intake) unqueued(ctx context.Context, parent fm.IssueID, byParent map[fm.IssueID][]relic) ([]fm.TaskID, error) {
	children := byParent[parent]
	if slices.ContainsFunc(children, func(r relic) bool { return r.made }) {
		return nil, nil
	}
	all, err := in.Tracker.Children(ctx, parent)
	if errors.Is(err, fm.ErrGone) || errors.Is(err, fm.ErrRefused) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read subissues of %s: %w", parent, err)
	}
	var ids []fm.TaskID
	for _, c := range all {
		split := len(byParent[c.ID]) > 0
		if !c.Closed && !split && !slices.ContainsFunc(children, func(r relic) bool { return r.ID == c.ID }) {
			ids = append(ids, fm.TaskID(c.ID))
		}
	}
	return ids, nil
}
