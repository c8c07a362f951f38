package ui

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/founder-mode/fm"
)

// gallery is a Sights whose panes the test changes; it notes the looks.
type gallery struct {
	Sights

	mu    sync.Mutex
	panes map[fm.WorkerID]Pane
	looks [][]fm.WorkerID
	err   error
}

func (g *gallery) Panes(_ context.Context, workers []fm.WorkerID) (map[fm.WorkerID]Pane, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.looks = append(g.looks, workers)
	return maps.Clone(g.panes), g.err
}

// shows changes what a pane shows.
func (g *gallery) shows(w fm.WorkerID, text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.panes[w] = Pane{Text: text, Width: 80, Height: 24}
}

// looked gives the looks since it was asked last.
func (g *gallery) looked() [][]fm.WorkerID {
	g.mu.Lock()
	defer g.mu.Unlock()
	looks := g.looks
	g.looks = nil
	return looks
}

// viewer is a dashboard that looks at panes, with an event loop that draws
// nothing but notes how often it would.
type viewer struct {
	d     *Dashboard
	g     *gallery
	asks  chan func() // what the test does in the event loop
	w, h  int         // of the page
	drawn int
}

// viewing begins one, in a bubble in which time passes when all wait.
func viewing(t *testing.T, v View) *viewer {
	t.Helper()
	s := &viewer{g: &gallery{panes: map[fm.WorkerID]Pane{}}, asks: make(chan func()), w: 80, h: 24}
	s.d = New(Options{Sights: s.g})
	s.d.ctx, s.d.cancel = context.WithCancel(t.Context())
	s.d.tasks.Go(s.d.glance)
	s.d.tasks.Go(func() {
		for {
			select {
			case <-s.d.ctx.Done():
				return
			case f := <-s.d.posts:
				f()
				s.drawn++
				s.d.watch(s.w, s.h)
			case f := <-s.asks:
				f()
			}
		}
	})
	t.Cleanup(func() {
		s.d.cancel()
		s.d.tasks.Wait()
	})
	s.do(func(m *model) { m.see(v) })
	return s
}

// ask looks at the model once all is quiet.
func (s *viewer) ask(look func(*model)) {
	synctest.Wait()
	done := make(chan struct{})
	s.asks <- func() {
		look(&s.d.model)
		close(done)
	}
	<-done
}

// do changes the model as a key does, or the size of the page, and has it drawn.
func (s *viewer) do(change func(*model)) {
	s.ask(func(m *model) {
		change(m)
		s.d.watch(s.w, s.h)
	})
	synctest.Wait()
}

// pane is what the model knows of a pane.
func (s *viewer) pane(w fm.WorkerID) (p Pane, known bool) {
	s.ask(func(m *model) { p, known = m.panes[w] })
	return p, known
}

// frames is how often the screen was drawn.
func (s *viewer) frames() (n int) {
	s.ask(func(*model) { n = s.drawn })
	return n
}

// until waits until a pane shows a text, and says how long that took.
func (s *viewer) until(t *testing.T, w fm.WorkerID, want string) time.Duration {
	t.Helper()
	const step = 10 * time.Millisecond
	var last Pane
	for took := time.Duration(0); took < time.Minute; took += step {
		if last, _ = s.pane(w); last.Text == want {
			return took
		}
		time.Sleep(step)
	}
	t.Fatalf("never: %q; last seen: %q", want, last.Text)
	return 0
}

// Caught: a look that is not put off; a page without panes that is looked at; a
// frame for each look.
func TestPanesAtRestCostAlmostNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := viewing(t, sampleView(8))
		s.g.shows(1, "ready")
		time.Sleep(time.Minute)
		s.g.looked()
		drawn := s.frames()
		time.Sleep(time.Hour)
		if n := len(s.g.looked()); n > int(time.Hour/glanceLatest)+1 || n == 0 {
			t.Errorf("%d looks in an hour in which nothing changed, want one each %s", n, glanceLatest)
		}
		if more := s.frames() - drawn; more > 0 {
			t.Errorf("%d frames for nothing", more)
		}
		for _, page := range []pageID{queuePage, logPage, historyPage, helpPage} {
			s.do(func(m *model) { m.page = page })
			time.Sleep(glanceLatest) // the look that was due
			s.g.looked()
			time.Sleep(time.Hour)
			if looks := s.g.looked(); len(looks) > 0 {
				t.Errorf("%d looks while %s shows no pane", len(looks), page)
			}
		}
	})
}

