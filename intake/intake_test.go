package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestCrashAtEveryCall ends the intake at every call of a port in turn, before
// and after the call's deed, and takes the same issues in again. Every subissue
// is created once, of one plan, and queued once; a split that was kept is not
// asked for again.
// Caught: a plan that was kept only after the first subissue; tasks that were
// queued one by one.
func TestCrashAtEveryCall(t *testing.T) {
	for _, moment := range []string{"before", "after"} {
		reached := true
		for n := 1; reached; n++ {
			reached = false
			o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "2"}, fm.Issue{ID: "21", Parent: "2"}, fm.Issue{ID: "22", Parent: "2"}, fm.Issue{ID: "3"})
			o.split = func(id fm.IssueID, k int) (fm.Split, error) {
				if id == "3" {
					return fm.Split{}, errors.New("no answer")
				}
				return plan(fmt.Sprintf("split %d of %s, part", k, id), 3), nil
			}
			where := ""
			o.fault = func(k int, op string) string {
				if k != n {
					return ""
				}
				reached, where = true, op
				return moment
			}
			_, err := o.take("1", "2", "3")
			o.fault = func(int, string) string { return "" }
			ids, err2 := o.take("1", "2", "3")
			if err2 != nil {
				t.Fatalf("crash %s call %d (%s, %v), then: %v", moment, n, where, err, err2)
			}
			o.wantsThreeTwoOne(fmt.Sprintf("crash %s call %d (%s)", moment, n, where), ids)
		}
	}
}

func (o *office) wantsThreeTwoOne(when string, ids []fm.TaskID) {
	o.tb.Helper()
	got := lines(o.tasks())
	want := []string{
		"1000<1 high pending", "1001<1 high pending", "1002<1 high pending",
		"21<2 normal pending", "22<2 normal pending", "3< normal pending",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		o.tb.Errorf("%s: queue (-want +got):\n%s", when, diff)
	}
	if diff := cmp.Diff([]fm.TaskID{"1000", "1001", "1002", "21", "22", "3"}, ids); diff != "" {
		o.tb.Errorf("%s: ids (-want +got):\n%s", when, diff)
	}
	titles := map[string]bool{}
	for _, id := range o.made {
		if i := o.issues[id]; i.Parent == "1" {
			version, _, _ := strings.Cut(i.Title, ",")
			titles[version] = true
		}
	}
	if len(titles) != 1 || len(o.made) != 5 {
		o.tb.Errorf("%s: %d subissues, of the plans %v; want 5 of one plan", when, len(o.made), titles)
	}
}

// TestSecondIntakeAddsNothing takes a known issue in once more, and one of its
// subissues by name.
func TestSecondIntakeAddsNothing(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"})
	first, err := o.take("1")
	if err != nil {
		t.Fatal(err)
	}
	log, splits := len(o.disk.log), o.splits["1"]
	second, err := o.take("1", "1")
	if err != nil || !slices.Equal(first, second) {
		t.Errorf("got %v, %v; want %v", second, err, first)
	}
	if third, err := o.take("1001"); err != nil || !slices.Equal(third, []fm.TaskID{"1001"}) {
		t.Errorf("a subissue: got %v, %v", third, err)
	}
	if len(o.disk.log) != log || o.splits["1"] != splits || len(o.made) != 3 {
		t.Errorf("something was added: %v, %d splits", lines(o.tasks()), o.splits["1"])
	}
}

// TestDependenciesOfAPlan creates subissues in an order in which each comes
// after those it waits for, whatever the order of the plan, and tells the
// tracker and the queue.
func TestDependenciesOfAPlan(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1", Priority: fm.Critical})
	o.split = func(fm.IssueID, int) (fm.Split, error) {
		s := plan("part", 4)
		s.Subissues[0].DependsOn = []int{3}    // forward
		s.Subissues[1].DependsOn = []int{1, 3} // backward and forward
		s.Subissues[2].DependsOn = []int{9}    // nowhere
		s.Subissues[3].DependsOn = []int{4}    // itself
		return s, nil
	}
	if _, err := o.take("1"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1000<1 critical pending", "1001<1 critical pending after 1000",
		"1002<1 critical pending after 1001 after 1000", "1003<1 critical pending",
	}
	if diff := cmp.Diff(want, lines(o.tasks())); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	for key, title := range map[string]string{"1/1": "part 1", "1/2": "part 2", "1/3": "part 3", "1/4": "part 4"} {
		if got := o.issues[o.keys[key]]; got.Title != title {
			t.Errorf("key %s names %q, want %q", key, got.Title, title)
		}
	}
	if got := o.issues["1003"].Priority; got != fm.Critical {
		t.Errorf("the tracker knows the priority %s", got)
	}
	if got := fmt.Sprint(o.issues["1002"].DependsOn); got != "[1001 1000]" {
		t.Errorf("the tracker knows %s", got)
	}
}

