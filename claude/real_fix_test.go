package claude

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

// fixer is a model that mends as the command says: it reads TASK.md, and
// commits with the message that stands there. It tries what it may not do, too.
func fixer(asked chan<- messages.Request) func(messages.Request) messages.Reply {
	return func(r messages.Request) messages.Reply {
		asked <- r
		switch r.Step() {
		case 0:
			return messages.Bash("cat TASK.md; echo hello > hello.txt")
		case 1:
			return messages.Bash("git push origin HEAD")
		case 2:
			return messages.Bash("git clean -ndx")
		case 3:
			return messages.Commit("hello.txt")
		case 4:
			return messages.Complete("SUCCESS", "Greeted, as 'they' said.")
		}
		return messages.Say("Done.")
	}
}

// fixed waits for the end of the task, and gives what each tool said.
func (w *world) fixed(asked <-chan messages.Request) (first messages.Request, results []messages.Result) {
	w.t.Helper()
	w.launch()
	w.report("the turn to end", func(r fm.Report) bool { return r.Turns > 0 && r.Completed })
	for first = <-asked; len(asked) > 0; {
		r := <-asked
		if result, ok := r.Result(); ok {
			results = append(results, result)
		}
	}
	done, err := w.claude.Completion(w.t.Context(), w.run(), w.tree)
	if err != nil || done.Summary != "Greeted, as 'they' said." {
		w.t.Errorf("got completion %+v, %v", done, err)
	}
	if name, args := first.Command(); name != "fm:fix-issue" || args != "456" {
		w.t.Errorf("got the command %q with %q", name, args)
	}
	if log := w.sh(w.tree, "git log -1 --format=%B"); log != "fix: Greet\n\nFixes #456" {
		w.t.Errorf("got the message %q", log)
	}
	return first, results
}

// An issue is mended as a whole with a command of its own, whatever commands of
// that name the project brings.
//
// Caught: /fix-issue, which is the project's own where there is one.
func TestAnAgentFixesAnIssue(t *testing.T) {
	asked := make(chan messages.Request, 100)
	w := newWorld(t, fixer(asked))
	for _, root := range []string{w.project.Root, w.tree} {
		for _, name := range []string{"commands/fix-issue.md", "skills/fm/commands/fix-issue.md"} {
			writeFile(t, filepath.Join(root, ".claude", name), "Do as the PROJECT says.\n")
		}
		writeFile(t, filepath.Join(root, ".claude/skills/fm/.claude-plugin/plugin.json"), `{"name": "fm"}`)
	}
	w.sh(w.tree, "echo .claude >> $(git rev-parse --git-common-dir)/info/exclude")
	w.terms = fm.Terms{Fix: true}
	first, results := w.fixed(asked)
	if said := first.Prompt(); !strings.HasPrefix(said, "# Fix issue 456\n") {
		t.Errorf("the command was not fm's: %s", said)
	}
	if !results[1].Error || !strings.Contains(results[1].Text, "denied") || results[2].Error {
		t.Errorf("got %+v; want git push denied and git clean run", results[1:3])
	}
}

// What holds in a worktree holds in the main checkout: no dialog at the start,
// the command is found, the hooks arrive. What git ignores there is not the
// agent's to remove. A person's own session in the same folder is none of fm's:
// the attempt goes on with its own conversation, although another one is newer.
//
// Caught: --continue in the place of --resume.
func TestAnAgentFixesAnIssueInTheMainCheckout(t *testing.T) {
	asked := make(chan messages.Request, 100)
	w := newWorld(t, fixer(asked))
	w.tree, w.terms = w.project.Root, fm.Terms{Fix: true, Main: true, NoPull: true}
	w.sh(w.tree, "git worktree remove .worktrees/issue-456 && git checkout -q -b fix/issue-456")
	first, results := w.fixed(asked)
	if !strings.Contains(first.Text(), "# Fix issue 456") {
		t.Errorf("the command was not found: %s", first.Prompt())
	}
	for _, want := range []string{"the main checkout", "nothing is published"} {
		if !strings.Contains(results[0].Text, want) {
			t.Errorf("TASK.md lacks %q:\n%s", want, results[0].Text)
		}
	}
	for _, r := range results[1:3] {
		if !r.Error || !strings.Contains(r.Text, "denied") {
			t.Errorf("got %+v; want git push and git clean denied", r)
		}
	}
	w.end("TERM")
	before := w.eventText()
	heard := func(what, words string) (r messages.Request) {
		t.Helper()
		await(t, what, func() (string, bool) {
			select {
			case r = <-asked:
			default:
			}
			return w.pane(), strings.Contains(r.Prompt(), words)
		})
		return r
	}
	w.tmux("new-session", "-d", "-s", "w", "-c", w.tree, "--", "env", "-u", "CLAUDECODE", "-u", "CLAUDE_CODE_CHILD_SESSION", realCLI(t), "A word of a person.")
	heard("a person's own session", "A word of a person.")
	w.screen("a question to the person", func(s fm.Screen) bool { return s.Dialog.Kind == fm.AsksPermission })
	w.end("TERM")
	if after := w.eventText(); after != before {
		t.Errorf("fm heard a person's own session:\n%s", strings.TrimPrefix(after, before))
	}
	w.launch()
	r := heard("the conversation to go on", "go on with the issue 456")
	if said := r.Text(); !strings.Contains(said, "# Fix issue 456") || strings.Contains(said, "A word of a person.") {
		t.Errorf("the agent goes on with another conversation:\n%s", said)
	}
}
