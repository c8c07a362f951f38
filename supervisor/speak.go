package supervisor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/founder-mode/fm"
)

// Speaker talks to agents as a careful person would: it looks before it types,
// types nothing into a dialog and nothing behind another's half-typed line,
// sends only what it sees in the box, and looks whether it was heard. Its
// methods may be called concurrently, by several processes too: each text
// arrives whole, and once.
type Speaker struct {
	Terminal Terminal
	Agent    Agent
	Dir      string // where the run has its files
	// May says why no key may be pressed in a session now. It is asked before
	// each. Nil is for what a person asked for.
	May func(fm.Session) error
	// Closes is the kind of dialog that Say may close, [fm.AsksLimit]; "" for
	// none.
	Closes fm.QuestionKind

	unsent *unsentTexts // nil for a Speaker that remembers nothing
}

// Limits of a talk. A screen is mostly drawn within a tenth of a second; a CLI
// on a busy machine takes seconds to draw a long text, and to say that its turn
// has begun.
const (
	talkLimit   = 30 * time.Second
	redrawLimit = 4 * time.Second
	pasteLimit  = 5 * time.Second
	heardLimit  = 10 * time.Second
	// enterAfter is how long a text may stand in the box until Enter is pressed
	// once more: the CLI swallows one now and then. An Enter that it was only
	// slow to take would send a person's line that came back; so that takes
	// longer.
	enterAfter = time.Second
	enterLate  = 4 * time.Second
)

// Say types a text to the agent of a run, and returns when it was seen to be
// taken: as a prompt, or for the end of the turn that is under way. A person's
// half-typed line is put aside for it, and comes back.
//
// The error wraps [fm.ErrGone] when the worker's live session is not the run's,
// and [fm.ErrRefused] when a dialog is open or there is no text. After any
// other it may be tried again; the text may stand in the box then, and is sent
// from there. Where a person has added words to it they come first. A text so
// long that the box only names it ("[Pasted text #1]") is known again by the
// supervisor that pasted it; any other process puts it aside like a person's.
func (s Speaker) Say(ctx context.Context, w fm.WorkerID, run fm.Run, text string) error {
	err := s.talk(ctx, w, run, func(ctx context.Context, t talk) error { return t.say(ctx, text) })
	if err != nil {
		return fmt.Errorf("say to %s: %w", w, err)
	}
	return nil
}

// talk is a turn at the keyboard of a run's session.
type talk struct {
	Speaker
	worker fm.WorkerID
	run    fm.Run
}

func (s Speaker) talk(ctx context.Context, w fm.WorkerID, run fm.Run, do func(context.Context, talk) error) error {
	release, err := s.Terminal.Typing(ctx, w)
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, talkLimit)
	defer cancel()
	return do(ctx, talk{Speaker: s, worker: w, run: run})
}

func (t talk) say(ctx context.Context, text string) error {
	if text = message(text); text == "" {
		return fmt.Errorf("empty text: %w", fm.ErrRefused)
	}
	if err := t.allowed(ctx); err != nil {
		return err
	}
	b, err := t.makeRoom(ctx, text)
	if err != nil {
		return err
	}
	before, err := t.report(ctx)
	if err != nil {
		return err
	}
	if b.Draft == "" {
		if err := t.paste(ctx, text); err != nil {
			return err
		}
		if err := t.arrived(ctx, text); err != nil {
			return err
		}
	}
	if err := t.press(ctx, "Enter"); err != nil {
		return err
	}
	if err := t.heard(ctx, text, b, before); err != nil {
		return err
	}
	t.unsent.drop(t.worker)
	return nil
}

// allowed says why no key may be pressed now.
func (t talk) allowed(ctx context.Context) error {
	sight, err := t.Terminal.Observe(ctx)
	if err != nil {
		return err
	}
	for _, ss := range sight.Sessions {
		if ss.Worker != t.worker {
			continue
		}
		if ss.Run != t.run || !ss.Alive {
			break
		}
		if t.May != nil {
			return t.May(ss)
		}
		return nil
	}
	return fmt.Errorf("%s does not run there: %w", t.run, fm.ErrGone)
}

func (t talk) press(ctx context.Context, key string) error {
	if err := t.allowed(ctx); err != nil {
		return err
	}
	return t.Terminal.Press(ctx, t.worker, key)
}

func (t talk) paste(ctx context.Context, text string) error {
	if err := t.allowed(ctx); err != nil {
		return err
	}
	return t.Terminal.Paste(ctx, t.worker, text)
}

// makeRoom empties the box, unless the very text stands in it since an earlier
// try. Nothing that a person typed is lost by it: a second line that is put
// aside would replace the first.
func (t talk) makeRoom(ctx context.Context, text string) (box, error) {
	shown, err := t.screen(ctx)
	if err != nil {
		return box{}, err
	}
	if kind := shown.Dialog.Kind; kind != "" {
		if kind != fm.AsksLimit || kind != t.Closes {
			return box{}, openDialog(shown.Dialog)
		}
		closed := func(s fm.Screen) bool { return s.Dialog.Kind == "" && s.Prompt }
		if shown, err = t.pressUntil(ctx, "Escape", closed); err != nil {
			return box{}, fmt.Errorf("close the limit menu: %w", err)
		}
	}
	left := t.unsent.of(t.worker, t.run, text)
	switch {
	case !shown.Prompt:
		return box{}, errors.New("its input box is not to be seen")
	case shown.Draft == "", essence(shown.Draft) == essence(text), left.alone(shown.Draft):
		return box{Screen: shown}, nil
	case left.within(shown.Draft):
		return box{}, errors.New("the text stands in the box already, with somebody's words")
	case shown.Stashed:
		return box{}, errors.New("a half-typed line stands in the box, and another one was put aside before")
	}
	aside := shown.Draft
	empty := func(s fm.Screen) bool { return s.Draft == "" && s.Prompt }
	if shown, err = t.pressUntil(ctx, "C-s", empty); err != nil {
		return box{}, fmt.Errorf("put the half-typed line in the box aside: %w", err)
	}
	shown.Stashed = false // not by another
	return box{shown, aside}, nil
}