// TestSplitThatFails asks once more, works on the whole issue when that fails
// too, and asks for nothing when the analyst refuses.
func TestSplitThatFails(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []error
		tasks   int
		news    string
		refused bool
	}{
		{"once", []error{errDown, nil}, 3, "[retried 1 0 found 1 3 created 1000 0 created 1001 0 created 1002 0]", false},
		{"twice", []error{errDown, errDown}, 1, "[retried 1 0 whole 1 1]", false},
		{"refused", []error{fmt.Errorf("not logged in: %w", fm.ErrRefused)}, 0, "[]", true},
		{"refused at the second try", []error{errDown, fm.ErrRefused}, 0, "[retried 1 0]", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, fm.Issue{ID: "1"})
			o.split = func(_ fm.IssueID, n int) (fm.Split, error) {
				return plan("part", 3), c.answers[n-1]
			}
			_, err := o.take("1")
			if errors.Is(err, fm.ErrRefused) != c.refused {
				t.Errorf("error %v", err)
			}
			if got := len(o.tasks()); got != c.tasks {
				t.Errorf("%d tasks, want %d", got, c.tasks)
			}
			if got := fmt.Sprint(o.news); got != c.news {
				t.Errorf("told %s, want %s", got, c.news)
			}
		})
	}
	t.Run("an empty split is none", func(t *testing.T) {
		o := newOffice(t, fm.Issue{ID: "1"})
		o.split = func(fm.IssueID, int) (fm.Split, error) { return fm.Split{}, nil }
		if _, err := o.take("1"); err != nil || len(o.tasks()) != 1 || fmt.Sprint(o.news) != "[whole 1 1]" {
			t.Errorf("%v, told %v, queue %v", err, o.news, lines(o.tasks()))
		}
	})
}

// TestInterruptedAnswerIsNotLost cancels the intake while the analyst answers.
// Caught: an answer that came in that moment was dropped, and the issue queued
// whole.
func TestInterruptedAnswerIsNotLost(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"})
	ctx, cancel := context.WithCancel(t.Context())
	o.split = func(fm.IssueID, int) (fm.Split, error) {
		cancel()
		return plan("part", 3), nil
	}
	in := &Intake{Tracker: o, Analyst: o, Plans: plans{o}, Queue: o.disk.open(t), Tell: func(News) {}}
	_, _ = in.Take(ctx, Order{Issues: []fm.IssueID{"1"}}, clock) // may end anywhere
	if len(o.plans["1"].Subissues) != 3 {
		t.Error("the plan is lost")
	}
	for _, task := range o.tasks() {
		if task.ID == "1" {
			t.Error("the issue was queued whole")
		}
	}
}

// TestUnknownAndClosedAreNamedTogether changes nothing.
func TestUnknownAndClosedAreNamedTogether(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "2", Closed: true}, fm.Issue{ID: "3", Closed: true})
	_, err := o.take("1", "8", "2", "9", "3")
	if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "not found: #8, #9; closed: #2, #3") {
		t.Errorf("got %v", err)
	}
	if len(o.tasks()) > 0 || len(o.splits) > 0 || len(o.made) > 0 {
		t.Errorf("something was done: %v, splits %v", lines(o.tasks()), o.splits)
	}
}

// TestSameOrderAgainKnowsWhatIsDone gives an order again of which one issue was
// closed meanwhile, as its work was merged. Caught: an order that could not be
// repeated after a crash without striking out by hand what was done.
func TestSameOrderAgainKnowsWhatIsDone(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "2"})
	first, err := o.take("1", "2")
	if err != nil {
		t.Fatal(err)
	}
	q := o.disk.open(t)
	o.issues["1"].Closed = true
	if _, err := o.take("1", "2"); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("got %v for an issue that a person closed before its work was done", err)
	}
	for _, task := range o.tasks() {
		if task.Parent == "1" {
			if _, err := q.Commit(t.Context(), clock(), queue.Merge(task, clock())); err != nil {
				t.Fatal(err)
			}
		}
	}
	if again, err := o.take("1", "2"); err != nil || !slices.Equal(again, first) {
		t.Errorf("got %v, %v, want %v", again, err, first)
	}
}

