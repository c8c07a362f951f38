package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/founder-mode/fm"
)

// TestAllFaultsAreNamedTogether names each once, with what the tracker says of
// all of them said once, and changes nothing.
// Caught: an end at the first refusal; one line for each of fifty issues that
// a token may not read.
func TestAllFaultsAreNamedTogether(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "2", Closed: true})
	login := fmt.Errorf("GitHub does not take the token: run gh auth login: %w", fm.ErrRefused)
	o.refuse = map[fm.IssueID]error{
		"12": fmt.Errorf("read issue #12: %w", fmt.Errorf("#12 is a pull request, no issue: %w", fm.ErrRefused)),
		"13": fmt.Errorf("read issue #13: %w", login),
		"14": fmt.Errorf("read issue #14: %w", login),
	}
	_, err := o.take("1", "9", "12", "2", "13", "14", "12")
	want := "refused: issues not found: #9; closed: #2; #12 is a pull request, no issue; GitHub does not take the token: run gh auth login"
	if !errors.Is(err, fm.ErrRefused) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if len(o.tasks()) > 0 || len(o.splits) > 0 {
		t.Errorf("something was done: %v, splits %v", lines(o.tasks()), o.splits)
	}
	if _, err := o.take("12"); err == nil || err.Error() != "refused: #12 is a pull request, no issue" {
		t.Errorf("alone: got %v", err)
	}
}

// crowd is a tracker that answers nobody before as many ask at once as may.
type crowd struct {
	*office
	asking, most atomic.Int64
	full         chan struct{}
}

func (c *crowd) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	n := c.asking.Add(1)
	defer c.asking.Add(-1)
	for most := c.most.Load(); n > most && !c.most.CompareAndSwap(most, n); most = c.most.Load() {
	}
	if n == readers {
		close(c.full)
	}
	select {
	case <-c.full:
	case <-ctx.Done():
		return fm.Issue{}, ctx.Err()
	}
	return c.office.Issue(ctx, id)
}

// TestIssuesAreReadEightAtATime gives them in the user's order all the same.
// Caught: issues that are read one by one, on which this waits for ever; no
// bound.
func TestIssuesAreReadEightAtATime(t *testing.T) {
	o := newOffice(t)
	var ids []fm.IssueID
	for i := range 30 {
		id := fm.IssueID(fmt.Sprint(100 - i))
		ids, o.issues[id] = append(ids, id), &fm.Issue{ID: id}
	}
	// No more than so many are let in at once, or it could not be closed once.
	c := &crowd{office: o, full: make(chan struct{})}
	in := o.intake()
	in.Tracker = c
	issues, err := in.fetch(t.Context(), append(slices.Clone(ids), ids...))
	if err != nil || len(issues) != 30 || c.most.Load() != readers {
		t.Fatalf("got %d issues, %d at a time, %v", len(issues), c.most.Load(), err)
	}
	for i, issue := range issues {
		if issue.ID != ids[i] {
			t.Errorf("got #%s in place %d, want #%s", issue.ID, i, ids[i])
		}
	}
}

// TestNetworkThatIsDownIsNoFaultOfTheIssues is told as what it is, whatever
// else was found out.
func TestNetworkThatIsDownIsNoFaultOfTheIssues(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1", Closed: true})
	o.refuse = map[fm.IssueID]error{"2": errDown}
	if _, err := o.take("1", "2"); !errors.Is(err, errDown) || errors.Is(err, fm.ErrRefused) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.intake().Check(ctx, []fm.IssueID{"1"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}
