package supervisor

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// glimpse is what a pane showed when it was last looked at.
type glimpse struct {
	tried  time.Time // the last look, which may have failed
	at     time.Time // the last that succeeded
	since  time.Time // the first in a row that showed the same
	output time.Time // the pane's last output, as of at
	screen fm.Screen
}

// When a pane is looked at: it costs a process, and it is the last to be
// believed.
const (
	startSlack = 3 * time.Second  // a start takes that long without any dialog
	silence    = 20 * time.Second // of an agent that says it is at work
	peekEvery  = 10 * time.Second // each pane
	peekSoon   = 2 * time.Second  // the same, while a dialog is known of and not seen yet
	peekLimit  = 2 * time.Second
)

// unclear says whether an agent's own signs leave open what it does.
func unclear(rep fm.Report, at time.Time) bool {
	switch rep.State {
	case fm.Starting:
		return at.Sub(rep.Since) > startSlack
	case fm.AtWork, fm.Retrying:
		return at.Sub(latestOf(rep.Heard, rep.Since)) > silence
	case fm.Waiting:
		return len(rep.Question.Options) == 0
	case fm.Limited:
		return true
	case fm.AtPrompt, fm.InShell, fm.Exited, fm.UnknownState:
	}
	return false
}

// due says whether the pane may be looked at again.
func (g glimpse) due(rep fm.Report, at time.Time) bool {
	every := peekEvery
	if rep.State == fm.Waiting && g.screen.Dialog.Kind == "" {
		every = peekSoon
	}
	return at.Sub(g.tried) >= every
}

// still says whether the pane shows what it showed at the last look that
// succeeded: it has put nothing out since. The times of outputs are in whole
// seconds.
func (g glimpse) still(ss fm.Session) bool {
	return !g.at.IsZero() && !ss.Activity.IsZero() && ss.Activity.Equal(g.output) && g.at.Sub(ss.Activity) > time.Second
}

// then gives the glimpse after a look that succeeded.
func (g glimpse) then(at, output time.Time, scr fm.Screen) glimpse {
	was, is := g.screen.Dialog, scr.Dialog
	if g.at.IsZero() || was.Kind != is.Kind || was.Text != is.Text || (g.screen.Retrying == "") != (scr.Retrying == "") {
		g.since = at
	}
	g.tried, g.at, g.output, g.screen = at, at, output, scr
	return g
}

// glance adds to a report what a screen has shown since then, where that says
// more than the agent's own signs. It is pure.
func glance(rep fm.Report, scr fm.Screen, since time.Time) fm.Report {
	enter := func(state fm.AgentState, what string) {
		if rep.State != state {
			rep.State, rep.Since = state, since
			rep.Evidence = fm.Evidence{Source: fm.ScreenSource, What: fm.Line(what, 80), At: since}
		}
	}
	q := scr.Dialog
	switch {
	case rep.State == fm.Exited:
	case q.Kind == fm.AsksLimit:
		enter(fm.Limited, "limit menu")
		rep.Question, rep.Limit.Hit = q, true
		if rep.Trouble == fm.NoTrouble {
			rep.Trouble = fm.LimitTrouble
		}
	case q.Kind != "":
		if rep.Question.Kind == q.Kind && rep.Question.Text != "" {
			q.Text = rep.Question.Text // the hooks tell the whole, the screen what fits
		}
		enter(fm.Waiting, string(q.Kind)+" dialog")
		rep.Question = q
	case scr.Retrying != "" && !rep.State.AtRest():
		enter(fm.Retrying, scr.Retrying)
		rep.Says = fm.Line(scr.Retrying, 200)
	}
	return rep
}

// peek looks at the panes of agents whose own signs leave open what they do,
// unless they have put nothing out since the last look, and adds to their reports what is shown. A look that fails is no evidence.
func (s *Supervisor) peek(ctx context.Context, seen Observed) {
	glimpses, unsure := map[fm.Run]glimpse{}, map[fm.WorkerID]fm.Session{}
	for _, ss := range seen.Sight.Sessions {
		rep, ok := seen.Reports[ss.Run.Task]
		if !ok || rep.Run != ss.Run || !ss.Alive || !unclear(rep, seen.At) {
			continue
		}
		g := s.glimpses[ss.Run]
		if g.due(rep, seen.At) {
			g.tried = seen.At
			if g.still(ss) {
				g.at = seen.At
			} else {
				unsure[ss.Worker] = ss
			}
		}
		glimpses[ss.Run] = g
	}
	s.glimpses = glimpses // without those of agents that have spoken since
	for w, scr := range s.screens(ctx, unsure) {
		ss := unsure[w]
		glimpses[ss.Run] = glimpses[ss.Run].then(seen.At, ss.Activity, scr)
	}
	for run, g := range glimpses {
		if rep := seen.Reports[run.Task]; g.at.After(rep.Heard) && seen.At.Sub(g.at) < 2*peekEvery {
			seen.Reports[run.Task] = glance(rep, g.screen, g.since)
		}
	}
}

// screens reads what some panes show.
func (s *Supervisor) screens(ctx context.Context, of map[fm.WorkerID]fm.Session) map[fm.WorkerID]fm.Screen {
	if len(of) == 0 {
		return nil
	}
	read, err := s.capture(ctx, slices.Sorted(maps.Keys(of)))
	if err != nil {
		s.o.Log.LogAttrs(ctx, slog.LevelWarn, "screens cannot be read", slog.Int(keyCount, len(of)), slog.String(keyError, err.Error()))
		return nil
	}
	return read
}

func (s *Supervisor) capture(ctx context.Context, workers []fm.WorkerID) (read map[fm.WorkerID]fm.Screen, err error) {
	ctx, cancel := context.WithTimeout(ctx, peekLimit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	shown, err := s.o.Terminal.Screens(ctx, workers)
	read = make(map[fm.WorkerID]fm.Screen, len(shown))
	for _, w := range workers {
		if text, ok := shown[w]; ok {
			read[w] = s.o.Agent.Screen(text)
		}
	}
	return read, err
}
