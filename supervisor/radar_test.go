package supervisor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// pair is two tasks at work whose branches were compared: they conflict.
func pair(files ...string) State {
	s := seen(working("5", 1), working("6", 2)).with(live(1, "5", 1), atWork()).with(live(2, "6", 1), atWork())
	s.Rules.Warn = true
	return s.scanned(fm.Conflict{Tasks: [2]fm.TaskID{"5", "6"}, Files: files})
}

// scanned is a state whose branches were compared a moment ago.
func (s State) scanned(found ...fm.Conflict) State {
	s.Stamp = "s1"
	s.Scan = Survey{At: s.At, Stamp: "s1", Sites: s.digest.sites, Conflicts: found}
	return s
}

func (s State) moved(stamp string) State {
	s.Stamp = stamp
	return s
}

func (s State) later(d time.Duration) State {
	s.At = s.At.Add(d)
	return s
}

// TestBranchesAreComparedWhenOneHasMoved goes through when a scan is ordered.
func TestBranchesAreComparedWhenOneHasMoved(t *testing.T) {
	at := seen(working("5", 1)).with(live(1, "5", 1), atWork())
	under := at.scanned().moved("s2").later(time.Minute).copied()
	under.Busy[Scan{}.key()] = Scan{}
	failed := at.scanned().moved("s2").later(3 * time.Second).copied()
	failed.Waits[Scan{}.key()] = Wait{Until: failed.At.Add(time.Second), Count: 2}
	another := at.scanned().later(3 * time.Second)
	another = another.holding(queue.Snapshot{Tasks: []fm.Task{working("5", 1), task("6", fm.Completed)}})
	back := at.scanned().moved("s2").later(-time.Hour)
	idle := seen(task("5", fm.Merged), task("6", fm.Hold), task("7", fm.Failed)).moved("s1")
	for _, c := range []struct {
		name  string
		given State
		want  bool
	}{
		{"at first", at.moved("s1"), true},
		{"nothing has moved", at.scanned().later(time.Hour), false},
		{"one has moved", at.scanned().moved("s2").later(2 * time.Second), true},
		{"too soon", at.scanned().moved("s2").later(2*time.Second - 1), false},
		{"another task has a branch", another, true},
		{"a scan is under way", under, false},
		{"the last one has failed", failed, false},
		{"the clock was put back", back, true},
		{"nobody looks at branches", at, false},
		{"there are no branches", idle, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, effects := step(c.given, QueueRead{Snapshot: c.given.Queue})
			got := slices.ContainsFunc(effects, func(eff Effect) bool { _, ok := eff.(Scan); return ok })
			if got != c.want {
				t.Errorf("ordered %v, want a scan: %v", names(effects), c.want)
			}
		})
	}
}

// TestAScanThatFailsWaits has the radar fail again and again: it is asked less and
// less often, and people are told.
//
// Caught: a scan each second while the branches could not be read.
func TestAScanThatFailsWaits(t *testing.T) {
	s := seen(working("5", 1)).with(live(1, "5", 1), atWork()).moved("s1")
	var at []time.Duration
	for len(at) < 6 {
		var effects []Effect
		s, effects = step(s, QueueRead{Snapshot: s.Queue})
		for _, eff := range effects {
			at = append(at, s.At.Sub(noon()))
			s, _ = step(s, EffectFailed{Effect: eff, Kind: Transient, Err: "disk"})
		}
		s, _ = step(s, Ticked{At: s.At.Add(time.Second / 2)})
		s.SightAt = s.At
	}
	want := []time.Duration{0, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Errorf("asked after (-want +got):\n%s", diff)
	}
	if got := fmt.Sprint(View(s).Problems); !strings.Contains(got, "scan: tried 6 times: disk") {
		t.Errorf("problems %s", got)
	}
}

// TestAScanHoldsUpNoEnd asks for an end while branches are compared.
func TestAScanHoldsUpNoEnd(t *testing.T) {
	for _, stop := range []StopMode{StopDrain, StopNow} {
		s := seen(task("5", fm.Completed)).moved("s1").copied()
		s.Rules.Merge = ManualMerge
		s.Busy[Scan{}.key()] = Scan{Stamp: "s1"}
		if _, effects := step(s, WantedRead{Wanted: Wanted{Workers: 2, Stop: stop}}); fmt.Sprint(names(effects)) != "[Exit exit]" {
			t.Errorf("%s: ordered %v", stop, names(effects))
		}
	}
}

// TestConflictsOfWhatIsOverAreNotShown keeps from people what a merge has settled,
// also before the branches are compared again.
func TestConflictsOfWhatIsOverAreNotShown(t *testing.T) {
	done := task("6", fm.Completed)
	done.Pull = "9"
	found := []fm.Conflict{
		{Tasks: [2]fm.TaskID{"5", ""}, Files: []string{"a.go"}},
		{Tasks: [2]fm.TaskID{"5", "6"}, Files: []string{"b.go"}},
		{Tasks: [2]fm.TaskID{"5", "7"}, Files: []string{"c.go"}},
		{Tasks: [2]fm.TaskID{"7", ""}, Files: []string{"d.go"}},
		{Tasks: [2]fm.TaskID{"8", ""}, Files: []string{"e.go"}},
	}
	s := seen(working("5", 1), done, task("7", fm.Merged)).scanned(found...)
	if diff := cmp.Diff(found[:2], View(s).Conflicts); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	s = s.holding(queue.Snapshot{Tasks: []fm.Task{task("5", fm.Merged), task("6", fm.Merged)}})
	s, _ = step(s, QueueRead{Snapshot: s.Queue})
	if got := View(s).Conflicts; len(got) > 0 || len(s.Scan.Conflicts) > 0 {
		t.Errorf("shown %v of %v, and nothing is left", got, s.Scan.Conflicts)
	}
}