// Caught: a look that is put off although the pane goes on changing; a page that
// is opened and waits for the next look.
func TestPanesAreSoonSeenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := viewing(t, sampleView(8))
		time.Sleep(time.Hour)
		for i := range 20 {
			want, most := fmt.Sprint("changed ", i), glanceSoonest
			if i == 0 {
				most = glanceLatest
			}
			s.g.shows(1, want)
			took := s.until(t, 1, want)
			if took > most {
				t.Fatalf("%q is seen after %s, want at most %s", want, took, most)
			}
		}
		time.Sleep(time.Hour)
		s.g.shows(5, "five")
		s.g.looked()
		s.do(func(m *model) { m.page = gridPage })
		time.Sleep(glanceGap)
		got, _ := s.pane(5)
		if looks := s.g.looked(); got.Text != "five" || !slices.Equal(looks[0], []fm.WorkerID{1, 2, 3, 4, 5, 6, 7, 8}) {
			t.Errorf("the grid was opened: looked at %v, and see %q", looks, got.Text)
		}
	})
}

// Caught: a look for each key of somebody who holds an arrow key down.
func TestWhoMovesFastIsNotLookedAfterEachStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := viewing(t, sampleView(100))
		time.Sleep(time.Hour)
		s.g.looked()
		for range 60 {
			s.do(func(m *model) { m.move(1) })
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(glanceGap)
		synctest.Wait()
		looks := s.g.looked()
		if len(looks) > 8 || !slices.Equal(looks[len(looks)-1], []fm.WorkerID{61}) {
			t.Errorf("60 steps in 600 ms: %d looks, the last at %v", len(looks), looks[len(looks)-1])
		}
	})
}

// Caught: a page that is too small for a pane and has one captured; a page that
// grows and shows nothing.
func TestWhatDoesNotFitIsNotCaptured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := viewing(t, sampleView(8))
		time.Sleep(time.Minute)
		s.do(func(*model) { s.w, s.h = 40, 6 })
		time.Sleep(glanceLatest)
		s.g.looked()
		time.Sleep(time.Hour)
		if looks := s.g.looked(); len(looks) > 0 {
			t.Errorf("%d looks at what is not shown", len(looks))
		}
		s.do(func(*model) { s.w, s.h = 200, 50 })
		time.Sleep(glanceGap)
		synctest.Wait()
		if looks := s.g.looked(); len(looks) != 1 {
			t.Errorf("the page has grown: %d looks, want 1", len(looks))
		}
	})
}

// Caught: panes that vanish when tmux does not answer once; a pane that has
// ended and is shown on.
func TestFailedLookKeepsWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := viewing(t, sampleView(8))
		s.g.shows(1, "seen")
		time.Sleep(time.Minute)
		s.g.mu.Lock()
		s.g.err, s.g.panes = fm.ErrGone, nil
		s.g.mu.Unlock()
		time.Sleep(time.Minute)
		if got, _ := s.pane(1); got.Text != "seen" {
			t.Errorf("after a look that failed: got %q", got.Text)
		}
		s.g.mu.Lock()
		s.g.err = nil
		s.g.mu.Unlock()
		time.Sleep(time.Minute)
		if got, known := s.pane(1); !known || got != (Pane{}) {
			t.Errorf("the pane is gone: got %+v, %v", got, known)
		}
	})
}

// hung is a house in which no look ever ends by itself.
type hung struct {
	Sights
	Orders
	views chan View
	begun chan struct{}
}

func (h hung) Watch(context.Context) <-chan View { return h.views }

func (h hung) Panes(ctx context.Context, _ []fm.WorkerID) (map[fm.WorkerID]Pane, error) {
	h.begun <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (h hung) Log(ctx context.Context, _ fm.WorkerID) ([]string, error) {
	h.begun <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

// Caught: a look whose result nobody takes any more.
func TestQuitDoesNotWaitForALook(t *testing.T) {
	h := hung{views: make(chan View, 1), begun: make(chan struct{})}
	screen := tcell.NewSimulationScreen("UTF-8")
	d := New(Options{Sights: h, Orders: h, Screen: screen})
	ended := make(chan error, 1)
	go func() { ended <- d.Run(t.Context()) }()
	h.views <- sampleView(8)
	<-h.begun // the pane
	screen.InjectKey(tcell.KeyRune, 'l', tcell.ModNone)
	<-h.begun // the log
	screen.InjectKey(tcell.KeyCtrlC, 0, tcell.ModCtrl)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
}
