package tmux

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/founder-mode/fm"
)

func hostile(canary string) []string {
	return []string{
		"$(touch " + canary + ")", "`touch " + canary + "`", "#(touch " + canary + ")", "#{pid}", "#[fg=red]", "%H",
		"a;", ";", `\;`, `a\`, "~", "~root", "=x", "-t", "--", "", "two\nlines", "tab\tbed", `"'`, "$HOME", "ünï ⏺ 🏳️‍🌈", strings.Repeat("x", 4000),
	}
}

// Caught: words without escape (";" vanishes), a command string instead of words.
//
// Fault: F19.
func TestWordsReachTheProcessAsTheyAre(t *testing.T) {
	t.Parallel()
	s := up(t)
	cmd := sh(t, `for a; do printf '%s\0' "$a"; done > part; mv part words; pwd > dir; `+forever)
	canary := filepath.Join(cmd.Dir, "canary")
	words := hostile(canary)
	cmd.Argv = append(cmd.Argv, words...)
	cmd.Env = map[string]string{"E": "#(touch " + canary + ") $(touch " + canary + ");"}
	must(t, s.Start(t.Context(), 1, runOf("7", 1), cmd))
	fileIs(t, filepath.Join(cmd.Dir, "words"), strings.Join(words, "\x00")+"\x00")
	fileIs(t, filepath.Join(cmd.Dir, "dir"), cmd.Dir+"\n")
	if _, err := os.Stat(canary); err == nil {
		t.Error("text was executed")
	}
}

// Fault: F19.
func TestOneWordIsNoShellText(t *testing.T) {
	t.Parallel()
	s := up(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "a program; touch canary")
	must(t, writeProgram(program, "#!/bin/sh\necho ran > ran\n"+forever+"\n"))
	must(t, s.Start(t.Context(), 1, runOf("7", 1), fm.Command{Dir: dir, Argv: []string{program}}))
	fileIs(t, filepath.Join(dir, "ran"), "ran\n")
}

func TestStartMarksTheSession(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 12, runOf("PROJ-4.5", 3), sh(t, forever)))
	sight := observe(t, s)
	if len(sight.Sessions) != 1 || len(sight.Strangers) != 0 {
		t.Fatalf("got %+v", sight)
	}
	one := sight.Sessions[0]
	if one.Worker != 12 || one.Run != runOf("PROJ-4.5", 3) || !one.Alive || ended(one.PID) || one.Exit != "" || one.Activity.IsZero() {
		t.Errorf("got %+v", one)
	}
	if got := hand(t, s, "display-message", "-p", "-t", "=worker-12:", "#{@fm_task} #{@fm_attempt} #{window_width}x#{window_height} #{history_limit}"); got != "PROJ-4.5 3 160x45 5000" {
		t.Errorf("tmux tells %q", got)
	}
}

// Caught: Start that respawns a session of the same run; marks set on no
// respawn.
func TestStartAgainReplacesOnlyAnotherRun(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	first, ids := session(t, s, 1), hand(t, s, "display-message", "-p", "-t", "=worker-1:", "#{session_id} #{pane_id}")
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	if again := session(t, s, 1); again.PID != first.PID {
		t.Errorf("the same run was started twice: pid %d, then %d", first.PID, again.PID)
	}
	must(t, s.Start(t.Context(), 1, runOf("7", 2), sh(t, forever)))
	second := session(t, s, 1)
	if !ended(first.PID) || second.PID == first.PID || second.Run != runOf("7", 2) || !second.Alive {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if got := hand(t, s, "display-message", "-p", "-t", "=worker-1:", "#{session_id} #{pane_id}"); got != ids {
		t.Errorf("session and pane %s became %s", ids, got)
	}
	must(t, s.Stop(t.Context(), 1))
	must(t, s.Start(t.Context(), 1, runOf("7", 2), sh(t, forever)))
	if third := session(t, s, 1); !third.Alive || third.PID == second.PID {
		t.Errorf("a dead session was not started again: %+v", third)
	}
}

// Caught: bare names as targets, which let worker-1 mean worker-10.
//
// Fault: F22.
func TestWorker1IsNotWorker10(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 10, runOf("10", 1), sh(t, forever)))
	must(t, s.Stop(t.Context(), 1))
	must(t, s.Close(t.Context(), 1))
	wantErr(t, s.Paste(t.Context(), 1, "hello"), fm.ErrGone)
	_, err := s.Capture(t.Context(), 1, 0)
	wantErr(t, err, fm.ErrGone)
	if one := session(t, s, 10); !one.Alive {
		t.Errorf("worker-10 suffered: %+v", one)
	}
	must(t, s.Start(t.Context(), 1, runOf("1", 1), sh(t, forever)))
	must(t, s.Close(t.Context(), 1))
	if sight := observe(t, s); len(sight.Sessions) != 1 || sight.Sessions[0].Worker != 10 {
		t.Errorf("got %+v", sight)
	}
}

