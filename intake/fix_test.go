package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// mend is a process of its own that takes the issues in as they are.
func (o *office) mend(fix Fix, ids ...fm.IssueID) ([]fm.TaskID, error) {
	o.tb.Helper()
	o.news, o.why = nil, nil
	return o.order(Order{Issues: ids, Fix: &fix})
}

// put has a task be what the changes make of it.
func (o *office) put(id fm.TaskID, steps ...func(fm.Task) queue.Change) {
	o.tb.Helper()
	q := o.disk.open(o.tb)
	for _, step := range steps {
		task, _ := q.Snapshot().Task(id)
		if _, err := q.Commit(o.tb.Context(), clock(), step(task)); err != nil {
			o.tb.Fatal(err)
		}
	}
}

func (o *office) task(id fm.TaskID) fm.Task {
	o.tb.Helper()
	task, ok := o.disk.open(o.tb).Snapshot().Task(id)
	if !ok {
		o.tb.Fatalf("no task %s in %v", id, lines(o.tasks()))
	}
	return task
}

func claim(t fm.Task) queue.Change    { return queue.Claim(t, 1, clock()) }
func complete(t fm.Task) queue.Change { return queue.Complete(t, "7", clock()) }
func failed(t fm.Task) queue.Change   { return queue.Fail(t, "broke", 1, clock()) }
func blockedBy(t fm.Task) queue.Change {
	return queue.Block(t, "ask", clock())
}
func cancelled(t fm.Task) queue.Change { return queue.Cancel(t, "no", clock()) }
func held(t fm.Task) queue.Change      { return queue.Hold(t, "later", clock()) }
func merged(t fm.Task) queue.Change    { return queue.Merge(t, clock()) }
func tidied(t fm.Task) queue.Change    { return queue.Tidied(t, clock()) }
func cleared(t fm.Task) queue.Change   { return queue.Cleared(t, "") }

// TestEachIssueBecomesOneTask with what the order says of it, and nobody is asked.
// Caught: a branch by the terms before Fix was set; paths that were not cleaned.
func TestEachIssueBecomesOneTask(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "12", Title: "Fix login"}, fm.Issue{ID: "PROJ-3", Title: "API timeout", Priority: fm.High})
	fix := Fix{Terms: fm.Terms{NoPull: true, Main: true, Timeout: 10 * time.Minute}, Paths: map[fm.IssueID][]string{"12": {"./a.go", "../b"}}}
	ids, err := o.mend(fix, "12", "PROJ-3", "12")
	if err != nil || !slices.Equal(ids, []fm.TaskID{"12", "PROJ-3"}) {
		t.Errorf("got %v, %v", ids, err)
	}
	terms := fix.Terms
	terms.Fix = true
	want := []fm.Task{
		{ID: "12", Title: "Fix login", Priority: fm.Normal, Terms: terms, Paths: []string{"a.go"}, Branch: "fix/issue-12", Status: fm.Pending, Since: clock(), Revision: 1},
		{ID: "PROJ-3", Title: "API timeout", Priority: fm.High, Terms: terms, Branch: "fix/issue-PROJ-3", Status: fm.Pending, Since: clock(), Revision: 1},
	}
	if diff := cmp.Diff(want, o.tasks()); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	if len(o.splits)+len(o.plans)+len(o.made)+len(o.news)+len(o.why) > 0 {
		t.Errorf("more was done: splits %v, plans %v, made %v, told %v %v", o.splits, o.plans, o.made, o.news, o.why)
	}
	o = newOffice(t, fm.Issue{ID: "1", Priority: fm.Critical})
	if _, err := o.order(Order{Issues: []fm.IssueID{"1"}, Priority: fm.Low, Fix: &Fix{}}); err != nil || o.task("1").Priority != fm.Low {
		t.Errorf("the priority of the order: %v, %v", err, lines(o.tasks()))
	}
	if _, err := o.order(Order{Issues: []fm.IssueID{"1"}, Fix: &Fix{}, Plans: map[fm.IssueID]fm.Split{"1": plan("x", 2)}}); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("with a plan: %v", err)
	}
}

