package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// stage is a dashboard that runs, on a screen of the test's own, with a person
// who presses keys and a house that notes what is ordered.
type stage struct {
	tb      testing.TB
	d       *Dashboard
	events  chan<- tcell.Event // of the screen, in the order in which they are sent
	pressed <-chan struct{}    // one for each key that was handled
	house   *notedHouse
}

// onStage begins a dashboard that has seen a view.
func onStage(tb testing.TB, v View) *stage {
	tb.Helper()
	screen := tcell.NewSimulationScreen("UTF-8")
	h := &notedHouse{views: make(chan View, 1), watched: make(chan struct{})}
	h.views <- v
	d := New(Options{Sights: h, Orders: h, Screen: screen})
	pressed := make(chan struct{}, 100)
	d.app.SetInputCapture(func(ev *tcell.EventKey) *tcell.EventKey {
		defer func() { pressed <- struct{}{} }()
		return d.key(ev)
	})
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- d.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Errorf("Run: %v", err)
		}
	})
	<-h.watched
	queue, ok := screen.(interface{ EventQ() chan tcell.Event })
	if !ok {
		tb.Fatal("the screen takes no events")
	}
	s := &stage{tb: tb, d: d, events: queue.EventQ(), pressed: pressed, house: h}
	s.until("the first view", func(m *model) bool { return !m.view.Now.IsZero() })
	return s
}

// notedHouse is what there is to see and to order; it notes the orders.
type notedHouse struct {
	views   chan View
	watched chan struct{} // closed when the dashboard runs

	mu        sync.Mutex
	orders    []string
	questions []Question
	refuses   error // the next answer
	waits     chan struct{}
}

func (h *notedHouse) note(format string, args ...any) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	line := fmt.Sprintf(format, args...)
	h.orders = append(h.orders, line)
	return "did " + line, nil
}

// ordered is what was ordered so far.
func (h *notedHouse) ordered() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.orders)
}

func (h *notedHouse) Watch(context.Context) <-chan View {
	close(h.watched)
	return h.views
}

func (h *notedHouse) Panes(context.Context, []fm.WorkerID) (map[fm.WorkerID]Pane, error) {
	return map[fm.WorkerID]Pane{}, nil
}

func (h *notedHouse) History(_ context.Context, id fm.TaskID) (string, []Event, error) {
	return "because of " + id.Ref(), nil, nil
}

func (h *notedHouse) Log(context.Context, fm.WorkerID) ([]string, error) { return nil, nil }

func (h *notedHouse) Attach(_ context.Context, w fm.WorkerID) error {
	_, err := h.note("attach %s", w)
	return err
}

func (h *notedHouse) Pause(context.Context) (string, error)  { return h.note("pause") }
func (h *notedHouse) Resume(context.Context) (string, error) { return h.note("resume") }
func (h *notedHouse) Scale(_ context.Context, by int) (string, error) {
	return h.note("scale %d", by)
}

// Questions waits as long as the test wants it to.
func (h *notedHouse) Questions(ctx context.Context) ([]Question, error) {
	h.mu.Lock()
	waits := h.waits
	h.mu.Unlock()
	if waits != nil {
		select {
		case <-waits:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.questions), nil
}

// Answer takes the question away, unless it refuses.
func (h *notedHouse) Answer(_ context.Context, q Question, a supervisor.Answer) (string, error) {
	h.mu.Lock()
	refuses := h.refuses
	h.refuses = nil
	if refuses == nil {
		h.questions = slices.DeleteFunc(h.questions, func(o Question) bool { return same(o, q) })
	}
	h.mu.Unlock()
	if refuses != nil {
		return "", refuses
	}
	return h.note("answer %s %d %q asked %q", q.Worker, a.Option, a.Text, a.Asked.Text)
}

func (h *notedHouse) Edit(_ context.Context, id fm.TaskID, e Edit) (string, error) {
	return h.note("%s %s", e, id)
}

// asks changes what is asked.
func (h *notedHouse) asks(all ...Question) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.questions = slices.Clone(all)
}

// keys presses keys, by their names in the key table, and returns when all were
// handled.
func (s *stage) keys(words ...string) {
	s.tb.Helper()
	for _, word := range words {
		s.events <- keyNamed(s.tb, word)
	}
	deadline := time.After(patience)
	for range words {
		select {
		case <-s.pressed:
		case <-deadline:
			s.tb.Fatalf("the keys %q are not handled", words)
		}
	}
}

func keyNamed(tb testing.TB, word string) *tcell.EventKey {
	tb.Helper()
	if runes := []rune(word); len(runes) == 1 {
		return tcell.NewEventKey(tcell.KeyRune, runes[0], tcell.ModNone)
	}
	for key, name := range tcell.KeyNames {
		if name == word {
			return tcell.NewEventKey(key, 0, tcell.ModNone)
		}
	}
	tb.Fatalf("there is no key %q", word)
	return nil
}

// types presses the key of each letter.
func (s *stage) types(text string) {
	s.tb.Helper()
	for _, r := range text {
		s.keys(string(r))
	}
}

// pastes is what a terminal sends when its user pastes.
func (s *stage) pastes(text string) {
	events := []tcell.Event{tcell.NewEventPaste(true)}
	for _, r := range text {
		ev := tcell.NewEventKey(tcell.KeyRune, r, tcell.ModNone)
		if r == '\n' {
			ev = tcell.NewEventKey(tcell.KeyEnter, 0, tcell.ModNone)
		}
		events = append(events, ev)
	}
	for _, ev := range append(events, tcell.NewEventPaste(false)) {
		s.events <- ev
	}
}

// sees gives the dashboard a new view.
func (s *stage) sees(v View) { s.house.views <- v }

// until waits for a state of the model.
func (s *stage) until(what string, ok func(*model) bool) {
	s.tb.Helper()
	deadline, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		done := make(chan string, 1)
		s.d.post(func() {
			m := &s.d.model
			if ok(m) {
				done <- ""
				return
			}
			done <- fmt.Sprintf("page %s, modal %+v, said %q, wrong %q, queue %+v", m.page, m.modal, m.said, m.wrong, m.queue)
		})
		select {
		case state := <-done:
			if state == "" {
				return
			}
			if deadline.Err() != nil {
				s.tb.Fatalf("waiting for %s; last seen: %s; ordered: %q", what, state, s.house.ordered())
			}
		case <-deadline.Done():
			s.tb.Fatalf("waiting for %s: the event loop stands still", what)
		}
	}
}

// untilOrdered waits for the last order, and says whether it is the only one.
func (s *stage) untilOrdered(want ...string) {
	s.tb.Helper()
	s.until(fmt.Sprintf("the orders %q", want), func(*model) bool { return slices.Equal(s.house.ordered(), want) })
}

var errRefused = errors.New("the agent is not seen to go on")
