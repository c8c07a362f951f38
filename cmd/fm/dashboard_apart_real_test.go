package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// TestDashboardLivesWithoutASupervisor: it says that nobody is there, takes
// orders all the same, and brings a supervisor back.
func TestDashboardLivesWithoutASupervisor(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	w.types("fm dashboard")
	w.shows(`2/3 active`)
	w.must("stop", "--now")
	w.shows(`supervisor down`)
	w.shot("down")
	w.keys("t")
	w.shows(`QUEUE +3 tasks`)
	w.keys("End", "4")
	w.shows(`#4 is low now · the supervisor is not running`)
	w.keys("r")
	w.shows(`#4 is pending again · the supervisor is not running`)
	w.leaves()
	w.keys("R")
	w.shows(`3/3 active`)
	w.shows(`worker-\d +(Starting|Working) on #4`)
}

// TestDashboardGivesTheTerminalBack when it is told to end, also while it has
// lent it to a worker's session. Caught: a client of tmux that outlives the
// dashboard; an exit without tcell's.
func TestDashboardGivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		for _, attached := range []string{"", "attached"} {
			w.begins("fm dashboard")
			w.shows(`I count apples`)
			w.shows(`^QUEUE`)
			pid := w.child()
			if attached != "" {
				w.keys("Enter")
				w.shows(`F12: back`)
			}
			if err := syscall.Kill(pid, signal); err != nil {
				t.Fatal(err)
			}
			w.ends(130)
			if diff := cmp.Diff(read(t, w.dir+"/before"), read(t, w.dir+"/after")); diff != "" {
				t.Errorf("after %v %s the terminal is not as it was (-before +after):\n%s", signal, attached, diff)
			}
			if modes := w.tmux("display-message", "-p", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}"); modes != "001\n" {
				t.Errorf("after %v %s: alternate screen, mouse, cursor are %s", signal, attached, modes)
			}
		}
	}
}

// child is the process that the shell in the window waits for.
func (w *window) child() int {
	w.Helper()
	shell := strings.TrimSpace(w.tmux("display-message", "-p", "#{pane_pid}"))
	children := read(w, "/proc/"+shell+"/task/"+shell+"/children")
	pid, err := strconv.Atoi(strings.TrimSpace(children))
	if err != nil {
		w.Fatalf("children of the shell: %q", children)
	}
	return pid
}

// TestDashboardInsideFmsOwnServer joins a worker in place of itself: a client
// within the client would leave F12 to the wrong one. F12 leads back to it.
func TestDashboardInsideFmsOwnServer(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	w.types("env -u TMUX tmux -S " + w.own() + " new-session -s dash 'exec fm dashboard'; echo left with $?")
	w.shows(`I count apples`)
	w.shows(`^QUEUE`)
	w.keys("Enter")
	w.shows(`worker-1 · 2\.1.*F12: back`)
	w.keys("F12")
	w.shows(`^QUEUE`)
	w.keys("Down")
	w.shows(`Yellow ones`)
	w.keys("q") // its window stays, as all in this server do
	w.until("the end of the dashboard", soon, func() (any, bool) { text := w.screen(); return text, !strings.Contains(text, "QUEUE") })
	w.keys("F12")
	w.shows(`left with 0`)
}

// TestHostileTextIsOnlyShown: titles and panes that would give a terminal orders,
// in a real one. Caught: a title that goes to the terminal as it is; markup of
// tview's.
func TestHostileTextIsOnlyShown(t *testing.T) {
	t.Parallel()
	b := newBench(t, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
	const evil = "[red]$(touch canary)#(touch canary)\x1b]2;taken\x07\x1b[2J\x1b[31m\u202e\u009b31m%d 日本語🍎 `touch canary`"
	parent := newMarket(b, []object{{"id": "2", "turns": turn(
		does("print", object{"text": "So it was.\x1b]2;taken\x07\x1b[?1049l\x1b[2J [red]pears[-] \x1b]8;;http://example.com\x07日本語\x1b]8;;\x07"}),
		does("question", object{"header": "Evil", "question": evil, "options": []string{evil, "No"}}),
	)}})
	issue := fmt.Sprintf("---\ntitle: %q\nparent: %s\n---\n%s\n", evil, parent, evil)
	if err := os.WriteFile(filepath.Join(b.project.Issues(), "0002-evil.md"), []byte(issue), 0o600); err != nil {
		t.Fatal(err)
	}
	b.must("work", string(parent), "--workers", "1")
	w := newWindow(b, 80, 24)
	title := w.tmux("display-message", "-p", "#{pane_title}")
	w.types("fm dashboard; echo left with $?")
	w.shows(`worker-1 +Waiting for you on #2`)
	w.shows(`\[red\]\$\(touch canary\)#\(touch canary\)`)
	w.shows(`日本語`)
	w.shot("hostile")
	for _, page := range []string{"g", "t", "w", "l", "a"} {
		w.keys(page)
		w.shows(`Esc (back|leave)`)
		w.shows(`\[red\]`)
		w.shot("hostile-" + page)
		w.leaves()
	}
	if got := w.tmux("display-message", "-p", "#{pane_title} #{alternate_on}"); got != strings.TrimSpace(title)+" 1\n" {
		t.Errorf("title and alternate screen are %q, want those of before, %q, and 1", got, title)
	}
	w.keys("q")
	w.ends(0)
	found, err := filepath.Glob(b.dir + "/*/canary")
	if err != nil || len(found) > 0 {
		t.Errorf("%v: something was run: %v", err, found)
	}
}
