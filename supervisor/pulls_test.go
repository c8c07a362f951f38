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

// offered is a task whose pull request 9 is open, at its first attempt.
func offered(marks ...fm.Field) fm.Task {
	t := task("5", fm.Completed)
	t.Attempt, t.Pull, t.Extra = 1, "9", marks
	return t
}

func failing(ids ...string) fm.Checks {
	c := fm.Checks{State: fm.ChecksFailed}
	for _, id := range ids {
		c.Failed = append(c.Failed, fm.Check{ID: id, Name: "lint"})
	}
	return c
}

// ran is the mark of checks of commit c1 that were run again so long ago.
func ran(ago time.Duration, ids ...string) fm.Field {
	return fm.Field{Key: rerunKey, Value: rerunMark{}.and("c1", failing(ids...).Failed, noon().Add(-ago)).String()}
}

// gave is the mark of checks that were given to an agent.
func gave(sha string, names ...string) fm.Field {
	var checks []fm.Check
	for _, name := range names {
		checks = append(checks, fm.Check{Name: name})
	}
	return fm.Field{Key: checksKey, Value: strings.Join(givenWords(sha, checks), ",")}
}

// many are checks of which each has a name of its own.
func many(n, run int) fm.Checks {
	c := fm.Checks{State: fm.ChecksFailed}
	for i := range n {
		c.Failed = append(c.Failed, fm.Check{ID: fmt.Sprint(1000*run + i), Name: fmt.Sprint("check ", i)})
	}
	return c
}

func manyRan(n int) fm.Field {
	return fm.Field{Key: rerunKey, Value: rerunMark{}.and("c1", many(n, 0).Failed, noon()).String()}
}

// why gives the reasons of the records among effects.
func whys(effects []Effect) string {
	var all []string
	for _, eff := range effects {
		if rec, ok := eff.(Record); ok {
			for _, c := range rec.Changes {
				all = append(all, c.Why)
			}
		}
	}
	return strings.Join(all, "; ")
}

