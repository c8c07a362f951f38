package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

// What the agent's own signs say stands; the screen adds what they leave open.
// Caught: the time of each look as the beginning of the state, which is a sign
// of life every ten seconds; a screen that turns what hooks told.
func TestAScreenAddsToAReport(t *testing.T) {
	since := noon().Add(time.Minute)
	seen := func(state fm.AgentState, what string) fm.Report {
		return fm.Report{State: state, Since: since, Evidence: fm.Evidence{Source: fm.ScreenSource, What: what, At: since}}
	}
	of := func(state fm.AgentState) fm.Report {
		return fm.Report{State: state, Since: noon(), Evidence: fm.Evidence{Source: fm.HookSource, What: "Stop", At: noon()}}
	}
	ask := fm.Question{Kind: fm.AsksPermission, Text: "Bash command: ls", Options: []string{"Yes", "No"}}
	menu := fm.Question{Kind: fm.AsksLimit, Text: "What do you want to do?", Options: []string{"Stop and wait"}}
	with := func(r fm.Report, change func(*fm.Report)) fm.Report { change(&r); return r }
	for name, c := range map[string]struct {
		rep  fm.Report
		scr  fm.Screen
		want fm.Report
	}{
		"nothing new":                  {of(fm.AtWork), fm.Screen{Prompt: true, Busy: true}, of(fm.AtWork)},
		"a dialog at the start":        {of(fm.Starting), fm.Screen{Dialog: ask}, with(seen(fm.Waiting, "permission dialog"), func(r *fm.Report) { r.Question = ask })},
		"a dialog that nobody told of": {of(fm.AtWork), fm.Screen{Dialog: ask}, with(seen(fm.Waiting, "permission dialog"), func(r *fm.Report) { r.Question = ask })},
		"the options of a question": {
			with(of(fm.Waiting), func(r *fm.Report) {
				r.Question = fm.Question{Kind: fm.AsksPermission, Text: "Bash: ls -la && more"}
			}),
			fm.Screen{Dialog: ask},
			with(of(fm.Waiting), func(r *fm.Report) {
				r.Question = fm.Question{Kind: fm.AsksPermission, Text: "Bash: ls -la && more", Options: ask.Options}
			}),
		},
		"another question than was told": {
			with(of(fm.Waiting), func(r *fm.Report) { r.Question = fm.Question{Kind: fm.AsksDialog, Text: "dialog open"} }),
			fm.Screen{Dialog: ask},
			with(of(fm.Waiting), func(r *fm.Report) { r.Question = ask }),
		},
		"a limit that nobody told of": {of(fm.AtWork), fm.Screen{Dialog: menu}, with(seen(fm.Limited, "limit menu"), func(r *fm.Report) {
			r.Question, r.Trouble, r.Limit.Hit = menu, fm.LimitTrouble, true
		})},
		"a limit that was told": {
			with(of(fm.Limited), func(r *fm.Report) { r.Trouble, r.Says = fm.RateTrouble, "resets at 11" }),
			fm.Screen{Dialog: menu},
			with(of(fm.Limited), func(r *fm.Report) {
				r.Trouble, r.Says, r.Question, r.Limit.Hit = fm.RateTrouble, "resets at 11", menu, true
			}),
		},
		"a request that is tried again": {of(fm.AtWork), fm.Screen{Busy: true, Retrying: "529 · Retrying in 9s"}, with(seen(fm.Retrying, "529 · Retrying in 9s"), func(r *fm.Report) {
			r.Says = "529 · Retrying in 9s"
		})},
		"an old line over a prompt": {of(fm.AtPrompt), fm.Screen{Prompt: true, Retrying: "529 · Retrying in 9s"}, of(fm.AtPrompt)},
		"dead":                      {of(fm.Exited), fm.Screen{Dialog: ask}, of(fm.Exited)},
	} {
		if diff := cmp.Diff(c.want, glance(c.rep, c.scr, since)); diff != "" {
			t.Errorf("%s: want, got:\n%s", name, diff)
		}
	}
}

