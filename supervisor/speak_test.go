package supervisor

import (
	"context"
	"errors"
	"fmt"
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
// Caught: no C-s; a paste without waiting for it; Enter pressed again whatever
// stands in the box; the box taken for empty before the paste is drawn.
func TestWhatIsSaidIsHeardOnceAndWhole(t *testing.T) {
	long := strings.Repeat("a line of some length\n", 500) + "end"
	for name, c := range map[string]struct {
		given func(*desk)
		text  string
		steps []string
		box   string
		looks int // at most
	}{
		"at a prompt":         {text: "go on", steps: []string{"tell"}, looks: 1},
		"10 KB":               {text: long, steps: []string{"tell"}, looks: 1},
		"Enter was swallowed": {given: func(k *desk) { k.swallow = 1 }, text: long, steps: []string{"tell", "Enter"}, looks: 4},
		"a half-typed line": {
			given: func(k *desk) { k.box = "half a li" }, text: "go on", steps: []string{"C-s", "tell"}, box: "half a li", looks: 3,
		},
		"a half-typed line, Enter swallowed": {
			given: func(k *desk) { k.box, k.swallow = "go", 1 }, text: "go on", steps: []string{"C-s", "tell", "Enter"}, box: "go", looks: 6,
		},
		"a line that was put aside before": {
			given: func(k *desk) { k.stash, k.stashed = "go", true }, text: "go on", steps: []string{"tell"}, box: "go", looks: 1,
		},
		"while a turn runs": {given: func(k *desk) { k.busy = true; k.enter(fm.AtWork) }, text: "go on", steps: []string{"tell"}, looks: 2},
		"while a turn runs, with another in the queue": {
			given: func(k *desk) { k.busy = true; k.queued = []string{"x"} }, text: "go on", steps: []string{"tell"}, looks: 12,
		},
		"while a turn runs, Enter swallowed": {
			given: func(k *desk) { k.busy, k.swallow = true, 1 }, text: "go on", steps: []string{"tell", "Enter"}, looks: 14,
		},
		"while a turn runs that gives signs, Enter swallowed": {
			given: func(k *desk) { k.enter(fm.AtWork); k.works(); k.swallow = 1 }, text: "go on", steps: []string{"tell", "Enter"}, looks: 14,
		},
		"while a turn runs on a slow machine, Enter swallowed": {
			given: func(k *desk) { k.lag, k.busy, k.swallow = 400*time.Millisecond, true, 1 }, text: "go on", steps: []string{"tell", "Enter"}, looks: 18,
		},
		"while a turn runs that is not to be seen for its queue": {
			given: func(k *desk) { k.enter(fm.AtWork); k.busy, k.hidden, k.queued = true, true, []string{"x"} }, text: "go on", steps: []string{"tell"}, looks: 12,
		},
		"while a turn ends, and the next one asks": {given: (*desk).ends, text: "go on", steps: []string{"tell"}, looks: 2},
		"without signs, a half-typed line that is a part of it": {
			given: func(k *desk) { k.mute, k.box = true, "go" }, text: "go on", steps: []string{"C-s", "tell"}, box: "go", looks: 4,
		},
		"without signs, a line that was put aside before": {
			given: func(k *desk) { k.mute, k.stash, k.stashed = true, "go", true }, text: "go on", steps: []string{"tell"}, box: "go", looks: 2,
		},
		"a slow machine": {given: func(k *desk) { k.lag = 900 * time.Millisecond }, text: "go on", steps: []string{"tell"}, looks: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				if c.given != nil {
					c.given(k)
				}
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
	for came, want := range [][]string{nil, nil, {"C-s"}, {"C-s", "tell"}} {
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
		k.did("Escape", "tell")
		if len(k.heard) != 1 || len(k.answers) > 0 {
			t.Errorf("heard %q, chosen %q", k.heard, k.answers)
		}
	})
}

// What was not taken is no success, and Enter is pressed twice at most: what
// swallows it may be a dialog that nobody knows.
func TestWhatIsNotHeardIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		given func(*desk)
		steps []string
	}{
		"stands in the box":            {func(k *desk) { k.swallow = 9 }, []string{"tell", "Enter"}},
		"stands in the box of a turn":  {func(k *desk) { k.swallow, k.busy = 9, true }, []string{"tell", "Enter"}},
		"vanishes":                     {func(k *desk) { k.numb = "tell" }, []string{"tell"}},
		"vanishes, and a line appears": {func(k *desk) { k.numb, k.stash, k.stashed = "tell", "go", true }, []string{"tell"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				c.given(k)
				began := time.Now()
				err := k.said("go on")
				if err == nil || kind(err) != Transient || !strings.Contains(err.Error(), "is not seen to be taken") {
					t.Errorf("got %v", err)
				}
				if took := time.Since(began); took > talkLimit {
					t.Errorf("it took %s", took)
				}
				k.did(c.steps...)
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
