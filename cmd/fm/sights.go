package main

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/tmux"
	"github.com/founder-mode/fm/ui"
)

// sights are what the dashboard shows of a project. Each look reads the settings
// anew, as a command would.
type sights struct {
	app  *app
	root string
	// beside runs what must not take the process down with the terminal in hand.
	beside func(func())
	slow   time.Duration // [backstop], but in tests

	tasks    sync.WaitGroup // what Watch has started
	terminal onceDone[*tmux.Server]
	logs     logbook
}

var _ ui.Sights = (*sights)(nil)

// onceDone makes something when it is asked for, until that works.
type onceDone[T any] struct {
	mu   sync.Mutex // guards what follows
	made T
	done bool
}

func (o *onceDone[T]) get(do func() (T, error)) (T, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done {
		return o.made, nil
	}
	made, err := do()
	if err == nil {
		o.made, o.done = made, true
	}
	return made, err
}

func (s *sights) server(ctx context.Context) (*tmux.Server, error) {
	return s.terminal.get(func() (*tmux.Server, error) {
		return s.app.house(ctx, s.root).terminal(ctx, func() {})
	})
}

// How often the project is looked at.
const (
	backstop = 10 * time.Second       // at least, for what nobody hints at
	lookGap  = 100 * time.Millisecond // at most, however much happens
)

// Watch looks when the files of the project have changed. In between the clock
// goes on, and says when the supervisor is gone: nothing else would.
func (s *sights) Watch(ctx context.Context) <-chan ui.View {
	views := make(chan ui.View)
	wake, hint := hints()
	house := s.app.house(ctx, s.root)
	watcher := house.lookout(hint)
	watcher.Ignore(house.statusDraft())
	s.tasks.Go(func() { s.beside(func() { _ = watcher.Run(ctx) }) }) // hints only
	s.tasks.Go(func() {
		defer close(views)
		s.beside(func() { s.watch(ctx, wake, views) })
	})
	return views
}

func (s *sights) watch(ctx context.Context, wake <-chan struct{}, views chan<- ui.View) {
	slow, clock := time.NewTicker(cmp.Or(s.slow, backstop)), time.NewTicker(time.Second)
	defer slow.Stop()
	defer clock.Stop()
	next := time.NewTimer(0) // the next look, if it is on its way
	defer next.Stop()
	var g gaze
	var out chan<- ui.View // views, when there is something new
	var looked time.Time
	for {
		look := false
		select {
		case <-ctx.Done():
			return
		case out <- g.view:
			out = nil
		case <-wake:
			next.Reset(max(0, lookGap-time.Since(looked)))
		case now := <-clock.C:
			look = g.pid != 0 && !process.Alive(g.pid, "")
			if g.tick(now) {
				out = views
			}
		case <-slow.C:
			look = true
		case <-next.C:
			look = true
		}
		if look {
			if g.look(ctx, s.app.house(ctx, s.root)) {
				out = views
			}
			looked = time.Now()
		}
	}
}

// gaze is what the last look has seen.
type gaze struct {
	view    ui.View
	changed time.Time // when there was something new in it
	pid     int       // of the supervisor; 0 for none that is known

	queue  *queue.Queue
	snap   queue.Snapshot
	closed []fm.IssueID // of snap
}

// look sees everything, and says whether there is something new. What is wrong
// with a part of it is told as a problem, and the rest is shown.
func (g *gaze) look(ctx context.Context, h *house) (news bool) {
	seq, first := g.snap.Seq, g.view.Now.IsZero()
	v := ui.View{Now: time.Now()}
	wrong := g.refresh(ctx, h)
	var more []string
	v.Status, more = g.status(ctx, h)
	v.Status.Problems = slices.Concat(v.Status.Problems, wrong, more)
	v.Tasks, v.Closed = g.snap.Tasks, g.closed
	if err := h.seenWork(); err != nil { // the folder was taken away
		v.Unused = text(err)
	}
	news = first || seq != g.snap.Seq || v.Unused != g.view.Unused || !sameBut(v.Status, g.view.Status)
	switch {
	case first:
		g.changed = youngest(v.Status)
	case news:
		g.changed = v.Now
	default:
		v.Now = g.view.Now // it is as late as what is shown
	}
	g.view = v
	return news
}