// Caught: own without the question whose session it is.
func TestForeignSessionIsNeverTouched(t *testing.T) {
	t.Parallel()
	s := up(t)
	hand(t, s, "new-session", "-d", "-s", "worker-3", "sleep", "1000")
	hand(t, s, "new-session", "-d", "-s", "notes #{pid} -:-", "sleep", "1000")
	cmd := sh(t, forever)
	wantErr(t, s.Start(t.Context(), 3, runOf("7", 1), cmd), fm.ErrRefused)
	wantErr(t, s.Stop(t.Context(), 3), fm.ErrRefused)
	wantErr(t, s.Close(t.Context(), 3), fm.ErrRefused)
	wantErr(t, s.Paste(t.Context(), 3, "hello"), fm.ErrRefused)
	one := session(t, s, 3)
	if !one.Alive || one.Run != (fm.Run{}) {
		t.Errorf("got %+v", one)
	}
	if got := observe(t, s).Strangers; len(got) != 2 || !slices.Contains(got, "worker-3") {
		t.Errorf("strangers %q", got)
	}
}

// Fault: F22.
func TestStartRefusesWhatTmuxWouldBend(t *testing.T) {
	t.Parallel()
	s := up(t)
	lost := sh(t, forever)
	lost.Dir += "/gone"
	wantErr(t, s.Start(t.Context(), 1, runOf("7", 1), lost), fm.ErrGone)
	wantErr(t, s.Start(t.Context(), 1, runOf("7", 1), fm.Command{Dir: t.TempDir()}), fm.ErrRefused)
	wantErr(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever, strings.Repeat("x", 16<<10))), fm.ErrRefused)
	wantErr(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever, make([]string, 1000)...)), fm.ErrRefused)
	if sight := observe(t, s); len(sight.Sessions) != 0 {
		t.Errorf("something started: %+v", sight)
	}
}

func TestWorkerSurvivesAPersonsTidying(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	first := session(t, s, 1)
	hand(t, s, "split-window", "-t", "=worker-1:", "sleep", "1000")
	hand(t, s, "rename-session", "-t", "=worker-1:", "kitchen")
	if got := session(t, s, 1); got.PID != first.PID || !got.Alive || got.Run != first.Run {
		t.Errorf("after split and rename: %+v, before %+v", got, first)
	}
	hand(t, s, "kill-pane", "-t", "=kitchen:.0")
	if got := session(t, s, 1); got.Alive || got.PID != 0 {
		t.Errorf("after its pane was closed: %+v", got)
	}
	must(t, s.Start(t.Context(), 1, runOf("7", 2), sh(t, forever)))
	if got := session(t, s, 1); !got.Alive || got.Run != runOf("7", 2) {
		t.Errorf("in a new window: %+v", got)
	}
	if got := hand(t, s, "list-panes", "-s", "-t", "=kitchen:", "-F", "#{pane_dead}#{@fm_pane}"); got != "0\n0worker-1" {
		t.Errorf("panes %q; want the person's one left alone", got)
	}
}

