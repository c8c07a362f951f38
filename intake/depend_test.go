package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// blocked is an issue with what blocks it; two words "11<1" are a subissue and
// its parent.
func blocked(word string, by ...fm.IssueID) fm.Issue {
	id, parent, _ := strings.Cut(word, "<")
	return fm.Issue{ID: fm.IssueID(id), Parent: fm.IssueID(parent), DependsOn: by}
}

// abroad is blocked by something in other repositories, too.
func abroad(i fm.Issue, refs ...string) fm.Issue {
	i.Elsewhere = refs
	return i
}

func done(i fm.Issue) fm.Issue {
	i.Closed = true
	return i
}

// whole has the analyst fail for these issues, and split others in two.
func (o *office) whole(ids ...fm.IssueID) {
	o.split = func(id fm.IssueID, _ int) (fm.Split, error) {
		if slices.Contains(ids, id) {
			return fm.Split{}, errDown
		}
		return plan("part of "+string(id), 2), nil
	}
}

// TestBlockedByBecomesDep takes worlds in, and looks at who waits for whom.
// Caught: a parent's blocker that only its first task waited for; a wait for
// somebody whom fm does not work on; a blocker that was named later, and had no
// tasks yet; subissues that waited for each other because their parent is
// blocked by them.
func TestBlockedByBecomesDep(t *testing.T) {
	for _, c := range []struct {
		name   string
		issues []fm.Issue
		whole  []fm.IssueID
		before []fm.IssueID // taken in before
		take   []fm.IssueID
		want   []string
		why    string
	}{
		{
			name:   "one whole issue by another that is named later",
			issues: []fm.Issue{blocked("14", "15"), blocked("15")}, whole: []fm.IssueID{"14", "15"},
			take: []fm.IssueID{"14", "15"}, want: []string{"15<", "14< after 15"},
		},
		{
			name:   "one parent by another",
			issues: []fm.Issue{blocked("1", "2"), blocked("2")},
			take:   []fm.IssueID{"1", "2"}, want: []string{"1000<2", "1001<2", "1002<1 after 1000 after 1001", "1003<1 after 1000 after 1001"},
		},
		{
			name:   "a parent by a whole issue, and a whole issue by a parent",
			issues: []fm.Issue{blocked("1", "2"), blocked("2"), blocked("3", "1")}, whole: []fm.IssueID{"2", "3"},
			take: []fm.IssueID{"3", "1", "2"}, want: []string{"2<", "1000<1 after 2", "1001<1 after 2", "3< after 1000 after 1001"},
		},
		{
			name:   "by what is in the queue",
			issues: []fm.Issue{blocked("1"), blocked("2", "1")}, before: []fm.IssueID{"1"},
			take: []fm.IssueID{"2"}, want: []string{"1000<1", "1001<1", "1002<2 after 1000 after 1001", "1003<2 after 1000 after 1001"},
		},
		{
			name:   "a subissue by one of another parent, and by another parent",
			issues: []fm.Issue{blocked("1"), blocked("2"), blocked("3"), blocked("11<1", "22", "3"), blocked("12<1"), blocked("21<2"), blocked("22<2")}, whole: []fm.IssueID{"3"},
			take: []fm.IssueID{"1", "2", "3"}, want: []string{"21<2", "22<2", "3<", "11<1 after 22 after 3", "12<1"},
		},
		{
			name:   "by one that fm does not work on",
			issues: []fm.Issue{blocked("14", "9"), blocked("9"), blocked("1", "9", "8"), done(blocked("8"))}, whole: []fm.IssueID{"14"},
			take: []fm.IssueID{"14", "1"}, want: []string{"14<", "1000<1", "1001<1"},
			why: "outside: #14 is blocked by #9, which fm does not work on; outside: #1 is blocked by #9, which fm does not work on",
		},
		{
			name:   "by one in another repository",
			issues: []fm.Issue{abroad(blocked("14"), "other/repo#9"), abroad(blocked("1"), "other/repo#8", "other/repo#7"), abroad(blocked("2")), abroad(blocked("21<2"), "other/repo#6")}, whole: []fm.IssueID{"14"},
			take: []fm.IssueID{"14", "1", "2"}, want: []string{"14<", "1000<1", "1001<1", "21<2"},
			why: "outside: #14 is blocked by other/repo#9, which fm does not work on; outside: #1 is blocked by other/repo#8, which fm does not work on; " +
				"outside: #1 is blocked by other/repo#7, which fm does not work on; outside: #21 is blocked by other/repo#6, which fm does not work on",
		},
		{
			name:   "by itself, its parent, its parts, and what is gone",
			issues: []fm.Issue{blocked("1", "1", "11", "12", "77"), blocked("11<1", "1", "11", "12"), blocked("12<1", "1", "13"), done(blocked("13<1"))},
			take:   []fm.IssueID{"1"}, want: []string{"11<1 after 12", "12<1"},
		},
		{
			name:   "two by each other",
			issues: []fm.Issue{blocked("1", "2"), blocked("2", "1")}, whole: []fm.IssueID{"1", "2"},
			take: []fm.IssueID{"1", "2"}, want: []string{"1<", "2< after 1"},
			why: "circle: #1 and #2 wait for each other, so #1 does not wait",
		},
		{
			name:   "two parents by each other, and one behind them",
			issues: []fm.Issue{blocked("1", "2"), blocked("2", "1"), blocked("3", "1")},
			take:   []fm.IssueID{"3", "2", "1"},
			want: []string{
				"1000<3 after 1004 after 1005", "1001<3 after 1004 after 1005", "1002<2", "1003<2", "1004<1 after 1002 after 1003", "1005<1 after 1002 after 1003",
			},
			why: "circle: #2 and #1 wait for each other, so #2 does not wait",
		},
		{
			name:   "subissues in a circle",
			issues: []fm.Issue{blocked("1"), blocked("11<1", "12"), blocked("12<1", "13"), blocked("13<1", "11")},
			take:   []fm.IssueID{"1"}, want: []string{"11<1", "12<1 after 13", "13<1 after 11"},
			why: "circle: #11 and #12 wait for each other, so #11 does not wait",
		},
		{
			name:   "parents by way of their subissues",
			issues: []fm.Issue{blocked("1", "2"), blocked("11<1"), blocked("12<1"), blocked("2"), blocked("21<2", "11"), blocked("22<2")},
			take:   []fm.IssueID{"1", "2"}, want: []string{"11<1 after 22", "12<1 after 21 after 22", "21<2 after 11", "22<2"},
			why: "circle: #1 and #2 wait for each other, so #1 does not wait",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, c.issues...)
			o.whole(c.whole...)
			if len(c.before) > 0 {
				if _, err := o.take(c.before...); err != nil {
					t.Fatal(err)
				}
			}
			ids, err := o.take(c.take...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, o.waits()); diff != "" {
				t.Errorf("queue (-want +got):\n%s", diff)
			}
			if got := strings.Join(o.why, "; "); got != c.why {
				t.Errorf("told %q, want %q", got, c.why)
			}
			if first, _ := o.disk.open(t).Snapshot().Task(ids[0]); first.Parent != c.take[0] && first.ID != fm.TaskID(c.take[0]) {
				t.Errorf("got %v, which do not begin with those of #%s", ids, c.take[0])
			}
			o.ends()
		})
	}
}

