package ui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
)

// broken are sights that panic.
type broken struct{ Sights }

// TestPanicBesideTheScreenIsToldAfterIt: the terminal is its user's again when a
// panic goes on. Caught: a goroutine that takes the process down with the
// terminal in hand.
func TestPanicBesideTheScreenIsToldAfterIt(t *testing.T) {
	t.Parallel()
	screen := tcell.NewSimulationScreen("")
	finished := &finishing{Screen: screen}
	d := New(Options{Sights: broken{}, Screen: finished})
	defer func() {
		err, ok := recover().(error)
		if !ok || !strings.Contains(err.Error(), "nil pointer") || !strings.Contains(err.Error(), "feed") {
			t.Errorf("Run ended with %v", err)
		}
		if !finished.done {
			t.Error("the terminal is not its user's yet")
		}
	}()
	_ = d.Run(t.Context())
	t.Error("Run returned")
}

// finishing knows whether the terminal was given back.
type finishing struct {
	tcell.Screen
	done bool
}

func (f *finishing) Fini() {
	f.done = true
	f.Screen.Fini()
}
