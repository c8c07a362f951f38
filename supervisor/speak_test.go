package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

var theRun = fm.Run{Task: "456", Attempt: 2}

// said has the desk told, and gives the error.
func (k *desk) said(text string, change ...func(*Speaker)) error {
	k.tb.Helper()
	s := k.speaker()
	for _, c := range change {
		c(&s)
	}
	err := s.Say(context.Background(), 3, theRun, text)
	k.settle()
	return err
}

func (k *desk) did(want ...string) {
	k.tb.Helper()
	if diff := cmp.Diff(want, k.steps); diff != "" {
		k.tb.Errorf("at the keyboard, want, got:\n%s", diff)
	}
}

// What is said is taken as one message, once, and what a person was typing
// stands in the box afterwards, unsent.
// Caught: no C-s; a paste without waiting for it; an Enter without looking what
// stands in the box, the first or a second; a line that came back taken for ours.
func TestWhatIsSaidIsHeardOnceAndWhole(t *testing.T) {
	long := strings.Repeat("a line of some length\n", 500) + "end"
	typed, twice := []string{"paste", "Enter"}, []string{"paste", "Enter", "Enter"}
	over, overTwice := []string{"C-s", "paste", "Enter"}, []string{"C-s", "paste", "Enter", "Enter"}
	for name, c := range map[string]struct {
		given func(*desk)
		text  string
		steps []string
		box   string
		looks int // at most
	}{
		"at a prompt":                          {func(*desk) {}, "go on", typed, "", 2},
		"10 KB":                                {func(*desk) {}, long, typed, "", 2},
		"a slow machine":                       {func(k *desk) { k.lag = 900 * time.Millisecond }, "go on", typed, "", 12},
		"no signs":                             {func(k *desk) { k.mute = true }, "go on", typed, "", 3},
		"Enter was swallowed":                  {func(k *desk) { k.swallow = 1 }, long, twice, "", 4},
		"it stands there since an earlier try": {func(k *desk) { k.box = "go on" }, "go on", typed[1:], "", 1},

		"a half-typed line":                              {func(k *desk) { k.box = "half a li" }, "go on", over, "half a li", 4},
		"a half-typed line, Enter swallowed":             {func(k *desk) { k.box, k.swallow = "half a li", 1 }, "go on", overTwice, "half a li", 6},
		"a half-typed line that is a part of it":         {func(k *desk) { k.box = "go" }, "go on", over, "go", 4},
		"a half-typed line that is a part, and no signs": {func(k *desk) { k.mute, k.box = true, "go" }, "go on", over, "go", 5},
		"a line that was put aside before":               {func(k *desk) { k.stash, k.stashed = "half a li", true }, "go on", typed, "half a li", 2},
		"a line that was put aside before, and no signs": {func(k *desk) { k.mute, k.stash, k.stashed = true, "half a li", true }, "go on", typed, "half a li", 3},
		"a half-typed line, on a slow machine":           {func(k *desk) { k.lag, k.box = 1500*time.Millisecond, "go" }, "go on", over, "go", 40},
		"a half-typed line, on a slow machine in a turn": {func(k *desk) { k.lag, k.box, k.busy = 1500*time.Millisecond, "half a li", true }, "go on", over, "half a li", 60},
		"a half-typed line, Enter swallowed in a turn":   {func(k *desk) { k.box, k.busy, k.swallow = "half a li", true, 1 }, "go on", overTwice, "half a li", 50},
		"while a turn runs":                              {func(k *desk) { k.busy = true; k.enter(fm.AtWork) }, "go on", typed, "", 3},
		"while a turn runs, with another in the queue":   {func(k *desk) { k.busy = true; k.queued = []string{"x"} }, "go on", typed, "", 3},
		"while a turn runs, Enter swallowed":             {func(k *desk) { k.busy, k.swallow = true, 1 }, "go on", twice, "", 14},
		"while a turn runs that gives signs, swallowed":  {func(k *desk) { k.enter(fm.AtWork); k.works(); k.swallow = 1 }, "go on", twice, "", 14},
		"while a turn runs that its queue hides":         {func(k *desk) { k.enter(fm.AtWork); k.busy, k.hidden, k.queued = true, true, []string{"x"} }, "go on", typed, "", 3},
		"while a turn ends, and the next one asks":       {func(k *desk) { k.busy, k.ending = true, true }, "go on", typed, "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				c.given(k)
				if err := k.said(c.text); err != nil {
					t.Error(err)
				}
				k.did(c.steps...)
				if diff := cmp.Diff([]string{c.text}, k.heard); diff != "" || k.box != c.box {
					t.Errorf("the box holds %q, want %q; heard, want, got:\n%s", k.box, c.box, diff)
				}
				if k.looks > c.looks {
					t.Errorf("the screen was looked at %d times, want at most %d", k.looks, c.looks)
				}
			})
		})
	}
}