// TestChildrenAreAdopted takes an issue in that has subissues already.
func TestChildrenAreAdopted(t *testing.T) {
	issues := []fm.Issue{
		{ID: "1"},
		{ID: "11", Parent: "1", DependsOn: []fm.IssueID{"10", "12", "11", "99"}, Priority: fm.Low},
		{ID: "10", Parent: "1", Closed: true},
		{ID: "12", Parent: "1"},
	}
	o := newOffice(t, issues...)
	if _, err := o.take("1"); err != nil {
		t.Fatal(err)
	}
	want := []string{"11<1 low pending after 12", "12<1 normal pending"}
	if diff := cmp.Diff(want, lines(o.tasks())); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	if len(o.splits) > 0 {
		t.Error("it was split all the same")
	}
	o = newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "10", Parent: "1", Closed: true})
	if _, err := o.take("1"); !errors.Is(err, fm.ErrRefused) || len(o.tasks()) > 0 {
		t.Errorf("all of its children are closed: %v, queue %v", err, lines(o.tasks()))
	}
}

// TestRefusalComesBeforeAnythingIsDone names an issue that nothing is left of
// behind one that is to be split. Caught: a split that was asked for and kept
// before the order was refused. One that is a part of another is that one's task.
func TestRefusalComesBeforeAnythingIsDone(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "2", Parent: "3"}, fm.Issue{ID: "20", Parent: "2", Closed: true}, fm.Issue{ID: "3"})
	for name, take := range map[string]func() error{
		"taken": func() error { _, err := o.take("1", "2"); return err },
		"surveyed": func() error {
			return (&Intake{Tracker: o}).Survey(t.Context(), Order{Issues: []fm.IssueID{"1", "2"}}, clock)
		},
	} {
		err := take()
		if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "every subissue of #2 is closed already") {
			t.Errorf("%s: got %v", name, err)
		}
		if len(o.splits)+len(o.plans)+len(o.news)+len(o.tasks()) > 0 {
			t.Errorf("%s: something was done: splits %v, plans %v, told %v, queue %v", name, o.splits, o.plans, o.news, lines(o.tasks()))
		}
	}
	if ids, err := o.take("3", "2"); err != nil || fmt.Sprint(ids) != "[2]" {
		t.Errorf("with its parent: got %v, %v", ids, err)
	}
}

// TestChildThatIsQueuedAlready takes a parent in whose subissue somebody took
// in by itself before, and is being worked on. It keeps its claim, and the
// parent waits for it. Caught: such a parent could never be taken in.
func TestChildThatIsQueuedAlready(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "11", Parent: "1"}, fm.Issue{ID: "12", Parent: "1"})
	o.split = func(fm.IssueID, int) (fm.Split, error) { return fm.Split{}, errDown }
	if _, err := o.take("11"); err != nil {
		t.Fatal(err)
	}
	q := o.disk.open(t)
	if _, err := q.Commit(t.Context(), clock(), queue.Claim(o.tasks()[0], 3, clock())); err != nil {
		t.Fatal(err)
	}
	ids, err := o.take("1")
	if err != nil || !slices.Equal(ids, []fm.TaskID{"11", "12"}) {
		t.Errorf("got %v, %v", ids, err)
	}
	if diff := cmp.Diff([]string{"11<1 normal working", "12<1 normal pending"}, lines(o.tasks())); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	if got := o.tasks()[0]; got.Worker != 3 || got.Attempt != 1 {
		t.Errorf("its claim changed: %+v", got)
	}
}

// TestSubissuesThatCameLater are taken in, once, with a second intake of their
// parent. Caught: one that waited for a closed subissue, which is never merged.
func TestSubissuesThatCameLater(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "10", Parent: "1", Closed: true}, fm.Issue{ID: "11", Parent: "1"})
	if _, err := o.take("1"); err != nil {
		t.Fatal(err)
	}
	o.issues["12"] = &fm.Issue{ID: "12", Parent: "1", DependsOn: []fm.IssueID{"10", "11"}}
	o.made = append(o.made, "12")
	for range 2 {
		ids, err := o.take("1")
		if err != nil || !slices.Equal(ids, []fm.TaskID{"11", "12"}) {
			t.Errorf("got %v, %v", ids, err)
		}
	}
	if diff := cmp.Diff([]string{"11<1 normal pending", "12<1 normal pending after 11"}, lines(o.tasks())); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
}

