package tmux

import (
	"strings"
	"testing"
	"time"
)

// Caught: the words of a command told as they are.
func TestNobodyIsToldWhatACommandCarries(t *testing.T) {
	var told []string
	s := &Server{opts: Options{Ran: func(argv []string, _ time.Duration) { told = append(told, strings.Join(argv, " ")) }}}
	s.tell([]string{"send-keys", "-t", "worker-1", "-l", "my password", then, "display-message", "-p", "#{x}"}, time.Now())
	s.tell([]string{"load-buffer", "-"}, time.Now())
	if got, want := strings.Join(told, "\n"), "tmux send-keys ; display-message\ntmux load-buffer"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	(&Server{}).tell([]string{"kill-server"}, time.Now()) // nobody wants to know
}
