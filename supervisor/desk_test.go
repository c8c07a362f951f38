package supervisor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
)

// desk is a terminal with one agent at it, as far as the keyboard matters: an
// input box, a stash for one line, a queue for the end of the turn, and dialogs
// in the place of the box, in which Enter chooses. It draws what it shows, and
// gives its signs, a moment late.
type desk struct {
	Terminal
	Agent
	tb      testing.TB
	typing  chan struct{}
	lag     time.Duration // until a key has its effect
	swallow int           // Enters that have none
	numb    string        // a key that has none
	mute    bool          // it gives no signs
	signs   bool          // it tells of each answer, also when it asks on
	ending  bool          // its turn ends with the next key, and what was queued makes it ask
	hidden  bool          // its screen does not show that a turn runs
	folds   string        // a text that its box only names
	steps   []string      // what was done at the keyboard
	next    func()        // happens just before a paste

	mu      sync.Mutex
	session fm.Session
	box     string
	stash   string
	stashed bool
	noBox   bool
	busy    bool
	queued  []string
	heard   []string // prompts that were taken
	dialog  fm.Question
	cursor  int  // option, from 1
	filled  bool // a text stands at the option
	then    []fm.Question
	answers []string // options that were chosen, or texts that were filled in
	rep     fm.Report
	looks   int
}

func newDesk(tb testing.TB) *desk {
	tb.Helper()
	k := &desk{tb: tb, typing: make(chan struct{}, 1), lag: 40 * time.Millisecond, session: live(3, "456", 2)}
	k.rep = fm.Report{Run: k.session.Run, State: fm.AtPrompt, Turns: 1, Heard: time.Now(), Since: time.Now()}
	return k
}

func (k *desk) speaker() Speaker {
	return Speaker{Terminal: k, Agent: k, Dir: "/" + string(theRun.Task)}
}

// settle lets every key have its effect. It wants the time of synctest.
func (k *desk) settle() {
	time.Sleep(k.lag)
	synctest.Wait()
}

func (k *desk) asks(kind fm.QuestionKind, text string, options ...string) {
	k.dialog, k.cursor = fm.Question{Kind: kind, Text: text, Options: options}, 1
	k.enter(fm.Waiting)
}

func (k *desk) enter(state fm.AgentState) {
	if k.mute {
		return
	}
	k.rep.State, k.rep.Heard, k.rep.Since = state, time.Now(), time.Now()
}