// TestTwoIntakesAtOnce lets two processes take one issue in at the same time.
func TestTwoIntakesAtOnce(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "2"})
	o.split = func(id fm.IssueID, _ int) (fm.Split, error) { return plan("part of "+string(id), 3), nil }
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		in := &Intake{Tracker: o, Analyst: o, Plans: plans{o}, Queue: o.disk.open(t), Tell: func(News) {}}
		wg.Go(func() { _, errs[i] = in.Take(t.Context(), Order{Issues: []fm.IssueID{"1", "2"}}, clock) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if len(o.tasks()) != 6 || len(o.made) != 6 {
		t.Errorf("%d subissues, queue %v", len(o.made), lines(o.tasks()))
	}
}

// TestIssueThatCameMeanwhile has somebody else take the issue in while this
// intake waits for an answer that does not come. Caught: the issue was queued
// whole, beside its parts.
func TestIssueThatCameMeanwhile(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"})
	o.split = func(_ fm.IssueID, n int) (fm.Split, error) {
		if n == 2 {
			return plan("part", 3), nil
		}
		if _, err := o.take("1"); n == 1 && err != nil {
			t.Error(err)
		}
		return fm.Split{}, errDown
	}
	if ids, err := o.take("1"); err != nil || len(ids) != 3 || len(o.tasks()) != 3 {
		t.Errorf("got %v, %v; queue %v", ids, err, lines(o.tasks()))
	}
}

// TestPriorityOfTheOrder goes over what issues and analyst say.
func TestPriorityOfTheOrder(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"})
	in := &Intake{Tracker: o, Analyst: o, Plans: plans{o}, Queue: o.disk.open(t), Tell: func(News) {}}
	if _, err := in.Take(t.Context(), Order{Issues: []fm.IssueID{"1"}, Priority: fm.Low}, clock); err != nil {
		t.Fatal(err)
	}
	for _, task := range o.tasks() {
		if task.Priority != fm.Low || task.Branch != "subissue/"+string(task.ID) {
			t.Errorf("got %+v", task)
		}
	}
}

// TestPriorityOfAnOrderThatIsGivenAgain is that of the tasks that were not begun,
// of the issue itself or of one of its tasks. Caught: --priority that nothing came
// of, without a word.
func TestPriorityOfAnOrderThatIsGivenAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		take  []fm.IssueID
		begun int // of its tasks
		prio  fm.Priority
		want  string
		told  string
	}{
		{"all", []fm.IssueID{"1"}, 0, fm.Low, "low/low/low", "not begun yet, and changed to what this order says"},
		{"but the one that was begun", []fm.IssueID{"1"}, 1, fm.Critical, "high/critical/critical", "2 of 3: not begun yet, and changed to what this order says"},
		{"none", []fm.IssueID{"1"}, 3, fm.Low, "high/high/high", ""},
		{"the same one", []fm.IssueID{"1"}, 0, fm.High, "high/high/high", ""},
		{"nothing said", []fm.IssueID{"1"}, 0, 0, "high/high/high", ""},
		{"one of its tasks", []fm.IssueID{"1001"}, 0, fm.Low, "high/low/high", "not begun yet, and changed to what this order says"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, fm.Issue{ID: "1"})
			if _, err := o.take("1"); err != nil {
				t.Fatal(err)
			}
			for i := range c.begun {
				if _, err := o.disk.open(t).Commit(t.Context(), clock(), queue.Claim(o.tasks()[i], fm.WorkerID(i+1), clock())); err != nil {
					t.Fatal(err)
				}
			}
			in, told := o.intake(), []string{}
			in.Tell = func(n News) { told = append(told, string(n.Kind)+": "+n.Why) }
			if _, err := in.Take(t.Context(), Order{Issues: c.take, Priority: c.prio}, clock); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, task := range o.tasks() {
				got = append(got, task.Priority.String())
			}
			if strings.Join(got, "/") != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if fmt.Sprint(told) != "[known: "+c.told+"]" {
				t.Errorf("told %q, want %q", told, c.told)
			}
		})
	}
}

// TestPriorityOfASubissueThatWasTakenBefore by itself: as a part of the order it
// gets that of the others.
func TestPriorityOfASubissueThatWasTakenBefore(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "11", Parent: "1"}, fm.Issue{ID: "12", Parent: "1"})
	o.split = func(fm.IssueID, int) (fm.Split, error) { return fm.Split{}, errDown }
	if _, err := o.take("11"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.order(Order{Issues: []fm.IssueID{"1"}, Priority: fm.High}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"11<1 high pending", "12<1 high pending"}, lines(o.tasks())); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
}
