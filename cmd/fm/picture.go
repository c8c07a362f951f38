package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/supervisor"
)

// watchStatus hands each status that differs from the last one to show. A change
// of the project's files is noticed by itself; each second, when nothing changes
// but the time, and with each change of the terminal's size, the same status is
// handed over again as old.
func (h *house) watchStatus(ctx context.Context, show func(s supervisor.Status, old bool) error) error {
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	defer signal.Stop(resized)
	wake, hint := hints()
	watcher := h.lookout(hint)
	watcher.Ignore(h.statusDraft())
	ctx, stop := context.WithCancel(ctx)
	watching := make(chan struct{})
	go func() { defer close(watching); _ = watcher.Run(ctx) }() // hints only
	defer func() { stop(); <-watching }()
	clock, slow := time.NewTicker(time.Second), time.NewTicker(backstop)
	defer clock.Stop()
	defer slow.Stop()
	next := time.NewTimer(0) // the next look, if it is on its way
	defer next.Stop()
	var last supervisor.Status
	var at time.Time // of the last look
	for {
		old := true
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
			next.Reset(max(0, lookGap-time.Since(at)))
			continue
		case <-resized:
		case <-clock.C:
			old = last.PID == 0 || process.Alive(last.PID, "") // its end is no change of a file
		case <-slow.C:
			old = false
		case <-next.C:
			old = false
		}
		if at.IsZero() && old {
			continue
		}
		if !old {
			s, err := h.status(ctx)
			if err != nil && ctx.Err() == nil {
				return err
			}
			old, last, at = !at.IsZero() && unchanged(s, last), s, time.Now()
		}
		if ctx.Err() == nil {
			if err := show(last, old); err != nil {
				return err
			}
		}
	}
}

// unchanged says whether two looks saw the same.
func unchanged(a, b supervisor.Status) bool {
	a.At, b.At = time.Time{}, time.Time{}
	one, err := json.Marshal(a)
	other, also := json.Marshal(b)
	return err == nil && also == nil && string(one) == string(other)
}

// drawn is whether w is a terminal that a picture can be drawn on.
func (a *app) drawn(w io.Writer) bool {
	rows, _ := size(w)
	return rows > 0 && a.getenv("TERM") != "dumb"
}

// statusFrame is the room that fm status has: the terminal's own, less the line
// of the cursor.
func (a *app) statusFrame() frame {
	rows, cols := size(a.stdout)
	if rows < 2 || cols < 1 {
		return frame{width: plainPage}
	}
	return frame{width: cols, height: rows - 1, wraps: true, colours: a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"}
}

// size is that of the terminal that w is; 0 when it is none.
func size(w io.Writer) (rows, cols int) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0
	}
	return int(size.Row), int(size.Col)
}