// TestDividedIssuesAreNamedTogether, and nothing is changed: those with open
// subissues, those whose split was begun, and those that are in the queue as tasks.
// Caught: one that was queued beside its own tasks; an end at the first one; parts
// that are over and that kept their issue from ever being mended.
func TestDividedIssuesAreNamedTogether(t *testing.T) {
	o := newOffice(t, blocked("1"), blocked("2"), blocked("21<2"), blocked("22<2"), done(blocked("23<2")), blocked("3"), blocked("4"), done(blocked("41<4")), blocked("5"), blocked("PROJ-1"), blocked("PROJ-2<PROJ-1"))
	o.whole()
	if _, err := o.take("3"); err != nil {
		t.Fatal(err)
	}
	o.plans["5"] = plan("planned, and nothing made of it", 2)
	delete(o.issues, "1001") // the tracker does not list it now
	o.made = slices.DeleteFunc(o.made, func(id fm.IssueID) bool { return id == "1001" })
	log := len(o.disk.log)
	ids, err := o.mend(Fix{}, "1", "2", "3", "4", "5", "PROJ-1")
	want := "refused: #2 has open subissues #21, #22: fm work 2, or fm fix 21,22; #3 has open subissues #1000, #1001: fm work 3, or fm fix 1000,1001; " +
		"PROJ-1 has the open subissue PROJ-2: fm work PROJ-1, or fm fix PROJ-2"
	if !errors.Is(err, fm.ErrRefused) || err.Error() != want || len(ids) > 0 {
		t.Errorf("got  %v, %v\nwant %s", ids, err, want)
	}
	if len(o.disk.log) != log {
		t.Errorf("something was changed: %v", lines(o.tasks()))
	}
	o.put("1000", merged, tidied)
	o.put("1001", cancelled)
	o.issues["1000"].Closed = true
	if _, err := o.disk.open(t).Commit(t.Context(), clock(), queue.Add(fm.Task{ID: "1", Parent: "1"}, clock())); err != nil {
		t.Fatal(err)
	}
	if ids, err := o.mend(Fix{}, "1", "3", "4", "5"); err != nil || len(ids) != 4 {
		t.Errorf("what is over, and what somebody made a part of itself: %v, %v", ids, err)
	}
}

// TestFaultsOfAnOrderToMend are named as for any other, and come before the
// subissues are looked at.
func TestFaultsOfAnOrderToMend(t *testing.T) {
	o := newOffice(t, blocked("1"), done(blocked("2")), blocked("3"), blocked("31<3"))
	o.refuse = map[fm.IssueID]error{"4": fmt.Errorf("it is a pull request: %w", fm.ErrRefused)}
	order := []fm.IssueID{"1", "9", "2", "3", "4", "8"}
	want := "refused: issues not found: #9, #8; closed: #2; #4: it is a pull request"
	if _, err := o.mend(Fix{}, order...); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if issues, err := o.intake().Read(t.Context(), order); err == nil || err.Error() != want || issues == nil {
		t.Errorf("read: got %v, want %s", err, want)
	}
	if len(o.tasks()) > 0 {
		t.Errorf("something was done: %v", lines(o.tasks()))
	}
	issues, err := o.intake().Read(t.Context(), []fm.IssueID{"3", "1", "3"})
	if err != nil || len(issues) != 2 || issues[0].ID != "3" || issues[1].ID != "1" {
		t.Errorf("read: got %v, %v", issues, err)
	}
}

