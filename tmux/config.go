package tmux

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/founder-mode/fm/failpoint"
)

// confTemplate is fm's own tmux configuration. It holds numbers of ours and
// nothing from outside.
//
// The status line stays on although it costs an attached person one row: it
// names the session and the key that leads back, and the size of a worker's
// pane is not the client's anyway. Two hooks hold that size: a window follows
// the person who is attached, and goes back to the fixed size when the last
// one left, also when no fm runs. A global "window-size manual" would be
// simpler, but makes tmux 3.3a crash on the next new-session. The hook on
// client-detached looks at every worker's session, because one that looked at
// its own left the window of a closed terminal as it was (seen on 3.3a, where
// a popup had been attached to another session of the server).
//
// F12 leads back to where a person came from: it ends their client, and who
// sent them has seen to what comes then ([Server.Attach]). It is a plain
// detach-client because tmux lets a reader run nothing else. C-b C-z would stop
// the client, which is no job of the shell that it came from.
const confTemplate = `# Written by fm, and again whenever it starts a server. Do not edit.
set-option -s exit-empty off
set-option -s escape-time 10
set-option -s focus-events on
set-option -s set-clipboard off
set-option -g default-terminal screen-256color
set-option -g default-shell /bin/sh
set-option -g default-command ''
set-option -g default-size {W}x{H}
set-option -g history-limit {HISTORY}
set-option -g update-environment ''
set-option -g destroy-unattached off
set-option -g detach-on-destroy on
set-option -g mouse on
set-option -g set-titles off
set-option -g base-index 0
set-option -g visual-activity off
set-option -g monitor-activity off
set-option -g remain-on-exit on
{FORMAT}set-option -g automatic-rename off
set-option -g allow-rename off
set-option -g window-size latest
set-option -g status on
set-option -g status-interval 15
set-option -g status-left-length 160
set-option -g status-left ' #{session_name}#{?@fm_task, · #{@fm_task}.#{@fm_attempt},}#{?@fm_note, · #{@fm_note},} '
set-option -g status-right ' #{?client_readonly,read-only · ,}F12: back '
set-option -g window-status-format ''
set-option -g window-status-current-format ''
bind-key -n F12 detach-client
bind-key d detach-client
unbind-key C-z
set-hook -g client-session-changed[0] "if-shell -F '{IS_WORKER}' 'set-option -w window-size latest'"
set-hook -g client-session-changed[1] "if-shell -F '#{m:worker-*,#{client_last_session}}' \"run-shell -C \\\"if-shell -F -t '=#{client_last_session}:' '##{==:##{session_attached},0}' 'resize-window -t =#{client_last_session}: -x {W} -y {H}'\\\"\""
set-hook -g client-detached[0] "run-shell -C \"#{S:#{?#{&&:#{m:worker-*,#{session_name}},#{==:#{session_attached},0}},resize-window -t '#{session_id}:' -x {W} -y {H} ; ,}}\""
`

// confText fills the template in. Its last line lets Ensure see whether a
// running server has this configuration.
func confText(o Options) (text, id string) {
	text = strings.NewReplacer(
		"{W}", strconv.Itoa(o.Width),
		"{H}", strconv.Itoa(o.Height),
		"{HISTORY}", strconv.Itoa(o.History),
		// tmux 3.2 has no remain-on-exit-format; -q would hide other errors.
		"{FORMAT}", "set-option -gq remain-on-exit-format ''\n",
		"{IS_WORKER}", "#{&&:#{m:worker-*,#{session_name}},#{!=:#{client_readonly},1}}",
	).Replace(confTemplate)
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash never fails
	id = strconv.FormatUint(h.Sum64(), 36)
	return text + "set-option -g @fm_conf " + id + "\n", id
}

// writeConf replaces the file at once, so that a server that starts in
// another process never reads half of it.
func (s *Server) writeConf() error {
	old, err := os.ReadFile(s.opts.ConfFile)
	if err == nil && string(old) == s.conf {
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("write tmux configuration: %w", err)
	}
	dir := filepath.Dir(s.opts.ConfFile)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write tmux configuration: %w", err)
	}
	defer failpoint.Step("tmux.write-config")()
	f, err := os.CreateTemp(dir, ".tmux-*")
	if err != nil {
		return fmt.Errorf("write tmux configuration: %w", err)
	}
	_, err = f.WriteString(s.conf)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), s.opts.ConfFile)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one to tell
		return fmt.Errorf("write tmux configuration: %w", err)
	}
	return nil
}
