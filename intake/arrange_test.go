package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestNoIssueIsDoneTwice has orders in which one issue is a subissue of another.
// Caught: subissues that were made at the tracker and never queued, because
// their parent was a task of its own parent by then; an issue that was a task,
// and split as well; a split that was asked for and thrown away; one of two
// subissues of a queued parent that was dropped.
func TestNoIssueIsDoneTwice(t *testing.T) {
	family := []fm.Issue{blocked("20"), blocked("21<20"), blocked("22<20", "21")}
	deep := append(slices.Clone(family), blocked("26<21"))
	for _, c := range []struct {
		name   string
		issues []fm.Issue
		kept   []fm.IssueID // split by an intake that made nothing of it
		before []fm.IssueID // taken in before
		later  []fm.Issue   // what came then
		take   []fm.IssueID
		given  []fm.IssueID // with a plan
		want   []string
		ids    string
		news   string
		asked  string
	}{
		{
			name: "a parent and its subissue", issues: family, take: []fm.IssueID{"20", "21"},
			want: []string{"21<20", "22<20 after 21"}, ids: "[21 22]", asked: "[]",
			news: "adopted 20 2; #21 is a part of #20, and taken with it",
		},
		{
			name: "the other way round, and all of them", issues: family, take: []fm.IssueID{"21", "20", "22"},
			want: []string{"21<20", "22<20 after 21"}, ids: "[21 22]", asked: "[]",
			news: "adopted 20 2; #21 is a part of #20, and taken with it; #22 is a part of #20, and taken with it",
		},
		{
			name: "with one that stands between them and was not named", issues: deep, take: []fm.IssueID{"26", "20"},
			want: []string{"26<21", "21<20", "22<20 after 26 after 21"}, ids: "[26 21 22]", asked: "[]",
			news: "#26 is a part of #21, and taken with it; adopted 20 2",
		},
		{
			name: "three generations, of which one says that it is blocked by its parent", issues: []fm.Issue{blocked("20"), blocked("21<20", "20"), blocked("22<20", "21"), blocked("26<21")}, take: []fm.IssueID{"20", "21", "26"},
			want: []string{"22<20 after 26", "26<21"}, ids: "[22 26]", asked: "[]",
			news: "adopted 20 1; #21 is a part of #20, and done by way of its own subissues; adopted 21 1; #26 is a part of #21, and taken with it",
		},
		{
			name: "three generations, and one that waits for the first", issues: []fm.Issue{blocked("9", "20"), blocked("91<9"), blocked("20"), blocked("21<20"), blocked("22<20"), blocked("26<21")}, take: []fm.IssueID{"9", "20", "21"},
			want: []string{"26<21", "22<20", "91<9 after 22 after 26"}, ids: "[91 22 26]", asked: "[]",
			news: "adopted 9 1; adopted 20 1; #21 is a part of #20, and done by way of its own subissues; adopted 21 1",
		},
		{
			name: "a divided subissue of one that is in the queue, which it calls its blocker", issues: []fm.Issue{blocked("20"), blocked("22<20")}, before: []fm.IssueID{"20"},
			later: []fm.Issue{blocked("21<20", "20"), blocked("26<21")}, take: []fm.IssueID{"21"},
			want: []string{"22<20", "26<21"}, ids: "[26]", asked: "[]",
			news: "adopted 21 1",
		},
		{
			name: "a subissue of one that is in the queue", issues: []fm.Issue{blocked("20")}, before: []fm.IssueID{"20"},
			later: []fm.Issue{blocked("31<20", "20", "1001"), blocked("32<20", "31"), blocked("33<20")}, take: []fm.IssueID{"32", "31"},
			want: []string{"1000<20", "1001<20", "32<20 after 31", "31<20 after 1001"}, ids: "[32 31]", asked: "[20]",
			news: "#32 is a part of #20, and taken with it; #31 is a part of #20, and taken with it",
		},
		{
			name: "a subissue of a task", issues: family, before: []fm.IssueID{"20"},
			later: []fm.Issue{blocked("26<21")}, take: []fm.IssueID{"26"},
			want: []string{"21<20", "22<20 after 21", "26<21"}, ids: "[26]", asked: "[]",
			news: "#26 is a part of #21, and taken with it",
		},
		{
			name: "a subissue of one that is closed", issues: []fm.Issue{blocked("20"), blocked("22<20")}, before: []fm.IssueID{"20"},
			later: []fm.Issue{done(blocked("20")), blocked("31<20")}, take: []fm.IssueID{"31"},
			want: []string{"22<20", "1000<31", "1001<31"}, ids: "[1000 1001]", asked: "[31]",
			news: "found 31 2",
		},
		{
			name: "a task, and its parent", issues: family, before: []fm.IssueID{"20"}, take: []fm.IssueID{"21", "20"},
			want: []string{"21<20", "22<20 after 21"}, ids: "[21 22]", asked: "[]",
			news: "known 20 2; #21 is a part of #20, and taken with it",
		},
		{
			name: "split before its parent is taken", issues: []fm.Issue{blocked("20"), blocked("21<20"), blocked("22<20", "21"), blocked("9", "20")}, before: []fm.IssueID{"21"}, take: []fm.IssueID{"20", "9"},
			want: []string{"1000<21", "1001<21", "22<20 after 1000 after 1001", "1002<9 after 22 after 1000 after 1001", "1003<9 after 22 after 1000 after 1001"}, ids: "[1000 1001 22 1002 1003]", asked: "[21 9]",
			news: "adopted 20 1; #21 is a part of #20, and done by way of its own subissues; found 9 2",
		},
		{
			name: "split before, and named again with its parent", issues: family, before: []fm.IssueID{"21"}, take: []fm.IssueID{"20", "21"},
			want: []string{"1000<21", "1001<21", "22<20 after 1000 after 1001"}, ids: "[22 1000 1001]", asked: "[21]",
			news: "adopted 20 1; #21 is a part of #20, and done by way of its own subissues; known 21 2",
		},
		{
			name: "split before, and all that its parent has", issues: []fm.Issue{blocked("20"), blocked("21<20")}, before: []fm.IssueID{"21"}, take: []fm.IssueID{"20"},
			want: []string{"1000<21", "1001<21"}, ids: "[1000 1001]", asked: "[21]",
			news: "#21 is a part of #20, and done by way of its own subissues; nothing else of #20 is open, so close it yourself in the end",
		},
		{
			name: "planned before, and cut off", issues: family, kept: []fm.IssueID{"21"}, take: []fm.IssueID{"20", "21"},
			want: []string{"1000<21", "1001<21", "22<20 after 1000 after 1001"}, ids: "[22 1000 1001]", asked: "[]",
			news: "adopted 20 1; #21 is a part of #20, and done by way of its own subissues; found 21 2",
		},
		{
			name: "with a plan of a person", issues: family, take: []fm.IssueID{"21", "20"}, given: []fm.IssueID{"21"},
			want: []string{"1000<21", "1001<21", "22<20 after 1000 after 1001"}, ids: "[1000 1001 22]", asked: "[]",
			news: "found 21 2; adopted 20 1; #21 is a part of #20, and done by way of its own subissues",
		},
		{
			name: "a parent that was planned before, and got another subissue", issues: family, kept: []fm.IssueID{"20"}, take: []fm.IssueID{"20", "21"},
			want: []string{"1000<20", "1001<20", "21<20", "22<20 after 21"}, ids: "[1000 1001 21 22]", asked: "[]",
			news: "found 20 2; #21 is a part of #20, and taken with it",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, c.issues...)
			o.whole()
			for _, id := range c.kept {
				o.plans[id] = plan("part of "+string(id), 2)
			}
			if len(c.before) > 0 {
				if _, err := o.take(c.before...); err != nil {
					t.Fatal(err)
				}
			}
			for _, i := range c.later {
				if _, there := o.issues[i.ID]; !there {
					o.made = append(o.made, i.ID)
				}
				o.issues[i.ID] = &i
			}
			order := Order{Issues: c.take, Plans: map[fm.IssueID]fm.Split{}}
			for _, id := range c.given {
				order.Plans[id] = plan("part of "+string(id), 2)
			}
			o.news, o.why = nil, nil
			ids, err := o.order(order)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, o.waits()); diff != "" {
				t.Errorf("queue (-want +got):\n%s", diff)
			}
			if got := fmt.Sprint(ids); got != c.ids {
				t.Errorf("got ids %s, want %s", got, c.ids)
			}
			told := slices.DeleteFunc(o.news, func(n string) bool { return strings.HasPrefix(n, "created") })
			if got := strings.Join(told, "; "); got != c.news {
				t.Errorf("told %s\nwant %s", got, c.news)
			}
			if got := fmt.Sprint(slices.SortedFunc(maps.Keys(o.splits), func(a, b fm.IssueID) int { return -byNumber(fm.TaskID(a), fm.TaskID(b)) })); got != c.asked {
				t.Errorf("a split was asked for %s, want %s", got, c.asked)
			}
			if len(o.why) > 0 {
				t.Errorf("told %v", o.why)
			}
			o.noneForgotten()
			o.ends()
		})
	}
}

