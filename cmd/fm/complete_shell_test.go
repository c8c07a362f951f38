package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// typing is a shell in a terminal, to press Tab in.
type typing struct {
	testing.TB
	socket string
}

// newTyping starts a shell in a project, with fm in its PATH, also as fm-next.
func newTyping(tb testing.TB, dir string, shell ...string) *typing {
	tb.Helper()
	tmp, err := os.MkdirTemp("", "fm") //nolint:usetesting // a socket needs a short path
	if err != nil {
		tb.Fatal(err)
	}
	s := &typing{TB: tb, socket: filepath.Join(tmp, "s")}
	tb.Cleanup(func() {
		_ = exec.CommandContext(context.WithoutCancel(tb.Context()), "tmux", "-S", s.socket, "kill-server").Run()
		_ = os.RemoveAll(tmp)
	})
	s.tmux(append([]string{"-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "30", "-c", dir, "env", "PS1=ready> ", "HISTFILE=/dev/null", "HOME=" + tmp}, shell...)...)
	s.shows("ready>")
	return s
}

func (s *typing) tmux(args ...string) string {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), "tmux", append([]string{"-u", "-S", s.socket}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr, cmd.WaitDelay = &stderr, time.Second
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("tmux %q: %v: %s", args, err, &stderr)
	}
	return string(out)
}

// shows waits until the terminal shows a text.
func (s *typing) shows(want string) {
	s.Helper()
	tick, end := time.NewTicker(20*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for {
		last := s.tmux("capture-pane", "-p")
		if strings.Contains(last, want) {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			s.Fatalf("want %q, the terminal shows:\n%s", want, strings.TrimSpace(last))
		}
	}
}

// enter has the shell do a line.
func (s *typing) enter(line string) {
	s.Helper()
	s.tmux("send-keys", "C-u")
	s.tmux("send-keys", "-l", "clear; "+line+"; echo $((40 + 2)) times")
	s.tmux("send-keys", "Enter")
	s.shows("42 times\nready>\n")
}

// tab types a line and presses Tab; the line is then what it should be. It is
// typed on an empty screen: what was completed before may begin like it.
func (s *typing) tab(line, want string) {
	s.Helper()
	s.tmux("send-keys", "C-u")
	s.tmux("send-keys", "-l", "clear; echo $((40 + 2)) times")
	s.tmux("send-keys", "Enter")
	s.shows("42 times\nready>\n")
	s.tmux("send-keys", "-l", line)
	s.shows("\nready> " + strings.TrimRight(line, " ") + "\n")
	s.tmux("send-keys", "Tab")
	s.shows("\nready> " + want)
}

// tabs are what all shells do.
func (s *typing) tabs(shell string) {
	s.Helper()
	s.enter("source <(fm completion " + shell + ")")
	s.tab("fm dash", "fm dashboard")
	s.tab("fm queue retry ", "fm queue retry 457")
	s.tab("fm work --priority=h", "fm work --priority=high")
	s.tab("fm work --pri", "fm work --priority")
	s.tab("fm work --plan pl", "fm work --plan plan-12.md")
	s.tab("fm hold worker-1", "fm hold worker-10")
	s.tab(filepath.Join(binary, "fm")+" dash", filepath.Join(binary, "fm")+" dashboard")
}

// The real shells, in a real terminal. Caught: a script with a fault of syntax, a
// name that is bound to another program, and a value behind = that is doubled.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	for shell, words := range map[string][]string{
		"bash": {"bash", "--norc", "--noprofile", "-i"},
		"zsh":  {"zsh", "-f", "-i"},
	} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			next := t.TempDir() // the same program by another name
			if err := os.Symlink(filepath.Join(binary, "fm"), filepath.Join(next, "fm-next")); err != nil {
				t.Fatal(err)
			}
			path := "PATH=" + next + ":" + binary + ":" + os.Getenv("PATH")
			s := newTyping(t, desk(t), append([]string{path}, words...)...)
			s.tabs(shell)
			s.enter("source <(fm-next completion " + shell + ")")
			s.tab("fm-next dash", "fm-next dashboard")
		})
	}
}

// fish says by itself what it would complete.
func TestFishCompletes(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"fm dash":                "dashboard\tSee it all on one screen, and take part (also fm ui).\n",
		"fm queue retry ":        "457\tfailed\n",
		"fm work --priority=h":   "--priority=high\n",
		"fm work --plan pla":     "plan-12.md\n",
		"fm attach worker-1":     "worker-10\tIdle\n",
		binary + "/fm attach su": "supervisor\tthe process that looks after the workers\n",
	} {
		cmd := exec.CommandContext(t.Context(), "fish", "--no-config", "-c", "fm completion fish | source; complete -C $argv[1]", line)
		home := desk(t)
		cmd.Dir, cmd.Env = home, append(os.Environ(), "PATH="+binary+":"+os.Getenv("PATH"), "HOME="+home)
		var stderr bytes.Buffer
		cmd.Stderr, cmd.WaitDelay = &stderr, time.Second
		out, err := cmd.Output()
		if err != nil || string(out) != want {
			t.Errorf("%s: got %q, %v, want %q\n%s", line, out, err, want, &stderr)
		}
	}
}
