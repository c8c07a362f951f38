package supervisor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestViewSaysWhatEachWorkerDoes is the screen's left column.
func TestViewSaysWhatEachWorkerDoes(t *testing.T) {
	done := task("5", fm.Completed)
	done.Attempt, done.Pull = 1, "9"
	report := func(state fm.AgentState, question string) fm.Report {
		rep := fm.Report{State: state, Since: noon()}
		if question != "" {
			rep.Question = fm.Question{Kind: fm.AsksPermission, Text: question}
		}
		return rep
	}
	verifying := seen(working("5", 1)).with(live(1, "5", 1), claimed(1))
	verifying.Busy[taskKey("5")] = Verify{}
	preparing := seen(working("5", 1))
	preparing.Busy[taskKey("5")] = Start{}
	again := seen(working("5", 1))
	again.Waits[taskKey("5")] = Wait{Until: noon().Add(3 * time.Second), Count: 1, Err: "no \x1b[1mroute"}
	paused := seen()
	paused.Wanted.Paused = true
	until := report(fm.Limited, "")
	until.Limit.Resets = noon().Add(2*time.Hour + 5*time.Minute)
	down := turnEnded(1)
	down.Trouble = fm.ServerTrouble
	server := seen(working("5", 1)).with(live(1, "5", 1), down)
	server.Outage = Outage{Trouble: fm.ServerTrouble, Until: noon().Add(time.Minute)}
	silent := atWork()
	silent.Since, silent.Heard = noon().Add(-40*time.Minute), noon().Add(-31*time.Minute)
	weekly := seen()
	weekly.Outage = Outage{Trouble: fm.LimitTrouble, Until: noon().Add(21 * time.Hour)}
	poor := seen()
	poor.Rules.DayBudget = fm.Dollars(5)
	poor.Queue.Days = map[string]fm.Spending{"2026-11-20": {Cost: fm.Dollars(6)}}
	heldBack := seen(done).with(live(1, "5", 1), claimed(1))
	heldBack.Wanted.Hands = []Hand{{Worker: 1, Held: true}}
	for _, c := range []struct{ state, text string }{
		{"idle", "Idle (waiting for work)"},
		{"idle", "Idle (paused)"},
		{"idle", "Idle (a person is attached)"},
		{"idle", "PR #9 created"},
		{"starting", "Preparing the worktree for #5"},
		{"starting", "Starting #5 (again in 3s: no route)"},
		{"starting", "Starting on #5"},
		{"working", "Working on #5"},
		{"waiting", "Waiting for you on #5: permission: May I?"},
		{"limited", "Limited on #5"},
		{"limited", "Limited until 14:05 on #5"},
		{"idle", "API trouble: server until 12:01 on #5"},
		{"working", "Silent for 31m on #5, nudged"},
		{"idle", "Sent back on #5: the tests fail"},
		{"idle", "To be told on #5: the tests fail"},
		{"shell", "Working on #5 (a task in the background)"},
		{"idle", "Idle (usage limit until Sat 09:00)"},
		{"idle", "Idle (the budget of the day is used up)"},
		{"idle", "Idle (held: fm release worker-1)"},
		{"verifying", "Verifying #5"},
		{"publishing", "Opening the pull request for #5"},
		{"exited", "Ended on #5 (exit 1)"},
	} {
		given := map[string]State{
			"Idle (waiting for work)": seen(), "Idle (paused)": paused,
			"Idle (a person is attached)":               seen(done).with(typedIn(live(1, "5", 1)), claimed(1)),
			"PR #9 created":                             seen(done).with(live(1, "5", 1), claimed(1)),
			"Preparing the worktree for #5":             preparing,
			"Starting #5 (again in 3s: no route)":       again,
			"Starting on #5":                            seen(working("5", 1)).with(live(1, "5", 1), fm.Report{}),
			"Working on #5":                             seen(working("5", 1)).with(live(1, "5", 1), report(fm.AtWork, "")),
			"Waiting for you on #5: permission: May I?": seen(working("5", 1)).with(live(1, "5", 1), report(fm.Waiting, "May\nI?")),
			"Limited on #5":                             seen(working("5", 1)).with(live(1, "5", 1), report(fm.Limited, "")),
			"Limited until 14:05 on #5":                 seen(working("5", 1)).with(live(1, "5", 1), until),
			"API trouble: server until 12:01 on #5":     server,
			"Silent for 31m on #5, nudged":              told(Progress{Rung: Nudged, NudgedAt: noon()}, live(1, "5", 1), silent),
			"Sent back on #5: the tests fail":           told(Progress{Reasons: "the tests fail", ToldAt: noon()}, live(1, "5", 1), turnEnded(1)),
			"To be told on #5: the tests fail":          told(Progress{Reasons: "the tests fail"}, live(1, "5", 1), turnEnded(1)),
			"Working on #5 (a task in the background)":  seen(working("5", 1)).with(live(1, "5", 1), report(fm.InShell, "")),
			"Idle (usage limit until Sat 09:00)":        weekly,
			"Idle (the budget of the day is used up)":   poor,
			"Idle (held: fm release worker-1)":          heldBack,
			"Verifying #5":                              verifying,
			"Opening the pull request for #5":           seen(publishing("5", 1)),
			"Ended on #5 (exit 1)":                      seen(working("5", 1)).with(ended1(1, "5"), atWork()),
		}[c.text]
		got := View(given).Workers
		if len(got) != 2 || got[0].State != c.state || got[0].Text != c.text {
			t.Errorf("got %+v, want %s: %s", got, c.state, c.text)
		}
	}
}

