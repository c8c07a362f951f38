package tmux

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// waking gives a server whose Wake can be waited for.
func waking(tb testing.TB) (*Server, chan struct{}) {
	tb.Helper()
	woken := make(chan struct{}, 1)
	s := up(tb, func(o *Options) {
		o.Wake = func() {
			select {
			case woken <- struct{}{}:
			default:
			}
		}
	})
	return s, woken
}

// onWake looks only when woken, until it sees what it wants.
func onWake(tb testing.TB, woken <-chan struct{}, what string, look func() (any, bool)) {
	tb.Helper()
	until(tb, what, func() (any, bool) {
		select {
		case <-woken:
			return look()
		default:
			return "no wake", false
		}
	})
}

// With remain-on-exit tmux notifies nobody of a death. Caught: deaths that
// follow nothing; settle that stops at a pane which tmux has not buried yet.
func TestDeathWakesWithoutPolling(t *testing.T) {
	t.Parallel()
	s, woken := waking(t)
	watched(t, s)
	for i := range 5 {
		must(t, s.Start(t.Context(), 1, runOf("7", i+1), sh(t, forever)))
		pid := session(t, s, 1).PID
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		onWake(t, woken, "the death is seen", func() (any, bool) {
			got := session(t, s, 1)
			return got, !got.Alive && got.Exit == "signal 9"
		})
	}
}

// Caught: Start that leaves the new process to the next look.
func TestDeathRightAfterStartWakes(t *testing.T) {
	t.Parallel()
	s, woken := waking(t)
	watched(t, s)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	pid, err := strconv.Atoi(hand(t, s, "display-message", "-p", "-t", target(1), "#{pane_pid}"))
	must(t, err)
	select {
	case <-woken: // of the new session
	default:
	}
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	onWake(t, woken, "the death is seen", func() (any, bool) { got := session(t, s, 1); return got, !got.Alive })
}

// A look that was asked for before a process was started does not list it.
// Caught: a death that wakes nobody, since such a look let go of the process.
func TestAnOlderLookLetsGoOfNothingNewer(t *testing.T) {
	t.Parallel()
	woken := make(chan struct{}, 1)
	d := newDeaths(func() { woken <- struct{}{} })
	defer d.close()
	cmd := exec.CommandContext(t.Context(), "sleep", "1000")
	must(t, cmd.Start())
	before := d.before()
	d.add(cmd.Process.Pid)
	d.follow(listing{}, before)
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // killed, as ordered
	onWake(t, woken, "the death is told", func() (any, bool) { return nil, true })
}

// tmux that never hears of a death must not make the dead alive. Caught: bury
// that does nothing.
func TestProcessHasTheLastWord(t *testing.T) {
	t.Parallel()
	s := down(t)
	pid := endedPID(t)
	l := listing{panes: []pane{{session: "$1", id: "%1", mark: "worker-1", worker: "worker-1", name: "worker-1", pid: pid}}}
	if !s.unsettled(l) {
		t.Error("tmux is believed at once")
	}
	s.giveUp(l)
	s.bury(l)
	if got := l.sight().Sessions[0]; got.Alive || s.unsettled(l) {
		t.Errorf("got %+v, unsettled %v", got, s.unsettled(l))
	}
}

// endedPID is the pid of a process that was, and is reaped.
func endedPID(t *testing.T) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "true")
	must(t, cmd.Run())
	return cmd.Process.Pid
}

func TestSessionsOfOthersWake(t *testing.T) {
	t.Parallel()
	s, woken := waking(t)
	watched(t, s)
	hand(t, s, "new-session", "-d", "-s", "guest", "sleep", "1000")
	onWake(t, woken, "the guest is seen", func() (any, bool) { got := observe(t, s); return got, len(got.Strangers) == 1 })
	hand(t, s, "kill-session", "-t", "=guest")
	onWake(t, woken, "the guest has left", func() (any, bool) { got := observe(t, s); return got, len(got.Strangers) == 0 })
}

func TestObserveStartsNoProcessWhileWatched(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	watched(t, s)
	for range cap(s.slots) { // no exec can start now
		s.slots <- struct{}{}
	}
	defer func() {
		for range cap(s.slots) {
			<-s.slots
		}
	}()
	if got := session(t, s, 1); !got.Alive {
		t.Errorf("got %+v", got)
	}
}

func TestLostConnectionIsMadeAgain(t *testing.T) {
	t.Parallel()
	s, woken := waking(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	watched(t, s)
	first := s.conn.Load()
	must(t, first.cmd.Process.Kill())
	until(t, "another connection is up", func() (any, bool) {
		if got := session(t, s, 1); !got.Alive {
			t.Fatalf("meanwhile: %+v", got)
		}
		c := s.conn.Load()
		return c, c != nil && c != first
	})
	onWake(t, woken, "the loss wakes", func() (any, bool) { return nil, true })
}

// Fault: F2.
func TestWatchSurvivesTheServerAndTheHub(t *testing.T) {
	t.Parallel()
	s, woken := waking(t)
	watched(t, s)
	before := observe(t, s).Generation
	must(t, syscall.Kill(serverPID(before), syscall.SIGKILL))
	onWake(t, woken, "the server is seen to be down", func() (any, bool) { got := observe(t, s); return got, got.Generation == "" })
	if started, err := s.Ensure(t.Context()); err != nil || !started {
		t.Fatalf("Ensure: started %v, %v", started, err)
	}
	until(t, "connected to the new server", func() (any, bool) { return "down", s.conn.Load() != nil })
	if after := observe(t, s).Generation; after == before || after == "" {
		t.Errorf("generation %q, then %q", before, after)
	}
	first := s.conn.Load()
	hand(t, s, "kill-session", "-t", exact(hub))
	until(t, "the hub is back", func() (any, bool) { c := s.conn.Load(); return c, c != nil && c != first })
}

func TestWatchLeavesNothingOpen(t *testing.T) {
	s := up(t)
	for w := range 3 {
		must(t, s.Start(t.Context(), 1, runOf("7", w+1), sh(t, forever)))
	}
	open := func() int {
		names, err := os.ReadDir("/proc/self/fd")
		must(t, err)
		n := 0
		for _, name := range names {
			if to, err := os.Readlink("/proc/self/fd/" + name.Name()); err == nil && strings.Contains(to, "pidfd") {
				n++
			}
		}
		return n
	}
	before := open()
	t.Run("watched", func(t *testing.T) {
		watched(t, s)
		until(t, "the process is followed", func() (any, bool) { observe(t, s); n := open(); return n, n > before })
	})
	until(t, "the handles are closed", func() (any, bool) { n := open(); return n, n == before })
}
