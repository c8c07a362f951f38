package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
)

// choices are workers to attach to, the first two of which ask.
func choices(n int) []Choice {
	var all []Choice
	for i := range n {
		ws := sampleWorker(i + 1)
		c := Choice{Key: fmt.Sprint(i + 1), Name: ws.Worker.String(), What: strings.TrimSuffix(ws.Text+" · "+ws.Title, " · ")}
		if i < 2 {
			c.Asks = "permission: Do you want to run make deploy?"
		}
		all = append(all, c)
	}
	return all
}

func attachTo(all []Choice) PickOptions {
	return PickOptions{Title: "Attach to a worker", Verb: "attach", Choices: all}
}

// pickFrame is what a picker looks like after these keys.
func pickFrame(t *testing.T, p *picker, w, h int) string {
	t.Helper()
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		t.Fatal(err)
	}
	defer screen.Fini()
	screen.SetSize(w, h)
	p.paint(canvas{screen: screen, w: w, h: h, theme: themeOf(Coloured)})
	screen.Show()
	rows := screenRows(t, screen)
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return strings.Join(rows, "\n") + "\n"
}

func TestPickerFrames(t *testing.T) {
	for _, size := range sizes() {
		for _, n := range []int{1, 8, 100} {
			p := newPicker(attachTo(choices(n)))
			p.at = n / 2
			golden(t, fmt.Sprintf("pick-%dx%d-%d", size[0], size[1], n), pickFrame(t, p, size[0], size[1]))
		}
	}
}

// Whatever was typed, moved and resized, what Enter would pick is on the
// screen. Caught: no scrolling; a question's second row not counted.
func TestSelectedChoiceIsSeen(t *testing.T) {
	all := choices(30)
	for i := range all {
		if i%3 == 0 {
			all[i].Asks = "question: which?"
		}
	}
	for h := 1; h < 14; h++ {
		p := newPicker(attachTo(all))
		for _, by := range []int{0, 1, 1, 1, 10, 10, 1, -1, 10, -1, -10, -10, -10} {
			p.move(by)
			got := pickFrame(t, p, 40, h)
			if want := "▸ " + all[p.shown[p.at]].Name + " "; !strings.Contains(got, want) {
				t.Fatalf("%d rows, at %d: %q is not in\n%s", h, p.at, want, got)
			}
		}
	}
}

// Nobody's title reaches the terminal as anything but text, and nothing
// panics, however small the terminal.
//
// Fault: F24.
func TestPickerDrawsHostileTextHarmlessly(t *testing.T) {
	var all []Choice
	for _, text := range hostileTexts() {
		all = append(all, Choice{Key: text, Name: text, What: text, Asks: text})
	}
	p := newPicker(PickOptions{Title: hostileTexts()[0], Verb: "attach", Choices: all})
	for _, size := range [][2]int{{0, 0}, {1, 1}, {2, 3}, {40, 12}, {200, 50}} {
		pickFrame(t, p, size[0], size[1])
	}
}

// shownScreen tells when something was drawn on it.
type shownScreen struct {
	tcell.SimulationScreen
	shown chan struct{}
}

// Show draws, and says so once.
func (s shownScreen) Show() {
	s.SimulationScreen.Show()
	select {
	case s.shown <- struct{}{}:
	default:
	}
}

// picks runs a picker, has keys pressed, and gives what was picked.
func picks(t *testing.T, all []Choice, keys func(tcell.SimulationScreen)) (int, error) {
	t.Helper()
	screen := shownScreen{tcell.NewSimulationScreen("UTF-8"), make(chan struct{}, 1)}
	o := attachTo(all)
	o.Screen = screen
	type result struct {
		i   int
		err error
	}
	done := make(chan result, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	go func() {
		i, err := Pick(ctx, o)
		done <- result{i, err}
	}()
	select {
	case <-screen.shown:
	case <-ctx.Done():
		t.Fatal("nothing was drawn")
	}
	keys(screen)
	r := <-done
	return r.i, r.err
}

// A digit names a worker, not a row, and nothing is picked before Enter: what
// is typed after it would go to an agent. Caught: digits that pick a row;
// exact names not put first.
func TestPickingByKeys(t *testing.T) {
	type press = func(tcell.SimulationScreen)
	key := func(k tcell.Key) press {
		return func(s tcell.SimulationScreen) { s.InjectKey(k, 0, tcell.ModNone) }
	}
	text := func(words string) press {
		return func(s tcell.SimulationScreen) {
			for _, r := range words {
				s.InjectKey(tcell.KeyRune, r, tcell.ModNone)
			}
		}
	}
	click := func(y int) press {
		return func(s tcell.SimulationScreen) {
			s.InjectMouse(3, y, tcell.Button1, tcell.ModNone)
			s.InjectMouse(3, y, tcell.ButtonNone, tcell.ModNone)
		}
	}
	enter := key(tcell.KeyEnter)
	for name, c := range map[string]struct {
		keys []press
		want int
	}{
		"the first is selected":           {[]press{enter}, 0},
		"down and up":                     {[]press{key(tcell.KeyDown), key(tcell.KeyDown), key(tcell.KeyUp), enter}, 1},
		"no further than the ends":        {[]press{key(tcell.KeyUp), key(tcell.KeyPgDn), key(tcell.KeyPgDn), key(tcell.KeyPgDn), enter}, 19},
		"a digit is a worker":             {[]press{text("5"), enter}, 4},
		"two digits are one":              {[]press{text("12"), enter}, 11},
		"words narrow":                    {[]press{text("create LOGIN"), enter}, 2},
		"a number before what has it":     {[]press{text("20"), enter}, 19},
		"what is deleted counts no more":  {[]press{text("12"), key(tcell.KeyBackspace2), enter}, 0},
		"a filter that fits none":         {[]press{text("nobody"), enter, key(tcell.KeyEscape)}, -1},
		"Escape":                          {[]press{key(tcell.KeyEscape)}, -1},
		"Ctrl-C":                          {[]press{key(tcell.KeyCtrlC)}, -1},
		"a click selects, another picks":  {[]press{click(5), click(5)}, 2},
		"a click into the void":           {[]press{click(0), key(tcell.KeyEscape)}, -1},
		"the wheel moves":                 {[]press{func(s tcell.SimulationScreen) { s.InjectMouse(3, 3, tcell.WheelDown, tcell.ModNone) }, enter}, 1},
		"the selection survives a resize": {[]press{key(tcell.KeyDown), func(s tcell.SimulationScreen) { s.SetSize(40, 12) }, enter}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := picks(t, choices(20), func(s tcell.SimulationScreen) {
				for _, press := range c.keys {
					press(s)
				}
			})
			if err != nil || got != c.want {
				t.Errorf("picked %d, %v; want %d", got, err, c.want)
			}
		})
	}
}

// Caught: Enter within a paste taken for a person's.
func TestPastedLinePicksNothing(t *testing.T) {
	p := newPicker(attachTo(choices(3)))
	p.take(tcell.NewEventPaste(true))
	p.take(tcell.NewEventKey(tcell.KeyRune, '3', tcell.ModNone))
	p.take(tcell.NewEventKey(tcell.KeyEnter, 0, tcell.ModNone))
	p.take(tcell.NewEventPaste(false))
	if p.picked != undecided || p.filter.text != "3" {
		t.Errorf("picked %d, filter %q", p.picked, p.filter.text)
	}
}

func TestPickEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := attachTo(choices(3))
	o.Screen = tcell.NewSimulationScreen("UTF-8")
	if i, err := Pick(ctx, o); i != -1 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d, %v", i, err)
	}
}
