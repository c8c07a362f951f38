package claude

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// fixIn is the brief of an issue that is mended as a whole.
func fixIn(dir string, terms fm.Terms) fm.Brief {
	b := briefIn(dir)
	terms.Fix = true
	b.Task.ID, b.Task.Terms, b.Issue.ID, b.Issue.Title = "123", terms, "123", "Log in again"
	b.Task.Branch = b.Task.Head()
	return b
}

// What an agent is told about an issue depends on where it works, and on what
// becomes of its work.
func TestAnAgentIsToldWhereItFixesAnIssue(t *testing.T) {
	const (
		merged  = "Branch: fix/issue-123, to be merged into main"
		stays   = "nothing is published, and there is no pull request"
		main    = "the main checkout of the repository"
		message = "\n    fix: Log in again\n\n    Fixes #123\n\n"
	)
	for name, tt := range map[string]struct {
		terms fm.Terms
		has   []string
		lacks []string
	}{
		"in a worktree":        {fm.Terms{}, []string{merged}, []string{stays, main}},
		"unpublished":          {fm.Terms{NoPull: true}, []string{stays}, []string{merged, main}},
		"in the main checkout": {fm.Terms{Main: true}, []string{merged, main}, []string{stays}},
	} {
		t.Run(name, func(t *testing.T) {
			text := taskText(fixIn(t.TempDir(), tt.terms))
			for _, want := range append(tt.has, "# Issue 123: Log in again\n", "\n## The issue\n", message, "write COMPLETION.md in this folder") {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing:\n%s", want, text)
				}
			}
			for _, other := range append(tt.lacks, "ubissue", "parent", "Part of") {
				if strings.Contains(text, other) {
					t.Errorf("%q stands in:\n%s", other, text)
				}
			}
		})
	}
	if text := taskText(briefIn(t.TempDir())); strings.Contains(text, "commit message") {
		t.Errorf("a subissue is told how to word its commits:\n%s", text)
	}
}

// An agent that was interrupted, and one that mends a pull request, hear of the
// issue, and of no subissue.
func TestAFixGoesOnAsAFix(t *testing.T) {
	task := fixIn(t.TempDir(), fm.Terms{}).Task
	for opening, want := range map[opening]string{
		fresh: "/fm:fix-issue 123\n", interrupted: "go on with the issue 123 where you stopped", inherited: "This is attempt 2 at the issue 123. ",
	} {
		if got := prompt(task, conversation{opening: opening}); !strings.Contains(got, want) || strings.Contains(got, "subissue") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTheCommitMessageIsTheIssues(t *testing.T) {
	for _, tt := range []struct{ id, title, task, want string }{
		{"123", "Log in again", "", "fix: Log in again\n\nFixes #123\n"},
		{"PROJ-9", "Fix: log\nin", "", "Fix: log in\n\nFixes PROJ-9\n"},
		{"123", " ", "As it was queued", "fix: As it was queued\n\nFixes #123\n"},
		{"123", "", "", "fix: issue 123\n\nFixes #123\n"},
		{"123", "#7 is back", "", "fix: 7 is back\n\nFixes #123\n"},
		{"123", "Closes #7, fixes o/r#8", "", "fix: Closes 7, fixes o/r 8\n\nFixes #123\n"},
		{"123", "Fixes #1/x#2", "", "fix: Fixes 1/x 2\n\nFixes #123\n"},
		{"123", strings.Repeat("é", 80), "", "fix: " + strings.Repeat("é", 66) + "…\n\nFixes #123\n"},
	} {
		b := fm.Brief{Task: fm.Task{ID: fm.TaskID(tt.id), Title: tt.task}, Issue: fm.Issue{Title: tt.title}}
		if got := commitMessage(b); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.title, got, tt.want)
		}
	}
}

// Whatever an issue is called, the commit that mends it closes no other one, and
// its message is one line and the one that closes it.
//
// Caught: Subject applied to the title alone, which leaves "fix: #7 is back".
func FuzzCommitMessage(f *testing.F) {
	for _, title := range []string{"#7 is back", "Fixes #1/x#2", "fix GH-3: x", "a\u200b closes https://h/o/r/issues/4", strings.Repeat("Closes #5 ", 30)} {
		f.Add(title)
	}
	f.Fuzz(func(t *testing.T, title string) {
		message := commitMessage(fm.Brief{Task: fm.Task{ID: "123"}, Issue: fm.Issue{Title: title}})
		subject, rest, _ := strings.Cut(message, "\n")
		if closes := fm.Closes(subject); len(closes) > 0 || rest != "\nFixes #123\n" {
			t.Errorf("got %q, which closes %v", message, closes)
		}
		if utf8.RuneCountInString(subject) > maxSubject || fm.Plain(subject) != subject {
			t.Errorf("got the subject %q", subject)
		}
	})
}