// waits tells the queue in shorter words.
func (o *office) waits() []string {
	var out []string
	for _, line := range lines(o.tasks()) {
		out = append(out, strings.NewReplacer(" normal pending", "", " high pending", "").Replace(line))
	}
	return out
}

// ends merges what may be begun until nothing is left: no order may leave a
// task that waits for ever.
func (o *office) ends() {
	o.tb.Helper()
	q := o.disk.open(o.tb)
	for _, task := range o.tasks() {
		if !queue.Clearing(task) {
			continue
		}
		if _, err := q.Commit(o.tb.Context(), clock(), queue.Cleared(task, "")); err != nil { // as the supervisor does
			o.tb.Fatal(err)
		}
	}
	for range o.tasks() {
		for _, task := range queue.Ready(q.Snapshot().Tasks, clock()) {
			if _, err := q.Commit(o.tb.Context(), clock(), queue.Merge(task, clock())); err != nil {
				o.tb.Fatal(err)
			}
		}
	}
	for _, task := range o.tasks() {
		if task.Status != fm.Merged {
			o.tb.Errorf("#%s waits for ever for %v", task.ID, task.DependsOn)
		}
	}
}

// TestWhatIsOverBlocksNobody has a blocker that is merged, one that was
// cancelled while its issue is open, and one of which a part is over.
// Caught: a wait for a cancelled task, which lasts for ever.
func TestWhatIsOverBlocksNobody(t *testing.T) {
	o := newOffice(t, blocked("1"), blocked("2"), blocked("3", "1", "2", "4"), blocked("4"), blocked("41<4"), blocked("42<4"), blocked("43<4"))
	o.whole("1", "2", "3")
	if _, err := o.take("1", "2", "4"); err != nil {
		t.Fatal(err)
	}
	q := o.disk.open(t)
	tasks := o.tasks()
	if _, err := q.Commit(t.Context(), clock(), queue.Merge(tasks[0], clock()), queue.Cancel(tasks[1], "", clock()), queue.Merge(tasks[2], clock()), queue.Cancel(tasks[3], "", clock())); err != nil {
		t.Fatal(err)
	}
	if _, err := o.take("3"); err != nil {
		t.Fatal(err)
	}
	if got := o.waits()[5]; got != "3< after 43" {
		t.Errorf("got %q", got)
	}
	if got, want := fmt.Sprint(o.why), "[outside: #3 is blocked by #2, which fm does not work on]"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

// TestDepsOutliveACrash ends the intake of issues that block each other's parts
// at every call, and repeats it: the same tasks wait for the same.
func TestDepsOutliveACrash(t *testing.T) {
	for _, moment := range []string{"before", "after"} {
		reached := true
		for n := 1; reached; n++ {
			reached = false
			o := newOffice(t, blocked("1", "2", "9"), blocked("2", "3"), blocked("21<2"), blocked("22<2", "3"), blocked("3", "9"), blocked("9"))
			o.whole("3")
			o.fault = func(k int, _ string) string {
				if k != n {
					return ""
				}
				reached = true
				return moment
			}
			_, first := o.take("1", "2", "3")
			o.fault = func(int, string) string { return "" }
			if _, err := o.take("1", "2", "3"); err != nil {
				t.Fatalf("crash %s call %d (%v), then: %v", moment, n, first, err)
			}
			want := []string{"3<", "21<2 after 3", "22<2 after 3", "1000<1 after 21 after 22", "1001<1 after 21 after 22"}
			if diff := cmp.Diff(want, o.waits()); diff != "" {
				t.Errorf("crash %s call %d (%v): queue (-want +got):\n%s", moment, n, first, diff)
			}
		}
	}
}
