package main

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/ui"
)

// sights are what the dashboard shows of the house.
type sights struct {
	house *house
}

var _ ui.Sights = (*sights)(nil)

// backstop is how late a change is seen that nobody hinted at.
const backstop = 10 * time.Second

// Watch looks when the project's files have changed, and now and then.
func (s *sights) Watch(ctx context.Context) <-chan ui.View {
	views := make(chan ui.View)
	var tasks sync.WaitGroup
	wake, hint := hints()
	watcher := s.house.lookout(hint)
	tasks.Go(func() { _ = watcher.Run(ctx) }) // hints only
	go func() {
		defer close(views)
		defer tasks.Wait()
		tick := time.NewTicker(backstop)
		defer tick.Stop()
		for {
			select {
			case views <- s.view(ctx):
			case <-ctx.Done():
				return
			}
			select {
			case <-wake:
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return views
}

func (s *sights) view(ctx context.Context) ui.View {
	v := ui.View{Now: time.Now()}
	st, err := s.house.status(ctx)
	v.Status = st
	if err != nil {
		v.Status.Problems = append(slices.Clip(v.Status.Problems), text(err))
	}
	if q, err := s.house.openQueue(ctx); err == nil {
		snap := q.Snapshot()
		v.Tasks, v.Closed = snap.Tasks, slices.Sorted(maps.Keys(snap.Closed))
	}
	return v
}

// Panes looks at what workers' panes show.
func (s *sights) Panes(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]ui.Pane, error) {
	terminal, err := s.house.terminal(ctx, func() {})
	if err != nil {
		return nil, err
	}
	shown, err := terminal.Screens(ctx, workers)
	if err != nil {
		return nil, err
	}
	panes := map[fm.WorkerID]ui.Pane{}
	for w, text := range shown {
		panes[w] = ui.Pane{Text: text, Width: s.house.config.Tmux.Width, Height: s.house.config.Tmux.Height}
	}
	return panes, nil
}

// History tells what fm why tells.
func (s *sights) History(ctx context.Context, id fm.TaskID) (string, []ui.Event, error) {
	h := s.house
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
	var events []ui.Event
	for _, step := range past {
		events = append(events, ui.Event{At: step.At, What: step.line()})
	}
	return x.reason(), events, nil
}

// Log reads what fm logs prints.
func (s *sights) Log(ctx context.Context, w fm.WorkerID) ([]string, error) {
	name := "supervisor"
	if w != 0 {
		name = w.String()
	}
	write, err := s.house.source(ctx, name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := write(ctx, &b); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n"), nil
}

