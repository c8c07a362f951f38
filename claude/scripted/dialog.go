package scripted

import (
	"context"
	"time"
)

// dialog is a question that stands in the way of a turn. Pasted text does not
// reach it, and Enter takes its first option: the trap that the CLI sets too.
type dialog struct {
	waitingFor string // the word in the state file
	lines      []string
}

// question is a dialog on its way to the session's goroutine, which has the
// keys.
type question struct{ reply chan<- choice }

type choice int

const (
	accepted choice = iota
	denied
)

// open shows a dialog and waits for a person. A Notification follows when
// nobody answers for a while; without fields there is none.
func (s *session) open(ctx context.Context, d dialog, notice fields) choice {
	s.screen.idle()
	for _, l := range d.lines {
		s.screen.line("", " "+l)
	}
	s.store.show("waiting", d.waitingFor)
	defer s.store.show("busy", "")
	reply := make(chan choice, 1)
	select {
	case s.asking <- question{reply}:
	case <-ctx.Done():
		return denied
	}
	late := time.NewTimer(millis(or(s.scenario.askNotice, askNotice)))
	defer late.Stop()
	for {
		select {
		case c := <-reply:
			return c
		case <-late.C:
			if notice != nil {
				s.fire(ctx, "Notification", "permission_prompt", notice)
			}
		case <-ctx.Done():
			return denied
		}
	}
}

// answer gives the choice that a key makes in a dialog, if it makes one.
func (k key) answer() (choice, bool) {
	switch k.kind {
	case enter:
		return accepted, true
	case escape, interrupt:
		return denied, true
	case typed:
		switch k.text {
		case "1", "2":
			return accepted, true
		case "3":
			return denied, true
		}
	case pasted, backspace, clearLine, endOfInput:
	}
	return accepted, false
}
