package report

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

var update = flag.Bool("update", false, "write the golden files")

// evening is when the tests begin; a test counts in minutes from it.
var evening = time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return evening.Add(time.Duration(minutes) * time.Minute) }

// diary writes a history as the queue would.
type diary struct {
	tasks   map[fm.TaskID]fm.Task
	order   []fm.TaskID
	history []queue.Entry
}

func newDiary() *diary { return &diary{tasks: map[fm.TaskID]fm.Task{}} }

func (d *diary) put(minute int, c queue.Change) {
	if _, known := d.tasks[c.Task.ID]; !known {
		d.order = append(d.order, c.Task.ID)
	}
	d.tasks[c.Task.ID] = c.Task
	d.history = append(d.history, queue.Entry{Seq: uint64(len(d.history) + 1), At: at(minute), Op: c.Op, Task: c.Task, Why: c.Why})
}

func (d *diary) add(minute int, t fm.Task) { d.put(minute, queue.Add(t, at(minute))) }

func (d *diary) claim(minute int, id fm.TaskID, w fm.WorkerID) {
	d.put(minute, queue.Claim(d.tasks[id], w, at(minute)))
}

func (d *diary) complete(minute int, id fm.TaskID, pull string) {
	d.put(minute, queue.Complete(d.tasks[id], pull, at(minute)))
}

func (d *diary) merge(minute int, id fm.TaskID) {
	d.put(minute, queue.Merge(d.tasks[id], at(minute)))
}

func (d *diary) spend(minute int, id fm.TaskID, dollars float64) {
	d.put(minute, queue.Spend(d.tasks[id], fm.Spending{Cost: fm.Dollars(dollars), Tokens: int64(dollars * 1000)}, at(minute)))
}

func (d *diary) input(from, to int) Input {
	in := Input{From: at(from), To: at(to), History: d.history, Questions: []Question{}}
	in.Status.Project, in.Status.PID = "/home/ada/shop", 1
	for _, id := range d.order {
		in.Tasks = append(in.Tasks, d.tasks[id])
	}
	return in
}

// Idle is only what a worker lost: not while nothing was ready, while a task
// waited for another one, or backed off.
// Caught: all free time counted; readiness of the first claim taken for that of a
// later one; time before the report counted.
func TestAWorkerIsIdleOnlyWhileItsNextTaskWasReady(t *testing.T) {
	d := newDiary()
	d.add(0, fm.Task{ID: "1"})
	d.claim(0, "1", 1)
	d.complete(60, "1", "11") // worker-1 is free from 60 on
	d.add(70, fm.Task{ID: "2"})
	d.claim(72, "2", 1) // ready at 70: idle for 2
	d.put(80, queue.Fail(d.tasks["2"], "no", 5, at(80)))
	d.claim(90, "2", 1) // it backed off for about 10 s
	d.complete(100, "2", "12")
	d.add(100, fm.Task{ID: "3", DependsOn: []fm.TaskID{"2"}})
	d.merge(130, "2")
	d.claim(133, "3", 1) // ready at 130: idle for 3
	m := Make(d.input(0, 140)).Metrics
	backoff := queue.Backoff("2", 1)
	if want := (2 + 10 + 3) * time.Minute; m.Idle != want-backoff {
		t.Errorf("idle for %s, want %s", m.Idle, want-backoff)
	}
	if want := (60 + 8 + 10 + 7) * time.Minute; m.Busy != want {
		t.Errorf("busy for %s, want %s", m.Busy, want)
	}
	if m := Make(d.input(132, 140)).Metrics; m.Idle != time.Minute || m.Busy != 7*time.Minute {
		t.Errorf("from 132 on: idle for %s, busy for %s", m.Idle, m.Busy)
	}
	if m := Make(d.input(200, 240)).Metrics; m.Idle != 0 || m.Busy != 40*time.Minute {
		t.Errorf("later: idle for %s, busy for %s", m.Idle, m.Busy)
	}
}

// Caught: a pull request that was sent back and merged later counted as approved;
// one that was opened twice; one that was decided before.
func TestApprovalIsWhatWasMergedAsItWasOpened(t *testing.T) {
	d := newDiary()
	for i, id := range []fm.TaskID{"1", "2", "3", "4"} {
		d.add(0, fm.Task{ID: id})
		d.claim(i, id, fm.WorkerID(i+1))
		d.complete(10+i, id, fmt.Sprint(i+10))
	}
	d.merge(20, "1")
	d.put(30, queue.Reopen(d.tasks["2"], "a reviewer asks for a test", 5, at(30)))
	d.claim(40, "2", 2)
	d.complete(50, "2", "11")
	d.merge(60, "2")
	d.merge(61, "3")
	m := Make(d.input(0, 100)).Metrics
	if m.Pulls != 4 || m.Approval == nil || *m.Approval != 2.0/3 {
		t.Errorf("%d opened, approval %v", m.Pulls, m.Approval)
	}
	if m := Make(d.input(55, 100)).Metrics; m.Pulls != 0 || m.Approval == nil || *m.Approval != 0.5 {
		t.Errorf("of the end: %d opened, approval %v", m.Pulls, m.Approval)
	}
	if m := Make(d.input(90, 100)).Metrics; m.Approval != nil {
		t.Errorf("where nothing was decided: %v", *m.Approval)
	}
}

