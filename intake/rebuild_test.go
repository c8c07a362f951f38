package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// museum is an office with what is left of a queue: what Made and All say.
type museum struct {
	*office
	byFM  []fm.IssueID // besides those with keys
	pulls []fm.PullRequest
	refs  map[string]string
	tries map[fm.TaskID]int
	left  []fm.TaskID
}

func (m *museum) Made(context.Context) ([]fm.Issue, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.call("made", func() {})
	var made []fm.Issue
	ids := slices.Clone(m.byFM)
	for _, id := range m.keys {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		made = append(made, *m.issues[id])
	}
	return made, err
}

func (m *museum) All(_ context.Context, prefix string) ([]fm.PullRequest, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.call("all", func() {})
	return slices.DeleteFunc(slices.Clone(m.pulls), func(p fm.PullRequest) bool { return !strings.HasPrefix(p.Head, prefix) }), err
}

func (m *museum) rebuild() ([]fm.TaskID, []string, error) {
	m.tb.Helper()
	return m.intake().Rebuild(m.tb.Context(), Remains{Archive: m, Offers: m, Branches: m.refs, Attempts: m.tries, Left: func(id fm.TaskID) bool { return slices.Contains(m.left, id) }}, clock)
}

// offer is a pull request: "8 open", "8 open draft", "8 merged" or "8 closed".
func offer(task fm.TaskID, words string) fm.PullRequest {
	f := strings.Fields(words)
	return fm.PullRequest{Number: f[0], Head: (fm.Task{ID: task}).Head(), State: fm.PullState(f[1]), Draft: len(f) > 2}
}

// restored tells a task in short.
func restored(t fm.Task) string {
	line := fmt.Sprintf("%s<%s %s", t.ID, t.Parent, t.Status)
	if t.Attempt > 0 {
		line += fmt.Sprintf(" a=%d", t.Attempt)
	}
	for _, d := range t.DependsOn {
		line += " after " + string(d)
	}
	if t.Pull != "" {
		line += " pull " + t.Pull
	}
	if queue.Tidying(t) {
		line += " tidying"
	}
	if t.Note != "" {
		line += ": " + t.Note
	}
	return line
}

