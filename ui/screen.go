package ui

import (
	"errors"
	"fmt"

	"github.com/gdamore/tcell/v2"
)

// terminal is a screen that was initialised before tview gets it. tview would
// end its event loop by itself when the terminal is lost, and an update that
// waits for the loop would wait for ever; so it is told another way. It is a
// pointer, because tview compares screens.
type terminal struct {
	tcell.Screen
	lost func(error) // never blocks
	gone bool        // it was not to be had back; owned by the event loop
}

// Init does nothing: it was done where an error is not ignored.
func (*terminal) Init() error { return nil }

// PollEvent gives the next event that is not an error.
func (t *terminal) PollEvent() tcell.Event {
	for {
		ev := t.Screen.PollEvent()
		lost, ok := ev.(*tcell.EventError)
		if !ok {
			return ev
		}
		t.lost(fmt.Errorf("read terminal: %w", lost))
	}
}

// Resume takes the terminal back from whom it was lent to.
func (t *terminal) Resume() error {
	err := t.Screen.Resume()
	if w, h := t.Size(); err == nil && w > 0 && h > 0 && !t.drawable() {
		err = errors.New("its size is not known")
	}
	if err != nil {
		t.gone = true
		t.lost(fmt.Errorf("take terminal back: %w", err))
	}
	return err
}

// drawable says whether the screen has cells. tcell takes them away when the
// terminal is lent out, and would go on for ever through a row that has none.
func (t *terminal) drawable() bool {
	_, _, width := t.Get(0, 0)
	return width > 0
}

// Show draws what has changed, as long as there is a terminal.
func (t *terminal) Show() {
	if !t.gone {
		t.Screen.Show()
	}
}

// Sync draws everything, as long as there is a terminal.
func (t *terminal) Sync() {
	if !t.gone {
		t.Screen.Sync()
	}
}

// EnableMouse asks for buttons and the wheel, and not for each movement.
func (t *terminal) EnableMouse(...tcell.MouseFlags) { t.Screen.EnableMouse(tcell.MouseButtonEvents) }

// openScreen is the terminal of this process. A kind of terminal that is not
// known here, as may be over ssh, is taken for an xterm.
func openScreen() (tcell.Screen, error) {
	assumeUTF8()
	screen, err := tcell.NewScreen()
	if err == nil {
		return screen, nil
	}
	xterm, unknown := tcell.LookupTerminfo("xterm-256color")
	if unknown != nil {
		return nil, fmt.Errorf("open terminal: %w", err)
	}
	if screen, err = tcell.NewTerminfoScreenFromTtyTerminfo(nil, xterm); err != nil {
		return nil, fmt.Errorf("open terminal: %w", err)
	}
	return screen, nil
}

// assumeUTF8 has tcell write UTF-8 whatever the locale is called, as all else of
// fm does: where it is C, as it often is over ssh, the terminal is of another
// opinion, and a mark that becomes a question mark says that somebody asks.
func assumeUTF8() {
	utf8 := tcell.GetEncoding("UTF-8")
	for _, charset := range []string{"US-ASCII", "ASCII", "ISO646"} {
		tcell.RegisterEncoding(charset, utf8)
	}
	tcell.SetEncodingFallback(tcell.EncodingFallbackUTF8) // for those that tcell does not know
}
