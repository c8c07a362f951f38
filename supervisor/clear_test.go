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

// mended is a task whose issue was mended as a whole: its pull request is open, and
// what it was worked on in is to be given back.
func mended(id fm.TaskID, terms fm.Terms) fm.Task {
	pull := "9"
	if terms.NoPull {
		pull = ""
	}
	return queue.Complete(in(working(id, 1), terms), pull, noon()).Task
}

// TestWhatIsGivenBack goes through who has something to give back, and when that
// happens.
func TestWhatIsGivenBack(t *testing.T) {
	fix, main := fm.Terms{Fix: true}, fm.Terms{Fix: true, Main: true}
	kept := fm.Terms{Fix: true, NoPull: true}
	at := func(terms fm.Terms, change func(fm.Task) queue.Change) State {
		return seen(change(in(working("5", 1), terms)).Task)
	}
	completed := func(terms fm.Terms) State { s := seen(mended("5", terms)); s.Rules.Merge = ManualMerge; return s }
	fails := func(t fm.Task) queue.Change { return queue.Fail(t, "no", 1, noon()) }
	again := func(t fm.Task) queue.Change { return queue.Fail(t, "no", 9, noon()) }
	odd := func(t fm.Task) queue.Change {
		c := queue.Fail(t, "no", 1, noon())
		c.Task.Status = "later"
		return c
	}
	blind := completed(fix)
	blind.Sighted = Unseen
	for _, c := range []struct {
		name  string
		given State
		want  string
	}{
		{"a mended issue's worktree", completed(fix), "[Look pulls Clear clear 5]"},
		{"and that of one without a pull request", completed(kept), "[Clear clear 5]"},
		{"the main checkout", completed(main), "[Look pulls Clear clear 5]"},
		{"not the worktree of a subissue", completed(fm.Terms{}), "[Look pulls]"},
		{"not that of one that has failed", at(fix, fails), "[]"},
		{"the main checkout after a failure", at(main, fails), "[Clear clear 5]"},
		{"after a block", at(main, func(t fm.Task) queue.Change { return queue.Block(t, "no", noon()) }), "[Clear clear 5]"},
		{"after a user's word", at(main, func(t fm.Task) queue.Change { return queue.Cancel(t, "no", noon()) }), "[Clear clear 5]"},
		{"after a word that nobody knows", at(main, odd), "[Clear clear 5]"},
		{"and before the next attempt", at(main, again), "[Clear clear 5]"},
		{"not a worktree before that", at(fix, again), "[]"},
		{"not under the hands of its agent", completed(fix).with(live(1, "5", 1), claimed(1)), "[Look pulls stop 5.1 worker-1 keep=]"},
		{"nor of an older attempt's", completed(fix).with(live(1, "5", 0), claimed(1)), "[Look pulls stop 5.0 worker-1 keep=5]"},
		{"nor beside a person in its session", completed(fix).with(typedIn(live(1, "5", 1)), claimed(1)), "[Look pulls]"},
		{"nor unseen", blind, "[Look pulls]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := names(look(t, c.given))
			if diff := cmp.Diff(sorted(c.want), sorted(fmt.Sprint(got))); diff != "" {
				t.Errorf("ordered (-want +got):\n%s", diff)
			}
		})
	}
}

// sorted leaves the order of effects out of account.
func sorted(text string) map[string]int {
	words := map[string]int{}
	for word := range strings.FieldsSeq(strings.Trim(text, "[]")) {
		words[word]++
	}
	return words
}

