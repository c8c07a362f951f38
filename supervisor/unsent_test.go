package supervisor

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// A text that stands in the box since an earlier try is sent from there, once;
// a person's words around it are neither sent nor put aside.
// Caught: a stash of the person's words with ours in them; a long text of ours
// put aside as a person's, and pasted again.
func TestWhatWasPastedIsNotPastedAgain(t *testing.T) {
	const short, telling = "go on", "Your work was not accepted: the tests fail."
	long := strings.Repeat("a line\n", 2) + "end"
	for name, c := range map[string]struct {
		text   string
		folds  bool
		typed  string // by a person, just before the paste
		stays  bool   // Enter has no effect at the first try
		forget bool   // the second try is that of another process
		again  []string
		heard  []string
		box    string
	}{
		"a long text alone":             {text: long, folds: true, stays: true, again: []string{"Enter"}, heard: []string{long}},
		"a short text alone":            {text: short, stays: true, again: []string{"Enter"}, heard: []string{short}},
		"a long text, with words":       {text: long, folds: true, typed: "wait, ", box: "wait, " + long},
		"a short text, with words":      {text: short, typed: "wait, ", box: "wait, " + short},
		"a telling text, another's try": {text: telling, typed: "wait, ", forget: true, box: "wait, " + telling},
		"a short text, another's try":   {text: short, stays: true, forget: true, again: []string{"Enter"}, heard: []string{short}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newDesk(t)
				if c.folds {
					k.folds = c.text
				}
				if c.stays {
					k.swallow = 2
				}
				k.next = func() { k.box = c.typed }
				s := k.atDesk()
				order := Tell{Worker: 3, Run: theRun, Site: fm.Task{ID: theRun.Task}.Site(), Text: c.text}
				if err := s.tell(t.Context(), order); err == nil || kind(err) != Transient {
					t.Fatalf("the first try: %v", err)
				}
				k.settle()
				if c.forget {
					s = k.atDesk()
				}
				k.steps = nil
				err := s.tell(t.Context(), order)
				k.settle()
				if (err == nil) != (c.heard != nil) || err != nil && (kind(err) != Transient || !strings.Contains(err.Error(), "with somebody's words")) {
					t.Errorf("the second try: %v", err)
				}
				k.did(c.again...)
				if !slices.Equal(k.heard, c.heard) || k.box != c.box || k.stash != "" {
					t.Errorf("heard %q, box %q, stash %q; want %q and %q", k.heard, k.box, k.stash, c.heard, c.box)
				}
				if err == nil {
					return
				}
				k.box, k.steps, k.next = "", nil, nil // the person has thought better of it
				if err := s.tell(t.Context(), order); err != nil {
					t.Error(err)
				}
				k.settle()
				if diff := cmp.Diff([]string{c.text}, k.heard); diff != "" {
					t.Errorf("heard, want, got:\n%s", diff)
				}
			})
		})
	}
}

// Caught: any long text in the box taken for ours.
func TestALongTextOfAPersonsIsPutAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newDesk(t)
		k.box, k.folds = "the\nperson's\nown", "the\nperson's\nown"
		if err := k.atDesk().tell(t.Context(), Tell{Worker: 3, Run: theRun, Site: fm.Task{ID: theRun.Task}.Site(), Text: "go on"}); err != nil {
			t.Error(err)
		}
		k.settle()
		k.did("C-s", "paste", "Enter")
		if !slices.Equal(k.heard, []string{"go on"}) || k.box != k.folds {
			t.Errorf("heard %q, box %q", k.heard, k.box)
		}
	})
}

func TestAnUnsentTextIsOfOneRunAndText(t *testing.T) {
	var l unsentTexts
	l.put(3, unsentText{run: theRun, text: "a", pasted: true})
	for name, c := range map[string]struct {
		run  fm.Run
		text string
		want bool
	}{
		"the same":     {theRun, "a", true},
		"another text": {theRun, "b", false},
		"another run":  {fm.Run{Task: "456", Attempt: 3}, "a", false},
	} {
		if got := l.of(3, c.run, c.text); got.pasted != c.want {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if l.drop(3); l.of(3, theRun, "a").pasted {
		t.Error("what was sent is remembered")
	}
}