// TestWhoIsWarned goes through who is told of a conflict: an agent that is at work,
// of which nothing else is asked, and beside whom nobody sits.
func TestWhoIsWarned(t *testing.T) {
	of := func(change func(*State)) State {
		s := pair("a.go").copied()
		change(&s)
		return s
	}
	report := func(rep fm.Report) State {
		return of(func(s *State) { rep.Run = fm.Run{Task: "5", Attempt: 1}; s.Reports["5"] = rep })
	}
	progress := func(p Progress) State {
		p.Attempt, p.StartedAt = 1, noon()
		return of(func(s *State) { s.Runs["5"] = p })
	}
	asks := atWork()
	asks.State = fm.Waiting
	only6 := []string{"record warn 6 worker-2", "warn 6.1"}
	published := publishing("5", 1)
	for _, c := range []struct {
		name  string
		given State
		want  []string
	}{
		{"both at work", pair("a.go"), []string{"record warn 5 worker-1", "record warn 6 worker-2", "warn 5.1", "warn 6.1"}},
		{"nobody wants it", of(func(s *State) { s.Rules.Warn = false }), []string{}},
		{"one asks a person", report(asks), only6},
		{"one is at its prompt", report(fm.Report{State: fm.AtPrompt, Prompted: true, Since: noon()}), only6},
		{"one is at its start", report(fm.Report{State: fm.Starting, Since: noon()}), only6},
		{"one is owed reasons", progress(Progress{Reasons: "the tests fail"}), only6},
		{"one was nudged", progress(Progress{Rung: Nudged, RungAt: noon(), NudgedAt: noon()}), only6},
		{"a person is there", of(func(s *State) { s.Sight.Sessions[0] = typedIn(s.Sight.Sessions[0]) }), only6},
		{"one is held", of(func(s *State) { s.Wanted.Hands = []Hand{{Worker: 1, Held: true}} }), only6},
		{"something is done to its session", of(func(s *State) { s.Busy["worker-1"] = Stop{Worker: 1, Run: fm.Run{Task: "7", Attempt: 1}} }), only6},
		{"an outage", of(func(s *State) { s.Outage = Outage{Trouble: fm.LimitTrouble, Until: noon().Add(time.Hour)} }), []string{}},
		{"the day's budget is used up", of(func(s *State) {
			s.Rules.DayBudget, s.Queue.Days = 1, map[string]fm.Spending{queue.Day(noon()): {Cost: 2}}
		}), []string{}},
		{"the sessions cannot be seen", of(func(s *State) { s.Sighted = Unseen }), []string{}},
		{"one is published", of(func(s *State) {
			*s = s.holding(queue.Snapshot{Tasks: []fm.Task{published, working("6", 2)}})
			s.Scan.Sites = s.digest.sites
			s.Busy[taskKey("5")] = Publish{Task: published}
		}), only6},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, names(look(t, c.given))); diff != "" {
				t.Errorf("ordered (-want +got):\n%s", diff)
			}
		})
	}
}

// warned carries out the warnings that a step orders, and gives their texts.
func warned(t *testing.T, s State) (after State, texts []string) {
	t.Helper()
	s, effects := step(s, QueueRead{Snapshot: s.Queue})
	for _, eff := range effects {
		switch eff := eff.(type) { //nolint:gochecksumtype // nothing else is ordered here
		case Record:
			tasks := slices.Clone(s.Queue.Tasks)
			for _, c := range eff.Changes {
				i := slices.IndexFunc(tasks, func(at fm.Task) bool { return at.ID == c.Task.ID })
				tasks[i] = c.Task
			}
			s, _ = step(s, Recorded{Snapshot: queue.Snapshot{Seq: s.Queue.Seq + 1, Tasks: tasks}})
		case Warn:
			texts = append(texts, string(eff.Run.Task)+": "+eff.Text)
			s, _ = step(s, Warned{Worker: eff.Worker, Run: eff.Run})
		}
	}
	return s, texts
}

