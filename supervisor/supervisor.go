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

// Options is what a Supervisor is made of. All fields are needed but Wake, Radar and Reserve.
type Options struct {
	Rules     Rules
	Queue     *queue.Queue
	Terminal  Terminal
	Workspace Workspace
	Agent     Agent
	Verifier  Verifier
	Tracker   Tracker
	Forge     Forge
	Radar     Radar   // nil for none
	Reserve   Reserve // nil for none

	Wanted func() (Wanted, error)          // reads what the user wants
	Revive func(ctx context.Context) error // starts the terminal server and a guard in it
	Dir    func(fm.Site) string            // where it has its files
	Show   func(Status)                    // called at most 4 times a second, by one goroutine
	Memory []Finish                        // what the last supervisor knew
	Wake   <-chan struct{}                 // hints that something may have changed
	Log    *slog.Logger
	// Explain takes the decisions of each step, in their order. It must not
	// block for long, and its failures are its own.
	Explain func([]Decision)
}

const (
	lookEvery = 2 * time.Second // the backstop when every hint is lost
	showEvery = 250 * time.Millisecond
)

// Supervisor is the shell around [Step]: it owns the State, the clock and the
// goroutines. There is one per project, which the caller makes sure of.
type Supervisor struct {
	o       Options
	inbox   chan Event // results of effects
	looks   chan Event // results of looks
	work    sync.WaitGroup
	started time.Time

	// Owned by Run's goroutine.
	state   State
	looking bool          // a look is under way
	sighted bool          // one has come back: before that there is nothing to show
	again   bool          // and another is wanted after it
	moved   []fm.WorkerID // whose sessions changed since it began
	stale   int           // commits in a row that an edit of the queue came before
	shown   time.Time
	unshown bool // something was handled since
	exit    bool

	glimpses map[fm.Run]glimpse // owned by the look that is under way

	unsent unsentTexts // of what was said to agents
}

// New makes a Supervisor that has not looked at anything yet.
func New(o Options) *Supervisor {
	o.Rules.Dir = o.Dir
	if o.Reserve == nil {
		o.Rules.Ready = 0
	}
	return &Supervisor{o: o, state: NewState(o.Rules), inbox: make(chan Event), looks: make(chan Event), glimpses: map[fm.Run]glimpse{}}
}

// Run keeps the promise until the user wants it to end, or ctx does. It returns
// nil after an [Exit], and the context's error otherwise; then the workers go
// on, to be adopted by the next Run. When it returns, all its goroutines are
// gone.
func (s *Supervisor) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.work.Wait()
	defer cancel()
	s.started = s.now()
	s.handle(ctx, Remembered{Finishes: s.o.Memory})
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	due, held := time.NewTimer(lookEvery), time.NewTimer(showEvery)
	defer due.Stop()
	defer held.Stop()
	wake := s.o.Wake
	s.look(ctx)
	for !s.exit {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case ev := <-s.inbox:
			if w := moved(ev); w != 0 {
				s.moved = append(s.moved, w)
			}
			s.handle(ctx, ev)
			s.look(ctx)
		case ev := <-s.looks:
			s.looked(ctx, ev)
		case _, ok := <-wake:
			if !ok {
				wake = nil // the hints ended; the ticks go on
			}
			s.look(ctx)
		case <-tick.C:
			s.look(ctx)
		case <-due.C:
			s.look(ctx)
		case <-held.C:
		}
		s.show(showEvery)
		s.alarm(due, held)
	}
	s.show(0)
	return nil
}

// now reads the clock: what the rest of the shell knows of the time, it has from here.
func (s *Supervisor) now() time.Time { return time.Now() }

// alarm sets the timers to when time alone changes a decision, and to when a
// snapshot that was held back can be shown.
func (s *Supervisor) alarm(due, held *time.Timer) {
	due.Stop()
	if at := Due(s.state); !at.IsZero() {
		due.Reset(max(time.Until(at), time.Millisecond))
	}
	held.Stop()
	if s.unshown && s.sighted {
		held.Reset(time.Until(s.shown.Add(showEvery)))
	}
}

// show publishes a snapshot unless the last one is younger than the pause. The
// first one shows what the first look has found: who takes over from another
// supervisor shows its agents at once.
func (s *Supervisor) show(pause time.Duration) {
	now := s.now()
	if !s.unshown || pause > 0 && !s.sighted || now.Sub(s.shown) < pause {
		return
	}
	s.shown, s.unshown = now, false
	v := View(s.state)
	v.At, v.Started = now, s.started
	s.o.Show(v)
}

