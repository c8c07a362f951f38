package supervisor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// Answer is what a person answers to an agent's question: a text, or an option
// by its number.
type Answer struct {
	Text   string
	Option int // from 1; 0 for none
	// Asked is the question as the person knows it. When the agent asks
	// something else by now, nothing is answered. The zero Question is any.
	Asked fm.Question
}

// The words of the CLI's dialogs: the option that takes a text, and the one
// that declines. Where several may be chosen each begins with its box.
const (
	freeOption = "Type something"
	noOption   = "No"
	checkBox   = "["
	cursor     = "❯"
)

// Answer answers the dialog that the agent of a run has open, and returns when
// that dialog was seen to be gone and the agent to have left it. A text goes
// into the dialog where it takes one; else it declines, and is said afterwards.
// It gives the question as the screen showed it, which may be another than the
// agent's signs told of last.
//
// The error wraps [fm.ErrGone] when the worker's live session is not the run's,
// and [fm.ErrRefused] when nothing is asked, when the dialog is none that fm
// may answer (trust, login, a limit), or has no such option.
func (s Speaker) Answer(ctx context.Context, w fm.WorkerID, run fm.Run, a Answer) (q fm.Question, err error) {
	err = s.talk(ctx, w, run, func(ctx context.Context, t talk) error {
		if q, err = t.question(ctx); err != nil {
			return err
		}
		return t.answer(ctx, q, a)
	})
	if err != nil {
		return q, fmt.Errorf("answer %s: %w", w, err)
	}
	return q, nil
}

func (t talk) answer(ctx context.Context, q fm.Question, a Answer) error {
	if err := t.answerable(q); err != nil {
		return err
	}
	before, err := t.report(ctx)
	if err != nil {
		return err
	}
	if known := a.Asked.Text; known != "" && known != q.Text && known != before.Question.Text {
		return fmt.Errorf("it asks something else now: %s; see: fm inbox: %w", fm.Line(q.Text, 200), fm.ErrRefused)
	}
	n, err := choose(q, a)
	if err != nil {
		return err
	}
	if WantsText(q.Options[n-1]) {
		return t.fillIn(ctx, q, n, strings.TrimSpace(fm.Plain(a.Text)), before)
	}
	if err := t.pick(ctx, q, n, before); err != nil || a.Text == "" {
		return err
	}
	if _, err := t.until(ctx, redrawLimit, func(s fm.Screen) bool { return s.Prompt }); err != nil {
		return fmt.Errorf("wait for the input box: %w", err)
	}
	return t.say(ctx, a.Text)
}

// question gives what is asked on the screen. An agent says that it asks a
// moment before it does.
func (t talk) question(ctx context.Context) (fm.Question, error) {
	if err := t.allowed(ctx); err != nil {
		return fm.Question{}, err
	}
	rep, err := t.report(ctx)
	if err != nil {
		return fm.Question{}, err
	}
	shown, err := t.screen(ctx)
	if err != nil || shown.Dialog.Kind != "" || rep.State != fm.Waiting {
		return shown.Dialog, err
	}
	shown, err = t.until(ctx, redrawLimit, func(s fm.Screen) bool { return s.Dialog.Kind != "" })
	if err != nil {
		return fm.Question{}, fmt.Errorf("find its question on the screen: %w", err)
	}
	return shown.Dialog, nil
}

func (t talk) answerable(q fm.Question) error {
	switch q.Kind {
	case fm.AsksPermission, fm.AsksQuestion, fm.AsksPlan:
	case fm.AsksLimit, fm.AsksDialog:
		return fmt.Errorf("%w; it is for a person: fm attach %s", openDialog(q), t.worker)
	default:
		return fmt.Errorf("%s asks nothing: fm send: %w", t.worker, fm.ErrRefused)
	}
	if len(q.Options) == 0 || !Answerable(q) {
		return fmt.Errorf("the question cannot be answered with one key: fm attach %s: %w", t.worker, fm.ErrRefused)
	}
	return nil
}

