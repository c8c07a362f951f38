package supervisor

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

func mayRun(k *desk) { k.asks(fm.AsksPermission, "Bash: ls", "Yes", "Yes, and always", "No") }

func whichOne(k *desk) {
	k.asks(fm.AsksQuestion, "Which database?", "SQLite", "Postgres", "Type something.", "Chat about this")
}

// An answer reaches the question and nothing else.
// Caught: a text that is pasted before its field has the cursor; a success that
// was not waited for; "No" without the words; the next question, in the same
// words, taken for the one that was answered.
func TestAnAnswerReachesItsQuestion(t *testing.T) {
	for name, c := range map[string]struct {
		given   func(*desk)
		answer  Answer
		steps   []string
		answers []string
		heard   []string
	}{
		"an option":                          {mayRun, Answer{Option: 1}, []string{"1"}, []string{"Yes"}, nil},
		"an option, told before it is shown": {(*desk).lateShown, Answer{Option: 1}, []string{"1"}, []string{"Yes"}, nil},
		"no":                                 {mayRun, Answer{Option: 3}, []string{"3"}, []string{"No"}, nil},
		"no, and why":                        {mayRun, Answer{Text: "use git ls-files"}, []string{"3", "paste", "Enter"}, []string{"No"}, []string{"use git ls-files"}},
		"the option of a menu":               {whichOne, Answer{Option: 2}, []string{"2"}, []string{"Postgres"}, nil},
		"a text":                             {whichOne, Answer{Text: "MySQL\n8"}, []string{"3", "paste", "Enter"}, []string{"MySQL\n8"}, nil},
		"a text, Enter swallowed":            {func(k *desk) { whichOne(k); k.swallow = 1 }, Answer{Text: "MySQL"}, []string{"3", "paste", "Enter", "Enter"}, []string{"MySQL"}, nil},
		"a text, at its field":               {func(k *desk) { whichOne(k); k.cursor = 3 }, Answer{Text: "MySQL"}, []string{"paste", "Enter"}, []string{"MySQL"}, nil},
		"one of two questions": {
			func(k *desk) {
				whichOne(k)
				k.then = []fm.Question{{Kind: fm.AsksQuestion, Text: "Which color?", Options: []string{"Red", "Blue"}}}
			},
			Answer{Option: 1},
			[]string{"1"},
			[]string{"SQLite"},
			nil,
		},
		"one that is asked again": {
			func(k *desk) { mayRun(k); k.then = []fm.Question{k.dialog}; k.signs = true },
			Answer{Option: 1},
			[]string{"1"},
			[]string{"Yes"},
			nil,
		},
		"a plan": {func(k *desk) { k.asks(fm.AsksPlan, "Exit plan mode?", "Yes", "No") }, Answer{Option: 1}, []string{"1"}, []string{"Yes"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				c.given(k)
				was := k.dialog.Text
				q, err := k.speaker().Answer(t.Context(), 3, theRun, c.answer)
				if err != nil || q.Text != was && was != "" {
					t.Errorf("answered %q, want %q: %v", q.Text, was, err)
				}
				k.settle()
				k.did(c.steps...)
				if diff := cmp.Diff(c.answers, k.answers) + cmp.Diff(c.heard, k.heard); diff != "" {
					t.Errorf("answered and heard, want, got:\n%s", diff)
				}
				if k.box != "" {
					t.Errorf("the box holds %q", k.box)
				}
			})
		})
	}
}