// Caught: the sum of what every task has ever spent.
func TestSpentIsWhatTheTimeCost(t *testing.T) {
	d := newDiary()
	d.add(0, fm.Task{ID: "1"})
	d.claim(0, "1", 1)
	d.spend(5, "1", 1)
	d.spend(15, "1", 3.5)
	d.add(20, fm.Task{ID: "2"})
	d.claim(21, "2", 2)
	d.spend(22, "2", 0.25)
	if got := Make(d.input(10, 30)).Spent; got.Cost != fm.Dollars(2.75) || got.Tokens != 2750 {
		t.Errorf("spent %+v", got)
	}
	if got := Make(d.input(0, 6)).Spent.Cost; got != fm.Dollars(1) {
		t.Errorf("at first: %s", got)
	}
}

// Caught: an agent that ended at its prompt counted; a start without a death.
func TestRecoveryIsFromAnAgentsEndAtWorkToItsNextStart(t *testing.T) {
	run := fm.Run{Task: "1", Attempt: 1}
	say := func(seconds int, then string) supervisor.Decision {
		return supervisor.Decision{At: evening.Add(time.Duration(seconds) * time.Second), Run: run, Then: then}
	}
	in := newDiary().input(0, 60)
	in.Decisions = []supervisor.Decision{
		say(95, "start it in worker-1"), say(0, "start it in worker-1"), say(90, "working → exited"),
		say(200, "idle → exited"), say(201, "start it in worker-1"),
		say(300, "working (overloaded) → exited"), say(330, "start it in worker-1"), say(400, "working → exited"),
	}
	m := Make(in).Metrics
	if m.Deaths != 2 || m.Recovery != 30*time.Second || m.RecoveryMax != 30*time.Second {
		t.Errorf("%d deaths, median %s, at most %s", m.Deaths, m.Recovery, m.RecoveryMax)
	}
}

// night is one with everything in it, and with hostile words.
func night() Input {
	d := newDiary()
	d.add(-600, fm.Task{ID: "9", Title: "From yesterday"})
	d.claim(-590, "9", 1)
	d.complete(-500, "9", "1")
	for i, title := range []string{"Login", "A | pipe, a [link](http://evil) and @everyone", "\x1b[31mred\x1b[0m <img src=x>", "Cart", "Prices", "Never begun"} {
		d.add(0, fm.Task{ID: fm.TaskID(fmt.Sprint(i + 10)), Parent: "5", Title: title, Estimate: time.Hour})
	}
	d.claim(1, "10", 1)
	d.claim(2, "11", 2)
	d.spend(30, "10", 1.5)
	d.complete(31, "10", "21")
	d.merge(40, "10")
	d.claim(32, "12", 1)
	d.complete(90, "11", "22")
	d.put(100, queue.Block(d.tasks["12"], "the agent asks: which `database`? Closes #1", at(100)))
	d.claim(101, "13", 1)
	d.put(160, queue.Fail(d.tasks["13"], "verify failed: make: *** [test] Error 2", 1, at(160)))
	d.claim(161, "14", 3)
	in := d.input(-60, 480)
	in.Questions = []Question{{Worker: 3, Task: "14", Text: "permission: Bash: rm -rf build | tee log", Since: at(200)}}
	in.Status.Problems = []string{"GitHub does not answer"}
	return in
}

func TestTheReportOfANight(t *testing.T) {
	got := Make(night()).Markdown(time.UTC)
	const path = "testdata/night.md"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run with -update if that is right (-want +got):\n%s", diff)
	}
	for _, evil := range []string{"\x1b", " @everyone", "<img", "[link]", "Closes #1"} {
		if strings.Contains(got, evil) {
			t.Errorf("%q is in it", evil)
		}
	}
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, "| #12 ") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 5 {
			t.Errorf("not four cells: %s", line)
		}
	}
}

// A long night gives a chart that is drawn, of what took longest.
// Caught: the first three hundred.
func TestTheChartOfALongNightIsBounded(t *testing.T) {
	d := newDiary()
	for i := range 1000 {
		id := fm.TaskID(fmt.Sprint(i))
		d.add(i, fm.Task{ID: id})
		d.claim(i, id, 1)
		d.complete(i+1, id, "1")
	}
	d.add(1001, fm.Task{ID: "long"})
	d.claim(1001, "long", 2)
	chart := Make(d.input(0, 1100)).timeline(time.UTC)
	if !strings.Contains(chart, "title The 300 longest of 1001\n") || !strings.Contains(chart, "    long :active, ") || len(chart) > 50_000 || strings.Count(chart, "done, ") != 299 {
		t.Errorf("%d bytes:\n%.400s", len(chart), chart)
	}
}