// TestTaskThatIsThereAlready is as far on as it may be when its issue is named.
// Caught: an open claim that was taken away; a merged task that was done again
// before fm had closed its issue; a reopened one that was not; terms of a branch
// that has another name; a failed task of fm work that lost its parent; a main
// checkout that nobody would give back.
func TestTaskThatIsThereAlready(t *testing.T) {
	type steps = []func(fm.Task) queue.Change
	mine := Fix{Terms: fm.Terms{Main: true}}
	other := fm.Terms{Fix: true, Timeout: time.Minute}
	for _, c := range []struct {
		name   string
		work   bool // it is of fm work
		steps  steps
		closed bool
		status fm.Status
		terms  fm.Terms
		why    string
	}{
		{name: "pending, never begun", status: fm.Pending, terms: other, why: "not begun yet, and changed to what this order says"},
		{name: "of fm work, never begun", work: true, status: fm.Pending, terms: other, why: "not begun yet, and changed to what this order says"},
		{name: "pending, begun", steps: steps{claim, func(t fm.Task) queue.Change { return queue.Release(t, "", clock()) }}, status: fm.Pending},
		{name: "working", steps: steps{claim}, status: fm.Working},
		{name: "completed", steps: steps{claim, complete}, status: fm.Completed},
		{name: "completed, and closed by somebody", steps: steps{claim, complete}, closed: true, status: fm.Completed},
		{name: "merged", steps: steps{claim, complete, merged}, status: fm.Merged},
		{name: "merged, tidied up and closed", steps: steps{claim, complete, merged, tidied}, closed: true, status: fm.Merged},
		{name: "merged, and open again", steps: steps{claim, complete, merged, tidied}, status: fm.Pending, terms: other, why: "merged before, and taken up anew because it is open again"},
		{name: "failed", steps: steps{claim, failed, cleared}, status: fm.Pending, terms: other, why: "failed before, and taken up anew"},
		{name: "failed, and not cleared yet", steps: steps{claim, failed}, status: fm.Pending, terms: fm.Terms{Fix: true, Main: true, Timeout: time.Minute}, why: "failed before, and taken up anew"},
		{name: "blocked", steps: steps{claim, blockedBy, cleared}, status: fm.Pending, terms: other, why: "blocked before, and taken up anew"},
		{name: "cancelled", steps: steps{cancelled}, status: fm.Pending, terms: other, why: "cancelled before, and taken up anew"},
		{name: "on hold", steps: steps{held}, status: fm.Pending, terms: other, why: "hold before, and taken up anew"},
		{name: "of fm work, working", work: true, steps: steps{claim}, status: fm.Working},
		{name: "of fm work, failed", work: true, steps: steps{claim, failed}, status: fm.Pending, why: "failed before, and taken up anew"},
		{name: "of fm work, merged, and open again", work: true, steps: steps{claim, complete, merged, tidied}, status: fm.Pending, why: "merged before, and taken up anew because it is open again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, blocked("12"))
			o.whole("12")
			var err error
			if c.work {
				_, err = o.take("12")
			} else {
				_, err = o.mend(mine, "12")
			}
			if err != nil {
				t.Fatal(err)
			}
			o.put("12", c.steps...)
			o.issues["12"].Closed = c.closed
			before := o.task("12")
			why := ""
			in := o.intake()
			in.Tell = func(n News) {
				if n.Kind != Known || n.Issue.ID != "12" || n.Count != 1 {
					t.Errorf("told %+v", n)
				}
				why = n.Why
			}
			order := Order{Issues: []fm.IssueID{"12"}, Fix: &Fix{Terms: fm.Terms{Timeout: time.Minute}, Paths: map[fm.IssueID][]string{"12": {"a.go"}}}}
			ids, err := in.Take(t.Context(), order, clock)
			if err != nil || !slices.Equal(ids, []fm.TaskID{"12"}) {
				t.Fatalf("got %v, %v", ids, err)
			}
			if c.terms == (fm.Terms{}) {
				c.terms = before.Terms
			}
			got := o.task("12")
			if got.Status != c.status || got.Terms != c.terms || got.Branch != got.Head() || got.Attempt != before.Attempt || why != c.why {
				t.Errorf("got %s, %+v, branch %s, told %q; want %s, %+v, told %q", got.Status, got.Terms, got.Branch, why, c.status, c.terms, c.why)
			}
			if anew := c.why != ""; anew == (got.Revision == before.Revision) || anew != slices.Equal(got.Paths, []string{"a.go"}) {
				t.Errorf("revision %d, was %d; paths %v", got.Revision, before.Revision, got.Paths)
			}
			log := len(o.disk.log)
			if _, err := in.Take(t.Context(), order, clock); err != nil || len(o.disk.log) != log {
				t.Errorf("the same order again changed something: %v, %v", err, lines(o.tasks()))
			}
		})
	}
}