// TestAnOpenPullRequest goes through the table above completed.
//
// Caught: checks whose second run was not waited for; a rebase beside a live
// session; a draft that was merged; a merge while checks fail.
func TestAnOpenPullRequest(t *testing.T) {
	open := fm.PullRequest{SHA: "c1"}
	with := func(change func(*fm.PullRequest)) fm.PullRequest { p := open; change(&p); return p }
	demand := with(func(p *fm.PullRequest) { p.Demand = "review 7" })
	heard := fm.Field{Key: demandKey, Value: "00000001," + digestOfText("review 7")}
	red := with(func(p *fm.PullRequest) { p.Checks = failing("1", "2") })
	everything := with(func(p *fm.PullRequest) { p.Conflict, p.Demand, p.Checks = true, "review 7", failing("1") })
	for _, c := range []struct {
		name string
		task fm.Task
		pull fm.PullRequest
		want []string
		why  string // in the reasons that are recorded
	}{
		{"nothing speaks against it: merge", offered(), open, []string{"Merge task 5"}, ""},
		{"merged, by anybody", offered(), fm.PullRequest{State: fm.PullMerged}, []string{"record merge 5"}, ""},
		{"merged, and everything speaks against it", offered(), with(func(p *fm.PullRequest) { *p = everything; p.State = fm.PullMerged }), []string{"record merge 5"}, ""},
		{"closed: a person", offered(), fm.PullRequest{State: fm.PullClosed}, []string{"record block 5"}, "pull request 9 was closed without merging"},
		{"a draft: wait", offered(), with(func(p *fm.PullRequest) { p.Draft = true }), []string{}, ""},
		{"armed: wait", offered(), with(func(p *fm.PullRequest) { p.Armed = true }), []string{}, ""},
		{"a conflict comes first", offered(), everything, []string{"Rebase task 5"}, ""},
		{"a conflict, armed", offered(), with(func(p *fm.PullRequest) { p.Armed, p.Conflict = true, true }), []string{"Rebase task 5"}, ""},
		{"a demand", offered(), demand, []string{"record reopen 5"}, "changes are asked for in the review of pull request 9"},
		{"a demand, before checks", offered(), with(func(p *fm.PullRequest) { p.Demand, p.Checks = "review 7", failing("1") }), []string{"record reopen 5"}, "review"},
		{"a demand that was answered: the reviewer decides", offered(heard), demand, []string{}, ""},
		{"another demand", offered(heard), with(func(p *fm.PullRequest) { p.Demand = "review 8" }), []string{"record reopen 5"}, "review"},
		{"checks are not over: the forge may wait for them", offered(), with(func(p *fm.PullRequest) { p.Checks.State = fm.ChecksPending }), []string{"Merge task 5"}, ""},
		{"checks cannot be read", offered(), with(func(p *fm.PullRequest) { p.Checks.State = fm.ChecksUnreadable }), []string{"Merge task 5"}, ""},
		{"checks passed", offered(), with(func(p *fm.PullRequest) { p.Checks.State = fm.ChecksPassed }), []string{"Merge task 5"}, ""},
		{"checks fail: run them again, and know it", offered(), red, []string{"record rerun 5", "Rerun task 5"}, "checks fail on c1: lint"},
		{"checks fail, of another commit than before", offered(fm.Field{Key: rerunKey, Value: "c0,20261120T110000Z,00000000"}), red, []string{"record rerun 5", "Rerun task 5"}, ""},
		{"checks fail, and the mark is a person's", offered(fm.Field{Key: rerunKey, Value: "yes"}), red, []string{"record rerun 5", "Rerun task 5"}, ""},
		{"run again, and nothing changed yet", offered(ran(rerunPatience-time.Second, "1", "2")), red, []string{}, ""},
		{"run again, and nothing changed for long", offered(ran(rerunPatience, "2", "1")), red, []string{"record reopen 5"}, "checks fail on c1: lint"},
		{"run again, and fail again", offered(ran(time.Minute, "1", "3")), red, []string{"record reopen 5"}, "checks fail on c1: lint"},
		{"given back, and not changed: a person", offered(ran(time.Hour, "1"), gave("c1", "lint")), red, []string{"record block 5"}, "checks fail on c1, and the agent changed nothing: lint"},
		{"given back, changed, and fails", offered(gave("c0", "lint")), red, []string{"record rerun 5", "Rerun task 5"}, ""},
		{"one was run again, and another fails", offered(ran(time.Minute, "1")), with(func(p *fm.PullRequest) {
			p.Checks = fm.Checks{State: fm.ChecksFailed, Failed: []fm.Check{{ID: "3", Name: "lint"}, {ID: "2", Name: "test"}}}
		}), []string{"record rerun 5", "Rerun task 5"}, "checks fail on c1: test"},
		{"one was given back, and another fails", offered(gave("c1", "test")), red, []string{"record rerun 5", "Rerun task 5"}, "checks fail on c1: lint"},
		{"one was given back, and another has failed twice", offered(gave("c1", "test"), ran(time.Minute, "0")), with(func(p *fm.PullRequest) {
			p.Checks = fm.Checks{State: fm.ChecksFailed, Failed: []fm.Check{{ID: "1", Name: "lint"}, {ID: "2", Name: "test"}}}
		}), []string{"record reopen 5"}, "checks fail on c1: lint"},
		{"one has failed twice, and the other's second run is not shown yet", offered(fm.Field{Key: rerunKey, Value: rerunMark{}.and("c1", failing("0").Failed, noon().Add(-time.Hour)).and("c1", []fm.Check{{ID: "2", Name: "test"}}, noon()).String()}), with(func(p *fm.PullRequest) {
			p.Checks = fm.Checks{State: fm.ChecksFailed, Failed: []fm.Check{{ID: "1", Name: "lint"}, {ID: "2", Name: "test"}}}
		}), []string{}, ""},
		{"twenty checks fail", offered(), with(func(p *fm.PullRequest) { p.Checks = many(20, 0) }), []string{"record rerun 5", "Rerun task 5"}, "and 10 more"},
		{"twenty checks failed, and do so still", offered(manyRan(20)), with(func(p *fm.PullRequest) { p.Checks = many(20, 0) }), []string{}, ""},
		{"a forge that does not know it", offered(), fm.PullRequest{State: "?"}, []string{"Merge task 5"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := seen(c.task).offers(c.task, c.pull)
			effects := look(t, s)
			if diff := cmp.Diff(c.want, names(effects)); diff != "" {
				t.Errorf("ordered (-want +got):\n%s", diff)
			}
			if got := whys(effects); !strings.Contains(got, c.why) {
				t.Errorf("said %q, want %q", got, c.why)
			}
			s.Rules.Merge = ManualMerge
			if got := names(look(t, s)); len(c.want) > 0 && strings.HasPrefix(c.want[0], "Merge") != (len(got) == 0) {
				t.Errorf("where people merge: ordered %v", got)
			}
			s.Runs, s.Sight.Sessions = nil, []fm.Session{typedIn(live(1, "5", 1))}
			for _, name := range names(look(t, s)) {
				if strings.HasPrefix(name, "Rebase") || strings.HasPrefix(name, "stop") {
					t.Errorf("%s, and a person is in its session", name)
				}
			}
		})
	}
}

