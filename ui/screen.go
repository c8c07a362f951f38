package ui

import (
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
	if err != nil {
		t.lost(fmt.Errorf("take terminal back: %w", err))
	}
	return err
}

// EnableMouse asks for buttons and the wheel, and not for each movement.
func (t *terminal) EnableMouse(...tcell.MouseFlags) { t.Screen.EnableMouse(tcell.MouseButtonEvents) }