// TestSubissueThatIsMendedKeepsItsParent, which is not closed before it is done.
// Caught: a subissue that was torn out of its family.
func TestSubissueThatIsMendedKeepsItsParent(t *testing.T) {
	o := newOffice(t, blocked("2"), blocked("21<2"), blocked("22<2"))
	if _, err := o.take("2"); err != nil {
		t.Fatal(err)
	}
	o.put("22", claim, failed)
	if _, err := o.mend(Fix{Terms: fm.Terms{NoPull: true}}, "21", "22"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []fm.TaskID{"21", "22"} {
		if got := o.task(id); got.Parent != "2" || got.Terms != (fm.Terms{}) || got.Branch != "subissue/"+string(id) || got.Status != fm.Pending {
			t.Errorf("got %+v", got)
		}
	}
	if o.task("21").Revision != 1 {
		t.Error("one that takes its course was changed")
	}
}

// TestMergedWhileTheIssueWasRead has the work merged, and the issue closed, after
// it was read as open.
// Caught: a task that was done a second time because the issue was read too early.
func TestMergedWhileTheIssueWasRead(t *testing.T) {
	o := newOffice(t, blocked("1"))
	if _, err := o.mend(Fix{}, "1"); err != nil {
		t.Fatal(err)
	}
	o.put("1", claim, complete)
	in := o.intake()
	in.Tracker = after{o, func() { o.put("1", merged, tidied) }}
	if _, err := in.Take(t.Context(), Order{Issues: []fm.IssueID{"1"}, Fix: &Fix{}}, clock); err != nil || o.task("1").Status != fm.Merged {
		t.Errorf("got %v, %v", err, lines(o.tasks()))
	}
}

// after does something once an issue was read.
type after struct {
	*office
	deed func()
}

func (a after) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	issue, err := a.office.Issue(ctx, id)
	a.deed()
	return issue, err
}