func openDialog(q fm.Question) error {
	what := "a dialog is open"
	if q.Kind != fm.AsksDialog {
		what = "a " + string(q.Kind) + " dialog is open"
	}
	return fmt.Errorf("%s: %s: %w", what, fm.Line(q.Text, 200), fm.ErrRefused)
}

func (t talk) screen(ctx context.Context) (fm.Screen, error) {
	shown, err := t.shown(ctx)
	return t.Agent.Screen(shown), err
}

func (t talk) shown(ctx context.Context) (string, error) {
	screens, err := t.Terminal.Screens(ctx, []fm.WorkerID{t.worker})
	if err != nil {
		return "", err
	}
	shown, ok := screens[t.worker]
	if !ok {
		return "", fmt.Errorf("no live pane: %w", fm.ErrGone)
	}
	return shown, nil
}

func (t talk) report(ctx context.Context) (fm.Report, error) {
	return t.Agent.Report(ctx, t.run, t.Dir)
}

// pressUntil presses a key and waits for what it does.
func (t talk) pressUntil(ctx context.Context, key string, done func(fm.Screen) bool) (fm.Screen, error) {
	if err := t.press(ctx, key); err != nil {
		return fm.Screen{}, err
	}
	return t.until(ctx, redrawLimit, done)
}

// until waits for what a screen is to show.
func (t talk) until(ctx context.Context, limit time.Duration, done func(fm.Screen) bool) (fm.Screen, error) {
	patience, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for glancePause(patience) == nil {
		if shown, err := t.screen(ctx); err != nil || done(shown) {
			return shown, err
		}
	}
	return fm.Screen{}, fmt.Errorf("nothing is seen of it for %s", limit)
}

// arrived waits until the text stands in the box, alone: Enter in a dialog that
// opened meanwhile would choose something, and behind a person's words would
// send them.
func (t talk) arrived(ctx context.Context, text string) error {
	left := unsentText{run: t.run, text: text, pasted: true}
	t.unsent.put(t.worker, left)
	shown, err := t.until(ctx, pasteLimit, func(s fm.Screen) bool { return s.Draft != "" || s.Dialog.Kind != "" })
	switch {
	case err != nil:
		return fmt.Errorf("paste the text: %w", err)
	case shown.Dialog.Kind != "":
		return openDialog(shown.Dialog)
	}
	left.shown = shown.Draft
	if !holds(shown.Draft, text) {
		left.shown = ours(shown.Draft, text)
	}
	t.unsent.put(t.worker, left)
	if !holds(shown.Draft, text) {
		return errors.New("somebody types in the box, too; the text stands there and is not sent")
	}
	return nil
}

// heard waits until the text was taken, and presses Enter once more where it
// still stands in the box. Where no turn was under way the agent's own signs
// tell, and mostly no look at the screen is needed; where one was, its signs
// say nothing of us.
func (t talk) heard(ctx context.Context, text string, b box, before fm.Report) error {
	limit, cancel := context.WithTimeout(ctx, heardLimit)
	defer cancel()
	late, cancel := context.WithTimeout(ctx, enterAfter)
	defer cancel()
	if b.returns() {
		late, cancel = context.WithTimeout(ctx, enterLate)
		defer cancel()
	}
	// A long queue can hide all other signs of a turn.
	busy := b.Busy || b.Queued || before.State == fm.AtWork || before.State == fm.Retrying
	for pressed := false; glancePause(limit) == nil; {
		if now, err := t.report(ctx); err == nil && (!busy || before.State.AtRest()) && began(before, now) {
			return nil
		}
		if !busy && late.Err() == nil {
			continue
		}
		now, err := t.screen(ctx)
		switch {
		case err != nil || !now.Prompt: // a later look may tell
		case !b.unsent(now, text):
			return nil // it was seen in the box before
		case late.Err() != nil && !b.Stashed && !pressed:
			if err := t.press(ctx, "Enter"); err != nil {
				return err
			}
			pressed = true
		}
	}
	return errors.New("the text was typed, and is not seen to be taken")
}

// began says whether the agent's signs tell of a turn that has begun, or ended,
// since an earlier report.
func began(before, now fm.Report) bool {
	switch now.State {
	case fm.AtWork, fm.Waiting, fm.Retrying, fm.InShell:
		return now.State != before.State || now.Turns > before.Turns || now.Heard.After(before.Heard)
	case fm.AtPrompt, fm.Limited, fm.Starting, fm.Exited, fm.UnknownState:
	}
	return now.Turns > before.Turns
}
