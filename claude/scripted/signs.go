package scripted

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// errTurnOver ends a turn early, as something the agent wants.
var errTurnOver = errors.New("turn over")

// completion writes COMPLETION.md, or Text in its place.
type completion struct {
	Status       fm.Outcome `json:"status"`
	Summary      text       `json:"summary"`
	Files        text       `json:"files"`
	Verification text       `json:"verification"`
	PR           text       `json:"pr"`
	Text         text       `json:"text"` // the whole file, to simulate a bad one
}

func (c *completion) check() error {
	switch c.Status {
	case fm.Success, fm.Failure, fm.Partial:
		return nil
	}
	if c.Text != "" && c.Status == "" {
		return nil
	}
	return fmt.Errorf("status %q: want SUCCESS, FAILED or PARTIAL", string(c.Status))
}

func (c *completion) do(ctx context.Context, t *turn) error {
	content := string(c.Text)
	if content == "" {
		content = c.render(ctx, t)
	}
	w := write{Path: "COMPLETION.md", Content: text(content)}
	if err := w.do(ctx, t); err != nil {
		return err
	}
	t.speak(strings.TrimSpace(string(c.Summary)))
	return nil
}

func (c *completion) render(ctx context.Context, t *turn) string {
	files := string(c.Files)
	if files == "" {
		out, err := t.exec(ctx, "git", "show", "--name-only", "--format=", "HEAD")
		if err == nil && out != "" {
			files = "- " + strings.ReplaceAll(out, "\n", "\n- ")
		}
	}
	section := func(name, body, fallback string) string {
		if body = strings.TrimSpace(body); body == "" {
			body = fallback
		}
		return "\n## " + name + "\n" + body + "\n"
	}
	return "# Completion Status\n**Status:** " + string(c.Status) +
		"\n**Finished:** " + time.Now().UTC().Format(time.RFC3339) + "\n" +
		section("Summary", string(c.Summary), "Done.") +
		section("Files Changed", files, "None") +
		section("Verification", string(c.Verification), "- [x] Did what the scenario says") +
		section("PR", string(c.PR), "Skipped")
}

// noCompletion ends the turn with a statement, and without a COMPLETION.md.
type noCompletion struct {
	Text text `json:"text"`
}

func (n *noCompletion) check() error { return nil }

func (n *noCompletion) do(ctx context.Context, t *turn) error {
	t.speak(string(n.Text))
	return errTurnOver
}

// say shows a message of the agent.
type say struct {
	Text text `json:"text"`
}

func (s *say) check() error { return needed("text", string(s.Text)) }

func (s *say) do(ctx context.Context, t *turn) error {
	t.speak(string(s.Text))
	return nil
}

// wait lets time pass, as when a model thinks.
type wait struct {
	MS int `json:"ms"`
}

func (w *wait) check() error { return needMillis(w.MS) }

func (w *wait) do(ctx context.Context, t *turn) error { return t.pause(ctx, w.MS) }

// busy lets time pass inside a tool.
type busy struct {
	MS int `json:"ms"`
}

func (b *busy) check() error { return needMillis(b.MS) }

func (b *busy) do(ctx context.Context, t *turn) error {
	use := toolUse{name: "Bash", show: fmt.Sprintf("work for %d ms", b.MS), input: map[string]any{"command": "work"}}
	return t.tool(ctx, use, func(ctx context.Context) (string, error) {
		return "(No output)", t.pause(ctx, b.MS)
	})
}

// spend costs something, and tells the status line so at once.
type spend struct {
	USD    float64 `json:"usd"`
	Tokens int     `json:"tokens"`
}

func (s *spend) check() error {
	if s.USD < 0 || s.Tokens < 0 {
		return errors.New("want 0 or more")
	}
	return nil
}

func (s *spend) do(ctx context.Context, t *turn) error {
	t.s.task.costUSD += s.USD
	t.s.task.tokens += s.Tokens
	t.s.showStatusLine(ctx, t)
	return nil
}

// deaf makes the agent take no key from now on.
type deaf struct{}

func (*deaf) check() error { return nil }

func (*deaf) do(_ context.Context, t *turn) error {
	t.s.numb.Store(true)
	return nil
}
