package ui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// glass is a simulated screen that keeps what was last shown, and notes when it
// is lent and taken back.
type glass struct {
	tcell.SimulationScreen
	w, h  int
	shown chan []string // the latest frame; one that nobody took is replaced
	ready chan struct{} // closed when keys can be pressed
	keeps error         // why it is not given back once it was lent out
	mu    sync.Mutex
	notes []string
}

func newGlass(w, h int) *glass {
	return &glass{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), w: w, h: h, shown: make(chan []string, 1), ready: make(chan struct{})}
}

func (g *glass) Init() error {
	err := g.SimulationScreen.Init()
	g.SetSize(g.w, g.h)
	close(g.ready)
	return err
}

func (g *glass) Show() {
	g.SimulationScreen.Show()
	g.note("show")
	cells, w, h := g.GetContents()
	rows := make([]string, h)
	for y := range h {
		for x := range w {
			rows[y] += string(cells[y*w+x].Runes)
		}
	}
	select {
	case <-g.shown:
	default:
	}
	g.shown <- rows
}

func (g *glass) Suspend() error { g.note("suspend"); return nil }
func (g *glass) Resume() error  { g.note("resume"); return g.keeps }
func (g *glass) Fini()          { g.note("fini"); g.SimulationScreen.Fini() }

// note keeps what happened; of frames one after the other the first.
func (g *glass) note(what string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if what != "show" || len(g.notes) == 0 || g.notes[len(g.notes)-1] != "show" {
		g.notes = append(g.notes, what)
	}
}

func (g *glass) noted() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.notes)
}

// sees waits for a frame with a text in it.
func (g *glass) sees(tb testing.TB, text string) {
	tb.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	var rows []string
	for {
		select {
		case rows = <-g.shown:
			if strings.Contains(strings.Join(rows, "\n"), text) {
				return
			}
		case <-deadline.C:
			tb.Fatalf("%q is not to be seen; the last frame was:\n%s", text, strings.Join(rows, "\n"))
		}
	}
}

// press presses keys, by their names in the key table.
func (g *glass) press(tb testing.TB, words ...string) {
	tb.Helper()
	for _, word := range words {
		if runes := []rune(word); len(runes) == 1 {
			g.InjectKey(tcell.KeyRune, runes[0], tcell.ModNone)
			continue
		}
		for key, name := range tcell.KeyNames {
			if name == word {
				g.InjectKey(key, 0, tcell.ModNone)
			}
		}
	}
}

// site is what a dashboard is on: each function can be replaced.
type site struct {
	watch  func(ctx context.Context) <-chan View
	attach func(ctx context.Context, w fm.WorkerID) error
	order  func(ctx context.Context, what string) (string, error)
}

// calm is a site that shows one view, and where everything works.
func calm(v View) *site {
	return &site{
		watch: func(context.Context) <-chan View {
			views := make(chan View, 1)
			views <- v
			return views
		},
		attach: func(context.Context, fm.WorkerID) error { return nil },
		order:  func(_ context.Context, what string) (string, error) { return what + " is done", nil },
	}
}

func (s *site) Watch(ctx context.Context) <-chan View { return s.watch(ctx) }
func (s *site) Panes(_ context.Context, workers []fm.WorkerID) (map[fm.WorkerID]Pane, error) {
	panes := map[fm.WorkerID]Pane{}
	for _, w := range workers {
		panes[w] = Pane{Text: "the pane of " + w.String(), Width: 80, Height: 24}
	}
	return panes, nil
}

func (s *site) History(context.Context, fm.TaskID) (string, []Event, error) { return "", nil, nil }
func (s *site) Log(context.Context, fm.WorkerID) ([]string, error)          { return nil, nil }
func (s *site) Attach(ctx context.Context, w fm.WorkerID) error             { return s.attach(ctx, w) }

func (s *site) Pause(ctx context.Context) (string, error) { return s.order(ctx, "pause") }

func (s *site) Resume(ctx context.Context) (string, error)    { return s.order(ctx, "resume") }
func (s *site) Questions(context.Context) ([]Question, error) { return nil, nil }
func (s *site) Scale(ctx context.Context, by int) (string, error) {
	return s.order(ctx, fmt.Sprintf("scale by %+d", by))
}

func (s *site) Answer(ctx context.Context, _ Question, _ supervisor.Answer) (string, error) {
	return s.order(ctx, "answer")
}

func (s *site) Edit(ctx context.Context, _ fm.TaskID, e Edit) (string, error) {
	return s.order(ctx, string(e))
}

// run is a dashboard that runs.
type run struct {
	*glass
	d     *Dashboard
	stop  context.CancelFunc
	ended chan error
	were  map[string]bool // goroutines that were there before
}

