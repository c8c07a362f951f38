package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/ui"
)

// stillSights are the sights of a project with so many workers, in which nothing
// changes but what the test does.
func stillSights(tb testing.TB, workers int) (*bench, *sights) {
	tb.Helper()
	b := newBench(tb, fm.Config{})
	b.still(workers)
	return b, b.sights()
}

// sights look when there is a hint, and not by and by: what is seen at once would
// be seen then, too.
func (b *bench) sights() *sights {
	a := &app{dir: b.project.Root, environ: b.environ, getenv: func(string) string { return "" }}
	return &sights{app: a, root: b.project.Root, beside: func(f func()) { f() }, slow: time.Hour}
}

// seeing waits for a view that fits.
func (b *bench) seeing(what string, limit time.Duration, views <-chan ui.View, fits func(ui.View) bool) {
	b.Helper()
	late := time.After(limit)
	var last ui.View
	for {
		select {
		case last = <-views:
			if fits(last) {
				return
			}
		case <-late:
			last.Tasks = nil
			b.Fatalf("waited %s for %s; last seen: %+v", limit, what, last)
		}
	}
}

// hintsAreOver lets the time pass in which what has happened so far is looked at.
func (b *bench) hintsAreOver() {
	b.Helper()
	over := time.Now().Add(4 * lookGap)
	b.until("the hints to be over", soon, func() (any, bool) { return nil, time.Now().After(over) })
}

// Caught: the files of the queue that were not watched; a look whose news were
// not told.
func TestChangesAreSeenAtOnce(t *testing.T) {
	t.Parallel()
	b, s := stillSights(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	views := s.Watch(ctx)
	b.seeing("the first view", soon, views, func(v ui.View) bool {
		return v.Status.PID == os.Getpid() && len(v.Status.Workers) == 2 && len(v.Tasks) == 2
	})
	h := s.app.house(t.Context(), s.root)
	if _, err := h.edit(ctx, []fm.TaskID{"3"}, reprioritize(fm.Critical)); err != nil {
		t.Fatal(err)
	}
	b.seeing("another priority", soon, views, func(v ui.View) bool { return v.Tasks[1].Priority == fm.Critical })
	cancel()
	for range views { // until it is closed
	}
}

// TestWhoDoesNotLookSeesTheLatest: while a person is attached to a worker nobody
// takes views. Caught: views that pile up.
func TestWhoDoesNotLookSeesTheLatest(t *testing.T) {
	t.Parallel()
	b, s := stillSights(t, 1)
	views := s.Watch(t.Context())
	for _, p := range []fm.Priority{fm.Low, fm.High, fm.Critical, fm.Low, fm.Critical} {
		b.hintsAreOver()
		if _, err := s.app.house(t.Context(), s.root).edit(t.Context(), []fm.TaskID{"2"}, reprioritize(p)); err != nil {
			t.Fatal(err)
		}
	}
	b.hintsAreOver()
	var seen []fm.Priority // one that was on offer, and the latest; of each also with a later clock
	b.seeing("the latest", soon, views, func(v ui.View) bool {
		seen = append(seen, v.Tasks[0].Priority)
		return v.Tasks[0].Priority == fm.Critical
	})
	if seen = slices.Compact(seen); len(seen) > 2 {
		t.Errorf("saw %d", seen)
	}
}

// TestSupervisorThatDiesIsMissedSoon: nothing but its process tells, and no file
// changes. Caught: only the slow look finds out.
func TestSupervisorThatDiesIsMissedSoon(t *testing.T) {
	t.Parallel()
	b := newBench(t, fm.Config{})
	lock, err := os.OpenFile(b.project.LockFile(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	other := exec.CommandContext(t.Context(), "cat")
	other.ExtraFiles = []*os.File{lock}
	if _, err := other.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(lock, "pid %d\n", other.Process.Pid)
	if err := errors.Join(err, lock.Close()); err != nil {
		t.Fatal(err)
	}
	b.write(b.project.StatusFile(), supervisor.Status{Version: 1, PID: other.Process.Pid})
	views := b.sights().Watch(t.Context())
	b.seeing("the supervisor", soon, views, func(v ui.View) bool { return v.Status.PID == other.Process.Pid })
	b.hintsAreOver()
	_ = other.Process.Kill() // it runs: see above
	_ = other.Wait()
	b.seeing("its end", soon, views, func(v ui.View) bool { return v.Status.PID == 0 })
}

// TestStatusThatCannotBeReadIsSaid: the supervisor lives, and what it says is of
// no use. Caught: a dashboard that says that there is none.
func TestStatusThatCannotBeReadIsSaid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ status, want string }{
		"damaged":             {"{\"version\":1,", "status.json cannot be read: unexpected end of JSON input"},
		"newer":               {`{"version":2,"workers":"none"}`, "The supervisor is of a newer fm than this one"},
		"newer, and readable": {`{"version":2,"pid":1,"workers":[]}`, "The supervisor is of a newer fm than this one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, fm.Config{})
			h := b.supervising(3)
			if err := os.WriteFile(b.project.StatusFile(), []byte(test.status), 0o600); err != nil {
				t.Fatal(err)
			}
			var g gaze
			g.look(t.Context(), h)
			s := g.view.Status
			if s.PID != os.Getpid() || len(g.view.Tasks) != 3 || !strings.Contains(strings.Join(s.Problems, "\n"), test.want) {
				t.Errorf("pid %d, %d tasks, problems %q; want %d, 3 and %q", s.PID, len(g.view.Tasks), s.Problems, os.Getpid(), test.want)
			}
		})
	}
}

