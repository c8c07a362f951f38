package tmux

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// settings is everything that a configuration can change.
func settings(tb testing.TB, s *Server) map[string]string {
	tb.Helper()
	all := map[string]string{}
	for _, words := range [][]string{
		{"show-options", "-s"},
		{"show-options", "-g"},
		{"show-options", "-gw"},
		{"show-hooks", "-g"},
		{"show-hooks", "-gw"},
		{"list-keys"},
		{"show-environment", "-g", "FROM_USER"},
	} {
		out, err := s.run(tb.Context(), words...)
		if err != nil {
			out = err.Error()
		}
		all[words[0]+" "+words[len(words)-1]] = out
	}
	return all
}

// Caught: boot without -f.
func TestUsersConfigurationIsNotInForce(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	canary := filepath.Join(home, "canary")
	conf := `set-option -g destroy-unattached on
set-option -s exit-empty on
set-option -g base-index 1
set-option -g default-command 'sh -c exit'
set-option -g default-shell /bin/false
set-option -g remain-on-exit off
set-option -g @fm_conf x
set-environment -g FROM_USER yes
set-hook -g session-created kill-session
set-hook -g client-attached detach-client
bind-key -n F12 kill-server
run-shell 'touch ` + canary + `'
`
	for _, file := range []string{".tmux.conf", ".config/tmux/tmux.conf", "xdg/tmux/tmux.conf"} {
		path := filepath.Join(home, file)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(conf), 0o600))
	}
	s := up(t, func(o *Options) {
		o.Environ = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "xdg")}
	})
	watched(t, s)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, "read key; exit 3")))
	if got := session(t, s, 1); !got.Alive || got.Run != runOf("7", 1) {
		t.Errorf("got %+v", got)
	}
	must(t, s.Press(t.Context(), 1, "Enter"))
	until(t, "the end stays to be seen", func() (any, bool) { got := session(t, s, 1); return got, got.Exit == "exit 3" })
	if diff := cmp.Diff(settings(t, up(t)), settings(t, s)); diff != "" {
		t.Errorf("settings without and with a user's configuration:\n%s", diff)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("the user's configuration was read")
	}
}

// A pane can ask for another name, and tmux by itself names a window after
// what runs in it. Two windows of a person's are there to compare: one that
// follows its command, and one that has no name of fm's giving.
// Caught: allow-rename on; automatic-rename on; create without -n.
//
// Fault: F23.
func TestNamesFollowNeitherTextNorCommand(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1),
		sh(t, `printf '\033kworker-2\033\\\033]0;worker-3\007\033]2;worker-4\007'; exec cat`)))
	until(t, "all of it is read, and the command is another", func() (any, bool) {
		got := hand(t, s, "display-message", "-p", "-t", target(1), "#{pane_title} #{pane_current_command}")
		return got, got == "worker-4 cat"
	})
	hand(t, s, "new-session", "-d", "-s", "guest", "-n", "follows", "sleep", "1000")
	hand(t, s, "set-option", "-w", "-t", "=guest:follows", "automatic-rename", "on")
	hand(t, s, "new-window", "-d", "-t", "=guest:", "sleep", "1000")
	// tmux takes up to half a second to rename, and does so at output. The
	// second turn ends half a second after the first at the earliest.
	for _, turn := range []struct{ command, name string }{{"exec cat", "cat"}, {"while read key; do :; done", "sh"}} {
		for _, window := range []string{"=guest:0", "=guest:1"} {
			hand(t, s, "respawn-pane", "-k", "-t", window, "--", "/bin/sh", "-c", turn.command)
		}
		until(t, "the window that may follows its command", func() (any, bool) {
			for _, window := range []string{target(1), "=guest:0", "=guest:1"} {
				hand(t, s, "send-keys", "-t", window, "x")
			}
			got := hand(t, s, "list-windows", "-t", "=guest:", "-F", "#{window_name}")
			return got, got == turn.name+"\nsleep"
		})
	}
	if got := hand(t, s, "display-message", "-p", "-t", target(1), "#{session_name}, #{window_name}"); got != "worker-1, worker-1" {
		t.Errorf("session and window are %q", got)
	}
	if got := observe(t, s); len(got.Sessions) != 1 || got.Sessions[0].Run != runOf("7", 1) || len(got.Strangers) != 1 {
		t.Errorf("got %+v", got)
	}
}
