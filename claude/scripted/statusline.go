package scripted

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// showStatusLine feeds the status line command and shows its first line.
func (s *session) showStatusLine(ctx context.Context, t *turn) {
	command := s.hooks.settings.StatusLine
	if command.Command == "" {
		return
	}
	payload := fields{
		"session_id": s.store.id, "session_name": s.options.name, "transcript_path": s.store.transcript,
		"cwd": s.env.Dir, "version": strings.Fields(Version)[0],
		"model":     fields{"id": or(s.options.model, "scripted"), "display_name": "scripted"},
		"workspace": fields{"current_dir": s.env.Dir, "project_dir": s.env.Dir, "git_worktree": s.env.Dir},
		"cost": fields{
			"total_cost_usd": s.task.costUSD, "total_duration_ms": time.Since(s.store.started).Milliseconds(),
			"total_api_duration_ms": 0, "total_lines_added": t.added, "total_lines_removed": t.removed,
		},
		"context_window": fields{
			"total_input_tokens": 0, "total_output_tokens": s.task.tokens, "context_window_size": 200_000, "used_percentage": 0,
		},
	}
	out, err := s.hooks.feed(ctx, command, payload)
	if err != nil {
		s.screen.line(red, "  ⎿  statusLine: "+fm.Line(err.Error(), 120))
		return
	}
	if first, _, _ := strings.Cut(out, "\n"); first != "" {
		s.screen.line(faint, "  "+fm.Line(first, 140))
	}
}

// feed runs the status line command.
func (r *runner) feed(ctx context.Context, h hookCommand, payload fields) (string, error) {
	in, err := json.Marshal(payload)
	if err != nil {
		return "", err
	}
	h.Timeout = 5
	out, _, err := r.run(ctx, h, in)
	return string(out), err
}