// TestWhoWaitsForWhom has relations of the tracker and of the order.
// Caught: an order that won over the tracker, and made a blocked issue the first;
// a wait for one that was cancelled, and is taken up anew by the same order; one
// that has the main checkout and waits for another that needs it; one that was
// taken up anew, and forgot for whom a person had it wait.
func TestWhoWaitsForWhom(t *testing.T) {
	for _, c := range []struct {
		name   string
		issues []fm.Issue
		before func(o *office)
		after  map[fm.IssueID][]fm.IssueID
		take   []fm.IssueID
		want   []string
		why    string
	}{
		{
			name:   "by the tracker, by one that is named later, and by one that is queued",
			issues: []fm.Issue{blocked("1", "2", "9"), blocked("2"), blocked("9")},
			before: func(o *office) { o.mustMend("9") },
			take:   []fm.IssueID{"1", "2"}, want: []string{"9<", "1< after 2 after 9", "2<"},
		},
		{
			name:   "by the order",
			issues: []fm.Issue{blocked("1"), blocked("2"), blocked("3")},
			after:  map[fm.IssueID][]fm.IssueID{"2": {"1"}, "3": {"2", "1"}},
			take:   []fm.IssueID{"1", "2", "3"}, want: []string{"1<", "2< after 1", "3< after 2 after 1"},
		},
		{
			name:   "by the order, against the tracker",
			issues: []fm.Issue{blocked("1", "2"), blocked("2")},
			after:  map[fm.IssueID][]fm.IssueID{"2": {"1"}},
			take:   []fm.IssueID{"1", "2"}, want: []string{"1< after 2", "2<"},
			why: "circle: #2 and #1 wait for each other, so #2 does not wait",
		},
		{
			name:   "by the order, in a circle",
			issues: []fm.Issue{blocked("1"), blocked("2"), blocked("3")},
			after:  map[fm.IssueID][]fm.IssueID{"1": {"3"}, "2": {"1"}, "3": {"2", "3"}},
			take:   []fm.IssueID{"1", "2", "3"}, want: []string{"1<", "2< after 1", "3< after 2"},
			why: "circle: #1 and #3 wait for each other, so #1 does not wait",
		},
		{
			name:   "by one that fm does not work on, and by another repository",
			issues: []fm.Issue{abroad(blocked("1", "8"), "other/repo#9"), blocked("8")},
			take:   []fm.IssueID{"1"}, want: []string{"1<"},
			why: "outside: #1 is blocked by other/repo#9, which fm does not work on; outside: #1 is blocked by #8, which fm does not work on",
		},
		{
			name:   "by the parts of another one",
			issues: []fm.Issue{blocked("1", "2"), blocked("2"), blocked("21<2"), blocked("22<2")},
			before: func(o *office) {
				if _, err := o.take("2"); err != nil {
					o.tb.Fatal(err)
				}
			},
			take: []fm.IssueID{"1"}, want: []string{"21<2", "22<2", "1< after 21 after 22"},
		},
		{
			name:   "by one that was cancelled, and is taken up anew",
			issues: []fm.Issue{blocked("1"), blocked("2", "1"), blocked("3")},
			before: func(o *office) {
				o.mustMend("1", "3")
				o.put("1", cancelled)
			},
			after: map[fm.IssueID][]fm.IssueID{"1": {"3"}},
			take:  []fm.IssueID{"2", "1"}, want: []string{"1< after 3", "3<", "2< after 1"},
		},
		{
			name:   "what was never begun, by the order alone",
			issues: []fm.Issue{blocked("1", "2"), blocked("2")},
			before: func(o *office) {
				o.mustMend("1")
				o.mustMend("2")
			},
			after: map[fm.IssueID][]fm.IssueID{"2": {"1"}},
			take:  []fm.IssueID{"1", "2"}, want: []string{"1<", "2< after 1"},
		},
		{
			name:   "what is taken up anew, by those as well that it waited for",
			issues: []fm.Issue{blocked("1"), blocked("2"), blocked("3")},
			before: func(o *office) {
				if _, err := o.mend(Fix{After: map[fm.IssueID][]fm.IssueID{"2": {"1"}}}, "1", "2", "3"); err != nil {
					o.tb.Fatal(err)
				}
				o.put("2", held)
			},
			after: map[fm.IssueID][]fm.IssueID{"2": {"3"}},
			take:  []fm.IssueID{"2"}, want: []string{"1<", "2< after 1 after 3", "3<"},
		},
		{
			name:   "what has the main checkout",
			issues: []fm.Issue{blocked("1"), blocked("2")},
			before: func(o *office) {
				if _, err := o.mend(Fix{Terms: fm.Terms{Main: true}}, "1", "2"); err != nil {
					o.tb.Fatal(err)
				}
				o.put("2", claim, failed)
			},
			after: map[fm.IssueID][]fm.IssueID{"2": {"1"}},
			take:  []fm.IssueID{"1", "2"}, want: []string{"1<", "2<"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, c.issues...)
			if c.before != nil {
				c.before(o)
			}
			ids, err := o.mend(Fix{After: c.after}, c.take...)
			if err != nil || len(ids) != len(c.take) {
				t.Fatalf("got %v, %v", ids, err)
			}
			if diff := cmp.Diff(c.want, o.waits()); diff != "" {
				t.Errorf("queue (-want +got):\n%s", diff)
			}
			if got := strings.Join(o.why, "; "); got != c.why {
				t.Errorf("told %q, want %q", got, c.why)
			}
			o.ends()
		})
	}
}

func (o *office) mustMend(ids ...fm.IssueID) {
	o.tb.Helper()
	if _, err := o.mend(Fix{}, ids...); err != nil {
		o.tb.Fatal(err)
	}
}