// TestMergingDoesNotWaitForWhatCannotBeGivenBack has each Clear fail for an hour,
// beside a pull request that may be merged.
//
// Caught: a Clear with the key of its task, which was ordered again before
// anything else.
func TestMergingDoesNotWaitForWhatCannotBeGivenBack(t *testing.T) {
	at := mended("5", fm.Terms{Fix: true})
	s := seen(at).offers(at, fm.PullRequest{SHA: "abc"})
	var tried, merged int
	answer := func(eff Effect) Event {
		switch eff := eff.(type) { //nolint:gochecksumtype // the others are not ordered
		case Clear:
			tried++
			return EffectFailed{Effect: eff, Kind: Transient, Err: "a file is busy"}
		case Look:
			return PullsSeen{Offers: eff.Offers, Pulls: []fm.PullRequest{{Number: at.Pull, State: fm.PullOpen, SHA: "abc"}}}
		case Merge:
			if merged++; merged < 3 {
				return EffectFailed{Effect: eff, Kind: Transient, Err: "no route"}
			}
		case Record, Revive, Start, Stop, Close, Tell, Verify, Publish, Rebase, Rerun, Scan, Stock, Warn, Tidy, CloseParent, Exit:
		}
		return nil
	}
	for s.At.Sub(noon()) < time.Hour {
		var effects []Effect
		s, effects = step(s, QueueRead{Snapshot: s.Queue})
		for len(effects) > 0 {
			eff := effects[0]
			effects = effects[1:]
			if ev := answer(eff); ev != nil {
				var more []Effect
				s, more = step(s, ev)
				effects = append(effects, more...)
			}
		}
		s, _ = step(s, Ticked{At: s.At.Add(time.Second)})
		s.SightAt = s.At
	}
	if merged != 3 || tried < 5 || tried > 30 {
		t.Errorf("merging was tried %d times, giving back %d times", merged, tried)
	}
	if got := fmt.Sprint(View(s).Problems); !strings.Contains(got, "the worktree of #5 is not removed yet: a file is busy (tried") {
		t.Errorf("people are told %s", got)
	}
}

// TestNothingWorksInWhatIsGivenBack orders no effect in the place of a Clear that is
// under way, and no Clear in that of another effect.
//
// Caught: a branch that was rebased while its worktree was removed.
func TestNothingWorksInWhatIsGivenBack(t *testing.T) {
	at := mended("5", fm.Terms{Fix: true})
	conflicts := seen(at).offers(at, fm.PullRequest{SHA: "abc", Conflict: true})
	mergeable := seen(at).offers(at, fm.PullRequest{SHA: "abc"})
	busy := func(s State, effects ...Effect) State {
		s = s.copied()
		for _, eff := range effects {
			s.Busy[eff.key()] = eff
		}
		return s
	}
	for _, c := range []struct {
		name  string
		given State
		want  string
	}{
		{"a Clear comes before a rebase", conflicts, "[Clear clear 5]"},
		{"which waits for it", busy(conflicts, Clear{Task: at}), "[]"},
		{"a merge does not", busy(mergeable, Clear{Task: at}), "[Merge task 5]"},
		{"a Clear waits for a rebase", busy(conflicts, Rebase{Task: at}), "[]"},
		{"and not for a merge", busy(mergeable, Merge{Task: at}), "[Clear clear 5]"},
		{"a merged task is not tidied up meanwhile", busy(seen(tidying("5")), Clear{Task: at}), "[]"},
		{"nor started", busy(seen(in(working("5", 1), fm.Terms{Fix: true})), Clear{Task: at}), "[]"},
		{"another is", busy(seen(working("6", 1)), Clear{Task: at}), "[start 6.1 worker-1]"},
		{"a Clear waits for what is kept first", busy(mergeable, Merge{Task: at}, Stop{Worker: 2, Run: at.Run(), Keep: at.Site()}), "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fmt.Sprint(names(look(t, c.given))); got != c.want {
				t.Errorf("ordered %s, want %s", got, c.want)
			}
		})
	}
}