// TestQueueIsRebuiltFromWhatIsLeft has a task of every fate.
// Caught: a draft that counted as done, and one of which nothing was said; an
// old pull request that stood for a newer one; a subissue of people's that lost
// its parent, so that its pull request said nothing of it and it was not closed;
// a worktree of a merged task that stayed for ever; an attempt whose files are
// there already.
func TestQueueIsRebuiltFromWhatIsLeft(t *testing.T) {
	o := newOffice(t,
		fm.Issue{ID: "1", Closed: true}, done(blocked("101<1", "3")), blocked("102<1"),
		blocked("2", "1", "3"), blocked("111<2"), blocked("112<2", "111"), done(blocked("113<2")), blocked("114<2", "113", "111"), blocked("115<2", "3"), done(blocked("116<2")),
		fm.Issue{ID: "3"}, fm.Issue{ID: "4", Closed: true}, fm.Issue{ID: "5", Title: "Whole", Priority: fm.Low}, fm.Issue{ID: "6", Closed: true},
		fm.Issue{ID: "20"}, blocked("21<20", "22"), blocked("22<20"), done(blocked("23<20")),
		fm.Issue{ID: "30"}, blocked("31<30"), blocked("32<30"), blocked("33<30"), blocked("331<33"),
	)
	m := &museum{
		office: o, byFM: []fm.IssueID{"101", "102", "111", "112", "113", "114", "115", "116", "331"},
		pulls: []fm.PullRequest{
			offer("101", "201 merged"), offer("102", "202 merged"),
			offer("111", "211 closed"), offer("111", "99 open"), offer("112", "212 open draft"), offer("114", "214 closed"), offer("114", "213 closed"), offer("116", "216 closed"),
			offer("4", "204 merged"), offer("4", "203 closed"), offer("404", "205 open"), offer("21", "221 open"), offer("22", "222 merged"), offer("31", "231 open"),
			{Number: "7", Head: "feature/101", State: fm.PullOpen},
			{Number: "8", Head: "subissue/a b", State: fm.PullOpen},
		},
		refs:  map[string]string{"subissue/5": "c0ffee", "subissue/6": "c0ffee", "subissue/115": "c0ffee", "main": "c0ffee", "subissue/../x": "c0ffee", "subissue/#7": "c0ffee"},
		tries: map[fm.TaskID]int{"115": 3, "111": 1, "999": 7},
		left:  []fm.TaskID{"4", "5", "111"},
	}
	ids, unknown, err := m.rebuild()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range o.tasks() {
		got = append(got, restored(task))
	}
	want := []string{
		"4< merged pull 204 tidying",
		"5< pending",
		"101<1 merged pull 201",
		"102<1 merged pull 202 tidying",
		"111<2 completed a=1 pull 99",
		"112<2 blocked after 111 pull 212: pull request 212 is a draft: only a part of the work is done",
		"113<2 cancelled",
		"114<2 blocked after 111 pull 214: pull request 214 was closed without merging",
		"115<2 pending a=3",
		"116<2 cancelled",
		"21<20 completed pull 221",
		"22<20 merged pull 222 tidying",
		"31<30 completed pull 231",
		"331<33 pending",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	if len(ids) != len(want) {
		t.Errorf("got ids %v", ids)
	}
	if closed := o.disk.open(t).Snapshot().Closed; len(closed) != 1 || closed["1"].IsZero() {
		t.Errorf("got closed parents %v, want #1", closed)
	}
	says := []string{
		"what the branch subissue/6 was for: #6 is closed, and it has no pull request",
		"what the branch subissue/404 was for: there is no issue #404",
		"whether #32 was queued, too: #30 stays open until all of its subissues are closed; to have them done: fm work 30",
		"whether an agent was to go on with #112, whose pull request 212 is a draft: it is blocked; to have one go on: fm queue retry 112",
		"whether #113, which was closed without a merged pull request, was done: it counts as cancelled",
		"whether #116, which was closed without a merged pull request, was done: it counts as cancelled",
		"#2 is blocked by #3, which fm does not work on",
		"#115 is blocked by #3, which fm does not work on",
	}
	if diff := cmp.Diff(append(says, lostForGood()...), unknown); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	if task := o.tasks()[1]; task.Title != "Whole" || task.Priority != fm.Low || task.Branch != "subissue/5" {
		t.Errorf("got %+v", task)
	}
}

// TestMendedIssuesAreRebuiltWithTheirBranch has pull requests and branches of
// issues that were mended as a whole, beside such of fm work.
// Caught: a branch of the other kind, on which the next attempt would find
// nothing; an issue that got a parent, which would be closed with it.
func TestMendedIssuesAreRebuiltWithTheirBranch(t *testing.T) {
	for range 8 { // whatever the order of a map
		o := newOffice(t, blocked("30"), blocked("31<30"), blocked("32<30"), blocked("4"), done(blocked("5")), blocked("6"), blocked("7"), blocked("20"), blocked("21<20"), blocked("PROJ-8"))
		fix := func(p fm.PullRequest) fm.PullRequest {
			p.Head = strings.Replace(p.Head, "subissue/", "fix/issue-", 1)
			return p
		}
		m := &museum{
			office: o, byFM: []fm.IssueID{"21"},
			pulls: []fm.PullRequest{fix(offer("31", "50 open")), fix(offer("5", "51 merged")), offer("6", "52 closed"), fix(offer("6", "53 open")), fix(offer("21", "54 open"))},
			refs:  map[string]string{"fix/issue-4": "c0ffee", "fix/issue-7": "c0ffee", "subissue/7": "c0ffee", "fix/issue-PROJ-8": "c0ffee", "fix/issue-": "c0ffee", "fix/4": "c0ffee"},
			tries: map[fm.TaskID]int{"4": 2},
		}
		_, unknown, err := m.rebuild()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, task := range o.tasks() {
			got = append(got, restored(task)+" on "+task.Branch)
			if terms := (fm.Terms{Fix: strings.HasPrefix(task.Branch, "fix/")}); task.Terms != terms || task.Branch != task.Head() {
				t.Errorf("got %+v", task)
			}
		}
		want := []string{
			"4< pending a=2 on fix/issue-4",
			"5< merged pull 51 on fix/issue-5",
			"6< completed pull 53 on fix/issue-6",
			"7< pending on subissue/7",
			"31< completed pull 50 on fix/issue-31",
			"PROJ-8< pending on fix/issue-PROJ-8",
			"21<20 completed pull 54 on fix/issue-21",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("queue (-want +got):\n%s", diff)
		}
		says := []string{"the terms of #4, #6, #31, PROJ-8, #21, such as --no-pr, --sequential and --timeout: they count as without"}
		if diff := cmp.Diff(append(says, lostForGood()...), unknown); diff != "" {
			t.Errorf("unknown (-want +got):\n%s", diff)
		}
	}
}

// TestRebuildGivesBackWhatAnIntakeMade takes orders in, has some of the work
// done, loses the queue, and compares.
func TestRebuildGivesBackWhatAnIntakeMade(t *testing.T) {
	o := newOffice(t, blocked("1", "2"), blocked("2"), blocked("21<2"), blocked("22<2", "21"), blocked("3", "1"))
	o.whole("3")
	m := &museum{office: o}
	if _, err := o.take("1", "2", "3"); err != nil {
		t.Fatal(err)
	}
	q := o.disk.open(t)
	for n, task := range o.tasks() {
		if n == 4 { // the last one waits, and has a branch
			m.refs = map[string]string{task.Branch: "c0ffee"}
			break
		}
		pull := fmt.Sprint(50 + n)
		m.pulls = append(m.pulls, offer(task.ID, pull+" open"))
		snap, err := q.Commit(t.Context(), clock(), queue.Complete(task, pull, clock()))
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			continue
		}
		m.pulls[n].State, o.issues[fm.IssueID(task.ID)].Closed = fm.PullMerged, true
		task, _ = snap.Task(task.ID)
		snap, err = q.Commit(t.Context(), clock(), queue.Merge(task, clock()))
		if err != nil {
			t.Fatal(err)
		}
		task, _ = snap.Task(task.ID)
		if _, err := q.Commit(t.Context(), clock(), queue.Tidied(task, clock())); err != nil {
			t.Fatal(err)
		}
	}
	before := o.sorted()
	o.disk = newDisk()
	if _, _, err := m.rebuild(); err != nil {
		t.Fatal(err)
	}
	after := o.sorted()
	for i := range before {
		before[i].Revision, after[i].Revision = 0, 0
		// Nobody has to wait any more for what is merged.
		before[i].DependsOn = slices.DeleteFunc(before[i].DependsOn, func(d fm.TaskID) bool { return d == "21" })
		if len(before[i].DependsOn) == 0 {
			before[i].DependsOn = nil
		}
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func (o *office) sorted() []fm.Task {
	o.tb.Helper()
	tasks := o.tasks()
	slices.SortFunc(tasks, func(a, b fm.Task) int { return byNumber(a.ID, b.ID) })
	return tasks
}

// TestRebuildOutlivesACrash ends it at every call of a port, and repeats it.
func TestRebuildOutlivesACrash(t *testing.T) {
	for _, moment := range []string{"before", "after"} {
		reached := true
		for n := 1; reached; n++ {
			reached = false
			o := newOffice(t, fm.Issue{ID: "1", Closed: true}, done(blocked("11<1")), fm.Issue{ID: "2"}, blocked("21<2", "2"), blocked("3", "2"))
			m := &museum{office: o, byFM: []fm.IssueID{"11", "21"}, refs: map[string]string{"subissue/3": "c0ffee"}, pulls: []fm.PullRequest{offer("11", "5 merged"), offer("21", "6 open draft")}}
			o.fault = func(k int, _ string) string {
				if k != n {
					return ""
				}
				reached = true
				return moment
			}
			_, _, first := m.rebuild()
			o.fault = func(int, string) string { return "" }
			if _, _, err := m.rebuild(); err != nil {
				t.Fatalf("crash %s call %d (%v), then: %v", moment, n, first, err)
			}
			log := len(o.disk.log)
			if ids, unknown, err := m.rebuild(); err != nil || len(ids) > 0 || len(unknown) > 0 || len(o.disk.log) != log {
				t.Errorf("crash %s call %d: once more: %v, %v, %v", moment, n, ids, unknown, err)
			}
			var got []string
			for _, task := range o.tasks() {
				got = append(got, restored(task))
			}
			want := []string{"3< pending after 21", "11<1 merged pull 5", "21<2 blocked pull 6: pull request 6 is a draft: only a part of the work is done"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("crash %s call %d (%v): queue (-want +got):\n%s", moment, n, first, diff)
			}
		}
	}
}

// TestRebuildKeepsWhatTheQueueKnows adds only what is missing.
func TestRebuildKeepsWhatTheQueueKnows(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"})
	m := &museum{office: o}
	if _, err := o.take("1"); err != nil {
		t.Fatal(err)
	}
	q := o.disk.open(t)
	if _, err := q.Commit(t.Context(), clock(), queue.Claim(o.tasks()[0], 1, clock())); err != nil {
		t.Fatal(err)
	}
	o.issues["1003"], o.keys["1/4"] = &fm.Issue{ID: "1003", Parent: "1"}, "1003"
	ids, _, err := m.rebuild()
	if err != nil || !slices.Equal(ids, []fm.TaskID{"1003"}) {
		t.Errorf("got %v, %v", ids, err)
	}
	if first := o.tasks()[0]; first.Status != fm.Working || first.Worker != 1 {
		t.Errorf("a claim was lost: %+v", first)
	}
}

// TestHalfMadeSubissuesAreNoWholePlan rebuilds after an intake that was
// interrupted while it made subissues; the same order goes on with it.
// Caught: a parent that would be closed with half of its plan.
func TestHalfMadeSubissuesAreNoWholePlan(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"})
	m := &museum{office: o}
	o.fault = func(_ int, op string) string {
		if op == "create" && len(o.keys) == 2 {
			return "before"
		}
		return ""
	}
	if _, err := o.take("1"); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
	o.fault = func(int, string) string { return "" }
	ids, unknown, err := m.rebuild()
	if err != nil || len(ids) > 0 || !slices.Equal(unknown, []string{"the rest of #1: 2 of 3 subissues were made when it was interrupted; take it in again"}) {
		t.Errorf("got %v, %v, %v", ids, unknown, err)
	}
	if ids, err := o.take("1"); err != nil || len(ids) != 3 || len(o.keys) != 3 {
		t.Errorf("then got %v, %v", ids, err)
	}
}
