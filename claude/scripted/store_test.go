package scripted

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

func TestSessionsAreResumedNotRepeated(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[
		{"steps":[{"do":"append","path":"a","content":"one\n"}]},
		{"steps":[{"do":"append","path":"a","content":"two\n"}]}]}]}`)
	for _, c := range []struct {
		args       []string
		code       int
		says, file string
	}{
		{[]string{"--resume", sessionA}, 1, "No conversation found with session ID: " + sessionA, ""},
		{[]string{"--session-id", sessionA}, 0, "", "one\n"},
		{[]string{"--session-id", sessionA}, 1, "Error: Session ID " + sessionA + " is already in use.", "one\n"},
		{[]string{"--resume", sessionA}, 0, "", "one\ntwo\n"},
		{[]string{"--session-id", "a"}, 1, "Error: Invalid session ID. Must be a valid UUID.", "one\ntwo\n"},
	} {
		last := prompt
		if c.args[0] == "--resume" {
			last = "Continue, please." // names no task: the session remembers it
		}
		r := b.agent("", append(c.args, "--settings", b.settings, "--", last)...)
		if r.code != c.code || strings.TrimSpace(r.errout) != c.says {
			t.Errorf("%v: got exit %d, %q; want %d, %q", c.args, r.code, r.errout, c.code, c.says)
		}
		if got := b.read("a"); got != c.file {
			t.Errorf("%v: got file %q, want %q", c.args, got, c.file)
		}
	}
	if got := b.last("SessionStart")["source"]; got != "resume" {
		t.Errorf("got source %v", got)
	}
}

// Caught: a resumed session that skipped the turn which a crash had cut short.
func TestTurnCutShortByACrashIsDoneAgain(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[{"steps":[
		{"do":"append","path":"a","content":"one\n"},
		{"do":"replace","path":"b","old":"old","new":"new"},
		{"do":"commit","message":"Do it"},
		{"do":"run","argv":["sh","-c","[ -f ../crashed ] || { touch ../crashed; kill -9 $PPID; }"]},
		{"do":"completion","status":"SUCCESS","summary":"both"}]}]}]}`)
	b.file(filepath.Join(b.dir, "b"), "the old thing\n")
	if r := b.work(); r.code != 137 {
		t.Fatalf("exit %d: %s", r.code, r.out)
	}
	if b.live().Status != "busy" {
		t.Errorf("got %+v, want what the crash left", b.live())
	}
	if r := b.agent("", "--resume", sessionA, "--settings", b.settings, "--", "Go on."); r.code != 0 {
		t.Fatalf("exit %d: %s%s", r.code, r.out, r.errout)
	}
	if got, want := b.read("a")+b.read("b"), "one\nthe new thing\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := b.git("rev-list", "--count", "HEAD"), "2"; got != want {
		t.Errorf("got %s commits, want %s", got, want)
	}
	if _, err := fm.ParseCompletion(b.read("COMPLETION.md")); err != nil {
		t.Error(err)
	}
}

// A session that was started from inside another one keeps no files: who
// forgets to take the mark away must notice.
func TestChildOfASessionKeepsNoFiles(t *testing.T) {
	b := newBench(t, "")
	b.env = append(b.env, "CLAUDE_CODE_CHILD_SESSION=1")
	if r := b.work(); r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.errout)
	}
	if _, err := os.Stat(b.config); !os.IsNotExist(err) {
		t.Errorf("got files in %s (%v)", b.config, err)
	}
}

const told = "# Subissue 456: Add the thing\n\n## The subissue\n\n```text\n## What stands against its pull request\n\nNothing.\n```\n"

// against is a TASK.md that says what stands against the pull request.
func against(text string) string {
	return told + "\n## What stands against its pull request\n\nMend it:\n\n````text\n" + text + "\n```\n````\n\n## When you are done\n"
}

// An attempt that resumes the conversation of an earlier one has turns of its
// own, and what is said against its pull request chooses them.
//
// Caught: turns of the earlier attempt that were counted, so that nothing was
// left to do; the words of an issue taken for what stands against its pull
// request.
func TestFeedbackIsActedOnInTheSameConversation(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[
		{"steps":[{"do":"append","path":"a","content":"work\n"}]},
		{"feedback":"lint*failed","steps":[{"do":"append","path":"a","content":"lint\n"}]},
		{"feedback":"nothing","steps":[{"do":"append","path":"a","content":"wrong\n"}]},
		{"feedback":"*","attempt":3,"steps":[{"do":"append","path":"a","content":"third\n"}]},
		{"feedback":"*","attempt":3,"steps":[{"do":"append","path":"a","content":"fourth\n"}]}]}]}`)
	step := func(attempt, brief string, args ...string) {
		t.Helper()
		b.file(filepath.Join(b.dir, "TASK.md"), brief)
		b.env = append(b.env, "FM_TASK=456", "FM_ATTEMPT="+attempt)
		r := b.agent("", append(args, "--settings", b.settings, "--", "This is attempt "+attempt+". Mend it.")...)
		if r.code != 0 {
			t.Fatalf("attempt %s: exit %d: %s%s", attempt, r.code, r.out, r.errout)
		}
	}
	step("1", told, "--session-id", sessionA)
	step("2", against("the check Lint has failed"), "--resume", sessionA)
	step("3", against("a review"), "--resume", sessionA)
	step("3", against("a review"), "--resume", sessionA)
	step("3", against("a review"), "--resume", sessionA)
	if got, want := b.read("a"), "work\nlint\nthird\nfourth\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Without a scenario an agent that is sent back changes something.
func TestBuiltInAnswerToFeedbackIsAnotherCommit(t *testing.T) {
	b := newBench(t, "")
	b.work()
	first := b.git("rev-parse", "HEAD")
	b.file(filepath.Join(b.dir, "TASK.md"), against("a review"))
	b.env = append(b.env, "FM_TASK=456", "FM_ATTEMPT=2")
	b.agent("", "--resume", sessionA, "--settings", b.settings, "--", "Mend it.")
	if got := b.git("diff", "--name-only", first, "HEAD"); got != "notes/456.md" {
		t.Errorf("got changes of %q", got)
	}
	if _, err := fm.ParseCompletion(b.read("COMPLETION.md")); err != nil {
		t.Error(err)
	}
}