func begin(t *testing.T, s *site, w, h int) *run {
	t.Helper()
	g := newGlass(w, h)
	ctx, stop := context.WithCancel(t.Context())
	r := &run{glass: g, d: New(Options{Sights: s, Orders: s, Screen: g}), stop: stop, ended: make(chan error, 1), were: map[string]bool{}}
	for id := range loops() {
		r.were[id] = true
	}
	go func() { r.ended <- r.d.Run(ctx) }()
	<-g.ready
	t.Cleanup(stop)
	return r
}

// end waits until Run has returned, and looks that it has left nothing behind.
func (r *run) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.ended:
		late := time.After(patience)
		for left := r.left(); len(left) > 0; left = r.left() { // one that has said that it is done still has to end
			select {
			case <-late:
				t.Fatalf("the dashboard has left goroutines behind:\n%s", left)
			case <-time.After(time.Millisecond):
			}
		}
		return err
	case <-time.After(patience):
		t.Fatalf("the dashboard does not end:\n%s", slices.Collect(maps.Values(loops())))
		return nil
	}
}

// left are the stacks of goroutines that the dashboard began, and that live.
func (r *run) left() (stacks []string) {
	for id, stack := range loops() {
		if !r.were[id] {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// loops are the goroutines of dashboards and of their event loops, by their ids.
func loops() map[string]string {
	all := map[string]string{}
	buf := make([]byte, 1<<20)
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(stack, "ui.(*Dashboard)") || strings.Contains(stack, "tview.(*Application)") {
			id, _, _ := strings.Cut(stack, " [")
			all[id] = stack
		}
	}
	return all
}

// TestQuitWhileNewsFloodsIn quits, again and again, while views come as fast as
// they are taken. Caught: a feed that waits for the channel to be closed, and a
// pump that stops the loop while an update is queued.
func TestQuitWhileNewsFloodsIn(t *testing.T) {
	for i := range 6 {
		s := calm(View{})
		s.watch = func(ctx context.Context) <-chan View {
			views := make(chan View)
			go func() {
				for n := 0; ctx.Err() == nil; n++ {
					select {
					case views <- sampleView(n % 9):
					case <-ctx.Done():
					}
				}
			}()
			return views
		}
		r := begin(t, s, 80, 24)
		r.sees(t, "worker-1")
		r.press(t, "j", "?", "j", "Esc", "p", "+")
		if i%2 == 0 {
			r.press(t, "q")
		} else {
			r.stop()
		}
		if err := r.end(t); err != nil {
			t.Fatalf("Run: %v", err)
		}
	}
}

// TestOrderThatHangsHoldsNobodyUp orders what does not come back: keys still
// work, and quitting ends it. Caught: an order that runs in the event loop.
func TestOrderThatHangsHoldsNobodyUp(t *testing.T) {
	s := calm(sampleView(8))
	s.order = func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}
	r := begin(t, s, 80, 24)
	r.sees(t, "worker-8")
	r.press(t, "p", "+")
	r.sees(t, "being done")
	r.press(t, "Down")
	r.sees(t, "worker-2 #202")
	r.press(t, "q")
	if err := r.end(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestOrdersSayWhatBecameOfThem until the next key.
func TestOrdersSayWhatBecameOfThem(t *testing.T) {
	s := calm(sampleView(8))
	r := begin(t, s, 80, 24)
	r.sees(t, "worker-8")
	r.press(t, "+")
	r.sees(t, "✓ scale by +1 is done")
	r.press(t, "-")
	r.sees(t, "✓ scale by -1 is done")
	r.press(t, "j")
	r.sees(t, "q quit")
	r.press(t, "p")
	r.sees(t, "✓ pause is done")
	r.press(t, "q")
	if err := r.end(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestRefusedOrderSaysWhy, in one line that cannot harm the terminal.
func TestRefusedOrderSaysWhy(t *testing.T) {
	s := calm(sampleView(8))
	s.order = func(context.Context, string) (string, error) {
		return "", errors.New("write state.json: \x1b[2Jno space\nleft [red]on device")
	}
	r := begin(t, s, 80, 24)
	r.sees(t, "worker-8")
	r.press(t, "p")
	r.sees(t, "✗ write state.json: no space left [red]on device")
	r.press(t, "q")
	_ = r.end(t)
}

// TestPauseTwiceGoesOn: the key does the other thing while fm is paused.
func TestPauseTwiceGoesOn(t *testing.T) {
	v := sampleView(8)
	v.Status.Wanted.Paused = true
	r := begin(t, calm(v), 80, 24)
	r.sees(t, "Paused")
	r.press(t, "p")
	r.sees(t, "✓ resume is done")
	r.press(t, "q")
	_ = r.end(t)
}

// TestPauseAgainGoesOnBeforeAnyNews: the view that shows the pause may be late.
// Caught: what the last view shows decides what p orders.
func TestPauseAgainGoesOnBeforeAnyNews(t *testing.T) {
	v := sampleView(8)
	s := onStage(t, v)
	settled := func(m *model) bool { return m.ordered == 0 }
	order := func(all ...string) {
		t.Helper()
		s.keys("p")
		s.untilOrdered(all...)
		s.until("what it said", settled)
	}
	order("pause")
	s.sees(sampleView(7)) // as it was before the pause
	s.until("older news", func(m *model) bool { return len(m.view.Status.Workers) == 7 })
	order("pause", "resume")
	order("pause", "resume", "pause")
	v.Status.Wanted.Paused = true
	s.sees(v)
	s.until("news of the pause", func(m *model) bool { return m.view.Status.Wanted.Paused })
	s.sees(sampleView(6))
	s.until("that somebody went on", func(m *model) bool { return len(m.view.Status.Workers) == 6 })
	order("pause", "resume", "pause", "pause")
}

// TestAttachLendsTheTerminal has the session on the terminal while the
// dashboard has let go of it, and draws everything anew after that.
func TestAttachLendsTheTerminal(t *testing.T) {
	s := calm(sampleView(8))
	var r *run
	attached := make(chan fm.WorkerID, 1)
	s.attach = func(_ context.Context, w fm.WorkerID) error {
		if n := r.noted(); n[len(n)-1] != "suspend" {
			t.Errorf("the session has the terminal after %q", n)
		}
		attached <- w
		return nil
	}
	r = begin(t, s, 80, 24)
	r.sees(t, "worker-8")
	r.press(t, "j", "Enter")
	if w := <-attached; w != 2 {
		t.Errorf("attached to %s, want worker-2", w)
	}
	r.press(t, "j")
	r.sees(t, "worker-3 #203")
	if n := strings.Join(r.noted(), " "); !strings.HasSuffix(n, "suspend resume show") {
		t.Errorf("the screen was used so: %s", n)
	}
	r.press(t, "q")
	_ = r.end(t)
}

// TestAttachThatFailsSaysWhy and gives the screen back.
func TestAttachThatFailsSaysWhy(t *testing.T) {
	s := calm(sampleView(8))
	s.attach = func(context.Context, fm.WorkerID) error { return errors.New("worker-1 has no session") }
	r := begin(t, s, 80, 24)
	r.sees(t, "worker-8")
	r.press(t, "Enter")
	r.sees(t, "✗ worker-1 has no session")
	r.press(t, "q")
	_ = r.end(t)
}

// TestEndWhileLentOut ends the dashboard while a session has the terminal: it is
// taken back before it is given up, so that its user finds it as it was.
// Caught: a pump that stops the application beside the event loop.
func TestEndWhileLentOut(t *testing.T) {
	s := calm(sampleView(8))
	lent := make(chan struct{})
	s.attach = func(ctx context.Context, _ fm.WorkerID) error {
		close(lent)
		<-ctx.Done()
		return ctx.Err()
	}
	r := begin(t, s, 80, 24)
	r.sees(t, "worker-8")
	r.press(t, "Enter")
	<-lent
	r.stop()
	if err := r.end(t); err != nil {
		t.Errorf("Run: %v", err)
	}
	if n := strings.Join(r.noted(), " "); !strings.Contains(n, "suspend resume") || !strings.HasSuffix(n, "fini") || strings.Count(n, "fini") != 1 {
		t.Errorf("the screen was used so: %s", n)
	}
}

// TestTerminalLostDuringAVisitEndsTheDashboard as when its window is closed while
// a session is on it. Nothing is drawn any more: tcell has no cells then, and
// would go on for ever. Caught: a frame after the visit.
func TestTerminalLostDuringAVisitEndsTheDashboard(t *testing.T) {
	s := calm(sampleView(8))
	visited, left := make(chan struct{}), make(chan struct{})
	s.attach = func(context.Context, fm.WorkerID) error {
		close(visited)
		<-left
		return errors.New("the session is gone, too")
	}
	r := begin(t, s, 80, 24)
	r.sees(t, "worker-8")
	r.press(t, "Enter")
	<-visited
	r.keeps = errors.New("no such device")
	close(left)
	if err := r.end(t); err == nil || !strings.Contains(err.Error(), "take terminal back: no such device") {
		t.Errorf("Run: %v", err)
	}
	if n := strings.Join(r.noted(), " "); !strings.HasSuffix(n, "suspend resume fini") {
		t.Errorf("the screen was used so: %s", n)
	}
}

// TestLostTerminalEndsTheDashboard as when ssh hangs up. Caught: the terminal's
// error in the hands of tview, which leaves the pump waiting for ever.
func TestLostTerminalEndsTheDashboard(t *testing.T) {
	r := begin(t, calm(sampleView(8)), 80, 24)
	r.sees(t, "worker-8")
	if err := r.PostEvent(tcell.NewEventError(errors.New("input/output error"))); err != nil {
		t.Fatal(err)
	}
	if err := r.end(t); err == nil || !strings.Contains(err.Error(), "read terminal: input/output error") {
		t.Errorf("Run: %v", err)
	}
}

// TestPanicIsSeen: a fault of our own ends the process with its words, and does
// not hang with a dead screen. Caught: waiting for all goroutines in a defer.
func TestPanicIsSeen(t *testing.T) {
	g := newGlass(80, 24)
	s := calm(sampleView(8))
	d := New(Options{Sights: s, Orders: s, Screen: g})
	fault := make(chan any, 1)
	go func() {
		defer func() { fault <- recover() }()
		_ = d.Run(t.Context())
	}()
	g.sees(t, "worker-8")
	d.post(func() { panic("a fault of our own") })
	select {
	case what := <-fault:
		if what != "a fault of our own" {
			t.Errorf("recovered %v", what)
		}
	case <-time.After(patience):
		t.Fatal("the panic is not seen")
	}
}

// TestMouseSelectsAndAttaches: a click selects, also a question, a double click
// attaches, the wheel moves the selection; a click on nothing does nothing.
func TestMouseSelectsAndAttaches(t *testing.T) {
	s := calm(sampleView(8))
	attached := make(chan fm.WorkerID, 1)
	s.attach = func(_ context.Context, w fm.WorkerID) error { attached <- w; return nil }
	r := begin(t, s, 80, 24)
	r.sees(t, "worker-8")
	click := func(x, y int) {
		r.InjectMouse(x, y, tcell.Button1, tcell.ModNone)
		r.InjectMouse(x, y, tcell.ButtonNone, tcell.ModNone)
	}
	click(5, 1) // the question of worker-3
	r.sees(t, "worker-3 #203 ")
	r.InjectMouse(5, 8, tcell.WheelDown, tcell.ModNone)
	r.InjectMouse(5, 8, tcell.WheelDown, tcell.ModNone)
	r.sees(t, "worker-5 #205 ")
	r.InjectMouse(5, 8, tcell.WheelUp, tcell.ModNone)
	r.sees(t, "worker-4 ───")
	click(0, 0)
	click(30, 9) // worker-7 is in the row after the header, a question and the heading
	click(30, 9)
	if w := <-attached; w != 7 {
		t.Errorf("attached to %s, want worker-7", w)
	}
	r.press(t, "q")
	_ = r.end(t)
}

// TestResizeIsDrawnAnew down to nothing and back.
func TestResizeIsDrawnAnew(t *testing.T) {
	r := begin(t, calm(sampleView(8)), 200, 50)
	r.sees(t, "PULLS")
	for _, size := range [][2]int{{40, 12}, {1, 1}, {0, 0}, {80, 24}} {
		done := make(chan struct{})
		r.d.post(func() { r.SetSize(size[0], size[1]); close(done) })
		<-done
		if err := r.PostEvent(tcell.NewEventResize(size[0], size[1])); err != nil {
			t.Fatal(err)
		}
	}
	r.sees(t, "THROUGHPUT")
	r.press(t, "q")
	_ = r.end(t)
}

// TestWithoutSupervisorItSaysSo, and what is ordered is ordered all the same: it
// is done when one is back.
func TestWithoutSupervisorItSaysSo(t *testing.T) {
	v := sampleView(0)
	v.Status.PID = 0
	r := begin(t, calm(v), 80, 24)
	r.sees(t, "R starts it")
	r.press(t, "Enter")
	r.sees(t, "✗ there is no worker")
	r.press(t, "R")
	r.sees(t, "✓ resume is done")
	r.press(t, "q")
	_ = r.end(t)
}

// TestUnusableTerminalIsAnError, before anything is drawn.
func TestUnusableTerminalIsAnError(t *testing.T) {
	s := calm(View{})
	err := New(Options{Sights: s, Orders: s, Screen: tcell.NewSimulationScreen("no such charset")}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "take terminal") {
		t.Errorf("Run: %v", err)
	}
}