// given steps through the records of a task, as the queue would have it.
func given(t *testing.T, s State, effects []Effect) fm.Task {
	t.Helper()
	for _, eff := range effects {
		if rec, ok := eff.(Record); ok {
			c := rec.Changes[0].Task
			c.Revision++
			return c
		}
	}
	t.Fatalf("ordered %v, want a record", names(effects))
	return s.Queue.Tasks[0]
}

// TestGivenBackIsRemembered gives a pull request back for its checks and for two
// demands; the keys of the line survive each attempt, and so does the number.
// Caught: a second demand that took the place of the first, which was then given
// back again; a fifth demand that ended the task.
func TestGivenBackIsRemembered(t *testing.T) {
	now := offered(ran(time.Hour, "1"))
	pull := fm.PullRequest{SHA: "c1", Checks: failing("1")}
	again := func(p fm.PullRequest) {
		t.Helper()
		s := seen(now).offers(now, p)
		c := given(t, s, look(t, s))
		if c.Status != fm.Pending || c.Pull != "9" {
			t.Fatalf("given back as %s with pull request %q: %s", c.Status, c.Pull, c.Note)
		}
		now = queue.Complete(queue.Publish(queue.Claim(c, 1, noon()).Task, noon()).Task, "9", noon()).Task
	}
	again(pull)
	for _, d := range []string{"A", "B", "C", "D", "E", "F"} {
		pull.Demand = d
		again(pull)
	}
	for _, d := range []string{"A", "B", "C", "D", "E", "F"} {
		pull.Demand = d
		if effects := look(t, seen(now).offers(now, pull)); !strings.HasPrefix(whys(effects), "checks fail on c1, and the agent changed nothing") {
			t.Errorf("demand %s: ordered %v: %s", d, names(effects), whys(effects))
		}
	}
	if n := len(now.Extra); n != 3 {
		t.Errorf("keys %v", now.Extra)
	}
}

// TestOldLooksDecideNothing has a look that was begun before something was done
// to a pull request come in after it.
// Caught: a second rebase on the word of a look from before the first.
func TestOldLooksDecideNothing(t *testing.T) {
	at := offered()
	stale := fm.PullRequest{Number: "9", State: fm.PullOpen, SHA: "c1", Conflict: true}
	s := seen(at)
	s, effects := step(s, QueueRead{Snapshot: s.Queue})
	if fmt.Sprint(names(effects)) != "[Look pulls]" {
		t.Fatal(names(effects))
	}
	ask := effects[0].(Look)
	s = s.offers(at, fm.PullRequest{SHA: "c1", Conflict: true})
	s, effects = step(s, QueueRead{Snapshot: s.Queue})
	if fmt.Sprint(names(effects)) != "[Rebase task 5]" {
		t.Fatal(names(effects))
	}
	s, _ = step(s, Rebased{Run: at.Run(), SHA: "c2"})
	s, effects = step(s, PullsSeen{Offers: ask.Offers, Pulls: []fm.PullRequest{stale}})
	if fmt.Sprint(names(effects)) != "[Look pulls]" {
		t.Fatalf("after an old look: %v", names(effects))
	}
	_, effects = step(s, PullsSeen{Offers: effects[0].(Look).Offers, Pulls: []fm.PullRequest{{Number: "9", State: fm.PullOpen, SHA: "c2"}}})
	if fmt.Sprint(names(effects)) != "[Merge task 5]" {
		t.Fatalf("after a new look: %v", names(effects))
	}
	// And one of another attempt.
	newer := queue.Claim(at, 1, noon()).Task
	newer.Status = fm.Completed
	s = seen(newer)
	s.Busy[Look{}.key()] = Look{Offers: []Offer{{Run: at.Run(), Pull: "9"}}}
	if s, _ = step(s, PullsSeen{Offers: ask.Offers, Pulls: []fm.PullRequest{stale}}); len(s.Pulls) > 0 {
		t.Errorf("it is taken for the present attempt's: %+v", s.Pulls)
	}
}

