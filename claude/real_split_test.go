package claude

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

func TestSplitAsksOnceAndReadsTheAnswer(t *testing.T) {
	calls := make(chan messages.Request, 10)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		calls <- r
		return messages.Structured(map[string]any{"subissues": []any{part("Add the parser"), part("Use the parser", 1)}})
	})
	got, err := w.claude.Split(t.Context(), fm.Issue{ID: "123", Title: "Parse", Body: "Parse ```it```."})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Subissues) != 2 || got.Subissues[1].Title != "Use the parser" || !slices.Equal(got.Subissues[1].DependsOn, []int{1}) {
		t.Errorf("got %+v", got)
	}
	askedOnce(t, calls, "Issue 123: Parse\n\n````text\nParse ```it```.\n````")
}

// askedOnce checks that the model was asked about an issue in its fence, once
// but for the request that ends its turn, and that it can change nothing.
func askedOnce(t *testing.T, calls <-chan messages.Request, about string) {
	t.Helper()
	r := <-calls
	if !strings.Contains(r.Prompt(), about) {
		t.Errorf("the issue is not fenced: %s", r.Prompt())
	}
	for _, tool := range []string{"Bash", "Edit", "Write"} {
		if r.Offers(tool) {
			t.Errorf("%s is offered: %v", tool, r.Tools)
		}
	}
	if len(calls) > 1 {
		t.Errorf("the model was called %d times more", len(calls))
	}
}

// An issue's text could ask for a file of the user's; the one who splits it
// cannot read it.
//
// Caught: --allowedTools Read, which allows it everywhere.
func TestSplitReadsNothingOutsideTheProject(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	writeFile(t, secret, "SECRET-WORD")
	results := make(chan string, 10)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		if result, ok := r.Result(); ok {
			results <- result.Text
		}
		switch r.Step() {
		case 0:
			return messages.Use("Read", map[string]string{"file_path": secret})
		case 1:
			return messages.Use("Grep", map[string]string{"pattern": "hello", "output_mode": "content"})
		}
		return messages.Structured(map[string]any{"subissues": []any{part("Add the parser"), part("Use the parser", 1)}})
	})
	if _, err := w.claude.Split(t.Context(), fm.Issue{ID: "123", Title: "Parse"}); err != nil {
		t.Fatal(err)
	}
	if got := <-results; strings.Contains(got, "SECRET-WORD") {
		t.Errorf("the secret was read: %s", got)
	}
	if got := <-results; !strings.Contains(got, "README.md") {
		t.Errorf("the project cannot be searched: %s", got)
	}
}

func TestPredictAsksOnceWithWhatCanOnlyRead(t *testing.T) {
	calls := make(chan messages.Request, 10)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		calls <- r
		return messages.Structured(map[string]any{"paths": []string{"src/parse.go", "README.md", "../other"}})
	})
	got, err := w.claude.Predict(t.Context(), fm.Issue{ID: "123", Title: "Parse", Body: "Parse ```it```."})
	if want := []string{"README.md", "src/parse.go"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	askedOnce(t, calls, "Issue 123: Parse\n\n````text\nParse ```it```.\n````")
}

func part(title string, deps ...int) map[string]any {
	if deps == nil {
		deps = []int{}
	}
	return map[string]any{
		"title": title, "description": "Do it.", "acceptance_criteria": []string{"It works."}, "technical_context": []string{},
		"estimated_hours": 3, "priority": "high", "paths": []string{"parse.go"}, "depends_on": deps,
	}
}

func TestASplitThatClaudeCannotMakeSaysWhy(t *testing.T) {
	tests := map[string]struct {
		reply   messages.Reply
		refused bool
		says    string
	}{
		"no money":  {messages.Reply{Status: 400, Type: "invalid_request_error", Error: "Your credit balance is too low to access the Anthropic API."}, true, "redit balance"},
		"no split":  {messages.Say("I would rather not."), false, "I would rather not."},
		"forbidden": {messages.Reply{Status: 403, Type: "permission_error", Error: "no"}, true, "log in"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(messages.Request) messages.Reply { return tt.reply })
			_, err := w.claude.Split(t.Context(), fm.Issue{ID: "123", Title: "Parse"})
			if err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, fm.ErrRefused) != tt.refused {
				t.Errorf("got %v; want %q, refused %v", err, tt.says, tt.refused)
			}
		})
	}
}

func TestSplitWithoutALoginSaysWhatToDo(t *testing.T) {
	w := newWorld(t, func(messages.Request) messages.Reply { return messages.Say("") })
	w.environ = slices.DeleteFunc(w.environ, func(e string) bool { return strings.HasPrefix(e, "ANTHROPIC_API_KEY=") })
	w.claude = w.open(fm.AgentConfig{Command: realCLI(t)})
	_, err := w.claude.Split(t.Context(), fm.Issue{ID: "123", Title: "Parse"})
	if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "log in") {
		t.Errorf("got %v, want a refusal that says to log in", err)
	}
}