// TestPartsOutliveACrash ends the intake of a family at every call, and repeats
// it: every one of it is what it would have been.
// Caught: a subissue of a task that was queued before the task, which was left
// out then as one that had been split.
func TestPartsOutliveACrash(t *testing.T) {
	for _, moment := range []string{"before", "after"} {
		reached := true
		for n := 1; reached; n++ {
			reached = false
			o := newOffice(t, blocked("20"), blocked("21<20"), blocked("22<20"), blocked("23<20"), blocked("231<23"), blocked("26<21"), blocked("9"))
			o.whole()
			o.fault = func(k int, _ string) string {
				if k != n {
					return ""
				}
				reached = true
				return moment
			}
			_, first := o.take("26", "22", "9", "20", "23")
			o.fault = func(int, string) string { return "" }
			ids, err := o.take("26", "22", "9", "20", "23")
			if err != nil {
				t.Fatalf("crash %s call %d (%v), then: %v", moment, n, first, err)
			}
			got := o.waits()
			slices.Sort(got)
			if diff := cmp.Diff([]string{"1000<9", "1001<9", "21<20", "22<20", "231<23", "26<21"}, got); diff != "" {
				t.Errorf("crash %s call %d (%v): queue (-want +got):\n%s", moment, n, first, diff)
			}
			if len(ids) != 6 || len(o.keys) != 2 {
				t.Errorf("crash %s call %d (%v): got %v, and %d were made", moment, n, first, ids, len(o.keys))
			}
		}
	}
}

// noneForgotten holds that every issue that was made became a task.
func (o *office) noneForgotten() {
	o.tb.Helper()
	for name, id := range o.keys {
		if _, queued := o.disk.open(o.tb).Snapshot().Task(fm.TaskID(id)); !queued {
			o.tb.Errorf("#%s (%s) was made, and is not in the queue", id, name)
		}
	}
}

// TestIssueThatCameMeanwhileIsNotMade has somebody else queue an issue after it
// was split, and before anything was made of that.
// Caught: subissues that were made and dropped.
func TestIssueThatCameMeanwhileIsNotMade(t *testing.T) {
	o := newOffice(t, blocked("1"))
	o.split = func(fm.IssueID, int) (fm.Split, error) {
		task := fm.Task{ID: "1", Title: "One", Branch: (fm.Task{ID: "1"}).Head()}
		if _, err := o.disk.open(t).Commit(t.Context(), clock(), queue.Add(task, clock())); err != nil {
			t.Error(err)
		}
		return plan("part", 2), nil
	}
	ids, err := o.take("1")
	if err != nil || fmt.Sprint(ids) != "[1]" || len(o.keys) > 0 {
		t.Errorf("got %v, %v, and %d subissues were made", ids, err, len(o.keys))
	}
}