// TestWhatBecomesOfADeed goes through the results of what was done to a pull
// request.
func TestWhatBecomesOfADeed(t *testing.T) {
	at := offered(ran(time.Minute, "1"))
	merge, rebase, rerun := Merge{Task: at, SHA: "c1"}, Rebase{Task: at}, Rerun{Task: at, Checks: failing("1").Failed}
	open := fm.PullRequest{Number: "9", State: fm.PullOpen, SHA: "c1"}
	armed, moved, checked, red := open, open, open, open
	armed.Armed = true
	moved.SHA = "c2"
	checked.Checks.State = fm.ChecksPending
	red.Checks = failing("1")
	for _, c := range []struct {
		name string
		eff  Effect
		ev   Event
		look fm.PullRequest // what the next look sees
		want []string       // ordered then; a look is not told
	}{
		{"merged", merge, PullMerged{Run: at.Run(), Pull: fm.PullRequest{State: fm.PullMerged}}, fm.PullRequest{}, []string{"record merge 5"}},
		{"armed: no second merge", merge, PullMerged{Run: at.Run(), Pull: armed}, armed, []string{}},
		{"armed, and disarmed by somebody", merge, PullMerged{Run: at.Run(), Pull: armed}, open, []string{"Merge task 5"}},
		{"neither merged nor armed: a look tells", merge, PullMerged{Run: at.Run(), Pull: open}, fm.PullRequest{}, []string{"Look pulls"}},
		{"refused, and the commit stands there: a person", merge, EffectFailed{Effect: merge, Kind: Refused, Err: "protected"}, open, []string{"record block 5"}},
		{"refused, and it was another commit: merge that", merge, EffectFailed{Effect: merge, Kind: Refused, Err: "the head moved"}, moved, []string{"Merge task 5"}},
		{"refused, and checks began meanwhile: once more", merge, EffectFailed{Effect: merge, Kind: Refused, Err: "unstable"}, checked, []string{"Merge task 5"}},
		{"gone: a person", merge, EffectFailed{Effect: merge, Kind: NotFound, Err: "none"}, open, []string{"record block 5"}},
		{"a conflict: rebase, whatever the look says", merge, EffectFailed{Effect: merge, Kind: Conflicted, Err: "a.go"}, fm.PullRequest{}, []string{"Rebase task 5"}},
		{"rebased: merge what is there now", rebase, Rebased{Run: at.Run(), SHA: "c2"}, moved, []string{"Merge task 5"}},
		{"rebased, and nothing changed: the agent's", rebase, Rebased{Run: at.Run(), SHA: "c1"}, fm.PullRequest{}, []string{"record reopen 5"}},
		{"run again", rerun, ChecksRerun{Run: at.Run()}, checked, []string{"Merge task 5"}},
		{"run again, and not shown yet: wait", rerun, ChecksRerun{Run: at.Run()}, red, []string{}},
		{"perhaps run again, and they are", rerun, EffectFailed{Effect: rerun, Kind: Transient}, checked, []string{"Merge task 5"}},
		{"not known, and they are not: run them again", rerun, EffectFailed{Effect: rerun, Kind: Transient}, red, []string{"Rerun task 5"}},
		{"a branch that fm cannot move: a person's", rebase, EffectFailed{Effect: rebase, Kind: Refused, Err: "checked out elsewhere"}, fm.PullRequest{}, []string{"record block 5"}},
		{"a branch that is gone: a person's", rebase, EffectFailed{Effect: rebase, Kind: NotFound, Err: "no branch"}, fm.PullRequest{}, []string{"record block 5"}},
		{"a conflict that fm cannot resolve: the agent's", rebase, EffectFailed{Effect: rebase, Kind: Conflicted, Err: "main.go"}, fm.PullRequest{}, []string{"record reopen 5"}},
		{"cannot be run again: the agent's, at once", rerun, EffectFailed{Effect: rerun, Kind: Refused}, fm.PullRequest{}, []string{"record reopen 5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := seen(at).offers(at, open)
			s.Busy[c.eff.key()] = c.eff
			s, effects := step(s, c.ev)
			if c.look.Number != "" {
				s.At = s.At.Add(2 * pullsEvery)
				if len(effects) == 0 {
					s, effects = step(s, QueueRead{Snapshot: s.Queue})
				}
				if fmt.Sprint(names(effects)) != "[Look pulls]" {
					t.Fatalf("ordered %v, want a look", names(effects))
				}
				_, effects = step(s, PullsSeen{Offers: effects[0].(Look).Offers, Pulls: []fm.PullRequest{c.look}})
			}
			if diff := cmp.Diff(c.want, names(effects)); diff != "" {
				t.Errorf("ordered (-want +got):\n%s", diff)
			}
			for _, eff := range effects {
				if rec, ok := eff.(Record); ok && rec.Changes[0].Op == queue.OpReopen && rec.Changes[0].Task.Pull != "9" {
					t.Error("the pull request is lost")
				}
			}
		})
	}
}