// moved names the worker whose session an effect has changed; 0 for none.
func moved(ev Event) fm.WorkerID {
	switch ev := ev.(type) {
	case Started:
		return ev.Worker
	case Stopped:
		return ev.Worker
	case Closed:
		return ev.Worker
	case Ticked, QueueRead, Recorded, WantedRead, Observed, ObserveFailed, Revived, Told, Noted, Verified, Published,
		PullMerged, Rebased, ChecksRerun, PullsSeen, Tidied, SiteCleared, Scanned, Stocked, Warned, ParentClosed, EffectFailed, RecordFailed, QueueUnread, Remembered:
	}
	return 0
}

// handle steps through an event and everything that follows from it at once.
func (s *Supervisor) handle(ctx context.Context, ev Event) {
	s.unshown = true
	for queued := []Event{ev}; len(queued) > 0; queued = queued[1:] {
		s.logEvent(ctx, queued[0])
		s.state, _ = Step(s.state, Ticked{At: s.now()})
		var effects []Effect
		s.state, effects = Step(s.state, queued[0])
		queued = append(queued, s.carryOut(ctx, effects)...)
	}
}

// maxStale bounds the commits that are thought out anew at once.
const maxStale = 3

// carryOut writes the queue first; only when that is durable does anything
// else happen.
func (s *Supervisor) carryOut(ctx context.Context, effects []Effect) []Event {
	var events []Event
	for i, eff := range effects {
		s.logEffect(ctx, eff)
		if _, ok := eff.(Exit); ok {
			s.exit = true
			continue
		}
		if told, ok := eff.(Explain); ok {
			s.explain(told)
			continue
		}
		rec, ok := eff.(Record)
		if !ok {
			s.perform(ctx, eff)
			continue
		}
		ev, err := s.record(ctx, rec)
		events = append(events, ev)
		if err != nil {
			return append(events, skipped(effects[i+1:], err)...)
		}
	}
	return events
}

// explain hands decisions to whoever keeps the journals.
func (s *Supervisor) explain(told Explain) {
	if s.o.Explain != nil {
		s.o.Explain(told.Decisions)
	}
}

// record makes a record durable. When an edit came before it, what the queue
// holds now is thought about at once.
func (s *Supervisor) record(ctx context.Context, rec Record) (Event, error) {
	snap, err := s.o.Queue.Commit(ctx, s.now(), rec.Changes...)
	switch {
	case errors.Is(err, queue.ErrStale) && s.stale < maxStale:
		s.stale++
		return QueueRead{Snapshot: snap}, err
	case err != nil:
		return RecordFailed{Err: fm.Reason(err)}, err
	}
	s.stale = 0
	return Recorded{Snapshot: snap}, nil
}

func skipped(effects []Effect, why error) []Event {
	var events []Event
	for _, eff := range effects {
		events = append(events, EffectFailed{Effect: eff, Kind: Skipped, Err: why.Error()})
	}
	return events
}

func (s *Supervisor) send(ctx context.Context, ev Event) {
	select {
	case s.inbox <- ev:
	case <-ctx.Done():
	}
}

// slot looks at one worker's session; the zero Session when there is none. It
// also says whether it is in the hands of a person right now.
func (s *Supervisor) slot(ctx context.Context, w fm.WorkerID) (ss fm.Session, person bool, err error) {
	sight, err := s.o.Terminal.Observe(ctx)
	if err != nil {
		return fm.Session{}, false, err
	}
	ss.Worker = w
	for _, one := range sight.Sessions {
		if one.Worker == w {
			ss = one
		}
	}
	person, err = s.person(ss)
	return ss, person, err
}

func (s *Supervisor) person(ss fm.Session) (bool, error) {
	wanted, err := s.o.Wanted()
	return Present(ss, s.o.Rules.Grace, wanted.Hands, s.now()), err
}

// glanceEvery is the pause between two looks at what was just done.
const glanceEvery = 100 * time.Millisecond

// glancePause waits for the time of the next look, unless ctx ends before.
func glancePause(ctx context.Context) error {
	t := time.NewTimer(glanceEvery)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
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
