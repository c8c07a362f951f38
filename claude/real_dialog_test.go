package claude

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

// No question of the CLI may stand between a worker and its work.
func TestWhatAProjectBringsOpensNoDialog(t *testing.T) {
	prompts := make(chan messages.Request, 100)
	w := newWorld(t, func(r messages.Request) messages.Reply {
		prompts <- r
		return messages.Say("Done.")
	})
	outside := filepath.Join(w.home, "outside.md")
	w.sh(w.tree, `echo '{"mcpServers":{"foo":{"command":"/bin/true"}}}' > .mcp.json && echo "WORD-FROM-OUTSIDE" > `+outside+` && echo "@`+outside+`" > CLAUDE.md && git add . && git commit -qm files`)
	w.launch()
	w.report("the agent to take its prompt", func(r fm.Report) bool { return r.Prompted })
	if first := <-prompts; strings.Contains(first.Text()+first.System, "WORD-FROM-OUTSIDE") {
		t.Error("a file from outside the project was imported without anybody's leave")
	}
}

// A question that must not wait is denied, and the agent is told so.
func TestAnAgentIsNeverLeftWaitingForAPerson(t *testing.T) {
	w := newWorld(t, func(r messages.Request) messages.Reply {
		switch r.Step() {
		case 0:
			return messages.Use("AskUserQuestion", map[string]any{"questions": []any{}})
		case 1:
			return messages.Use("Write", map[string]string{"file_path": "/etc/fm-test-must-not-exist", "content": "x"})
		case 2:
			return messages.Bash("touch tried; false")
		}
		return messages.Say("Done.")
	})
	w.claude = w.open(fm.AgentConfig{Command: realCLI(t), AllowedTools: []string{"Bash", "Edit"}})
	w.launch()
	w.report("the turn to end", func(r fm.Report) bool { return r.Turns > 0 })
	if w.count("PermissionRequest") > 0 {
		t.Errorf("a permission was asked for:\n%s", w.eventText())
	}
}

// Escape fires no hook; the CLI's own file tells.
//
// Caught: a report that knows hooks only.
func TestAnInterruptedAgentIsSeenIdle(t *testing.T) {
	w := newWorld(t, func(messages.Request) messages.Reply { return messages.Bash("touch began; exec sleep 600") })
	w.launch()
	w.report("the agent to work", func(r fm.Report) bool { return r.State == fm.AtWork && w.fileExists("began") })
	w.tmux("send-keys", "-t", "w", "Escape")
	r := w.report("the agent to be idle", func(r fm.Report) bool { return r.State == fm.AtPrompt })
	if r.Turns != 0 || w.count("Stop") != 0 {
		t.Errorf("a turn ended: %+v\n%s", r, w.eventText())
	}
}
