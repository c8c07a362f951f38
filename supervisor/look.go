package supervisor

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/founder-mode/fm"
)

// look reads the queue and what the user wants, and has the world looked at.
// The reading is cheap when nothing changed; the looking may hang, and so has
// a goroutine of its own.
func (s *Supervisor) look(ctx context.Context) {
	s.read(ctx)
	if s.looking {
		s.again = true
		return
	}
	s.looking, s.again, s.moved = true, false, nil
	working, sites := s.working(), s.state.digest.sites
	s.work.Go(func() {
		ev := s.observe(ctx, working, sites)
		select {
		case s.looks <- ev:
		case <-ctx.Done():
		}
	})
}

func (s *Supervisor) read(ctx context.Context) {
	w, err := s.o.Wanted()
	switch {
	case err != nil:
		s.o.Log.LogAttrs(ctx, slog.LevelWarn, "wanted state cannot be read", slog.String(keyError, err.Error()))
	case !w.Equal(s.state.Wanted):
		s.handle(ctx, WantedRead{Wanted: w})
	}
	snap, err := s.o.Queue.Refresh(ctx, s.now())
	if err != nil {
		if why := unfit(err); why != s.state.Unfit { // told once: nothing follows from it that a look does not
			s.handle(ctx, QueueUnread{Err: why})
		}
		return
	}
	s.handle(ctx, QueueRead{Snapshot: snap})
}

func (s *Supervisor) working() []fm.Task {
	var tasks []fm.Task
	for t := range s.state.inHand {
		if t.Status == fm.Working {
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// Limits of a look, and of reading one agent's signs in it: one that hangs
// holds up the others by less than a tick.
const (
	lookLimit   = 10 * time.Second
	reportLimit = time.Second
)

// observe looks at the sessions first and at the agents' signs after, so that
// what an agent wrote before it died is never overlooked.
func (s *Supervisor) observe(ctx context.Context, working []fm.Task, sites []fm.Site) (ev Event) {
	defer func() {
		if p := recover(); p != nil {
			ev = ObserveFailed{Err: fmt.Sprintf("panic: %v", p)}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	at := s.now()
	sight, err := s.o.Terminal.Observe(ctx)
	if err != nil {
		return ObserveFailed{Err: fm.Reason(err)}
	}
	seen := Observed{At: at, Sight: sight, Reports: make(map[fm.TaskID]fm.Report, len(working)), Unread: map[fm.TaskID]string{}}
	for _, t := range working {
		rep, err := s.report(ctx, t)
		if err != nil {
			s.o.Log.LogAttrs(ctx, slog.LevelWarn, "report cannot be read", slog.String(keyTask, string(t.ID)), slog.String(keyError, err.Error()))
			seen.Unread[t.ID] = fm.Reason(err)
			continue
		}
		seen.Reports[t.ID] = rep
	}
	seen.Stamp = s.stamp(ctx, sites)
	s.peek(ctx, seen)
	return seen
}

// stamp tells states of the branches apart. Without it everything else is seen.
func (s *Supervisor) stamp(ctx context.Context, sites []fm.Site) (stamp string) {
	defer func() {
		if p := recover(); p != nil {
			stamp = ""
			s.o.Log.LogAttrs(ctx, slog.LevelWarn, "the branches cannot be looked at", slog.String(keyError, fmt.Sprint("panic: ", p)))
		}
	}()
	if s.o.Radar == nil {
		return ""
	}
	return s.o.Radar.Stamp(sites)
}

func (s *Supervisor) report(ctx context.Context, t fm.Task) (rep fm.Report, err error) {
	ctx, cancel := context.WithTimeout(ctx, reportLimit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return s.o.Agent.Report(ctx, t.Run(), s.o.Dir(t.Site()))
}

// looked takes the result of a look. It may show the sessions that an effect
// changed meanwhile as they were before.
func (s *Supervisor) looked(ctx context.Context, ev Event) {
	s.looking, s.sighted = false, true
	if seen, ok := ev.(Observed); ok {
		seen.Kept = s.moved
		ev = seen
	}
	s.handle(ctx, ev)
	if s.again {
		s.look(ctx)
	}
}