// Where it cannot be said nothing is typed, and the error says why.
// Caught: a second stash, which replaces the first; a dialog that was closed
// for somebody who did not ask for it.
func TestWhereNothingCanBeSaidNothingIsTyped(t *testing.T) {
	typing := errors.New("somebody types")
	closes := func(kind fm.QuestionKind) func(*Speaker) { return func(s *Speaker) { s.Closes = kind } }
	for name, c := range map[string]struct {
		given  func(*desk)
		change func(*Speaker)
		kind   error
		why    string
		steps  []string
	}{
		"a permission is asked":    {given: func(k *desk) { k.asks(fm.AsksPermission, "Bash: ls", "Yes", "No") }, kind: fm.ErrRefused, why: "a permission dialog is open: Bash: ls"},
		"a question is asked":      {given: func(k *desk) { k.asks(fm.AsksQuestion, "Which?", "A", "B") }, kind: fm.ErrRefused, why: "Which?"},
		"a dialog of the start":    {given: func(k *desk) { k.asks(fm.AsksDialog, "Trust?", "Yes", "No") }, kind: fm.ErrRefused, change: closes(fm.AsksDialog), why: "Trust?"},
		"a limit":                  {given: func(k *desk) { k.asks(fm.AsksLimit, "Limit", "Wait") }, kind: fm.ErrRefused, why: "a limit dialog is open"},
		"a menu that stays":        {given: func(k *desk) { k.asks(fm.AsksLimit, "Limit", "Wait"); k.numb = "Escape" }, change: closes(fm.AsksLimit), why: "close the limit menu", steps: []string{"Escape"}},
		"another question instead": {given: func(k *desk) { k.asks(fm.AsksPermission, "Bash: ls", "Yes", "No") }, kind: fm.ErrRefused, change: closes(fm.AsksLimit), why: "Bash: ls"},
		"another run":              {given: func(k *desk) { k.session.Run.Attempt = 3 }, kind: fm.ErrGone, why: "456.2 does not run there"},
		"dead":                     {given: func(k *desk) { k.session.Alive = false }, kind: fm.ErrGone, why: "456.2 does not run there"},
		"no session":               {given: func(k *desk) { k.session = fm.Session{} }, kind: fm.ErrGone, why: "456.2 does not run there"},
		"a person is there":        {change: func(s *Speaker) { s.May = func(fm.Session) error { return typing } }, kind: typing, why: "somebody types"},
		"no box":                   {given: func(k *desk) { k.noBox = true }, why: "its input box is not to be seen"},
		"two lines of a person's":  {given: func(k *desk) { k.box, k.stash, k.stashed = "one", "two", true }, why: "another one was put aside before"},
		"a line that stays":        {given: func(k *desk) { k.box, k.numb = "one", "C-s" }, why: "put the half-typed line in the box aside", steps: []string{"C-s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				if c.given != nil {
					c.given(k)
				}
				if c.change == nil {
					c.change = func(*Speaker) {}
				}
				box, stash := k.box, k.stash
				err := k.said("go on", c.change)
				if err == nil || !strings.Contains(err.Error(), c.why) || c.kind != nil && !errors.Is(err, c.kind) || c.kind == nil && kind(err) != Transient {
					t.Errorf("got %v, want %q, %v", err, c.why, c.kind)
				}
				k.did(c.steps...)
				if k.box != box || k.stash != stash || len(k.heard) > 0 {
					t.Errorf("box %q, stash %q, heard %q", k.box, k.stash, k.heard)
				}
			})
		})
	}
}

