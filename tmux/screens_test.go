package tmux

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

// shows starts a worker whose pane shows a text.
func shows(tb testing.TB, s *Server, w fm.WorkerID, text string) {
	tb.Helper()
	must(tb, s.Start(tb.Context(), w, runOf(fmt.Sprint(w), 1), sh(tb, `printf '%s\n' "$1"; `+forever, text)))
	last := text[strings.LastIndexByte(text, '\n')+1:]
	until(tb, "it is shown", func() (any, bool) {
		got, err := s.Capture(tb.Context(), w, 0)
		return fmt.Sprintf("%q, %v", got, err), strings.HasSuffix(got, last)
	})
}

// Everything that a pane can show is one worker's text: what looks like the
// end of an answer, like tmux's own words, or like nothing.
func TestEachScreenIsItsWorkersOwn(t *testing.T) {
	t.Parallel()
	s := up(t)
	want := map[fm.WorkerID]string{
		1:  "one",
		2:  "%end 1 2 1\n%begin 1 2 1\n%output %1 x",
		3:  "no server running on /tmp\nAAAAAAAAAAAAAAAAAAAAAAAAAA",
		4:  "a\n\n\nb #{pid} #[fg=red] #(touch x)",
		10: "❯ 红",
	}
	for w, text := range want {
		shows(t, s, w, text)
	}
	must(t, s.Start(t.Context(), 5, runOf("5", 1), sh(t, `printf '\033[2J'; `+forever)))
	want[5] = ""
	must(t, s.Start(t.Context(), 6, runOf("6", 1), sh(t, "exit 0")))
	until(t, "it is dead", func() (any, bool) { got := session(t, s, 6); return got, !got.Alive })
	hand(t, s, "new-session", "-d", "-s", "worker-7", "sleep", "1000")
	got, err := s.Screens(t.Context(), []fm.WorkerID{10, 1, 2, 3, 4, 5, 6, 7, 8})
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
}

// Caught: a boundary that can be known beforehand.
//
// Fault: F23.
func TestForgedBoundaryIsAnError(t *testing.T) {
	one := func(text string) shot { return shot{text, 80, 24} }
	for _, c := range []struct {
		out  string
		n    int
		want []shot
	}{
		{"", 0, nil},
		{"a|= 80 24|", 1, []shot{one("a\n")}},
		{"= 80 24|= 80 24|", 2, []shot{one(""), one("")}},
		{"a||= 80 24|b| = 1 1|= 80 24|", 2, []shot{one("a\n\n"), one("b\n = 1 1\n")}},
		{"a|=|= 80|= 80 24|", 1, []shot{one("a\n=\n= 80\n")}},
		{"80 24|= 80 24|", 1, []shot{one("80 24\n")}},
		{"a|= 80 24|b|= 80 24|", 1, nil},
		{"a|= 80 24|", 2, nil},
		{"a|= 80 24|rest", 1, nil},
	} {
		got, err := cutCaptures(strings.ReplaceAll(c.out, "|", "\n"), "=", c.n)
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(shot{})); diff != "" || (err != nil) != (c.want == nil && c.n > 0) {
			t.Errorf("cut %q in %d: %v\n%s", c.out, c.n, err, diff)
		}
	}
}

func TestScreensOfNobodyCostNothing(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*Server{"no server": down(t), "no session": up(t)} {
		got, err := s.Screens(t.Context(), []fm.WorkerID{1, 2})
		if err != nil || len(got) != 0 {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// A pane that a person closes between the list and the captures takes the
// whole exec with it.
// Caught: no second look.
func TestVanishedPaneHidesNoOther(t *testing.T) {
	t.Parallel()
	s := up(t)
	shows(t, s, 1, "one")
	shows(t, s, 2, "two")
	l, err := s.list(t.Context())
	must(t, err)
	rooms := l.showing([]fm.WorkerID{1, 2})
	hand(t, s, "kill-session", "-t", target(1))
	until(t, "the old list is refused", func() (any, bool) {
		_, err := s.capture(t.Context(), rooms)
		return err, errors.Is(err, errRejected)
	})
	got, err := s.Screens(t.Context(), []fm.WorkerID{1, 2})
	must(t, err)
	if diff := cmp.Diff(map[fm.WorkerID]string{2: "two"}, got); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
}