func (k *desk) Typing(ctx context.Context, _ fm.WorkerID) (func(), error) {
	select {
	case k.typing <- struct{}{}:
		return func() { <-k.typing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (k *desk) Observe(context.Context) (fm.Sight, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return fm.Sight{Generation: "1", Sessions: []fm.Session{live(1, "7", 1), k.session}}, nil
}

func (k *desk) Report(_ context.Context, run fm.Run, dir string) (fm.Report, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if dir != "/"+string(run.Task) {
		k.tb.Errorf("report of %s asked in %s", run, dir)
	}
	return k.rep, nil
}

func (k *desk) Screens(_ context.Context, workers []fm.WorkerID) (map[fm.WorkerID]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.looks++
	shown := fm.Screen{Dialog: k.dialog, Busy: k.busy && !k.hidden, Queued: len(k.queued) > 0, Stashed: k.stashed}
	if k.dialog.Kind == "" && !k.noBox {
		shown.Prompt, shown.Draft = true, k.box
		if k.folds != "" {
			shown.Draft = strings.ReplaceAll(k.box, k.folds, "[Pasted text #1 +2 lines]")
		}
	}
	text, err := json.Marshal(shown)
	for i, o := range k.dialog.Options {
		mark := "  "
		if i+1 == k.cursor {
			mark = "❯ "
		}
		text = fmt.Appendf(text, "\n %s%d. %s", mark, i+1, o)
	}
	if !slices.Equal(workers, []fm.WorkerID{k.session.Worker}) {
		k.tb.Errorf("screens of %v were asked for", workers)
	}
	return map[fm.WorkerID]string{k.session.Worker: string(text)}, err
}

func (k *desk) Screen(shown string) (s fm.Screen) {
	first, _, _ := strings.Cut(shown, "\n")
	if err := json.Unmarshal([]byte(first), &s); err != nil && shown != "" {
		k.tb.Errorf("screen %q: %v", shown, err)
	}
	return s
}

func (k *desk) Press(_ context.Context, w fm.WorkerID, key string) error {
	k.does(w, key, func() { k.key(key) })
	return nil
}

func (k *desk) Paste(_ context.Context, w fm.WorkerID, text string) error {
	k.does(w, "paste", func() {
		if k.next != nil {
			k.next()
		}
		switch {
		case k.dialog.Kind == "":
			k.box += text
		case k.cursor > 0 && strings.HasPrefix(k.dialog.Options[k.cursor-1], freeOption):
			k.dialog.Options = slices.Clone(k.dialog.Options)
			k.dialog.Options[k.cursor-1], k.filled = text, true
		}
	})
	return nil
}

// does lets a key have its effect a moment later, but in the order of the keys.
func (k *desk) does(w fm.WorkerID, what string, effect func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w != k.session.Worker {
		k.tb.Errorf("a key is pressed in %s", w)
	}
	k.steps = append(k.steps, what)
	time.AfterFunc(k.lag, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if what != k.numb {
			effect()
		}
	})
}

func (k *desk) key(key string) {
	n, _ := strconv.Atoi(key)
	switch {
	case key == "Enter" && k.swallow > 0:
		k.swallow--
	case key == "Enter" && k.dialog.Kind != "":
		if !k.filled {
			k.tb.Errorf("Enter was pressed in the dialog %q", k.dialog.Text)
		}
		k.choose(k.cursor)
	case key == "Enter":
		k.submit()
	case key == "Escape" && k.dialog.Kind != "":
		k.choose(0)
	case key == "Escape":
		k.tb.Errorf("the turn was interrupted")
	case n > 0 && k.dialog.Kind == "":
		k.box += key
	case n > 0 && strings.HasPrefix(k.dialog.Options[n-1], freeOption):
		k.cursor = n
	case n > 0:
		k.choose(n)
	case key == "C-s":
		k.box, k.stash, k.stashed = "", k.box, true
	case key == "BSpace":
		k.box = k.box[:len(k.box)-1]
	default:
		k.tb.Errorf("key %s", key)
	}
}

func (k *desk) choose(n int) {
	q := k.dialog
	k.dialog, k.filled = fm.Question{}, false
	if len(k.then) > 0 {
		k.dialog, k.then, k.cursor = k.then[0], k.then[1:], 1
	}
	if n == 0 {
		return
	}
	k.answers = append(k.answers, q.Options[n-1])
	switch {
	case k.dialog.Kind != "":
		if k.signs {
			k.enter(fm.Waiting)
		}
	case strings.HasPrefix(q.Options[n-1], noOption):
		k.enter(fm.AtPrompt)
	default:
		k.busy = true
		k.enter(fm.AtWork)
	}
}

func (k *desk) submit() {
	text := k.box
	switch {
	case k.ending:
		k.busy = false
		k.asks(fm.AsksPermission, "Bash: ls", "Yes", "No")
	case k.busy:
		k.queued = append(k.queued, text)
	default:
		k.busy = true
		k.enter(fm.AtWork)
	}
	k.heard = append(k.heard, text)
	k.box = k.stash
	k.stash, k.stashed = "", false
}

// works has the turn that is under way give a sign of life a moment later.
func (k *desk) works() {
	k.busy = true
	time.AfterFunc(2*k.lag, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.enter(fm.AtWork)
	})
}

// lateShown tells of a dialog, and opens it a moment later.
func (k *desk) lateShown() {
	k.enter(fm.Waiting)
	time.AfterFunc(time.Second, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		mayRun(k)
	})
}

// lateGone closes the dialog between a look and the key that follows.
func (k *desk) lateGone() {
	time.AfterFunc(k.lag/2, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.choose(0)
		k.enter(fm.AtPrompt)
	})
}