// TestAPersonMergesWhatWaits ends tasks whose pull request a person has merged.
// Nothing else happens to what is blocked or has failed.
func TestAPersonMergesWhatWaits(t *testing.T) {
	for _, c := range []struct {
		status fm.Status
		state  fm.PullState
		want   string
	}{
		{fm.Blocked, fm.PullMerged, "[record merge 5]"},
		{fm.Failed, fm.PullMerged, "[record merge 5]"},
		{fm.Pending, fm.PullMerged, "[record merge 5]"},
		{fm.Blocked, fm.PullOpen, "[]"},
		{fm.Blocked, fm.PullClosed, "[]"},
		{fm.Pending, fm.PullClosed, "[record claim 5 worker-1]"},
		{fm.Cancelled, fm.PullMerged, "[]"},
		{fm.Hold, fm.PullMerged, "[]"},
	} {
		at := offered()
		at.Status = c.status
		s := seen(at).offers(at, fm.PullRequest{State: c.state, SHA: "c1", Conflict: true, Demand: "x", Checks: failing("1")})
		if got := fmt.Sprint(names(look(t, s))); got != c.want {
			t.Errorf("%s, %s: ordered %s, want %s", c.status, c.state, got, c.want)
		}
	}
}

// TestMarksReadBack writes the keys of a line and reads them as somebody may
// have left them.
func TestMarksReadBack(t *testing.T) {
	m := rerunMark{}.and("0123456789abcdef0123", failing("2", "1").Failed, noon())
	at := marked(offered(fm.Field{Key: "x", Value: "1"}), rerunKey, m.String())
	if diff := cmp.Diff(m, rerunOf(at), cmp.AllowUnexported(rerunMark{})); diff != "" || m.commit != "0123456789ab" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, text := range []string{"", ",", "a,b,c", "c1,20261120T120000Z", "c1,yesterday,00"} {
		if got := rerunOf(marked(at, rerunKey, text)); got.commit != "" {
			t.Errorf("%q reads as %+v", text, got)
		}
	}
	for i := range 20 {
		at = with(at, checksKey, fmt.Sprint("c", i))
	}
	if has(at, checksKey, "c3") || !has(at, checksKey, "c4") || !has(at, checksKey, "c19") || mark(at, "x") != "1" {
		t.Errorf("after twenty: %v", at.Extra)
	}
	for n := 1; n <= 40; n += 13 {
		checks := many(n, 0).Failed
		at = with(marked(at, rerunKey, rerunMark{}.and("c1", checks, noon()).String()), checksKey, givenWords("c1", checks)...)
		for _, c := range checks {
			if !gaveBack(at, "c1", c) || gaveBack(at, "c2", c) || !rerunOf(at).knows("c1", c) || !rerunOf(at).ran(c) {
				t.Errorf("of %d, %s is forgotten: %v", n, c.Name, at.Extra)
			}
		}
		if size := len(fmt.Sprint(at.Extra)); size > 400 {
			t.Errorf("%d checks take %d letters of the line", n, size)
		}
	}
}

// TestARefusalWhileChecksRunIsNotTheLast has a forge that neither merges nor waits
// by itself while checks run. It is asked again when they are over, and not
// before; then its answer counts.
// Caught: a task that was given to a person because its checks had begun.
func TestARefusalWhileChecksRunIsNotTheLast(t *testing.T) {
	at := offered()
	runs := fm.PullRequest{Number: "9", State: fm.PullOpen, SHA: "c1", Checks: fm.Checks{State: fm.ChecksPending}}
	passed := runs
	passed.Checks.State = fm.ChecksPassed
	s := seen(at).offers(at, runs)
	for i, c := range []struct {
		look fm.PullRequest
		want string
	}{{runs, "[]"}, {runs, "[]"}, {passed, "[Merge task 5]"}, {passed, "[record block 5]"}} {
		eff := Merge{Task: at, SHA: "c1"}
		if _, under := s.Busy[eff.key()]; under || i == 0 {
			s.Busy[eff.key()] = eff
			s, _ = step(s, EffectFailed{Effect: eff, Kind: Refused, Err: "unstable"})
		}
		s.At = s.At.Add(pullsAtLeast)
		s, _ = step(s, QueueRead{Snapshot: s.Queue})
		var effects []Effect
		s, effects = step(s, PullsSeen{Offers: []Offer{{Run: at.Run(), Pull: "9"}}, Pulls: []fm.PullRequest{c.look}})
		if got := fmt.Sprint(names(effects)); got != c.want {
			t.Fatalf("look %d: ordered %s, want %s", i+1, got, c.want)
		}
	}
}

