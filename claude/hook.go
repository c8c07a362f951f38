package claude

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// Hook is `fm hook`: it reads one hook payload from stdin and appends one line
// to the events file of the run that the environment names. A Stop without a
// COMPLETION.md is sent back to the agent, once in the life of a session.
//
// It never fails the agent: whatever goes wrong, it prints nothing and returns
// an error only for the caller's log; the exit code must be 0. Where the
// environment names no run, the session is a person's own, and it does nothing.
func Hook(ctx context.Context, stdin io.Reader, stdout io.Writer, environ func(string) string) error {
	run, project, err := marked(environ)
	if err != nil || run == (fm.Run{}) {
		return err
	}
	p := readPayload(stdin)
	e := p.event(time.Now(), environ)
	if e.Name == "" {
		return errors.New("read hook payload: it names no event")
	}
	answer := []byte(nil)
	if e.Name == "Stop" && e.Background == 0 && !e.StopActive && !reported(p.folder(environ)) {
		// Only who has been heard may stop the agent from stopping.
		if s, err := eventsSoFar(ctx, project.Events(run)); err == nil && !s.reminded {
			e.SentBack = true
			answer = sendBack()
		}
	}
	if err := appendEvent(project.Events(run), e); err != nil || answer == nil {
		return err
	}
	_, err = stdout.Write(answer)
	return err
}

func sendBack() []byte {
	b, err := json.Marshal(map[string]string{
		"decision": "block",
		"reason": "COMPLETION.md is missing in the root of the worktree. If the work is not finished, go on with it. " +
			"When it is committed, or cannot be finished, write COMPLETION.md as TASK.md describes, with SUCCESS only if that is true, and then stop.",
	})
	if err != nil {
		return nil
	}
	return b
}

// StatusLine is `fm hook --statusline`: it prints one short line for the CLI's
// status line, and appends the cost when it changed. As [Hook], it never fails
// the agent.
func StatusLine(ctx context.Context, stdin io.Reader, stdout io.Writer, environ func(string) string) error {
	run, project, err := marked(environ)
	if err != nil || run == (fm.Run{}) {
		return err
	}
	e := readPayload(stdin).event(time.Now(), environ)
	e.Name = costEvent
	if _, err := fmt.Fprintf(stdout, "fm %s · $%.2f · %.0f %% context\n", run, e.Cost, e.Context); err != nil {
		return err
	}
	s, err := eventsSoFar(ctx, project.Events(run))
	if err != nil || e.Cost <= 0 || s.cost == e.Cost {
		return err
	}
	return appendEvent(project.Events(run), e)
}

// marked finds out which run the process belongs to. No mark is no error.
func marked(environ func(string) string) (fm.Run, fm.Project, error) {
	task, root := environ("FM_TASK"), environ("FM_PROJECT")
	if task == "" && root == "" {
		return fm.Run{}, fm.Project{}, nil
	}
	run, err := fm.ParseRun(task + "." + environ("FM_ATTEMPT"))
	if err == nil && !filepath.IsAbs(root) {
		err = fmt.Errorf("FM_PROJECT %q: want an absolute path", root)
	}
	if err != nil {
		return fm.Run{}, fm.Project{}, fmt.Errorf("read marks of the run: %w", err)
	}
	return run, fm.Project{Root: root}, nil
}

// reported says whether there is something that could be the agent's report.
func reported(dir string) bool {
	info, err := os.Lstat(filepath.Join(dir, completionFile))
	return dir == "" || err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// appendEvent never makes the file: Launch did, and where it is gone, the
// attempt is over.
func appendEvent(path string, e event) error {
	line, err := e.line()
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	_, werr := f.Write(line)
	return errors.Join(werr, f.Close())
}

func eventsSoFar(ctx context.Context, path string) (signs, error) {
	var r reading
	err := r.refresh(ctx, path)
	return r.signs, err
}

// folder is the worktree: the CLI's own idea of it, because an agent may have
// changed its directory.
func (p payload) folder(environ func(string) string) string {
	if dir := environ("CLAUDE_PROJECT_DIR"); dir != "" {
		return dir
	}
	return p.text("cwd")
}

// event picks the few fields that fm needs.
func (p payload) event(at time.Time, environ func(string) string) event {
	e := event{
		At:           at,
		Name:         fm.Line(p.text("hook_event_name"), 40),
		Session:      fm.Line(p.text("session_id"), 64),
		Tool:         fm.Line(p.text("tool_name"), 80),
		Reason:       fm.Line(p.text("reason"), 40),
		Source:       fm.Line(p.text("source"), 40),
		Background:   p.count("background_tasks"),
		StopActive:   p.truth("stop_hook_active"),
		Notification: fm.Line(p.text("notification_type"), 40),
		Transcript:   p.text("transcript_path"),
		Cost:         p.number("cost", "total_cost_usd"),
		Context:      p.number("context_window", "used_percentage"),
	}
	if pid, err := strconv.Atoi(environ("FM_AGENT_PID")); err == nil {
		e.PID = pid
	}
	switch e.Name {
	case "PostToolUse", "PostToolUseFailure":
		e.Transcript = "" // the heartbeat stays short
	case "StopFailure":
		e.Error = fm.Line(p.text("error"), 80)
		e.Waiting = fm.Line(p.text("last_assistant_message"), maxText)
	case "Notification":
		e.Waiting = fm.Line(p.text("message"), maxText)
	}
	return e
}