func TestStopAsksBeforeItKills(t *testing.T) {
	t.Parallel()
	s := up(t)
	polite := sh(t, `trap 'echo bye > bye; exit 3' TERM; : > ready; while :; do sleep 0.01; done`)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), polite))
	fileIs(t, filepath.Join(polite.Dir, "ready"), "")
	must(t, s.Stop(t.Context(), 1))
	fileIs(t, filepath.Join(polite.Dir, "bye"), "bye\n")
	if got := session(t, s, 1); got.Alive || got.Exit != "exit 3" || got.Run != runOf("7", 1) {
		t.Errorf("got %+v", got)
	}
	must(t, s.Stop(t.Context(), 1))
}

// Caught: end without SIGKILL.
func TestStopEndsWhatIgnoresSignals(t *testing.T) {
	t.Parallel()
	s := up(t)
	stubborn := sh(t, `trap '' TERM HUP INT; : > ready; while :; do sleep 0.01; done`)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), stubborn))
	fileIs(t, filepath.Join(stubborn.Dir, "ready"), "")
	pid := session(t, s, 1).PID
	ctx, cancel := context.WithTimeout(t.Context(), 2*stopGrace)
	defer cancel()
	must(t, s.Close(ctx, 1))
	if !ended(pid) {
		t.Errorf("process %d lives on", pid)
	}
	if sight := observe(t, s); len(sight.Sessions) != 0 {
		t.Errorf("got %+v", sight)
	}
}

// Caught: settle without the SIGCHLD, on tmux below 3.6 with utempter.
func TestEveryExitIsTold(t *testing.T) {
	t.Parallel()
	s := up(t)
	for i := range 40 {
		must(t, s.Start(t.Context(), 1, runOf("7", i+1), sh(t, forever)))
		must(t, syscall.Kill(session(t, s, 1).PID, syscall.SIGKILL))
		until(t, "killed", func() (any, bool) { got := session(t, s, 1); return got, !got.Alive })
		if got := session(t, s, 1); got.Exit != "signal 9" {
			t.Fatalf("round %d: got %+v", i, got)
		}
	}
	must(t, s.Start(t.Context(), 2, runOf("8", 1), sh(t, "exit 3")))
	until(t, "ended", func() (any, bool) { got := session(t, s, 2); return got, !got.Alive && got.Exit == "exit 3" })
}

func TestSupervisorRunsOnce(t *testing.T) {
	t.Parallel()
	s := up(t)
	alive := func() bool {
		got, err := s.SupervisorAlive(t.Context())
		must(t, err)
		return got
	}
	if alive() {
		t.Error("alive before its start")
	}
	cmd := sh(t, "echo x >> starts; "+forever)
	for range 3 {
		must(t, s.StartSupervisor(t.Context(), cmd))
	}
	fileIs(t, filepath.Join(cmd.Dir, "starts"), "x\n")
	pid := hand(t, s, "display-message", "-p", "-t", "=supervisor:", "#{pane_pid}")
	must(t, syscall.Kill(serverPID(pid), syscall.SIGKILL))
	until(t, "it is dead", func() (any, bool) { return "alive", !alive() })
	if sight := observe(t, s); !sight.Unguarded {
		t.Errorf("dead and not missed: %+v", sight)
	}
	must(t, s.StartSupervisor(t.Context(), cmd))
	fileIs(t, filepath.Join(cmd.Dir, "starts"), strings.Repeat("x\n", 2))
	if sight := observe(t, s); !alive() || sight.Unguarded || len(sight.Sessions)+len(sight.Strangers) != 0 {
		t.Errorf("alive %v, sight %+v", alive(), sight)
	}
	must(t, s.RenewSupervisor(t.Context(), cmd))
	fileIs(t, filepath.Join(cmd.Dir, "starts"), strings.Repeat("x\n", 3))
	until(t, "the new one is alive", func() (any, bool) { return "dead", alive() })
}
