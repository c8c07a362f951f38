package intake

import (
	"slices"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestClosedIssuesAreJoinedOrRefused: what takes its course is joined, whoever
// closed its issue meanwhile; what would be begun is not. Caught: a parent whose
// parts were merged, which was queued and blocked; a way back that was refused
// because one of the issues was closed by then.
func TestClosedIssuesAreJoinedOrRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		steps []func(fm.Task) queue.Change
		fine  bool
	}{
		"pending":   {fine: true},
		"working":   {[]func(fm.Task) queue.Change{claim}, true},
		"completed": {[]func(fm.Task) queue.Change{claim, complete}, true},
		"merged":    {[]func(fm.Task) queue.Change{claim, complete, merged}, true},
		"failed":    {[]func(fm.Task) queue.Change{claim, failed}, false},
		"cancelled": {[]func(fm.Task) queue.Change{cancelled}, false},
	} {
		o := newOffice(t, blocked("1"))
		if _, err := o.mend(Fix{}, "1"); err != nil {
			t.Fatal(err)
		}
		o.put("1", tt.steps...)
		issue := o.issues["1"]
		issue.Closed = true
		o.issues["1"] = issue
		if _, err := o.mend(Fix{}, "1"); (err == nil) != tt.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := newOffice(t, done(blocked("5")))
	if _, err := o.disk.open(t).Commit(t.Context(), clock(), queue.Add(fm.Task{ID: "51", Parent: "5"}, clock())); err != nil {
		t.Fatal(err)
	}
	o.put("51", merged, tidied)
	if _, err := o.mend(Fix{}, "5"); err == nil || !strings.Contains(err.Error(), "closed: #5") {
		t.Errorf("a parent that is done: %v", err)
	}
	if len(o.tasks()) != 1 {
		t.Errorf("it was queued: %v", lines(o.tasks()))
	}
}

// TestWhatAnOrderDoesNotChangeIsSaid. Caught: --no-pr that held for nothing, and
// not a word of it.
func TestWhatAnOrderDoesNotChangeIsSaid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		before, now bool // without pull requests
		steps       []func(fm.Task) queue.Change
		want        string
	}{
		{false, true, []func(fm.Task) queue.Change{claim}, "its pull request is opened all the same, as was ordered before"},
		{true, false, []func(fm.Task) queue.Change{claim}, "no pull request is opened, as was ordered before"},
		{true, false, []func(fm.Task) queue.Change{claim, func(t fm.Task) queue.Change { return queue.Complete(t, "", clock()) }}, "mended without a pull request, and its work is on the branch fix/issue-1"},
		{false, true, []func(fm.Task) queue.Change{claim, complete}, ""},
		{true, true, []func(fm.Task) queue.Change{claim}, ""},
		{false, true, []func(fm.Task) queue.Change{claim, failed}, "failed before, and taken up anew"},
		{true, false, []func(fm.Task) queue.Change{claim, complete, merged}, ""},
	} {
		o := newOffice(t, blocked("1"))
		if _, err := o.mend(Fix{Terms: fm.Terms{NoPull: tt.before}}, "1"); err != nil {
			t.Fatal(err)
		}
		o.put("1", tt.steps...)
		in, why := o.intake(), ""
		in.Tell = func(n News) { why = n.Why }
		if _, err := in.Take(t.Context(), Order{Issues: []fm.IssueID{"1"}, Fix: &Fix{Terms: fm.Terms{NoPull: tt.now}}}, clock); err != nil || why != tt.want {
			t.Errorf("%v, %v, %d steps: %q, %v; want %q", tt.before, tt.now, len(tt.steps), why, err, tt.want)
		}
	}
}

// TestOneIssueUnderTwoNamesIsOne. Caught: #3 twice for "3 03", where the tracker
// takes 03 for 3.
func TestOneIssueUnderTwoNamesIsOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t, blocked("3"), blocked("4"))
	o.issues["03"] = o.issues["3"]
	issues, err := o.intake().Read(t.Context(), []fm.IssueID{"03", "4", "3"})
	if err != nil || len(issues) != 2 || issues[0].ID != "3" || issues[1].ID != "4" {
		t.Errorf("read %v, %v", issues, err)
	}
	if ids, err := o.mend(Fix{}, "03", "4", "3"); err != nil || !slices.Equal(ids, []fm.TaskID{"3", "4"}) {
		t.Errorf("took %v, %v", ids, err)
	}
}