// TestUnreadableChecksAreToldOnce looks at what people are told of a token that
// may not read checks.
// Caught: a line for each pull request; one for a pull request that is over.
func TestUnreadableChecksAreToldOnce(t *testing.T) {
	one, other := offered(), offered()
	other.ID, other.Pull = "6", "10"
	unreadable := fm.PullRequest{Checks: fm.Checks{State: fm.ChecksUnreadable}}
	over := unreadable
	over.State = fm.PullMerged
	want := []string{"checks cannot be read with this token: failures are not handed to agents"}
	if diff := cmp.Diff(want, View(seen(one, other).offers(one, unreadable).offers(other, unreadable)).Problems); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := View(seen(one, other).offers(one, over).offers(other, fm.PullRequest{})).Problems; len(got) > 0 {
		t.Errorf("told %v", got)
	}
}

// TestAPullRequestThatCannotBeReadWaits looks at two, of which one cannot be read.
// Caught: a merge of what nobody could read; a look at each step; nobody told,
// where people merge; nothing done once it could be read.
func TestAPullRequestThatCannotBeReadWaits(t *testing.T) {
	bad, good := offered(), offered()
	good.ID, good.Pull = "6", "10"
	dark := fm.PullRequest{Number: "9", Unread: "both a.md and b.md claim this number"}
	open := fm.PullRequest{Number: "10", State: fm.PullOpen, SHA: "c1"}
	for _, c := range []struct {
		merge MergePolicy
		want  string
	}{{AutoMerge, "[Merge task 6]"}, {ManualMerge, "[]"}} {
		s := seen(bad, good)
		s.Rules.Merge = c.merge
		s, effects := step(s, QueueRead{Snapshot: s.Queue})
		if fmt.Sprint(names(effects)) != "[Look pulls]" {
			t.Fatal(names(effects))
		}
		offers := effects[0].(Look).Offers
		s, effects = step(s, PullsSeen{Offers: offers, Pulls: []fm.PullRequest{dark, open}})
		if got := fmt.Sprint(names(effects)); got != c.want {
			t.Errorf("%s: ordered %s, want %s", c.merge, got, c.want)
		}
		if got := fmt.Sprint(View(s).Problems); got != "[the pull request of #5 cannot be read, and waits: both a.md and b.md claim this number]" {
			t.Errorf("%s: people are told %s", c.merge, got)
		}
		s.Busy = nil
		s, effects = step(s.copied(), QueueRead{Snapshot: s.Queue})
		if slices.ContainsFunc(effects, func(eff Effect) bool { _, again := eff.(Look); return again }) {
			t.Errorf("%s: it is looked at again at once", c.merge)
		}
		s.Busy, s.At = map[string]Effect{Look{}.key(): Look{Offers: offers}}, s.At.Add(pullsEvery)
		_, effects = step(s, PullsSeen{Offers: offers, Pulls: []fm.PullRequest{{Number: "9", State: fm.PullMerged}, open}})
		if got := fmt.Sprint(names(effects)); !strings.Contains(got, "record merge 5") {
			t.Errorf("%s: ordered %s once it can be read", c.merge, got)
		}
	}
}

// TestADraftsNoteReadsWell blocks a task with what its agent said in a sentence.
func TestADraftsNoteReadsWell(t *testing.T) {
	at := queue.PublishDraft(working("5", 1), noon()).Task
	s := seen(at)
	s.Busy[taskKey("5")] = Publish{Task: at}
	_, effects := step(s, Published{Run: at.Run(), Pull: fm.PullRequest{Number: "2", Draft: true}, Summary: "The parser is missing."})
	if got := whys(effects); got != "the agent finished only a part: The parser is missing; draft pull request #2" {
		t.Errorf("noted %q", got)
	}
}
