package claude

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
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
	p := readPayload(stdin)
	e := event{
		At: time.Now(), Name: costEvent, Session: fm.Line(p.text("session_id"), 64), PID: agentPID(environ),
		Cost: p.number("cost", "total_cost_usd"), Context: p.number("context_window", "used_percentage"),
		FiveHour: p.window("five_hour"), SevenDay: p.window("seven_day"),
	}
	if _, err := fmt.Fprintf(stdout, "fm %s · $%.2f · %.0f %% context\n", run, e.Cost, e.Context); err != nil {
		return err
	}
	// The CLI calls this several times in a second; so only the end is read.
	s, err := lastEvents(ctx, project.Events(run))
	if err != nil || !s.news(e) {
		return err
	}
	return appendEvent(project.Events(run), e)
}

// news says whether the line adds something to the signs. The first reading of
// a process does: the others are counted from it.
func (s signs) news(e event) bool {
	return !s.bill.begun || s.bill.last != fm.Dollars(e.Cost) ||
		s.fiveHour.or(e.FiveHour) != s.fiveHour || s.sevenDay.or(e.SevenDay) != s.sevenDay
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
	defer failpoint.Step("agent.write-event")()
	_, werr := f.Write(line)
	return errors.Join(werr, f.Close())
}

func eventsSoFar(ctx context.Context, path string) (signs, error) {
	var r reading
	err := r.refresh(ctx, path)
	return r.signs, err
}

// lastEvents folds the end of the file only.
func lastEvents(ctx context.Context, path string) (signs, error) {
	r := reading{tail: 64 << 10}
	err := r.refresh(ctx, path)
	return r.signs, err
}
