package scripted

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// dialog is a question that stands in the way of a turn. Pasted text does not
// reach it, and Enter takes the option that is marked, which is the first: the
// trap that the CLI sets too.
type dialog struct {
	waitingFor string   // the word in the state file
	lines      []string // above the options
	indent     string
	options    []string // a second line of one says what it means
	free       int      // the option that is a text of one's own; 0 for none
	rule       int      // the option above which a rule is drawn; 0 for none
	help       string   // the last line
}

// choice is what a person answered: an option, counted from 1, or 0 for Escape.
type choice struct {
	option int
	text   string // of the free option
}

// question is a dialog on its way to the session's goroutine, which has the
// keys.
type question struct {
	dialog
	reply chan<- choice
	at    int // the option that is marked
	text  string
}

// open shows a dialog and waits for a person. A Notification follows when
// nobody answers for a while; without fields there is none.
func (s *session) open(ctx context.Context, d dialog, notice fields) choice {
	s.store.show("waiting", d.waitingFor)
	defer s.store.show("busy", "")
	reply := make(chan choice, 1)
	select {
	case s.asking <- question{dialog: d, reply: reply, at: 1}:
	case <-ctx.Done():
		return choice{}
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
			return choice{}
		}
	}
}

// press gives the choice that a key makes, if it makes one.
func (q *question) press(k key) (choice, bool) {
	switch k.kind {
	case enter:
		return q.choose()
	case escape, interrupt:
		return choice{}, true
	case up:
		q.at = max(1, q.at-1)
	case down:
		q.at = min(len(q.options), q.at+1)
	case typed, pasted:
		return q.typed(k)
	case backspace:
		if r := []rune(q.text); len(r) > 0 {
			q.text = string(r[:len(r)-1])
		}
	case clearLine, endOfInput, stashKey:
	}
	return choice{}, false
}

func (q *question) choose() (choice, bool) {
	if q.at == q.free && q.text == "" {
		return choice{}, false
	}
	return choice{option: q.at, text: q.text}, true
}

// typed takes a text of one's own where the mark stands on that option, and
// else the first digit that names an option.
func (q *question) typed(k key) (choice, bool) {
	if q.at == q.free && q.free > 0 {
		q.text += k.text
		return choice{}, false
	}
	if k.kind == pasted {
		return choice{}, false
	}
	for _, r := range k.text {
		n := int(r - '0')
		if n < 1 || n > len(q.options) {
			continue
		}
		q.at = n
		if n == q.free {
			return choice{}, false
		}
		return q.choose()
	}
	return choice{}, false
}

// shown draws the dialog as the CLI does.
func (q *question) shown(columns int) []string {
	var lines []string
	for _, l := range q.lines {
		lines = append(lines, strings.TrimRight(q.indent+l, " "))
	}
	for i, option := range q.options {
		n := i + 1
		if n == q.rule {
			lines = append(lines, strings.Repeat("─", max(4, columns-1)))
		}
		mark := "  "
		if n == q.at {
			mark = "❯ "
		}
		head, more, _ := strings.Cut(option, "\n")
		if n == q.free && q.text != "" {
			head = q.text
		}
		lines = append(lines, fmt.Sprintf("%s%s%d. %s", q.indent, mark, n, head))
		if more != "" {
			lines = append(lines, q.indent+"     "+more)
		}
	}
	return append(lines, "", q.indent+q.help)
}
