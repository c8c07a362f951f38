package supervisor

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestReconcileTable goes through the table above reconcile, row by row.
func TestReconcileTable(t *testing.T) {
	older := working("5", 1)
	older.Attempt = 2
	idle := seen(task("5", fm.Hold))
	down := seen(working("5", 1))
	down.Sight.Generation = ""
	blind := seen(working("5", 1), task("6", fm.Pending))
	blind.Sighted = Unseen
	lonely := seen(working("5", 1)).with(live(1, "5", 1), atWork())
	lonely.Sight.Unguarded = true
	counted := seen(working("5", 1)).with(ended1(1, "5"), atWork())
	counted.Runs["5"] = Progress{Attempt: 1, DeadSince: noon().Add(-time.Second)}
	again := seen(working("5", 1)).with(ended1(1, "5"), atWork())
	again.Runs["5"] = Progress{Attempt: 1, Crashes: 1, DeadSince: noon().Add(-massWindow)}
	manual := seen(task("5", fm.Completed))
	manual.Rules.Merge = ManualMerge
	failed := task("5", fm.Completed)
	failed.Attempt, failed.Pull = 1, "9"
	owed := queue.Owe(publishing("5", 1), "no route", noon()).Task
	waits := seen(publishing("5", 1))
	waits.Waits[taskKey("5")] = Wait{Until: noon().Add(time.Second), Count: 1, Err: "no route"}
	owedWaits := seen(owed, task("6", fm.Pending))
	owedWaits.Waits = waits.Waits
	for _, c := range []struct {
		name  string
		given State
		want  []string
	}{
		{"pending, an orphan of it alive: stop the orphan first", seen(task("5", fm.Pending)).with(live(1, "5", 1), atWork()), []string{"stop 5.1 worker-1 keep=5"}},
		{"pending, its session dead: eligible", seen(task("5", fm.Pending)).with(ended1(1, "5"), atWork()), []string{"record claim 5 worker-1"}},
		{"pending, no session: eligible", seen(task("5", fm.Pending)), []string{"record claim 5 worker-1"}},
		{"working, alive: adopt", seen(working("5", 1)).with(live(1, "5", 1), atWork()), []string{}},
		{"working, alive, it claims to have finished: verify", seen(working("5", 1)).with(live(1, "5", 1), claimed(1)), []string{"verify 5.1"}},
		{"working, alive, a claim, the Stop never heard: verify", seen(working("5", 1)).with(live(1, "5", 1), claimed(0)), []string{"verify 5.1"}},
		{"working, alive, a claim in the middle of a turn: wait", seen(working("5", 1)).with(live(1, "5", 1), fm.Report{State: fm.AtWork, Prompted: true, Completed: true}), []string{}},
		{"working, dead, it claims to have finished: verify", seen(working("5", 1)).with(ended1(1, "5"), claimed(0)), []string{"verify 5.1"}},
		{"working, dead just now: let its last words be read", seen(working("5", 1)).with(ended1(1, "5"), atWork()), []string{}},
		{"working, dead, no claim: resume", counted, []string{"start 5.1 worker-1"}},
		{"working, dead again, no claim: failure", again, []string{"record fail 5"}},
		{"working, no session: start", seen(working("5", 1)), []string{"start 5.1 worker-1"}},
		{"working, no session, the older attempt alive: stop that first", seen(older).with(live(2, "5", 1), atWork()), []string{"stop 5.1 worker-2 keep=5"}},
		{"publishing: carry on, whatever the session", seen(publishing("5", 1)), []string{"Publish task 5"}},
		{"publishing, and it does not work: owe it, without the worker", waits, []string{"record owe 5"}},
		{"owed, and nobody waits for a worker: try, and leave the session", seen(owed).with(live(1, "5", 1), claimed(1)), []string{"Publish task 5"}},
		{"owed, and another waits: it gets the worker", owedWaits.with(live(1, "5", 1), claimed(1)), []string{"record claim 6 worker-1"}},
		{"completed, nothing known of its pull request: look", seen(failed), []string{"Look pulls"}},
		{"completed, alive: merge, and free the slot", seen(failed).offers(failed, fm.PullRequest{}).with(live(1, "5", 1), claimed(1)), []string{"Merge task 5", "stop 5.1 worker-1 keep="}},
		{"completed, people merge: wait for them", manual, []string{}},
		{"merged: tidy", seen(tidying("5")), []string{"Tidy task 5"}},
		{"merged, alive: stop before tidying", seen(tidying("5")).with(live(1, "5", 1), claimed(1)), []string{"stop 5.1 worker-1 keep="}},
		{"merged and tidy: close the parent", seen(task("5", fm.Merged)), []string{"CloseParent parent 1"}},
		{"a child was cancelled: leave the parent open", seen(task("5", fm.Merged), task("6", fm.Cancelled)), []string{}},
		{"cancelled, alive: stop, keep the work", seen(task("5", fm.Cancelled)).with(live(1, "5", 1), atWork()), []string{"stop 5.1 worker-1 keep=5"}},
		{"cancelled, a person types: wait", seen(task("5", fm.Cancelled)).with(typedIn(live(1, "5", 1)), atWork()), []string{}},
		{"a session of a task that the queue does not know: not touched", seen(task("5", fm.Hold)).with(live(1, "77", 1), atWork()), []string{}},
		{"a session without a mark: not touched", idle.with(fm.Session{Worker: 9, Alive: false}, fm.Report{}), []string{}},
		{"the server is down: bring it back, start nothing", down, []string{"Revive server"}},
		{"the guard is gone: another one, for nobody else brings the supervisor back", lonely, []string{"Revive server"}},
		{"nothing is known of the sessions: do nothing", blind, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, names(look(t, c.given))); diff != "" {
				t.Errorf("ordered (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNothingBeforeTheQueueIsRead keeps a supervisor that knows the sessions
// and not yet the queue from taking all of them for orphans.
func TestNothingBeforeTheQueueIsRead(t *testing.T) {
	s := seen(working("5", 1)).with(live(1, "5", 1), atWork())
	s.Read, s.Queue.Tasks = Unseen, nil
	if got := look(t, s); len(got) > 0 {
		t.Errorf("ordered %v", names(got))
	}
}