// sameBut says whether two looks of a supervisor differ in when they were.
func sameBut(a, b supervisor.Status) bool {
	a.At, b.At = time.Time{}, time.Time{}
	return reflect.DeepEqual(a, b)
}

// youngest is when the last of what there is to see has begun.
func youngest(s supervisor.Status) time.Time {
	last := s.Started
	for _, ws := range s.Workers {
		if ws.Since.After(last) {
			last = ws.Since
		}
	}
	return last
}

// tick moves the clock of the view, and says whether that is to be seen. Seconds
// are shown of what is less than a minute ago, or away.
func (g *gaze) tick(now time.Time) bool {
	if g.view.Now.IsZero() {
		return false
	}
	near := func(at time.Time) bool { return at.After(now.Add(-time.Second)) && at.Before(now.Add(61*time.Second)) }
	if now.Sub(g.changed) > 61*time.Second && now.Minute() == g.view.Now.Minute() && !near(g.view.Status.Gate.Until) &&
		!slices.ContainsFunc(g.view.Tasks, func(t fm.Task) bool { return near(t.NotBefore) }) {
		return false
	}
	g.view.Now = now
	return true
}

// refresh looks at the queue. One that cannot be read stays as it was last.
func (g *gaze) refresh(ctx context.Context, h *house) (wrong []string) {
	if g.queue == nil {
		q, err := h.openQueue(ctx)
		if err != nil {
			return []string{"queue: " + text(err)}
		}
		g.queue = q
	}
	snap, err := g.queue.Refresh(ctx, time.Now())
	if err != nil {
		wrong = []string{"queue: " + text(err)}
		if errors.Is(err, queue.ErrCorrupt) {
			g.queue = nil // it may be rebuilt
		}
	}
	if snap.Seq != g.snap.Seq || g.closed == nil {
		g.closed = slices.AppendSeq([]fm.IssueID{}, maps.Keys(snap.Closed))
		slices.Sort(g.closed)
	}
	g.snap = snap
	return wrong
}

// status is what the supervisor last saw; without one, what can be said all the
// same.
func (g *gaze) status(ctx context.Context, h *house) (supervisor.Status, []string) {
	said := h.said()
	if g.pid = said.pid; said.good {
		if w, err := h.wanted(); err == nil { // the supervisor may not have read it yet
			said.Wanted = w
		}
		return said.Status, nil
	}
	s, err := h.statusOf(ctx, g.snap, said)
	if err != nil {
		return s, []string{text(err)}
	}
	return s, nil
}

// Panes gives what these workers' panes show.
func (s *sights) Panes(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]ui.Pane, error) {
	terminal, err := s.server(ctx)
	if err != nil {
		return nil, err
	}
	shown, err := terminal.Painted(ctx, workers)
	if err != nil {
		return nil, err
	}
	panes := make(map[fm.WorkerID]ui.Pane, len(shown))
	for w, p := range shown {
		panes[w] = ui.Pane{Text: p.Text, Width: p.Width, Height: p.Height}
	}
	return panes, nil
}

// History tells what fm why tells.
func (s *sights) History(ctx context.Context, id fm.TaskID) (why string, events []ui.Event, err error) {
	h := s.app.house(ctx, s.root)
	q, err := h.openQueue(ctx)
	if err != nil {
		return "", nil, err
	}
	snap, err := q.Refresh(ctx, time.Now())
	if err != nil {
		return "", nil, err
	}
	t, ok := snap.Task(id)
	if !ok {
		return "", nil, unqueued(id)
	}
	x, err := h.scene(ctx, t, snap)
	if err != nil {
		return "", nil, err
	}
	past, err := h.past(ctx, q, id)
	if err != nil {
		return "", nil, err
	}
	for _, step := range past {
		events = append(events, ui.Event{At: step.At, What: step.line()})
	}
	return x.reason(), events, nil
}

// Log gives the end of what fm logs prints.
func (s *sights) Log(ctx context.Context, w fm.WorkerID) ([]string, error) {
	return s.logs.read(ctx, s.app.house(ctx, s.root), w)
}
