package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/founder-mode/fm"
)

// TestAllFaultsAreNamedTogether names each once, with what the tracker says of
// all of them said once, and changes nothing.
// Caught: an end at the first refusal; the same reason for each of fifty issues
// that a token may not read; a pull request without its number.
func TestAllFaultsAreNamedTogether(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "2", Closed: true})
	login := fmt.Errorf("GitHub does not take the token: run gh auth login: %w", fm.ErrRefused)
	o.refuse = map[fm.IssueID]error{
		"12": fmt.Errorf("read issue #12: %w", fmt.Errorf("it is a pull request: name an issue: %w", fm.ErrRefused)),
		"13": fmt.Errorf("read issue #13: %w", login),
		"14": fmt.Errorf("read issue #14: %w", fmt.Errorf("read it: %w", login)),
	}
	_, err := o.take("1", "9", "12", "2", "13", "14", "12")
	want := "refused: issues not found: #9; closed: #2; #12: it is a pull request: name an issue; #13, #14: GitHub does not take the token: run gh auth login"
	if !errors.Is(err, fm.ErrRefused) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if len(o.tasks()) > 0 || len(o.splits) > 0 {
		t.Errorf("something was done: %v, splits %v", lines(o.tasks()), o.splits)
	}
	if _, err := o.take("12"); err == nil || err.Error() != "refused: #12: it is a pull request: name an issue" {
		t.Errorf("alone: got %v", err)
	}
}

// crowd is a tracker that answers nobody before it is told to.
type crowd struct {
	*office
	asking atomic.Int64
	answer chan struct{}
}

func (c *crowd) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	c.asking.Add(1)
	<-c.answer
	c.asking.Add(-1)
	return c.office.Issue(ctx, id)
}

// TestIssuesAreReadEightAtATime gives them in the user's order all the same.
// Caught: issues that are read one by one; a bound of nine.
func TestIssuesAreReadEightAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{office: newOffice(t), answer: make(chan struct{})}
		var ids []fm.IssueID
		for i := range 30 {
			id := fm.IssueID(fmt.Sprint(100 - i))
			ids, c.issues[id] = append(ids, id), &fm.Issue{ID: id}
		}
		in := c.intake()
		in.Tracker = c
		fetched := make(chan []fm.Issue)
		go func() {
			issues, err := in.fetch(t.Context(), append(slices.Clone(ids), ids...), in.finished)
			if err != nil {
				t.Error(err)
			}
			fetched <- issues
		}()
		synctest.Wait()
		if n := c.asking.Load(); n != 8 {
			t.Errorf("%d are read at a time", n)
		}
		close(c.answer)
		var got []fm.IssueID
		for _, issue := range <-fetched {
			got = append(got, issue.ID)
		}
		if !slices.Equal(got, ids) {
			t.Errorf("got %v, want %v", got, ids)
		}
	})
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