// TestMendingOutlivesACrash ends it at every call of a port, before and after the
// call's deed: all issues are queued or none, and the same order again makes of
// them what it would have made.
// Caught: tasks that were queued one by one.
func TestMendingOutlivesACrash(t *testing.T) {
	for _, moment := range []string{"before", "after"} {
		reached := true
		for n := 1; reached; n++ {
			reached = false
			o := newOffice(t, blocked("1", "2"), blocked("2", "9"), blocked("3"), blocked("4"), blocked("9"))
			o.mustMend("4")
			o.put("4", claim, failed)
			o.calls.Store(0)
			o.fault = func(k int, _ string) string {
				if k != n {
					return ""
				}
				reached = true
				return moment
			}
			fix := Fix{Terms: fm.Terms{Timeout: time.Minute}, After: map[fm.IssueID][]fm.IssueID{"3": {"1"}}}
			_, first := o.mend(fix, "1", "2", "3", "4")
			o.fault = func(int, string) string { return "" }
			when := fmt.Sprintf("crash %s call %d (%v)", moment, n, first)
			if got := o.tasks(); len(got) != 1 && len(got) != 4 || (len(got) == 4) != (got[0].Status == fm.Pending) {
				t.Errorf("%s: half of it is there: %v", when, lines(got))
			}
			ids, err := o.mend(fix, "1", "2", "3", "4")
			if err != nil || !slices.Equal(ids, []fm.TaskID{"1", "2", "3", "4"}) {
				t.Fatalf("%s, then %v, %v", when, ids, err)
			}
			if diff := cmp.Diff([]string{"4<", "1< after 2", "2<", "3< after 1"}, o.waits()); diff != "" {
				t.Errorf("%s: queue (-want +got):\n%s", when, diff)
			}
			for _, task := range o.tasks() {
				if task.Terms != (fm.Terms{Fix: true, Timeout: time.Minute}) || task.Revision > 4 {
					t.Errorf("%s: got %+v", when, task)
				}
			}
		}
	}
}

// TestTwoOrdersToMendAtOnce lets two processes mend the same issues.
// Caught: a change on a stale revision that was not thought out anew.
func TestTwoOrdersToMendAtOnce(t *testing.T) {
	o := newOffice(t, blocked("1"), blocked("2", "1"), blocked("3"))
	o.mustMend("3")
	o.put("3", cancelled)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		in := &Intake{Tracker: o, Queue: o.disk.open(t), Tell: func(News) {}}
		wg.Go(func() {
			_, errs[i] = in.Take(t.Context(), Order{Issues: []fm.IssueID{"1", "2", "3"}, Fix: &Fix{}}, clock)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"3<", "1<", "2< after 1"}, o.waits()); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	for _, task := range o.tasks() {
		if want := map[fm.TaskID]uint64{"1": 1, "2": 1, "3": 3}[task.ID]; task.Revision != want {
			t.Errorf("#%s was changed %d times, want %d", task.ID, task.Revision, want)
		}
	}
}

// TestQueueThatChangedMeanwhile has somebody change the queue between the look
// and the change.
// Caught: an order that was given up, or carried out on what was no more.
func TestQueueThatChangedMeanwhile(t *testing.T) {
	o := newOffice(t, blocked("1"), blocked("2"))
	o.mustMend("1")
	o.put("1", claim, failed)
	in, once := o.intake(), false
	in.Tracker = whileReading{o, func() {
		if !once {
			once = true
			o.put("1", func(t fm.Task) queue.Change { return queue.Retry(t, clock()) }, claim)
		}
	}}
	ids, err := in.Take(t.Context(), Order{Issues: []fm.IssueID{"1", "2"}, Fix: &Fix{}}, clock)
	if err != nil || len(ids) != 2 {
		t.Fatalf("got %v, %v", ids, err)
	}
	if got := o.task("1"); got.Status != fm.Working || got.Attempt != 2 {
		t.Errorf("a claim was taken away: %+v", got)
	}
	if got := o.task("2"); got.Status != fm.Pending {
		t.Errorf("got %+v", got)
	}
}

// whileReading does something while subissues are read.
type whileReading struct {
	*office
	deed func()
}

func (w whileReading) Children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error) {
	if parent == "1" {
		w.deed()
	}
	return w.office.Children(ctx, parent)
}
