package tmux

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// Start runs cmd in the pane of the worker's session, which is created, or
// respawned so that people stay attached, and marks it with run. A live
// session that carries the same mark is left alone; one that carries another
// is stopped first. The error wraps [fm.ErrRefused] when the session's name is
// taken by one that fm did not make, and [fm.ErrGone] when the folder is not
// there (tmux would start the command in another one).
//
// The marks and the process come into being in one exec, which tmux performs
// without a pause: nobody sees the one without the other.
func (s *Server) Start(ctx context.Context, w fm.WorkerID, run fm.Run, cmd fm.Command) error {
	if err := check(cmd); err != nil {
		return fmt.Errorf("start %s: %w", w, err)
	}
	unlock, err := s.lock(ctx, w)
	if err != nil {
		return fmt.Errorf("start %s: %w", w, err)
	}
	defer unlock()
	l, err := s.list(ctx)
	if err != nil {
		return fmt.Errorf("start %s: %w", w, err)
	}
	r, found := l.room(w)
	var words []string
	switch {
	case !found:
		words = s.create(w, run, cmd)
	case !r.ours:
		return fmt.Errorf("start %s: a session of that name is not fm's; rename or close it: %w", w, fm.ErrRefused)
	case r.main.id == "":
		words = chain(append(marks(r.session, w, run), s.newWindow(r.session, w, cmd)...)...)
	default:
		if !r.main.dead && !ended(r.main.pid) {
			if r.run == run {
				return nil
			}
			if err := s.stopPane(ctx, r.main); err != nil {
				return fmt.Errorf("start %s: %w", w, err)
			}
		}
		words = chain(append(marks(r.session, w, run), respawn(r.main.id, cmd)...)...)
	}
	defer failpoint.Step("tmux.start")()
	out, err := s.run(ctx, words...)
	if err != nil {
		return fmt.Errorf("start %s: %w", w, err)
	}
	if d := s.deaths.Load(); d != nil {
		if pid, err := strconv.Atoi(strings.TrimSpace(out)); err == nil {
			d.add(pid)
		}
	}
	return nil
}

// check finds what tmux would not tell us.
func check(cmd fm.Command) error {
	if len(cmd.Argv) == 0 {
		return fmt.Errorf("empty command: %w", fm.ErrRefused)
	}
	if info, err := os.Stat(cmd.Dir); err != nil || !info.IsDir() {
		return fmt.Errorf("folder %s: %w", cmd.Dir, fm.ErrGone)
	}
	return nil
}

// lock keeps two changes of one worker's session apart, in this process.
// Worker 0 stands for the supervisor's session.
func (s *Server) lock(ctx context.Context, w fm.WorkerID) (unlock func(), err error) {
	s.mu.Lock()
	turn := s.changing[w]
	if turn == nil {
		turn = make(chan struct{}, 1)
		s.changing[w] = turn
	}
	s.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for an earlier change: %w", ctx.Err())
	}
}

// pidFormat makes each way to start end with the pid of the pane's process.
const pidFormat = "#{pane_pid}"

// create makes the session. It fails when the name was taken meanwhile, and
// then does nothing more: tmux drops the rest of a chain.
func (s *Server) create(w fm.WorkerID, run fm.Run, cmd fm.Command) []string {
	t := target(w)
	commands := [][]string{
		append([]string{
			"new-session", "-d", "-s", w.String(), "-n", w.String(),
			"-x", strconv.Itoa(s.opts.Width), "-y", strconv.Itoa(s.opts.Height),
		}, spawn(cmd)...),
		{"set-option", "-w", "-t", t, "window-size", "manual"},
		{"set-option", "-p", "-t", t, "@fm_pane", w.String()},
	}
	commands = append(commands, marks(t, w, run)...)
	return chain(append(commands, []string{"display-message", "-p", "-t", t, pidFormat})...)
}

func marks(session string, w fm.WorkerID, run fm.Run) [][]string {
	set := func(key, value string) []string {
		return []string{"set-option", "-t", session, key, value}
	}
	return [][]string{
		set("@fm_worker", w.String()),
		set("@fm_task", string(run.Task)),
		set("@fm_attempt", strconv.Itoa(run.Attempt)),
		{"set-option", "-u", "-t", session, noteOption}, // what was said of the last run
	}
}

// respawn keeps the pane, and with it the people who look at it.
func respawn(pane string, cmd fm.Command) [][]string {
	return [][]string{
		append([]string{"respawn-pane", "-k", "-t", pane}, spawn(cmd)...),
		{"display-message", "-p", "-t", pane, pidFormat},
	}
}

// newWindow gives a session whose main pane a person closed a new one. It has
// the size of their terminal as long as they are there.
func (s *Server) newWindow(session string, w fm.WorkerID, cmd fm.Command) [][]string {
	t := session + ":"
	return [][]string{
		append([]string{"new-window", "-t", t, "-n", w.String()}, spawn(cmd)...),
		{"if-shell", "-F", "-t", t, "#{==:#{session_attached},0}", fmt.Sprintf("resize-window -t '%s' -x %d -y %d", t, s.opts.Width, s.opts.Height)},
		{"set-option", "-p", "-t", t, "@fm_pane", w.String()},
		{"display-message", "-p", "-t", t, pidFormat},
	}
}

// spawn words a command for new-session, new-window and respawn-pane. More
// than one word after "--" is run as it is; a single one would go through a
// shell.
func spawn(cmd fm.Command) []string {
	words := []string{"-c", literal(cmd.Dir)}
	for _, name := range slices.Sorted(maps.Keys(cmd.Env)) {
		words = append(words, "-e", name+"="+cmd.Env[name])
	}
	words = append(words, "--")
	if len(cmd.Argv) == 1 {
		words = append(words, "/bin/sh", "-c", `exec "$0"`)
	}
	return append(words, cmd.Argv...)
}