func TestAPaneIsLookedAtOnlyWhenSignsLeaveItOpen(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon().Add(-d) }
	for name, c := range map[string]struct {
		rep  fm.Report
		want bool
	}{
		"a start":             {fm.Report{State: fm.Starting, Since: ago(2 * time.Second)}, false},
		"a slow start":        {fm.Report{State: fm.Starting, Since: ago(4 * time.Second), Heard: ago(time.Second)}, true},
		"at work":             {fm.Report{State: fm.AtWork, Since: ago(time.Hour), Heard: ago(19 * time.Second)}, false},
		"silent":              {fm.Report{State: fm.AtWork, Since: ago(time.Hour), Heard: ago(21 * time.Second)}, true},
		"a prompt":            {fm.Report{State: fm.AtPrompt, Since: ago(time.Hour)}, false},
		"a known question":    {fm.Report{State: fm.Waiting, Question: fm.Question{Options: []string{"Yes"}}}, false},
		"a question":          {fm.Report{State: fm.Waiting, Question: fm.Question{Kind: fm.AsksPermission}}, true},
		"a limit":             {fm.Report{State: fm.Limited}, true},
		"a background task":   {fm.Report{State: fm.InShell, Since: ago(time.Hour)}, false},
		"an end":              {fm.Report{State: fm.Exited}, false},
		"nothing is known":    {fm.Report{State: fm.UnknownState}, false},
		"it is tried again":   {fm.Report{State: fm.Retrying, Since: ago(time.Minute)}, true},
		"just tried it again": {fm.Report{State: fm.Retrying, Since: ago(time.Second)}, false},
	} {
		if got := unclear(c.rep, noon()); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// gallery is a terminal of which only the screens matter.
type gallery struct {
	Terminal
	Agent
	shown map[fm.WorkerID]fm.Screen
	fault func() error
	asked [][]fm.WorkerID
}

func (g *gallery) Screens(_ context.Context, workers []fm.WorkerID) (map[fm.WorkerID]string, error) {
	g.asked = append(g.asked, workers)
	if g.fault != nil {
		return nil, g.fault()
	}
	shown := map[fm.WorkerID]string{}
	for w := range g.shown {
		shown[w] = w.String()
	}
	return shown, nil
}

func (g *gallery) Screen(shown string) fm.Screen {
	w, _ := fm.ParseWorkerID(shown)
	return g.shown[w]
}

// looks takes one look of a supervisor at a gallery.
func (g *gallery) looks(s *Supervisor, at time.Duration, reps ...fm.Report) map[fm.TaskID]fm.Report {
	seen := Observed{At: noon().Add(at), Reports: map[fm.TaskID]fm.Report{}}
	for i, rep := range reps {
		ss := live(fm.WorkerID(i+1), fm.TaskID(fmt.Sprint(100+i)), 1)
		rep.Run = ss.Run
		seen.Sight.Sessions = append(seen.Sight.Sessions, ss)
		seen.Reports[ss.Run.Task] = rep
	}
	s.peek(context.Background(), seen)
	return seen.Reports
}

func newGallery() (*gallery, *Supervisor) {
	g := &gallery{shown: map[fm.WorkerID]fm.Screen{}}
	return g, New(Options{Terminal: g, Agent: g, Log: slog.New(slog.DiscardHandler)})
}

// Caught: a capture for each worker; one at each look; a state that comes and
// goes between two captures; a beginning that moves.
func TestPanesAreCapturedSeldomAndTogether(t *testing.T) {
	g, s := newGallery()
	silent, busy := fm.Report{State: fm.AtWork, Heard: noon().Add(-time.Minute)}, fm.Report{State: fm.AtWork, Heard: noon().Add(time.Hour)}
	g.shown[1], g.shown[3] = fm.Screen{Busy: true, Retrying: "Retrying in 9s"}, fm.Screen{Prompt: true, Busy: true}
	for at := time.Duration(0); at < 31*time.Second; at += 2 * time.Second {
		g.shown[1] = fm.Screen{Busy: true, Retrying: fmt.Sprintf("Retrying in %s", time.Minute-at)}
		got := g.looks(s, at, silent, busy, silent)
		if got["100"].State != fm.Retrying || !got["100"].Since.Equal(noon()) || got["101"].State != fm.AtWork || got["102"].State != fm.AtWork {
			t.Errorf("after %s: %+v", at, got)
		}
	}
	if diff := cmp.Diff([][]fm.WorkerID{{1, 3}, {1, 3}, {1, 3}, {1, 3}}, g.asked); diff != "" {
		t.Errorf("asked for, want, got:\n%s", diff)
	}
}

// An agent that is silent for an hour, or a dialog that nobody answers, would
// cost a process every ten seconds. Caught: a capture of a pane that put nothing
// out; one that was believed although there was output in the second of the
// capture, or after it, or after one that failed.
func TestAPaneThatPutsNothingOutIsNotCapturedAgain(t *testing.T) {
	g, s := newGallery()
	silent := fm.Report{State: fm.AtWork, Heard: noon().Add(-time.Minute)}
	look := func(at, output time.Duration, captures int) {
		t.Helper()
		seen := Observed{At: noon().Add(at), Reports: map[fm.TaskID]fm.Report{}}
		ss := live(1, "100", 1)
		ss.Activity = noon().Add(output)
		silent.Run = ss.Run
		seen.Sight.Sessions, seen.Reports[ss.Run.Task] = []fm.Session{ss}, silent
		s.peek(context.Background(), seen)
		if got := seen.Reports["100"].State; got != fm.Retrying {
			t.Errorf("after %s: %s, want retrying", at, got)
		}
		if len(g.asked) != captures {
			t.Errorf("after %s: captured %d times, want %d", at, len(g.asked), captures)
		}
	}
	g.shown[1] = fm.Screen{Busy: true, Retrying: "Retrying in 9s"}
	look(0, -500*time.Millisecond, 1)
	look(10*time.Second, -500*time.Millisecond, 2) // it may have put out more in that second
	look(20*time.Second, -500*time.Millisecond, 2)
	look(30*time.Second, -500*time.Millisecond, 2)
	look(40*time.Second, 35*time.Second, 3)
	g.fault = func() error { return errors.New("no") }
	look(50*time.Second, 45*time.Second, 4)
	g.fault = nil
	look(59*time.Second, 45*time.Second, 4)
	look(60*time.Second, 45*time.Second, 5)
	look(70*time.Second, 45*time.Second, 5)
	g.fault = func() error { return errors.New("no") }
	look(80*time.Second, -time.Hour, 6) // the clock was set back in between
	g.fault = nil
	look(89*time.Second, -time.Hour, 6)
	look(90*time.Second, -time.Hour, 7)
	look(99*time.Second, -time.Hour, 7)
}

// What an agent says later than its screen was captured is what counts.
func TestASignOutdatesAScreen(t *testing.T) {
	g, s := newGallery()
	g.shown[1] = fm.Screen{Busy: true, Retrying: "Retrying in 9s"}
	if got := g.looks(s, 0, fm.Report{State: fm.AtWork, Heard: noon().Add(-time.Minute)}); got["100"].State != fm.Retrying {
		t.Fatalf("got %+v", got)
	}
	delete(g.shown, 1)
	if got := g.looks(s, time.Second, fm.Report{State: fm.AtWork, Heard: noon().Add(500 * time.Millisecond)}); got["100"].State != fm.AtWork {
		t.Errorf("got %+v", got)
	}
	if got := g.looks(s, time.Minute, fm.Report{State: fm.AtWork, Heard: noon().Add(500 * time.Millisecond)}); got["100"].State != fm.AtWork {
		t.Errorf("an old screen is believed again: %+v", got)
	}
	g.shown[1] = fm.Screen{Dialog: fm.Question{Kind: fm.AsksLimit, Text: "Wait?"}}
	limited := fm.Report{State: fm.Limited, Heard: noon()}
	if got := g.looks(s, 2*time.Minute, limited)["100"]; got.Question.Kind != fm.AsksLimit {
		t.Errorf("got %+v", got)
	}
	limited.Heard = noon().Add(2*time.Minute + time.Second)
	if got := g.looks(s, 2*time.Minute+2*time.Second, limited)["100"]; got.Question.Kind != "" {
		t.Errorf("the menu of before is believed: %+v", got)
	}
}

func TestAScreenIsBelievedForAWhile(t *testing.T) {
	g, s := newGallery()
	g.shown[1] = fm.Screen{Busy: true, Retrying: "Retrying in 9s"}
	silent := fm.Report{State: fm.AtWork, Heard: noon().Add(-time.Minute)}
	for at, want := range map[time.Duration]fm.AgentState{0: fm.Retrying, 19 * time.Second: fm.Retrying, 20 * time.Second: fm.AtWork} {
		g.fault, s.glimpses = nil, nil
		g.looks(s, 0, silent)
		g.fault = func() error { return errors.New("no") }
		if got := g.looks(s, at, silent)["100"].State; got != want {
			t.Errorf("after %s: %s, want %s", at, got, want)
		}
	}
}

// A question is known before its dialog is drawn; its options come soon after.
func TestAQuestionsOptionsAreFoundSoon(t *testing.T) {
	g, s := newGallery()
	waits := fm.Report{State: fm.Waiting, Heard: noon().Add(-time.Second), Question: fm.Question{Kind: fm.AsksPermission, Text: "Bash: ls"}}
	g.shown[1] = fm.Screen{}
	g.looks(s, 0, waits)
	g.shown[1] = fm.Screen{Dialog: fm.Question{Kind: fm.AsksPermission, Text: "ls", Options: []string{"Yes", "No"}}}
	if got := g.looks(s, 2*time.Second, waits)["100"].Question; len(got.Options) != 2 || got.Text != "Bash: ls" {
		t.Errorf("got %+v", got)
	}
	for at := 4 * time.Second; at <= 12*time.Second; at += 2 * time.Second {
		if got := g.looks(s, at, waits)["100"].Question; len(got.Options) != 2 {
			t.Errorf("after %s: %+v", at, got)
		}
	}
	if len(g.asked) != 3 {
		t.Errorf("captured %d times", len(g.asked))
	}
}

// Caught: an error of a capture that fails the look; one that is asked for
// again at once.
func TestACaptureThatFailsIsNoEvidence(t *testing.T) {
	for name, fault := range map[string]func() error{
		"fails":  func() error { return errors.New("no") },
		"panics": func() error { panic("no") },
	} {
		t.Run(name, func(t *testing.T) {
			g, s := newGallery()
			g.fault = fault
			rep := fm.Report{State: fm.AtWork, Heard: noon().Add(-time.Minute), Run: fm.Run{Task: "100", Attempt: 1}}
			for at := range 5 {
				if diff := cmp.Diff(map[fm.TaskID]fm.Report{"100": rep}, g.looks(s, time.Duration(at)*time.Second, rep)); diff != "" {
					t.Errorf("want, got:\n%s", diff)
				}
			}
			if len(g.asked) != 1 {
				t.Errorf("asked %d times", len(g.asked))
			}
		})
	}
}

// A terminal that hangs costs a look two seconds of its ten.
func TestACaptureThatHangsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hung{}
		s := New(Options{Terminal: h, Agent: &gallery{}, Log: slog.New(slog.DiscardHandler)})
		began := time.Now()
		(&gallery{}).looks(s, 0, fm.Report{State: fm.Limited})
		if took := time.Since(began); took != peekLimit {
			t.Errorf("it took %s", took)
		}
	})
}

type hung struct{ Terminal }

func (hung) Screens(ctx context.Context, _ []fm.WorkerID) (map[fm.WorkerID]string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