// TestClockStandsStillWhereNoSecondsAreShown so that the screen is drawn once a
// minute. Caught: a clock that stood still over a minute's end.
func TestClockStandsStillWhereNoSecondsAreShown(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	at := func(after time.Duration) time.Time { return noon.Add(after) }
	for name, test := range map[string]struct {
		g    gaze
		now  time.Time
		want bool
	}{
		"before the first look":     {gaze{}, at(time.Second), false},
		"after a change":            {gaze{view: ui.View{Now: noon}, changed: noon}, at(time.Second), true},
		"long after one":            {gaze{view: ui.View{Now: noon}, changed: at(-time.Hour)}, at(59 * time.Second), false},
		"in another minute":         {gaze{view: ui.View{Now: noon}, changed: at(-time.Hour)}, at(60 * time.Second), true},
		"before a gate opens":       {gaze{view: ui.View{Now: noon, Status: supervisor.Status{Gate: supervisor.Gate{Until: at(40 * time.Second)}}}}, at(time.Second), true},
		"long before a gate opens":  {gaze{view: ui.View{Now: noon, Status: supervisor.Status{Gate: supervisor.Gate{Until: at(time.Hour)}}}}, at(time.Second), false},
		"before a task is due":      {gaze{view: ui.View{Now: noon, Tasks: []fm.Task{{NotBefore: at(40 * time.Second)}}}}, at(time.Second), true},
		"when the task is long due": {gaze{view: ui.View{Now: noon, Tasks: []fm.Task{{NotBefore: at(-time.Hour)}}}}, at(time.Second), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := test.g
			if got := g.tick(test.now); got != test.want || got != g.view.Now.Equal(test.now) {
				t.Errorf("tick %v, and the clock is at %v; want %v", got, g.view.Now, test.want)
			}
		})
	}
}

// TestLogIsOnlyItsEnd: logs grow for weeks. Caught: all lines kept; a line
// without an end kept whole.
func TestLogIsOnlyItsEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t, fm.Config{})
	if err := os.MkdirAll(b.project.Logs(), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(b.project.Logs(), "supervisor.log")
	add := func(text string) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = f.WriteString(text)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 60_000 {
		add(fmt.Sprintf("line %d of many\n", i))
	}
	s := b.sights()
	lines, err := s.Log(t.Context(), 0)
	if err != nil || len(lines) != logLines || lines[logLines-1] != "line 59999 of many" {
		t.Fatalf("%v: %d lines, the last %q; want %d", err, len(lines), lines[len(lines)-1], logLines)
	}
	add("one more\n" + strings.Repeat("x", 10*logWidth) + "\nthe last\nnot whole")
	lines, err = s.Log(t.Context(), 0)
	if err != nil || len(lines) != logLines || lines[logLines-3] != "one more" || len(lines[logLines-2]) != logWidth || lines[logLines-1] != "the last" {
		t.Errorf("%v: %d lines, the last %.100q", err, len(lines), lines[max(0, len(lines)-3):])
	}
}

// TestPanicGivesTheTerminalBackFirst: one of a goroutine ends the dashboard in
// order, and is told after that, with where it was.
func TestPanicGivesTheTerminalBackFirst(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancelCause(t.Context())
	contained(end, func() { panic("a broken promise") })
	if ctx.Err() == nil {
		t.Fatal("the dashboard goes on")
	}
	fall, ok := errors.AsType[fault](context.Cause(ctx))
	if !ok || !strings.HasPrefix(fall.Error(), "a broken promise\n") || !strings.Contains(fall.Error(), "TestPanicGivesTheTerminalBackFirst") {
		t.Errorf("ended by %v", context.Cause(ctx))
	}
}
