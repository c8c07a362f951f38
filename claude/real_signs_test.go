package claude

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

// A day in the mode that asks: what it waits for is told by the hooks, and the
// pane shows the same; a task in the background is no rest; and the whole has a
// price.
//
// Caught: a Stop with a background task that ends the turn.
func TestAnAgentThatAsksIsSeenAsking(t *testing.T) {
	w := newWorld(t, func(r messages.Request) messages.Reply {
		switch {
		case r.Step() == 0:
			return messages.Bash("touch asked")
		case r.Step() == 1:
			return messages.Use("AskUserQuestion", map[string]any{"questions": []any{map[string]any{
				"question": "Which database?", "header": "Database", "multiSelect": false,
				"options": []any{map[string]any{"label": "SQLite", "description": "file based"}, map[string]any{"label": "Postgres", "description": "server"}},
			}}})
		case r.Step() == 2:
			return messages.Background("sleep 600")
		}
		return messages.Say("Done.")
	})
	w.claude = w.open(fm.AgentConfig{Command: realCLI(t), PermissionMode: "default", AllowedTools: []string{"Bash(sleep:*)"}})
	w.launchWith(func(launcher string) string { return strings.Replace(launcher, "AskUserQuestion,", "", 1) })
	r := w.report("a request that the hook told of", func(r fm.Report) bool { return r.State == fm.Waiting && r.Evidence.Source == fm.HookSource })
	if r.Question.Kind != fm.AsksPermission || r.Question.Text != "Bash: touch asked" || r.Evidence.Source != fm.HookSource {
		t.Errorf("got %+v for %+v", r.Question, r.Evidence)
	}
	d := w.screen("the dialog", func(s fm.Screen) bool { return s.Dialog.Kind == fm.AsksPermission }).Dialog
	if len(d.Options) < 2 || d.Options[0] != "Yes" {
		t.Errorf("got %+v", d)
	}
	w.tmux("send-keys", "-t", "w", "1")
	r = w.report("a question", func(r fm.Report) bool { return r.Question.Kind == fm.AsksQuestion })
	if r.State != fm.Waiting || r.Question.Text != "Which database?" || strings.Join(r.Question.Options, " ") != "SQLite Postgres" || !w.fileExists("asked") {
		t.Errorf("got %+v", r)
	}
	d = w.screen("the question", func(s fm.Screen) bool { return s.Dialog.Kind == fm.AsksQuestion }).Dialog
	if len(d.Options) < 2 || d.Options[1] != "Postgres" {
		t.Errorf("got %+v", d)
	}
	w.tmux("send-keys", "-t", "w", "2")
	w.report("the background task", func(r fm.Report) bool { return r.State == fm.InShell && r.Turns == 0 })
	r = w.report("the bill", func(r fm.Report) bool { return r.Spent == fm.Spending{Cost: 4 * 750, Tokens: 4 * 110} })
	if r.Worked <= 0 || r.Worked > time.Since(r.Heard)+time.Minute || r.Heard.IsZero() {
		t.Errorf("got %v at work, heard at %v", r.Worked, r.Heard)
	}
}

// Each error of the API ends a turn with its class; the next prompt is over it.
func TestAnAPIErrorEndsATurnWithItsClass(t *testing.T) {
	errors := []struct {
		reply messages.Reply
		want  fm.Trouble
	}{
		{messages.NoCredit(), fm.CreditTrouble},
		{messages.Overloaded(), fm.ServerTrouble},
		{messages.Fail(500, "api_error", "Internal server error"), fm.ServerTrouble},
		{messages.TooMany(time.Second), fm.RateTrouble},
		{messages.Unauthorized(), fm.LoginTrouble},
		{messages.Fail(404, "not_found_error", "model: nope"), fm.ModelTrouble},
		{messages.Reply{Drop: messages.DropAtOnce}, fm.NetTrouble},
		{messages.Say("Done."), fm.NoTrouble},
		// The last, because no prompt comes through after it.
		{messages.Fail(400, "invalid_request_error", "prompt is too long: 250000 tokens > 200000 maximum"), fm.LengthTrouble},
	}
	var turn atomic.Int64
	w := newWorld(t, func(messages.Request) messages.Reply { return errors[turn.Load()].reply })
	w.environ = append(w.environ, "CLAUDE_CODE_MAX_RETRIES=1")
	w.launch()
	writeFile(t, w.tree+"/COMPLETION.md", "x") // by which the last Stop is not sent back
	for i, tt := range errors {
		r := w.report("turn "+strconv.Itoa(i+1)+" to end", func(r fm.Report) bool { return r.Turns > i })
		if r.Trouble != tt.want || r.State != fm.AtPrompt || (r.Says == "") != (tt.want == fm.NoTrouble) {
			t.Errorf("%+v: got %q in state %s: %s; want %q", tt.reply, r.Trouble, r.State, r.Says, tt.want)
		}
		if i+1 < len(errors) {
			turn.Add(1)
			w.say("Please go on, " + strconv.Itoa(i))
		}
	}
}