func TestNothingHappened(t *testing.T) {
	got := Make(newDiary().input(0, 60)).Markdown(time.UTC)
	if !strings.Contains(got, "Nothing: nobody waits for you.") || strings.Contains(got, "mermaid") {
		t.Errorf("%s", got)
	}
}

// A quarter of an hour is the least that a rate is told of.
// Caught: thousands of pull requests an hour, after a second of work.
func TestAShortRunHasNoRate(t *testing.T) {
	for minutes, want := range map[int]string{14: "| - (1 in 14m of work) |", 15: "| 4.0 (1 in 15m of work) |"} {
		d := newDiary()
		d.add(0, fm.Task{ID: "1"})
		d.claim(0, "1", 1)
		d.complete(minutes, "1", "11")
		if got := Make(d.input(0, minutes)).Markdown(time.UTC); !strings.Contains(got, want) {
			t.Errorf("%d minutes: want %q in\n%s", minutes, want, got)
		}
	}
}

// A clock that was wrong for a while, and set right, is no reason to leave out
// all that came later, and no work takes less than no time.
// Caught: an end at the first entry of the future; negative durations.
//
// Fault: F10.
func TestAClockThatJumpsSpoilsOnlyItsOwnTime(t *testing.T) {
	d := newDiary()
	d.add(0, fm.Task{ID: "1"})
	d.add(500, fm.Task{ID: "2"}) // in the future
	d.claim(10, "1", 1)
	d.complete(5, "1", "11") // set back
	d.claim(20, "2", 1)
	d.complete(50, "2", "12")
	r := Make(d.input(0, 60))
	if r.Metrics.Pulls != 2 || r.Metrics.Busy != 30*time.Minute || r.Metrics.Idle != 0 || r.Review[0].Worked < 0 || r.Review[1].Worked != 30*time.Minute {
		t.Errorf("%+v\n%+v", r.Metrics, r.Review)
	}
}

// A task that waits does not begin to wait when somebody changes its priority.
func TestAnEditDoesNotMakeReady(t *testing.T) {
	d := newDiary()
	d.add(0, fm.Task{ID: "1"})
	d.add(0, fm.Task{ID: "2"})
	d.claim(0, "1", 1)
	d.complete(10, "1", "11")
	d.put(18, queue.Change{Op: queue.OpPrioritize, Task: d.tasks["2"]})
	d.claim(20, "2", 1)
	if m := Make(d.input(0, 30)).Metrics; m.Idle != 10*time.Minute {
		t.Errorf("idle for %s", m.Idle)
	}
}

// After days the ledger no longer says how a task came, and what it had spent
// before: that is said, and nothing guessed.
// Caught: all of it counted as spent now; a worker idle since the year one.
func TestWhatTheLedgerHasForgottenIsNotGuessed(t *testing.T) {
	d := newDiary()
	d.add(-5000, fm.Task{ID: "1", Title: "Old"})
	d.add(-5000, fm.Task{ID: "2", Title: "New"})
	d.claim(-4000, "1", 1)
	d.spend(-3900, "1", 7)
	d.history = nil // written anew
	d.spend(10, "1", 8)
	d.complete(20, "1", "11")
	d.claim(30, "2", 1)
	r := Make(d.input(-6000, 60))
	if r.Spent.Cost != 0 || r.Metrics.Idle != 0 || !r.Known.Equal(at(60).Add(-24*time.Hour)) || !strings.Contains(r.Markdown(time.UTC), "does not hold everything") {
		t.Errorf("spent %s, idle for %s, known since %s", r.Spent.Cost, r.Metrics.Idle, r.Known)
	}
	if r := Make(d.input(0, 60)); !r.Known.IsZero() {
		t.Errorf("of the last hour it holds everything; known since %s", r.Known)
	}
	if r := Make(night()); !r.Known.IsZero() {
		t.Errorf("a whole ledger: known since %s", r.Known)
	}
}

// Caught: a merge that is forgotten with its line.
func TestWhatWasMergedStaysInTheReport(t *testing.T) {
	d := newDiary()
	d.add(0, fm.Task{ID: "1", Title: "Login"})
	d.claim(1, "1", 1)
	d.complete(10, "1", "11")
	d.merge(20, "1")
	d.put(30, queue.Change{Op: queue.OpRemove, Task: d.tasks["1"]})
	in := d.input(0, 60)
	in.Tasks = nil
	if r := Make(in); len(r.Merged) != 1 || r.Merged[0].Worked != 9*time.Minute || len(r.Review) != 0 {
		t.Errorf("%+v", r.Merged)
	}
}
