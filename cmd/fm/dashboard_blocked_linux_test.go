package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm/process"
)

// TestDashboardEndsThoughNothingCanBeDrawn: a terminal that takes nothing more,
// as behind Ctrl-S or a connection that hangs, must not keep it from ending.
// Caught: an end that waits for the screen.
func TestDashboardEndsThoughNothingCanBeDrawn(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	w.begins("fm dashboard")
	w.shows(`I count apples`)
	w.shows(`^QUEUE`)
	pid := w.child()
	tty, err := os.OpenFile(strings.TrimSpace(w.tmux("display-message", "-p", "#{pane_tty}")), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	if err := unix.IoctlSetInt(int(tty.Fd()), unix.TCXONC, unix.TCOOFF); err != nil {
		t.Fatal(err)
	}
	w.keys("Down", "?") // something to draw
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	w.until("the end of the dashboard", soon, func() (any, bool) { return pid, !process.Alive(pid, "") })
	if err := unix.IoctlSetInt(int(tty.Fd()), unix.TCXONC, unix.TCOON); err != nil {
		t.Fatal(err)
	}
	w.shows("left with 130")
	if diff := cmp.Diff(read(t, w.dir+"/before"), read(t, w.dir+"/after")); diff != "" {
		t.Errorf("the terminal is not as it was (-before +after):\n%s", diff)
	}
}
