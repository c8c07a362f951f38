package supervisor

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Options is what a Supervisor is made of. All fields are needed but Wake.
type Options struct {
	Rules     Rules
	Queue     *queue.Queue
	Terminal  Terminal
	Workspace Workspace
	Agent     Agent
	Verifier  Verifier
	Tracker   Tracker
	Forge     Forge

	Wanted func() (Wanted, error)          // reads what the user wants
	Revive func(ctx context.Context) error // starts the terminal server and a guard in it
	Dir    func(fm.TaskID) string          // a task's worktree
	Show   func(Status)                    // called at most 4 times a second, by one goroutine
	Memory []Finish                        // what the last supervisor knew
	Wake   <-chan struct{}                 // hints that something may have changed
	Log    *slog.Logger
}

const (
	lookEvery = 2 * time.Second // the backstop when every hint is lost
	showEvery = 250 * time.Millisecond
)

// Supervisor is the shell around [Step]: it owns the State, the clock and the
// goroutines. There is one per project, which the caller makes sure of.
type Supervisor struct {
	o       Options
	state   State       // owned by Run's goroutine
	inbox   chan Event  // results of effects
	looks   chan looked // results of looks
	work    sync.WaitGroup
	started time.Time
	shown   time.Time
	handled int  // events of effects; a look that overlaps one is taken again
	looking bool // a look is under way
	again   bool // and another is wanted after it
	exit    bool
}

// New makes a Supervisor that has not looked at anything yet.
func New(o Options) *Supervisor {
	return &Supervisor{o: o, state: NewState(o.Rules), inbox: make(chan Event), looks: make(chan looked)}
}

// Run keeps the promise until the user wants it to end, or ctx does. It returns
// nil after an [Exit], and the context's error otherwise; then the workers go
// on, to be adopted by the next Run. When it returns, all its goroutines are
// gone.
func (s *Supervisor) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.work.Wait()
	defer cancel()
	s.started = time.Now()
	s.handle(ctx, Remembered{Finishes: s.o.Memory})
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	due := time.NewTimer(0)
	defer due.Stop()
	for !s.exit {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case ev := <-s.inbox:
			s.handled++
			s.handle(ctx, ev)
			s.look(ctx)
		case l := <-s.looks:
			s.looked(ctx, l)
		case <-s.o.Wake:
			s.look(ctx)
		case <-tick.C:
			s.look(ctx)
		case <-due.C:
			s.look(ctx)
		}
		s.show(showEvery)
		s.alarm(due)
	}
	s.show(0)
	return nil
}

// alarm sets the timer to when time alone changes a decision, or when a
// snapshot that was held back can be shown.
func (s *Supervisor) alarm(timer *time.Timer) {
	due := Due(s.state)
	if due.IsZero() {
		timer.Stop()
		return
	}
	timer.Reset(max(time.Until(due), time.Millisecond))
}

// show publishes a snapshot unless the last one is younger than the pause.
func (s *Supervisor) show(pause time.Duration) {
	now := time.Now()
	if now.Sub(s.shown) < pause {
		return
	}
	s.shown = now
	v := View(s.state)
	v.At, v.Started = now, s.started
	s.o.Show(v)
}

// looked takes the result of a look. One that overlapped a change of ours may
// show what was before it, and is taken again.
func (s *Supervisor) looked(ctx context.Context, l looked) {
	s.looking = false
	if s.again || l.handled != s.handled {
		s.again = false
		s.look(ctx)
		return
	}
	s.handle(ctx, l.event)
}

// handle steps through an event and everything that follows from it at once.
func (s *Supervisor) handle(ctx context.Context, ev Event) {
	for queued := []Event{ev}; len(queued) > 0; queued = queued[1:] {
		s.logEvent(ctx, queued[0])
		s.state, _ = Step(s.state, Ticked{At: time.Now()})
		var effects []Effect
		s.state, effects = Step(s.state, queued[0])
		queued = append(queued, s.carryOut(ctx, effects)...)
	}
}

// carryOut writes the queue first; only when that is durable does anything
// else happen.
func (s *Supervisor) carryOut(ctx context.Context, effects []Effect) []Event {
	var events []Event
	for i, eff := range effects {
		s.logEffect(ctx, eff)
		switch eff := eff.(type) {
		case Record:
			snap, err := s.o.Queue.Commit(ctx, time.Now(), eff.Changes...)
			if err != nil {
				return append(s.dropped(effects[i+1:]), RecordFailed{Err: err.Error()})
			}
			events = append(events, Recorded{Snapshot: snap})
		case Exit:
			s.exit = true
		default:
			s.perform(ctx, eff)
		}
	}
	return events
}

func (s *Supervisor) dropped(effects []Effect) []Event {
	var events []Event
	for _, eff := range effects {
		events = append(events, EffectFailed{Effect: eff, Kind: Transient, Err: "the queue could not be written"})
	}
	return events
}

// look reads the queue and what the user wants, and has the world looked at.
// The reading is cheap when nothing changed; the looking may hang, and so has
// a goroutine of its own.
func (s *Supervisor) look(ctx context.Context) {
	if s.looking {
		s.again = true
		return
	}
	if snap, err := s.o.Queue.Refresh(ctx, time.Now()); err != nil {
		s.handle(ctx, RecordFailed{Err: err.Error()})
	} else {
		s.handle(ctx, QueueRead{Snapshot: snap})
	}
	if w, err := s.o.Wanted(); err != nil {
		s.o.Log.LogAttrs(ctx, slog.LevelWarn, "wanted state cannot be read", slog.String(keyError, err.Error()))
	} else if w != s.state.Wanted {
		s.handle(ctx, WantedRead{Wanted: w})
	}
	s.looking = true
	handled, working := s.handled, s.working()
	s.work.Go(func() {
		l := looked{event: s.observe(ctx, working), handled: handled}
		select {
		case s.looks <- l:
		case <-ctx.Done():
		}
	})
}

// looked is the result of a look, with what had been handled when it began.
type looked struct {
	event   Event
	handled int
}

func (s *Supervisor) working() []fm.Run {
	var runs []fm.Run
	for _, t := range s.state.Queue.Tasks {
		if t.Status == fm.Working {
			runs = append(runs, t.Run())
		}
	}
	return runs
}

// observe looks at the sessions first and at the agents' signs after, so that
// what an agent wrote before it died is never overlooked.
func (s *Supervisor) observe(ctx context.Context, working []fm.Run) Event {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	sight, err := s.o.Terminal.Observe(ctx)
	if err != nil {
		return ObserveFailed{Err: err.Error()}
	}
	reports := make(map[fm.TaskID]fm.Report, len(working))
	for _, run := range working {
		rep, err := s.o.Agent.Report(ctx, run, s.o.Dir(run.Task))
		if err != nil {
			s.o.Log.LogAttrs(ctx, slog.LevelWarn, "report cannot be read", slog.String(keyTask, string(run.Task)), slog.String(keyError, err.Error()))
			continue
		}
		reports[run.Task] = rep
	}
	return Observed{Sight: sight, Reports: reports}
}

func (s *Supervisor) send(ctx context.Context, ev Event) {
	select {
	case s.inbox <- ev:
	case <-ctx.Done():
	}
}

// kind classifies an adapter's error.
func kind(err error) FailureKind {
	switch {
	case errors.Is(err, fm.ErrConflict):
		return Conflicted
	case errors.Is(err, fm.ErrRefused):
		return Refused
	case errors.Is(err, fm.ErrGone):
		return NotFound
	}
	return Transient
}
