package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// begins runs a command in the window, between two looks at how the terminal is
// set up. The second is taken before it says with which code the command left.
func (w *window) begins(command string) {
	w.Helper()
	w.types("clear; stty -a > " + w.dir + "/before; " + command + "; code=$?; stty -a > " + w.dir + "/after; echo left with $code")
}

// isBack checks that the terminal is as it was before [window.begins].
func (w *window) isBack() {
	w.Helper()
	if diff := cmp.Diff(read(w, w.dir+"/before"), read(w, w.dir+"/after")); diff != "" {
		w.Errorf("the terminal is not as it was (-before +after):\n%s", diff)
	}
	if modes := w.tmux("display-message", "-p", "#{alternate_on}#{mouse_any_flag}#{keypad_flag}#{cursor_flag}"); modes != "0001\n" {
		w.Errorf("alternate screen, mouse, keypad, cursor are %s", modes)
	}
}

// own is the socket of the project's own server.
func (w *window) own() string {
	return filepath.Join(w.dir, fmt.Sprintf("tmux-%d", os.Getuid()), w.project.Socket())
}

// serverDies kills the tmux server that the workers live in.
func (w *window) serverDies() {
	w.Helper()
	out, err := exec.CommandContext(w.Context(), "tmux", "-S", w.own(), "display-message", "-p", "#{pid}").Output()
	if err != nil {
		w.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		w.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		w.Fatal(err)
	}
}

// TestVisitorsKeepTheirTerminalWhenTheServerDies: a tmux server that is killed
// leaves each terminal that it drew on without echo and without Ctrl-C. Caught:
// a dashboard that takes that for how it found the terminal; a visit that ends
// without a word.
func TestVisitorsKeepTheirTerminalWhenTheServerDies(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	w.begins("fm dashboard")
	w.shows(`I count apples`)
	w.keys("Enter")
	w.shows(`worker-1 · 2\.1.*F12: back`)
	w.serverDies()
	w.shows(`worker-1's session has ended`)
	w.shows(`^QUEUE`)
	w.keys("q")
	w.ends(0)
	w.isBack()

	w.until("worker-2 to be back", soon, func() (any, bool) {
		text, err := w.fm("attach", "worker-2") // without a terminal it only says whether it could
		return text, err != nil && strings.Contains(text, "attach needs a terminal")
	})
	w.begins("fm attach worker-2")
	w.shows(`worker-2 · 3\.\d.*F12: back`)
	w.serverDies()
	w.shows(`^fm: worker-2's session has ended; how it stands: fm status$`)
	w.ends(1)
	w.isBack()
}
