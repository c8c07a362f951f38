package scripted

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// speak shows a message of the agent.
func (t *turn) speak(message string) {
	t.last = message
	t.s.screen.line(green, "● "+message)
	t.s.store.add(assistant(map[string]any{"type": "text", "text": message}))
}

// assistant is a transcript line with one block of content.
func assistant(block map[string]any) entry {
	return entry{Type: "assistant", Message: map[string]any{
		"id": "msg_" + newID(), "role": "assistant", "model": "scripted", "content": []any{block},
		"usage": map[string]any{
			"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
		},
	}}
}

// toolUse is a tool as the hooks are told of it.
type toolUse struct {
	name  string
	show  string
	input map[string]any
}

// tool does something as a tool of the CLI would: with hooks before and after.
func (t *turn) tool(ctx context.Context, use toolUse, f func(context.Context) (string, error)) error {
	id := "toolu_" + strings.ReplaceAll(newID(), "-", "")[:24]
	payload := func(more fields) fields {
		more["prompt_id"], more["tool_name"], more["tool_input"], more["tool_use_id"] = t.promptID, use.name, use.input, id
		return more
	}
	t.s.screen.line("", fmt.Sprintf("● %s(%s)", use.name, fm.Line(use.show, 100)))
	if v := t.s.fire(ctx, "PreToolUse", use.name, payload(fields{})); v.permission == "deny" {
		return fmt.Errorf("%s was denied: %s", use.name, v.reason)
	}
	t.s.store.add(assistant(map[string]any{"type": "tool_use", "id": id, "name": use.name, "input": use.input}))
	started := time.Now()
	said, err := f(ctx)
	took := time.Since(started).Milliseconds()
	if err != nil {
		t.s.screen.line(red, "  ⎿  "+indent(said)+err.Error())
		if ctx.Err() != nil {
			return err // an interruption fires no hook of the tool
		}
		t.s.fire(ctx, "PostToolUseFailure", use.name, payload(fields{"error": err.Error(), "is_interrupt": false, "duration_ms": took}))
		return err
	}
	if said != "" {
		t.s.screen.dim(strings.TrimSuffix(indent(said), "\n     "))
	}
	t.s.fire(ctx, "PostToolUse", use.name, payload(fields{"tool_response": fields{"stdout": said}, "duration_ms": took}))
	return nil
}

// indent gives the last lines of an output, ready to follow "⎿".
func indent(said string) string {
	if said == "" {
		return ""
	}
	all := strings.Split(said, "\n")
	if len(all) > 8 {
		all = append([]string{"…"}, all[len(all)-8:]...)
	}
	return strings.Join(all, "\n     ") + "\n     "
}

// pause lets time pass visibly.
func (t *turn) pause(ctx context.Context, ms int) error {
	end := time.NewTimer(millis(ms))
	defer end.Stop()
	beat := time.NewTicker(150 * time.Millisecond)
	defer beat.Stop()
	for {
		select {
		case <-end.C:
			return nil
		case <-beat.C:
			t.s.screen.working()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