// A person who begins to type while fm looks comes first. Caught: one question
// for the whole.
func TestAPersonMayComeAtAnyMoment(t *testing.T) {
	for came, want := range [][]string{nil, nil, {"C-s"}, {"C-s", "paste"}, {"C-s", "paste", "Enter"}} {
		synctest.Test(t, func(t *testing.T) {
			k := newDesk(t)
			k.box, k.swallow = "half a li", 1
			asked := 0
			err := k.said("go on", func(s *Speaker) {
				s.May = func(fm.Session) error {
					if asked++; asked > came {
						return errors.New("somebody types")
					}
					return nil
				}
			})
			if err == nil || !strings.Contains(err.Error(), "somebody types") {
				t.Errorf("after %d questions: %v", came, err)
			}
			k.did(want...)
		})
	}
}

func TestALimitMenuIsClosedForWhoAskedForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		k.asks(fm.AsksLimit, "What do you want to do?", "Stop and wait", "Upgrade")
		k.enter(fm.Limited)
		if err := k.said("go on", func(s *Speaker) { s.Closes = fm.AsksLimit }); err != nil {
			t.Error(err)
		}
		k.did("Escape", "paste", "Enter")
		if len(k.heard) != 1 || len(k.answers) > 0 {
			t.Errorf("heard %q, chosen %q", k.heard, k.answers)
		}
	})
}

// What was not taken is no success; and what is in the box besides, or opens
// over it, is sent and answered by nobody.
// Caught: an Enter that does not look before; one pressed for ever.
func TestWhatIsNotHeardIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		given func(*desk)
		kind  FailureKind
		why   string
		steps []string
		box   string
	}{
		"it stands in the box":         {func(k *desk) { k.swallow = 9 }, Transient, "is not seen to be taken", []string{"paste", "Enter", "Enter"}, "go on"},
		"it stands there in a turn":    {func(k *desk) { k.swallow, k.busy = 9, true }, Transient, "is not seen to be taken", []string{"paste", "Enter", "Enter"}, "go on"},
		"it vanishes":                  {func(k *desk) { k.numb = "paste" }, Transient, "paste the text: nothing is seen of it", []string{"paste"}, ""},
		"a person begins to type":      {func(k *desk) { k.next = func() { k.box = "wait, " } }, Transient, "somebody types in the box", []string{"paste"}, "wait, go on"},
		"a dialog opens":               {func(k *desk) { k.next = func() { mayRun(k) } }, Refused, "a permission dialog is open", []string{"paste"}, ""},
		"a line of which it is a part": {func(k *desk) { k.swallow, k.stash, k.stashed = 9, "go on", true }, Transient, "is not seen to be taken", []string{"paste", "Enter"}, "go on"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				c.given(k)
				began := time.Now()
				err := k.said("go on")
				if err == nil || kind(err) != c.kind || !strings.Contains(err.Error(), c.why) {
					t.Errorf("got %v, want %q", err, c.why)
				}
				if took := time.Since(began); took > talkLimit {
					t.Errorf("it took %s", took)
				}
				k.did(c.steps...)
				if k.box != c.box || len(k.heard) > 0 {
					t.Errorf("box %q, heard %q", k.box, k.heard)
				}
			})
		})
	}
}

// Many who speak at once, some of them to an agent at work, are heard one after
// the other. Caught: no turn at the keyboard.
func TestWhoSpeakAtOnceAreHeardApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		k.box = "half a li"
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				if err := k.speaker().Say(t.Context(), 3, theRun, fmt.Sprintf("<%d>", i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		k.settle()
		seen := map[string]bool{}
		for _, text := range k.heard {
			seen[text] = true
		}
		if len(k.heard) != 10 || len(seen) != 10 || k.box != "half a li" {
			t.Errorf("heard %q, and the box holds %q", k.heard, k.box)
		}
		for text := range seen {
			if len(text) != 3 {
				t.Errorf("heard %q", text)
			}
		}
	})
}

func TestWaitingForTheKeyboardEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		k.typing <- struct{}{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := k.speaker().Say(ctx, 3, theRun, "go on"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		k.did()
	})
}