// Caught: a login that is answered; a key that stays in the box; a check box
// that is taken for an answer.
func TestWhatCannotBeAnsweredIsLeftAlone(t *testing.T) {
	asks := func(kind fm.QuestionKind, options ...string) func(*desk) {
		return func(k *desk) { k.asks(kind, "What?", options...) }
	}
	option := func(n int) Answer { return Answer{Option: n} }
	for name, c := range map[string]struct {
		given  func(*desk)
		answer Answer
		kind   FailureKind
		why    string
		steps  []string
	}{
		"nothing is asked":     {func(*desk) {}, option(1), Refused, "worker-3 asks nothing: fm send", nil},
		"it is never shown":    {func(k *desk) { k.enter(fm.Waiting) }, option(1), Transient, "find its question on the screen", nil},
		"another run":          {func(k *desk) { mayRun(k); k.session.Run.Attempt++ }, option(1), NotFound, "456.2 does not run there", nil},
		"a login":              {asks(fm.AsksDialog, "Yes", "No"), option(1), Refused, "a dialog is open: What?", nil},
		"a limit":              {asks(fm.AsksLimit, "Wait"), option(1), Refused, "fm attach worker-3", nil},
		"several may be taken": {asks(fm.AsksQuestion, "[ ] A", "[ ] B"), option(1), Refused, "cannot be answered with one key", nil},
		"ten options":          {asks(fm.AsksQuestion, strings.Split("abcdefghij", "")...), option(1), Refused, "cannot be answered with one key", nil},
		"no options":           {asks(fm.AsksQuestion), option(1), Refused, "cannot be answered with one key", nil},
		"no such option":       {mayRun, option(4), Refused, "option 4 of 3", nil},
		"a negative option":    {mayRun, option(-1), Refused, "option -1 of 3", nil},
		"the option of a text": {whichOne, option(3), Refused, "option 3 wants a text", nil},
		"no answer":            {mayRun, Answer{}, Refused, "neither a text nor an option", nil},
		"two answers":          {mayRun, Answer{Text: "x", Option: 1}, Refused, "a text and an option", nil},
		"no text is taken":     {asks(fm.AsksQuestion, "A", "B"), Answer{Text: "x"}, Refused, "takes no text", nil},
		"it stays":             {func(k *desk) { mayRun(k); k.numb = "1" }, option(1), Transient, "the dialog is still open", []string{"1"}},
		"it asks other things": {mayRun, Answer{Option: 1, Asked: fm.Question{Text: "Which database?"}}, Refused, "it asks something else now", nil},
		"its field is missed":  {func(k *desk) { whichOne(k); k.numb = "3" }, Answer{Text: "x"}, Transient, "the option that takes a text is not to be seen", []string{"3"}},
		"its text is lost":     {func(k *desk) { whichOne(k); k.numb = "paste" }, Answer{Text: "x"}, Transient, "the text is not to be seen", []string{"3", "paste"}},
		"its text stays":       {func(k *desk) { whichOne(k); k.swallow = 9 }, Answer{Text: "x"}, Transient, "the dialog is still open", []string{"3", "paste", "Enter", "Enter"}},
		"it is gone already":   {func(k *desk) { mayRun(k); k.lateGone() }, option(2), Transient, "the question was gone already", []string{"2", "BSpace"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				c.given(k)
				_, err := k.speaker().Answer(t.Context(), 3, theRun, c.answer)
				k.settle()
				if err == nil || kind(err) != c.kind || !strings.Contains(err.Error(), c.why) {
					t.Errorf("got %v, want %q, %s", err, c.why, c.kind)
				}
				k.did(c.steps...)
				if k.box != "" || len(k.answers)+len(k.heard) > 0 {
					t.Errorf("box %q, answers %q, heard %q", k.box, k.answers, k.heard)
				}
			})
		})
	}
}

// The screen alone is not believed: what it shows may be the last thing that a
// process drew.
func TestAnAnswerIsNotTakenUntilTheAgentGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		mayRun(k)
		k.mute = true
		_, err := k.speaker().Answer(t.Context(), 3, theRun, Answer{Option: 1})
		if err == nil || kind(err) != Transient || !strings.Contains(err.Error(), "not seen to go on") {
			t.Errorf("got %v", err)
		}
		k.did("1")
	})
}

// A person in the session comes before one who answers from elsewhere.
func TestAnAnswerGivesWayToAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		mayRun(k)
		s := k.speaker()
		s.May = func(fm.Session) error { return errors.New("somebody types") }
		if _, err := s.Answer(context.Background(), 3, theRun, Answer{Option: 1}); err == nil {
			t.Error("it was answered")
		}
		k.did()
	})
}
