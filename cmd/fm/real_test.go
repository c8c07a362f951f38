package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

// realClaude finds the Claude Code CLI. A missing one is a failure: what is
// promised here can only be shown with it.
func realClaude(tb testing.TB) string {
	tb.Helper()
	for _, path := range []string{os.Getenv("FM_TEST_CLAUDE"), "../../.cache/claude/node_modules/.bin/claude"} {
		if path == "" {
			continue
		}
		if path, err := filepath.EvalSymlinks(path); err == nil {
			path, err = filepath.Abs(path)
			if err == nil {
				return path
			}
		}
	}
	path, err := exec.LookPath("claude")
	if err != nil {
		tb.Fatal("the Claude Code CLI is missing; ./scripts/test installs it")
	}
	return path
}

var partName = regexp.MustCompile(`Write (part-[a-z][0-9])`)

// model is what the scripted API answers: it splits each issue into two parts,
// and solves each part as a developer would, with the CLI's own tools. It also
// tries what an agent must not do.
func model(r messages.Request) messages.Reply {
	if r.Offers("StructuredOutput") {
		letter := "a"
		if strings.Contains(r.Text(), "The second issue") {
			letter = "b"
		}
		return messages.Structured(plan(letter))
	}
	name := "part-unknown"
	if m := partName.FindStringSubmatch(r.Text()); m != nil {
		name = m[1]
	}
	switch r.Step() {
	case 0:
		return messages.Bash("cat TASK.md")
	case 1:
		return messages.Bash(fmt.Sprintf("echo 'what %s is about' > %s.txt && ./test && git add %s.txt && git commit -q -m 'Write %s'", name, name, name, name))
	case 2:
		return messages.Bash("git push origin HEAD")
	case 3:
		return messages.Bash("printf '# Completion Status\\n**Status:** SUCCESS\\n**Finished:** 2026-11-20T12:00:00Z\\n\\n## Summary\\nWrote " + name +
			".\\n\\n## Files Changed\\n- " + name + ".txt\\n\\n## Verification\\n- [x] ./test\\n\\n## PR\\nSkipped\\n' > COMPLETION.md")
	}
	return messages.Say("Done with " + name + ".")
}

func plan(letter string) fm.Split {
	var s fm.Split
	for i := range 2 {
		name := fmt.Sprintf("part-%s%d", letter, i+1)
		s.Subissues = append(s.Subissues, fm.Subissue{
			Title: "Write " + name, Description: "Write the file " + name + ".txt.", Criteria: []string{"the file is there"},
			Context: []string{"./test checks it"}, Hours: 1, Priority: "normal", Paths: []string{name + ".txt"}, DependsOn: []int{},
		})
	}
	return s
}

// TestRealClaude: two issues, split by the real CLI into four subissues, done by
// four workers with real commits, pull requests and merges, parents closed.
// The model is scripted; nothing else is. No dialog stops it in a fresh home,
// as root and as a user who is not.
func TestRealClaude(t *testing.T) {
	t.Parallel()
	claude := realClaude(t)
	t.Run("as the user of the test", func(t *testing.T) { endToEnd(t, claude, nil) })
	if os.Getuid() == 0 {
		t.Run("as a normal user", func(t *testing.T) { endToEnd(t, claude, &syscall.Credential{Uid: 65534, Gid: 65534}) })
	}
}

func endToEnd(t *testing.T, claude string, user *syscall.Credential) {
	t.Helper()
	b := newBench(t, fm.Config{Verify: "./test", Agent: fm.AgentConfig{Command: claude}},
		"ANTHROPIC_BASE_URL="+messages.Serve(t, model), "ANTHROPIC_API_KEY=dummy-key-for-a-scripted-api-0123456789",
		"DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1", "DISABLE_ERROR_REPORTING=1",
		"GITHUB_TOKEN=a-secret-of-the-tracker", "CLAUDECODE=1", "CLAUDE_CODE_CHILD_SESSION=1",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@localhost", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@localhost",
	)
	b.issue("The first issue", "Two parts are missing.")
	b.issue("The second issue", "Two more parts are missing. $(touch canary) `touch canary`")
	if user != nil {
		b.become(user, claude)
	}
	began := time.Now()
	out := b.must("work", "1,2", "--workers", "4", "--wait")
	if took := time.Since(began); took > 3*time.Minute {
		t.Errorf("it took %s, want at most 3 minutes", took)
	}
	for _, want := range []string{"✓ Issue #1: Found 2 logical subissues", "✓ Created #3: [#1] Write part-a1", "✓ Closed #1: all 2 subissues merged", "✓ Closed #2: all 2 subissues merged"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	b.merged(4)
	if text, err := os.ReadFile(filepath.Join(b.project.Root, "canary")); err == nil {
		t.Errorf("text of an issue was run: %q", text)
	}
	b.must("stop", "--now")
	tree := b.git("ls-tree", "--name-only", "main")
	for _, name := range []string{"part-a1.txt", "part-a2.txt", "part-b1.txt", "part-b2.txt"} {
		if !strings.Contains(tree, name) {
			t.Errorf("%s is not on the remote's main:\n%s", name, tree)
		}
	}
	if strings.Contains(tree, "COMPLETION.md") || strings.Contains(tree, "TASK.md") {
		t.Errorf("fm's own files were committed:\n%s", tree)
	}
}

// git asks the bare remote.
func (b *bench) git(args ...string) string {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), "git", append([]string{"-c", "safe.directory=*", "-C", filepath.Join(b.dir, "remote.git")}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// become gives the bench to another user, with a copy of the CLI that the user
// can reach.
func (b *bench) become(user *syscall.Credential, claude string) {
	b.Helper()
	b.user = user
	theirs := filepath.Join(b.dir, "claude")
	if err := copyFile(theirs, claude); err != nil {
		b.Fatal(err)
	}
	b.write(b.project.ConfigFile(), fm.Config{Verify: "./test", Agent: fm.AgentConfig{Command: theirs}})
	err := filepath.WalkDir(b.dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(user.Uid), int(user.Gid))
	})
	if err != nil {
		b.Fatal(err)
	}
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