// TestWhatBecomesOfAClear goes through its ends.
func TestWhatBecomesOfAClear(t *testing.T) {
	at := mended("5", fm.Terms{Fix: true})
	manual := seen(at).offers(at, fm.PullRequest{})
	manual.Rules.Merge = ManualMerge
	manual.Busy[clearKey("5")] = Clear{Task: at}
	for _, c := range []struct {
		name string
		ev   Event
		want string
		note string
	}{
		{"done", SiteCleared{Run: at.Run()}, "[record clear 5]", ""},
		{"refused: it stays, and its user is told", EffectFailed{Effect: Clear{Task: at}, Kind: Refused, Err: "it is locked"}, "[record clear 5]", "its files stay where they are: it is locked"},
		{"transient: later", EffectFailed{Effect: Clear{Task: at}, Kind: Transient, Err: "busy"}, "[]", ""},
		{"of an older attempt", SiteCleared{Run: fm.Run{Task: "5"}}, "[]", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, effects := step(manual, c.ev)
			if got := fmt.Sprint(names(effects)); got != c.want {
				t.Fatalf("ordered %s, want %s", got, c.want)
			}
			if len(effects) == 0 {
				return
			}
			if got := effects[0].(Record).Changes[0].Why; got != c.note {
				t.Errorf("told %q, want %q", got, c.note)
			}
			if got := effects[0].(Record).Changes[0].Task; queue.Clearing(got) || got.Note != c.note || got.Status != fm.Completed || got.Pull != "9" {
				t.Errorf("recorded %+v", got)
			}
			if len(s.Waits) > 0 {
				t.Errorf("waits %v", s.Waits)
			}
		})
	}
	t.Run("after a note of its own", func(t *testing.T) {
		failed := queue.Fail(in(working("5", 1), fm.Terms{Main: true}), "it broke", 1, noon()).Task
		s := seen(failed)
		s.Busy[clearKey("5")] = Clear{Task: failed}
		_, effects := step(s, EffectFailed{Effect: Clear{Task: failed}, Kind: Refused, Err: "a merge is under way"})
		if got := effects[0].(Record).Changes[0].Task.Note; got != "it broke; its files stay where they are: a merge is under way" {
			t.Errorf("note %q", got)
		}
	})
	t.Run("the task has been taken up again", func(t *testing.T) {
		again := working("5", 1)
		again.Attempt = 2
		s := seen(in(again, fm.Terms{Main: true}))
		s.Busy[clearKey("5")] = Clear{Task: in(working("5", 1), fm.Terms{Main: true})}
		s, effects := step(s, SiteCleared{Run: fm.Run{Task: "5", Attempt: 1}})
		if fmt.Sprint(names(effects)) != "[start 5.2 worker-1]" || s.Busy[clearKey("5")] != nil {
			t.Errorf("ordered %v", names(effects))
		}
	})
}

// TestAnEndWaitsForWhatIsGivenBack lets a drain wait for a Clear as long as it may
// succeed, and every end for one that is under way, and for the main checkout.
//
// Caught: a halt that left the main checkout to a task that nobody works on.
func TestAnEndWaitsForWhatIsGivenBack(t *testing.T) {
	fix := mended("5", fm.Terms{Fix: true})
	main := queue.Release(in(working("5", 1), fm.Terms{Fix: true, Main: true}), "", noon()).Task
	merged := queue.Merge(mended("5", fm.Terms{Fix: true, Main: true}), noon()).Task
	end := func(at fm.Task, stop StopMode, change func(*State)) string {
		s := seen(at).offers(at, fm.PullRequest{}).copied()
		s.Rules.Merge = ManualMerge
		s.Wanted.Stop = stop
		change(&s)
		return fmt.Sprint(names(look(t, s)))
	}
	underWay := func(s *State) { s.Busy[clearKey("5")] = Clear{Task: fix} }
	failed := func(key string, times int) func(s *State) {
		return func(s *State) { s.Waits[key] = Wait{Until: noon().Add(time.Second), Count: times} }
	}
	lives := func(s *State) { s.Sight.Sessions = []fm.Session{live(1, "5", 1)} }
	nothing := func(*State) {}
	for _, c := range []struct {
		name, got, want string
	}{
		{"a drain gives back first", end(fix, StopDrain, nothing), "[Clear clear 5]"},
		{"waits for it", end(fix, StopDrain, underWay), "[]"},
		{"and leaves what fails to the next supervisor", end(fix, StopDrain, failed(clearKey("5"), 1)), "[Exit exit]"},
		{"a halt begins none", end(fix, StopNow, nothing), "[Exit exit]"},
		{"and waits for one", end(fix, StopNow, underWay), "[]"},
		{"a drain gives the main checkout back", end(main, StopDrain, nothing), "[Clear clear 5]"},
		{"and tries again", end(main, StopDrain, failed(clearKey("5"), 2)), "[]"},
		{"but not for ever", end(main, StopDrain, failed(clearKey("5"), 3)), "[Exit exit]"},
		{"a halt does, too", end(main, StopNow, nothing), "[Clear clear 5]"},
		{"tries again", end(main, StopNow, failed(clearKey("5"), 2)), "[]"},
		{"and ends", end(main, StopNow, failed(clearKey("5"), 3)), "[Exit exit]"},
		{"once nobody works there", end(main, StopNow, lives), "[stop 5.1 worker-1 keep=5]"},
		{"also after a merge", end(merged, StopNow, nothing), "[Tidy task 5]"},
		{"which may fail", end(merged, StopNow, failed(taskKey("5"), 3)), "[Exit exit]"},
	} {
		if c.got != c.want {
			t.Errorf("%s: ordered %s, want %s", c.name, c.got, c.want)
		}
	}
}

