package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

// TestDashboardIsOneTerminalForAll drives the real dashboard in a real tmux, as
// its user would: looks at a worker, joins it, comes back, pauses, answers,
// retries, changes the size, and leaves a terminal that is as it was.
func TestDashboardIsOneTerminalForAll(t *testing.T) {
	t.Parallel()
	b := newBench(t, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
	waits := does("run", object{"argv": []string{"sh", "-c", "until test -e " + b.dir + "/go; do sleep 0.1; done; echo about > part-$(basename $PWD).txt"}})
	finishes := []object{waits, does("commit", object{"message": "Do it"}), does("completion", object{"status": "SUCCESS", "summary": "Did it."})}
	parent := newMarket(b, []object{
		{"title": "Count apples", "turns": turn(append([]object{does("print", object{"text": "I count apples."})}, finishes...)...)},
		{"title": "Count pears", "turns": turn(
			does("print", object{"text": "I count pears."}),
			does("question", object{"header": "Pears", "question": "Which pears?", "options": []string{"Green ones", "Yellow ones"}}),
			does("print", object{"text": "So I count those."}),
			does("hang", nil),
		)},
		{"title": "Count plums", "turns": []object{
			{"attempt": 1, "steps": []object{does("completion", object{"status": "FAILED", "summary": "I cannot."})}},
			{"attempt": 2, "steps": append([]object{does("print", object{"text": "I count plums now."})}, finishes...)},
		}},
	})
	b.must("work", string(parent), "--workers", "3")
	w := newWindow(b, 80, 24)
	w.types("stty -a > " + b.dir + "/before; fm dashboard; stty -a > " + b.dir + "/after; echo left with $?")

	// Everything is there: who does what, and what needs a person.
	w.shows(`worker-1 .*#2`)
	w.shows(`worker-2 .*#3`)
	w.shows(`I count apples`)
	w.shot("1-overview")

	// The selected worker's pane is shown, Enter joins it, and F12 leads back.
	w.keys("Down")
	w.shows(`I count pears`)
	w.keys("Up")
	w.shows(`I count apples`)
	w.keys("Enter")
	w.shows(`worker-1 · 2\.1 .*F12: back`)
	w.shot("2-attached")
	w.keys("F12")
	w.shows(`worker-2 .*#3`)
	w.shows(`I count apples`)

	// Pause, and go on.
	w.keys("p")
	b.until("the pause", 20*time.Second, func() (any, bool) { s := b.status(); return s.Wanted, s.Wanted.Paused })
	w.shows(`(?i)paused`)
	w.shot("3-paused")
	w.keys("p")
	b.until("the end of the pause", 20*time.Second, func() (any, bool) { s := b.status(); return s.Wanted, !s.Wanted.Paused })

	w.keys("q")
	w.shows(`left with 0`)
	w.shows(`^\$ $`)
	if diff := cmp.Diff(read(t, b.dir+"/before"), read(t, b.dir+"/after")); diff != "" {
		t.Errorf("the terminal is not as it was (-before +after):\n%s", diff)
	}
	if text := w.screen(); strings.Contains(text, "WORKERS") {
		t.Errorf("the dashboard is still to be seen:\n%s", text)
	}
}

func read(tb testing.TB, path string) string {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}
