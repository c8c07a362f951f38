package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
)

// Choice is one thing to pick.
type Choice struct {
	Key  string // typed alone, it stands first: "3" of worker-3
	Name string // worker-3
	What string // what it does, in a line
	Asks string // the question that it waits with; "" for none
}

// PickOptions say what there is to pick from.
type PickOptions struct {
	Title   string // "Attach to"
	Verb    string // what Enter does: "attach"
	Choices []Choice
	// Screen is where it is drawn; nil is the terminal of this process.
	Screen tcell.Screen
	// Palette says which colours may be used.
	Palette Palette
}

// Pick has the user pick one of the choices and gives its index; -1 when they
// want none of them. It returns the terminal as it was. The error is the
// context's when that ends first.
func Pick(ctx context.Context, o PickOptions) (int, error) {
	screen := o.Screen
	if screen == nil {
		var err error
		if screen, err = openScreen(); err != nil {
			return -1, err
		}
	}
	if err := screen.Init(); err != nil {
		return -1, fmt.Errorf("take terminal: %w", err)
	}
	screen.EnableMouse(tcell.MouseButtonEvents)
	screen.EnablePaste()
	events, quit := make(chan tcell.Event), make(chan struct{})
	go screen.ChannelEvents(events, quit)
	defer func() {
		close(quit)
		screen.Fini()
		for range events { // the goroutine is gone when it is closed
		}
	}()
	p := newPicker(o)
	for p.picked == undecided {
		w, h := screen.Size()
		screen.HideCursor()
		p.paint(canvas{screen: screen, w: w, h: h, theme: themeOf(o.Palette)})
		screen.Show()
		select {
		case ev, ok := <-events:
			if !ok {
				return -1, fmt.Errorf("read terminal: %w", context.Canceled)
			}
			if lost, ok := ev.(*tcell.EventError); ok {
				return -1, fmt.Errorf("read terminal: %w", lost)
			}
			if _, ok := ev.(*tcell.EventResize); ok {
				screen.Sync()
			}
			p.take(ev)
		case <-ctx.Done():
			return -1, ctx.Err()
		}
	}
	return p.picked, nil
}

// picker is where the user is among the choices.
type picker struct {
	PickOptions
	filter  input
	shown   []int // the choices that match, by index
	at, top int   // of shown: the selected one, and the first on the screen
	picked  int   // an index, none or undecided
	pasting bool
	held    bool        // the mouse's button
	rows    map[int]int // what is at a row of the screen, of shown
}

const (
	none      = -1
	undecided = -2
)

func newPicker(o PickOptions) *picker {
	p := &picker{PickOptions: o, picked: undecided}
	p.match()
	return p
}

// match finds what the filter leaves. What it names exactly stands first.
func (p *picker) match() {
	words := wordsOf(p.filter.text)
	p.shown, p.at, p.top = nil, 0, 0
	for i, c := range p.Choices {
		text := strings.ToLower(fm.Line(c.Name+" "+c.What+" "+c.Asks, 0))
		switch {
		case slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }):
		case c.Key != "" && len(words) == 1 && words[0] == strings.ToLower(c.Key):
			p.shown = slices.Insert(p.shown, 0, i)
		default:
			p.shown = append(p.shown, i)
		}
	}
}

// take takes in a key, a click or a paste.
func (p *picker) take(ev tcell.Event) {
	switch ev := ev.(type) {
	case *tcell.EventKey:
		p.key(name(ev), ev)
	case *tcell.EventMouse:
		_, y := ev.Position()
		p.mouse(ev.Buttons(), y)
	case *tcell.EventPaste:
		p.pasting = ev.Start()
	}
}

func (p *picker) key(word string, ev *tcell.EventKey) {
	switch word {
	case "Esc", "Ctrl-C":
		p.picked = none
	case "Enter":
		if !p.pasting { // a line that is pasted picks nothing
			p.pick()
		}
	case "Down", "Ctrl-N", "Tab":
		p.move(1)
	case "Up", "Ctrl-P", "Backtab":
		p.move(-1)
	case "PgDn":
		p.move(10)
	case "PgUp":
		p.move(-10)
	default:
		if old := p.filter.text; p.filter.key(word, ev) && p.filter.text != old {
			p.match()
		}
	}
}

