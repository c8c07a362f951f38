package supervisor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// parents closes each issue whose every child is merged and cleared up, once.
// A parent with a cancelled or failed child stays open: a person decides. An
// issue that is a task itself was closed when that was cleared up.
func (d *decision) parents() {
	for _, eff := range d.state.digest.parents {
		_, task := d.state.Queue.Task(fm.TaskID(eff.Parent))
		switch {
		case d.closed[eff.Parent]:
		case task:
			d.record(queue.CloseParent(eff.Parent, "it is merged as a whole"))
		default:
			d.order(eff)
		}
	}
}

// parentFailed waits. What was refused, because a child of it is open that the
// queue does not know, or by the tracker, is a person's to change: there is no
// hurry.
func (d *decision) parentFailed(eff CloseParent, ev EffectFailed) {
	if ev.Kind == NotFound { // nothing is left to be closed
		d.record(queue.CloseParent(eff.Parent, ev.Err))
		return
	}
	d.waitFor(eff.key(), ev.Err, maxWait)
}

// closeParent closes an issue, unless the tracker knows of a child that is open
// and that nobody has merged.
func (s *Supervisor) closeParent(ctx context.Context, eff CloseParent) error {
	children, err := s.o.Tracker.Children(ctx, eff.Parent)
	if err != nil {
		return err
	}
	var open []string
	for _, c := range children {
		merged := func(t fm.Task) bool { return fm.IssueID(t.ID) == c.ID }
		if !c.Closed && !slices.ContainsFunc(eff.Children, merged) {
			open = append(open, c.ID.Ref())
		}
	}
	switch len(open) {
	case 0:
		return s.o.Tracker.Close(ctx, eff.Parent, parentComment(eff.Children))
	case 1:
		return fmt.Errorf("%s is open: %w", open[0], fm.ErrRefused)
	}
	return fmt.Errorf("%s are open: %w", list(open, 10), fm.ErrRefused)
}

func parentComment(children []fm.Task) string {
	var b strings.Builder
	fmt.Fprintf(&b, "All %d subissues are merged:\n\n", len(children))
	for _, t := range children {
		fmt.Fprintf(&b, "- %s %s (pull request %s)\n", t.ID.Ref(), fm.Line(t.Title, 120), t.Pull)
	}
	return b.String()
}