// TestViewCountsAndWarns checks the rest of a Status.
func TestViewCountsAndWarns(t *testing.T) {
	merged := task("6", fm.Merged)
	alone := task("8", fm.Hold)
	alone.Parent = ""
	s := seen(working("5", 7), merged, alone).with(live(7, "5", 1), atWork()).with(live(3, "77", 1), atWork())
	s.Sight.Strangers = []string{"my\x1b[2Jshell"}
	s.Breaker = failures(9, noon())
	s.Waits["pulls"] = Wait{Until: noon().Add(time.Minute), Count: 3, Err: "no route"}
	s.Waits["server"] = Wait{Until: noon().Add(time.Minute), Count: 1, Err: "a first failure is no news"}
	s.Problems = []queue.Problem{{Line: "x|y", What: "2 columns", Do: "correct it"}}
	s.Finishes = []Finish{
		{At: noon().Add(-25 * time.Hour), Took: time.Hour},
		{At: noon().Add(-13 * time.Hour), Took: 20 * time.Minute},
		{At: noon().Add(-2 * time.Hour), Took: 30 * time.Minute},
		{At: noon().Add(-2 * time.Minute), Took: 10 * time.Minute},
	}
	v := View(s)
	if diff := cmp.Diff(Throughput{LastHour: 1, LastDay: 3, Today: 2, Average: 20 * time.Minute}, v.Throughput); diff != "" {
		t.Errorf("throughput (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]ParentStatus{{Parent: "1", Total: 2, Completed: 1, Merged: 1}}, v.Parents); diff != "" {
		t.Errorf("parents (-want +got):\n%s", diff)
	}
	var workers []string
	for _, w := range v.Workers {
		workers = append(workers, w.Worker.String())
	}
	if got := fmt.Sprint(workers); got != "[worker-1 worker-2 worker-7]" {
		t.Errorf("workers %s: want the wanted ones, and one that still finishes", got)
	}
	for _, want := range []string{"2 columns", "myshell", "worker-3 works on #77", "9 different tasks failed", "pulls: tried 3 times: no route"} {
		if !strings.Contains(strings.Join(v.Problems, "\n"), want) {
			t.Errorf("problems %q, want %q among them", v.Problems, want)
		}
	}
	if len(v.Problems) != 5 || strings.Contains(strings.Join(v.Problems, ""), "\x1b") {
		t.Errorf("problems %q", v.Problems)
	}
}

// TestProblemThatIsToldAgainIsShownOnce holds the list of problems to one line
// per problem. Caught: a full disk that filled the screen with itself.
func TestProblemThatIsToldAgainIsShownOnce(t *testing.T) {
	s := seen(task("5", fm.Hold))
	full, line := queue.Problem{What: "no space left", Do: "make room"}, queue.Problem{What: "2 columns", Line: "x|y"}
	for _, p := range []queue.Problem{full, line, full, full} {
		snap := s.Queue
		snap.Problems = []queue.Problem{p}
		s, _ = step(s, QueueRead{Snapshot: snap})
	}
	if diff := cmp.Diff([]queue.Problem{line, full}, s.Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestDue says when time alone changes something.
func TestDue(t *testing.T) {
	retry := task("6", fm.Pending)
	retry.NotBefore = noon().Add(time.Minute)
	past := task("7", fm.Pending)
	past.NotBefore = noon().Add(-time.Minute)
	waits := seen(task("5", fm.Hold))
	waits.Waits["pulls"] = Wait{Until: noon().Add(5 * time.Second)}
	waits.Waits["server"] = Wait{Until: noon().Add(-5 * time.Second)}
	dead := seen(working("5", 1)).with(ended1(1, "5"), atWork())
	dead.Runs["5"] = Progress{Attempt: 1, DeadSince: noon()}
	settling := turnEnded(1)
	settling.Since = noon().Add(-time.Second)
	written := settling
	written.Settles = noon().Add(30 * time.Millisecond)
	settled, lasting := written, written
	settled.Settles, lasting.Settles = noon().Add(-time.Millisecond), noon().Add(time.Hour)
	for _, c := range []struct {
		name  string
		given State
		want  time.Duration // after noon; 0 for never
	}{
		{"nothing to wait for", seen(working("5", 1)).with(live(1, "5", 1), atWork()), 0},
		{"a backoff", seen(retry, past), time.Minute},
		{"a patience", waits, 5 * time.Second},
		{"a death", dead, deathWait},
		{"a turn that ended without a completion", seen(working("5", 1)).with(live(1, "5", 1), settling), settleLook},
		{"a completion that was just written", seen(working("5", 1)).with(live(1, "5", 1), written), 30 * time.Millisecond},
		{"one that has settled since it was looked at", seen(working("5", 1)).with(live(1, "5", 1), settled), time.Millisecond},
		{"one that will not settle soon", seen(working("5", 1)).with(live(1, "5", 1), lasting), settleLook},
		{"what was answered", told(Progress{Judged: 1}, live(1, "5", 1), settling), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Due(c.given)
			if c.want == 0 && !got.IsZero() || c.want != 0 && !got.Equal(noon().Add(c.want)) {
				t.Errorf("due %s, want %s after noon", got, c.want)
			}
		})
	}
}

// TestAStatusThatMeansNothingIsAProblem: a misspelt word hides a task from all
// counts, so somebody has to be told.
func TestAStatusThatMeansNothingIsAProblem(t *testing.T) {
	want := `#5 has the status "someday", which means nothing to fm: left alone; fm queue retry 5`
	if got := View(seen(task("5", "someday"), task("6", fm.Hold))).Problems; len(got) != 1 || got[0] != want {
		t.Errorf("problems %q, want %q", got, want)
	}
}