func TestWhatIsSaidIsAMessageAndNoCommand(t *testing.T) {
	for text, want := range map[string]string{
		"  plain \r\n":             "plain",
		"/clear":                   "fm: /clear",
		"\n!rm -rf x":              "fm: !rm -rf x",
		"# note":                   "fm: # note",
		"& x":                      "fm: & x",
		`ends with \`:              `ends with \ .`,
		"a\x1b[31mb\x03\x1b[201~c": "abc",
	} {
		synctest.Test(t, func(t *testing.T) {
			k := newDesk(t)
			if err := k.said(text); err != nil || len(k.heard) != 1 || k.heard[0] != want {
				t.Errorf("said %q, heard %q, %v; want %q", text, k.heard, err, want)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		if err := k.said("\x1b\x03 \n"); !errors.Is(err, fm.ErrRefused) {
			t.Errorf("got %v", err)
		}
		k.did()
	})
}

// Caught: a person's word in front of, or behind, a text that the box only
// names.
func TestADraftIsOursWhenNothingElseIsInIt(t *testing.T) {
	text := "first line\n\tsecond ❤️ line, 红 "
	for draft, want := range map[string]bool{
		"first line\nsecond ❤ line, 红": true,
		"first li\nne":                 true,
		"second line":                  true,
		"first line second line x":     false,
		"x first line":                 false,
		"":                             false,
		"[Pasted text #12 +640 lines]": true,
		"[Pasted text #1]":             true,
		"[Pasted text #1 +3 lines]x":   false,
		"x[Pasted text #1 +3 lines]":   false,
	} {
		if got := holds(draft, text); got != want {
			t.Errorf("%q: %v, want %v", draft, got, want)
		}
	}
}

// atDesk is a supervisor of which only the talking and the looking matter.
func (k *desk) atDesk(hands ...Hand) *Supervisor {
	return New(Options{
		Rules: rules(), Terminal: k, Agent: k, Dir: func(at fm.Site) string { return "/" + string(at.Task) }, Log: slog.New(slog.DiscardHandler),
		Wanted: func() (Wanted, error) { return Wanted{Hands: hands}, nil },
	})
}

// Caught: a supervisor that speaks as a person does.
func TestTheSupervisorSpeaksToNobodyInAPersonsHands(t *testing.T) {
	for name, c := range map[string]struct {
		hands []Hand
		typed time.Duration // ago
		steps []string
	}{
		"free":                     {nil, time.Hour, []string{"paste", "Enter"}},
		"held":                     {[]Hand{{Worker: 3, Held: true}}, time.Hour, nil},
		"another is held":          {[]Hand{{Worker: 1, Held: true}}, time.Hour, []string{"paste", "Enter"}},
		"a person typed just now":  {nil, time.Second, nil},
		"a person typed before it": {nil, 3 * time.Minute, []string{"paste", "Enter"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				k.session.Clients, k.session.LastKey = 1, time.Now().Add(-c.typed)
				err := k.atDesk(c.hands...).tell(t.Context(), Tell{Worker: 3, Run: theRun, Site: fm.Task{ID: theRun.Task}.Site(), Text: "go on"})
				k.settle()
				if (err == nil) != (c.steps != nil) || err != nil && kind(err) != Transient {
					t.Errorf("got %v", err)
				}
				k.did(c.steps...)
			})
		})
	}
}

// Caught: a probe that does not get through the menu.
func TestTheSupervisorClosesWhatItWasToldTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		k.asks(fm.AsksLimit, "What do you want to do?", "Stop and wait")
		if err := k.atDesk().tell(t.Context(), Tell{Worker: 3, Run: theRun, Site: fm.Task{ID: theRun.Task}.Site(), Text: "go on", Closes: fm.AsksLimit}); err != nil {
			t.Error(err)
		}
		k.did("Escape", "paste", "Enter")
	})
}

// Caught: a look without its glance at the pane.
func TestALookFindsTheDialogThatNobodyToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		k.asks(fm.AsksDialog, "Trust this folder?", "Yes", "No")
		k.enter(fm.Starting)
		time.Sleep(startSlack + time.Second)
		seen, ok := k.atDesk().observe(t.Context(), []fm.Task{{ID: theRun.Task, Attempt: theRun.Attempt}}, nil).(Observed)
		if rep := seen.Reports["456"]; !ok || rep.State != fm.Waiting || rep.Question.Text != "Trust this folder?" {
			t.Errorf("got %+v", seen)
		}
	})
}
