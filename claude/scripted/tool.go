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
	t.last, t.answered = message, true
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
	t.answered = true
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
	t.hear()
	return nil
}

// hear takes what was said meanwhile into the turn, without a hook, as the CLI
// does after a tool.
func (t *turn) hear() {
	for _, text := range t.s.inbox.said() {
		t.s.screen.line(bold, "❯ "+text)
		t.s.store.add(entry{Type: "attachment", Attached: map[string]any{"type": "queued_command", "prompt": text}})
	}
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
	return t.passing(ctx, millis(ms), t.s.screen.working)
}

func (t *turn) passing(ctx context.Context, d time.Duration, show func()) error {
	end := time.NewTimer(d)
	defer end.Stop()
	beat := time.NewTicker(150 * time.Millisecond)
	defer beat.Stop()
	for {
		show()
		select {
		case <-end.C:
			return nil
		case <-beat.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