// TestWhatAPersonShouldKnowOfItIsInTheLedger has the workspace say what it kept.
//
// Caught: remarks that nobody could read any more.
func TestWhatAPersonShouldKnowOfItIsInTheLedger(t *testing.T) {
	c := newTown(t, row(1)...)
	s := c.supervisor(nil)
	main := queue.Release(in(working("100", 1), fm.Terms{Main: true}), "", noon()).Task
	merged := queue.Merge(mended("100", fm.Terms{}), noon()).Task
	for _, eff := range []Effect{Clear{Task: main}, Tidy{Task: merged}} {
		ev, err := s.try(t.Context(), eff)
		if err != nil {
			t.Fatal(err)
		}
		given := seen(map[bool]fm.Task{true: main, false: merged}[clears(eff)])
		given.Busy[eff.key()] = eff
		_, effects := step(given, ev)
		rec, ok := effects[0].(Record)
		if !ok || len(rec.Changes) != 1 || rec.Changes[0].Why != "removed 100" || queue.Holds(rec.Changes[0].Task) {
			t.Errorf("%T: ordered %+v", eff, effects)
		}
	}
}

// TestWhoHasTheMainCheckout finds the task that keeps others from it.
func TestWhoHasTheMainCheckout(t *testing.T) {
	main := fm.Terms{Fix: true, Main: true}
	begun := in(working("5", 1), main)
	retried := queue.Release(in(working("6", 1), main), "", noon()).Task
	failed := queue.Fail(in(working("8", 1), main), "no", 1, noon()).Task
	merged := queue.Merge(retried, noon()).Task
	for _, c := range []struct {
		name  string
		tasks []fm.Task
		want  fm.TaskID
	}{
		{"none", []fm.Task{in(task("5", fm.Pending), main), in(task("6", fm.Completed), main), queue.Cleared(failed, "").Task, working("7", 1)}, ""},
		{"one at work", []fm.Task{task("4", fm.Pending), begun}, "5"},
		{"one that goes on", []fm.Task{retried}, "6"},
		{"one that has failed", []fm.Task{failed}, "8"},
		{"one that is merged, and not cleared up", []fm.Task{merged}, "6"},
	} {
		if got := digestOf(queue.Snapshot{Tasks: c.tasks}).main; got != c.want {
			t.Errorf("%s: %q has it; want %q", c.name, got, c.want)
		}
	}
}

// TestNoLivingSessionIsClearedAway keeps a place whose session the last look did
// not show.
func TestNoLivingSessionIsClearedAway(t *testing.T) {
	c := newTown(t, row(1)...)
	s := c.supervisor(nil)
	run := fm.Run{Task: "100", Attempt: 1}
	c.slots[2], c.lives[run] = run, &life{began: time.Now()}
	at := fm.Task{ID: "100", Attempt: 1, Terms: fm.Terms{Fix: true}}
	if _, err := s.clear(t.Context(), at); err == nil || kind(err) != Transient || !strings.Contains(err.Error(), "it runs in worker-2") || c.counts["remove"]+c.counts["reap"] > 0 {
		t.Errorf("got %v, calls %v", err, c.counts)
	}
	c.end(run)
	if _, err := s.clear(t.Context(), at); err != nil || c.counts["remove"] != 1 || c.counts["reap"] != 1 {
		t.Errorf("got %v, calls %v", err, c.counts)
	}
}

// TestNothingIsBuiltOnWhatIsNotFinished tells the workspace of a stacked task only
// when that is completed.
func TestNothingIsBuiltOnWhatIsNotFinished(t *testing.T) {
	for status, want := range map[fm.Status]bool{fm.Completed: true, fm.Failed: false, fm.Blocked: false, fm.Pending: false} {
		c := newTown(t, row(1)...)
		at := fm.Task{ID: "100", Status: status, Terms: fm.Terms{Fix: true, Main: true, NoPull: true}}
		if _, err := c.supervisor(nil).clear(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		if got := c.removed[len(c.removed)-1]; got.Stacked != want || !got.Main {
			t.Errorf("%s: removed %+v", status, got)
		}
	}
}