// mouse selects what is clicked on; a click on what is selected picks it.
func (p *picker) mouse(buttons tcell.ButtonMask, y int) {
	pressed := buttons&tcell.Button1 != 0
	i, there := p.rows[y]
	switch {
	case buttons&tcell.WheelDown != 0:
		p.move(1)
	case buttons&tcell.WheelUp != 0:
		p.move(-1)
	case pressed && !p.held && there && i == p.at:
		p.pick()
	case pressed && !p.held && there:
		p.at = i
	}
	p.held = pressed
}

func (p *picker) move(by int) { p.at = max(min(p.at+by, len(p.shown)-1), 0) }

func (p *picker) pick() {
	if p.at < len(p.shown) {
		p.picked = p.shown[p.at]
	}
}

// paint paints a heading, the choices, and the line in which the filter is
// typed; where there is room for one line only, it is the selected choice.
func (p *picker) paint(c canvas) {
	c.fill(c.theme.text)
	list := c
	if c.h > 2 {
		list = c.part(0, 1, c.w, c.h-2)
		p.heading(c.part(0, 0, c.w, 1))
		p.foot(c.part(0, c.h-1, c.w, 1))
	}
	p.scroll(list.h)
	p.rows = map[int]int{}
	width := 0
	for _, i := range p.shown {
		width = max(width, uniseg.StringWidth(fm.Line(p.Choices[i].Name, 40)))
	}
	y := 0
	for i := p.top; i < len(p.shown) && y < list.h; i++ {
		choice := p.Choices[p.shown[i]]
		for row := y; row < min(y+height(choice), list.h); row++ {
			p.rows[list.y-c.y+row] = i
		}
		lead := piece{c.theme.text, "  "}
		if i == p.at {
			lead = piece{c.theme.selected, "▸ "}
		}
		paintChoice(list.part(0, y, list.w, height(choice)), choice, width, lead)
		y += height(choice)
	}
	if len(p.shown) == 0 {
		list.text(2, 0, c.theme.dim, "nothing matches")
	}
}

// height is how many rows a choice takes.
func height(c Choice) int {
	if c.Asks != "" {
		return 2
	}
	return 1
}

// scroll brings the selected choice onto so many rows.
func (p *picker) scroll(rows int) {
	p.top = min(p.top, p.at)
	used := 0
	for i := p.at; i >= p.top && i < len(p.shown); i-- {
		if used += height(p.Choices[p.shown[i]]); used > rows && i < p.at {
			p.top = i + 1
			return
		}
	}
}

func (p *picker) heading(c canvas) {
	x := c.text(0, 0, c.theme.title, p.Title)
	if waiting := p.waiting(); waiting > 0 {
		c.text(x+1, 0, c.theme.warn, fmt.Sprintf("· %d waiting for you", waiting))
	}
}

// waiting is how many have a question.
func (p *picker) waiting() int {
	n := 0
	for _, c := range p.Choices {
		if c.Asks != "" {
			n++
		}
	}
	return n
}

func (p *picker) foot(c canvas) {
	x := c.text(0, 0, c.theme.accent, ">") + 1
	if p.filter.text == "" {
		c.text(x+1, 0, c.theme.dim, "Enter "+p.Verb+" · Esc leave · or type")
		if x < c.w {
			c.screen.ShowCursor(c.x+x, c.y)
		}
		return
	}
	p.filter.paint(c.part(x, 0, c.w-x, 1), c.theme.text)
}

// paintChoice paints a choice behind its lead, with names of so many cells.
func paintChoice(c canvas, choice Choice, width int, lead piece) {
	c.part(0, 0, c.w, 1).fill(lead.style)
	c.put(0, 0, lead)
	c.text(2, 0, lead.style, fm.Line(choice.Name, 40))
	c.text(2+width+2, 0, lead.style, choice.What)
	if choice.Asks != "" {
		c.text(4, 1, c.theme.warn, "? "+choice.Asks)
	}
}