// While a request is tried again, no hook fires; only the pane tells.
func TestARetriedRequestIsSeenOnThePane(t *testing.T) {
	w := newWorld(t, func(messages.Request) messages.Reply { return messages.Overloaded() })
	w.environ = append(w.environ, "IS_SANDBOX=1") // by which the CLI tries for longer
	w.launch()
	w.screen("a retry", func(s fm.Screen) bool { return s.Busy && strings.Contains(s.Retrying, "Retrying in") })
}

// The menu of a usage limit is no rest and no question to a person; the limit
// outlives it, and the next turn is over it.
func TestAUsageLimitIsSeenWithItsReset(t *testing.T) {
	reset := time.Now().Add(3 * time.Hour).Truncate(time.Second)
	var over atomic.Bool
	w := newWorld(t, func(r messages.Request) messages.Reply {
		if over.Load() || r.Step() == 0 {
			return messages.Bash("true").Near(messages.FiveHours, 0.92, reset)
		}
		return messages.UsedUp(messages.FiveHours, reset)
	})
	w.environ = append(slices.DeleteFunc(w.environ, func(e string) bool { return strings.HasPrefix(e, "ANTHROPIC_API_KEY=") }), "CLAUDE_CODE_OAUTH_TOKEN=dummy-token")
	w.claude = w.open(fm.AgentConfig{Command: realCLI(t)})
	w.launch()
	r := w.report("the limit", func(r fm.Report) bool { return r.State == fm.Limited })
	if r.Trouble != fm.LimitTrouble || !r.Limit.Hit || r.Limit.Kind != "session" || r.Limit.Resets.Sub(reset).Abs() > time.Minute || !strings.Contains(r.Says, "resets") {
		t.Errorf("got %+v, want the session limit until %v", r, reset)
	}
	w.screen("its menu", func(s fm.Screen) bool { return s.Dialog.Kind == fm.AsksLimit })
	w.report("its menu by the level", func(r fm.Report) bool { return r.State == fm.Limited && r.Question.Kind == fm.AsksLimit })
	w.tmux("send-keys", "-t", "w", "Escape")
	w.screen("the menu to close", func(s fm.Screen) bool { return s.Prompt })
	w.report("the limit without its menu", func(r fm.Report) bool { return r.State == fm.Limited && r.Question.Kind == "" })
	over.Store(true)
	w.say("Please go on.")
	w.report("it to work again", func(r fm.Report) bool { return r.State == fm.AtWork && r.Trouble == "" && !r.Limit.Hit })
}

// The mode that checks nothing starts without a dialog, for root as well, where
// a brief names it.
func TestAnUncheckedAgentStartsWithoutADialog(t *testing.T) {
	w := newWorld(t, func(r messages.Request) messages.Reply {
		if r.Step() == 0 {
			return messages.Bash("env > env.txt; mkdir -p .claude && touch .claude/mine")
		}
		return messages.Say("Done.")
	})
	w.permission = "bypassPermissions"
	w.claude = w.open(fm.AgentConfig{Command: realCLI(t), AllowedTools: []string{"Read"}})
	w.launch()
	w.report("the turn to end", func(r fm.Report) bool { return r.Turns > 0 })
	if !w.fileExists(".claude/mine") {
		t.Errorf("the command did not run:\n%s", w.pane())
	}
	if got, want := strings.Contains(string(readFile(t, w.tree+"/env.txt")), "IS_SANDBOX=1"), os.Geteuid() == 0; got != want {
		t.Errorf("told to be in a sandbox: %v, want %v", got, want)
	}
}