// TestAConflictIsToldOnce tells each side once, also after a restart: the mark is
// in the queue's line. In other files it is another conflict.
//
// Caught: a mark that came with the text and not before it.
func TestAConflictIsToldOnce(t *testing.T) {
	s, texts := warned(t, pair("a.go", "b.go"))
	const text = "For your information, no hurry: your commits change the same lines as the work on #%s, which is not merged yet (a.go, b.go). Where you can, keep your change there small, so that both can be merged."
	if diff := cmp.Diff([]string{"5: " + fmt.Sprintf(text, "6"), "6: " + fmt.Sprintf(text, "5")}, texts); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	restarted := NewState(s.Rules)
	restarted.At, restarted.Sighted, restarted.Read, restarted.Stamp = s.At, Seen, Seen, s.Stamp
	restarted.Sight, restarted.SightAt, restarted.Reports = s.Sight, s.SightAt, s.Reports
	restarted = restarted.holding(s.Queue).copied()
	restarted.Scan = s.Scan
	for name, s := range map[string]State{"again": s, "after a restart": restarted} {
		if _, texts := warned(t, s); len(texts) > 0 {
			t.Errorf("%s: told %q", name, texts)
		}
		s.Scan.Conflicts = []fm.Conflict{{Tasks: [2]fm.TaskID{"5", "6"}, Files: []string{"a.go"}}}
		if _, texts := warned(t, s); len(texts) != 2 {
			t.Errorf("%s, in other files: told %q", name, texts)
		}
	}
}

// TestSeveralConflictsAreToldAtOnce makes one note of what is new for an agent.
func TestSeveralConflictsAreToldAtOnce(t *testing.T) {
	s := pair("a.go")
	s.Scan.Conflicts = append(s.Scan.Conflicts, fm.Conflict{Tasks: [2]fm.TaskID{"6", ""}, Files: []string{"go.mod"}})
	_, texts := warned(t, s)
	want := "6: For your information, no hurry: your commits change the same lines as the work on #5, which is not merged yet (a.go); and as what was merged into the base branch meanwhile (go.mod)." +
		" Where you can, keep your change there small, so that both can be merged. When it suits you, merge the base branch into yours and resolve that."
	if len(texts) != 2 || texts[1] != want {
		t.Errorf("told %q", texts)
	}
}

// TestACrowdOfConflictsIsNotToldForEver has more of them than a line remembers.
//
// Caught: an agent that was told of the first ones again, since the last ones had
// taken their place.
func TestACrowdOfConflictsIsNotToldForEver(t *testing.T) {
	s := pair("a.go")
	for i := range 3 * maxMarks {
		s.Scan.Conflicts = append(s.Scan.Conflicts, fm.Conflict{Tasks: [2]fm.TaskID{"5", "6"}, Files: []string{fmt.Sprintf("a/rather/long/folder/of/go/files/file-%d.go", i)}})
	}
	for round := range 3 {
		var texts []string
		s, texts = warned(t, s)
		if round > 0 && len(texts) > 0 {
			t.Errorf("round %d: told %q", round, texts)
		}
	}
	for _, at := range s.Queue.Tasks {
		if n := len(strings.Split(mark(at, conflictKey), ",")); n != maxMarks {
			t.Errorf("%s has %d marks: %v", at.ID, n, at.Extra)
		}
	}
}

// TestAWarningThatCannotBeSaidIsLeft tries nothing again, and delays nothing.
//
// Caught: a task whose verification waited for the next try of a courtesy.
func TestAWarningThatCannotBeSaidIsLeft(t *testing.T) {
	for _, kind := range []FailureKind{Transient, Refused, NotFound, Conflicted} {
		s := pair("a.go")
		s, effects := step(s, QueueRead{Snapshot: s.Queue})
		for _, eff := range effects {
			if rec, ok := eff.(Record); ok {
				s, _ = step(s, Recorded{Snapshot: queue.Snapshot{Seq: 9, Tasks: []fm.Task{rec.Changes[0].Task, rec.Changes[1].Task}}})
			}
		}
		s, effects = step(s, EffectFailed{Effect: effects[1], Kind: kind, Err: "a dialog is open"})
		if len(effects) > 0 || len(s.Waits) > 0 || !s.idle(taskKey("5")) {
			t.Errorf("%s: ordered %v, waits %v", kind, names(effects), s.Waits)
		}
	}
}

// BenchmarkLookWithConflicts is [BenchmarkLook] with twenty branches of which each
// conflicts with each, and everybody was told.
func BenchmarkLookWithConflicts(b *testing.B) {
	s := crowd(b)
	s.Rules.Warn = true
	var found []fm.Conflict
	for i := range 20 {
		for j := range i {
			found = append(found, fm.Conflict{Tasks: [2]fm.TaskID{s.Queue.Tasks[j].ID, s.Queue.Tasks[i].ID}, Files: []string{"CHANGELOG.md", "go.mod"}})
		}
	}
	s = s.scanned(found...)
	for i := range 20 {
		at := &s.Queue.Tasks[i]
		for j := range 20 {
			if c := (clash{other: s.Queue.Tasks[j].ID, files: found[0].Files}); i != j && j <= maxMarks {
				*at = with(*at, conflictKey, c.word())
			}
		}
	}
	ev := Observed{At: noon(), Sight: s.Sight, Reports: s.Reports, Stamp: s.Stamp}
	b.ReportAllocs()
	for b.Loop() {
		s, _ = step(s, Ticked{At: s.At.Add(time.Millisecond)})
		var effects []Effect
		if s, effects = step(s, ev); len(effects) > 0 {
			b.Fatal(names(effects))
		}
	}
}