// choose gives the number of the option that an answer picks, from 1.
func choose(q fm.Question, a Answer) (int, error) {
	free := 1 + slices.IndexFunc(q.Options, WantsText)
	switch {
	case a.Text == "" && a.Option == 0:
		return 0, fmt.Errorf("neither a text nor an option: %w", fm.ErrRefused)
	case a.Text != "" && a.Option != 0:
		return 0, fmt.Errorf("a text and an option: %w", fm.ErrRefused)
	case a.Option < 0 || a.Option > len(q.Options):
		return 0, fmt.Errorf("option %d of %d: %w", a.Option, len(q.Options), fm.ErrRefused)
	case a.Option != 0 && a.Option == free:
		return 0, fmt.Errorf("option %d wants a text: %w", a.Option, fm.ErrRefused)
	case a.Option != 0:
		return a.Option, nil
	case free > 0:
		return free, nil
	}
	if no := 1 + slices.IndexFunc(q.Options, declines); no > 0 {
		return no, nil
	}
	return 0, fmt.Errorf("the question takes no text, only an option: %w", fm.ErrRefused)
}

// pick presses the key of an option, which chooses it at once.
func (t talk) pick(ctx context.Context, q fm.Question, n int, before fm.Report) error {
	key := strconv.Itoa(n)
	if err := t.press(ctx, key); err != nil {
		return err
	}
	drawn, cancel := context.WithTimeout(ctx, redrawLimit)
	defer cancel()
	gone := func(_ string, now fm.Screen) bool {
		if now.Dialog.Kind != q.Kind || now.Dialog.Text != q.Text {
			return true
		}
		// The next one may ask the same. Only the agent's signs tell them apart,
		// and only once this one had the time to go.
		rep, err := t.report(ctx)
		return err == nil && drawn.Err() != nil && began(before, rep)
	}
	if err := t.left(ctx, heardLimit, gone, before); err != nil {
		return err
	}
	if now, err := t.screen(ctx); err == nil && now.Draft == key {
		// The dialog had closed by itself; the box got the key.
		return errors.Join(errors.New("the question was gone already"), t.press(ctx, "BSpace"))
	}
	return nil
}

// fillIn goes to the option that takes a text, and types it there. What is
// pasted before the option has the cursor is lost, and an Enter that comes
// before the text is drawn may be.
func (t talk) fillIn(ctx context.Context, q fm.Question, n int, text string, before fm.Report) error {
	line := strconv.Itoa(n) + ". " + q.Options[n-1]
	shown, err := t.shown(ctx)
	if err != nil {
		return err
	}
	if !points(shown, line) {
		if err := t.press(ctx, strconv.Itoa(n)); err != nil {
			return err
		}
		if err := t.seen(ctx, "the option that takes a text", func(shown string) bool { return points(shown, line) }); err != nil {
			return err
		}
	}
	if err := t.paste(ctx, text); err != nil {
		return err
	}
	if err := t.seen(ctx, "the text", func(shown string) bool { return !strings.Contains(shown, line) }); err != nil {
		return err
	}
	// A long text leaves no room for the rest of its dialog.
	gone := func(shown string, now fm.Screen) bool { return now.Prompt || points(shown, "1. ") }
	for range 2 { // one Enter may be swallowed
		if err = t.press(ctx, "Enter"); err != nil {
			return err
		}
		if err = t.left(ctx, pasteLimit, gone, before); !errors.Is(err, errOpen) {
			break
		}
	}
	return err
}

// points says whether the cursor of a dialog is on the line of an option.
func points(shown, line string) bool {
	for at := range strings.Lines(shown) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(at), cursor); ok && strings.HasPrefix(strings.TrimSpace(rest), line) {
			return true
		}
	}
	return false
}

// seen waits for what a pane is to show.
func (t talk) seen(ctx context.Context, what string, ok func(shown string) bool) error {
	patience, cancel := context.WithTimeout(ctx, pasteLimit)
	defer cancel()
	for glancePause(patience) == nil {
		if shown, err := t.shown(ctx); err != nil || ok(shown) {
			return err
		}
	}
	return fmt.Errorf("%s is not to be seen in the dialog", what)
}

// errOpen says that a dialog is still there although it was answered.
var errOpen = errors.New("the dialog is still open")

// left waits until a question is answered: its dialog is gone and the agent
// goes on, or the next question is there.
func (t talk) left(ctx context.Context, limit time.Duration, gone func(string, fm.Screen) bool, before fm.Report) error {
	patience, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	why := errOpen
	for glancePause(patience) == nil {
		shown, err := t.shown(ctx)
		now := t.Agent.Screen(shown)
		if err != nil || !gone(shown, now) {
			continue
		}
		if now.Dialog.Kind != "" {
			return nil
		}
		why = errors.New("the dialog is gone, and the agent is not seen to go on")
		if rep, err := t.report(ctx); err == nil && (rep.State != fm.Waiting || began(before, rep)) {
			return nil
		}
	}
	return why
}
