package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/plugin"
)

// The real CLI finds /fm:status however fm init installed it, puts the prompt in
// its place, and lets the model run fm, and nothing else, without asking.
func TestRealClaudeFindsTheSlashCommands(t *testing.T) {
	t.Parallel()
	claude := realClaude(t)
	for _, flag := range []string{"--commands", "--plugin"} {
		t.Run(strings.TrimPrefix(flag, "--"), func(t *testing.T) {
			asked := make(chan messages.Request, 20)
			u := newUser(t, messages.Serve(t, func(r messages.Request) messages.Reply {
				asked <- r
				switch r.Step() {
				case 0:
					return messages.Bash("fm status")
				case 1:
					return messages.Bash("fm stop --now")
				}
				return messages.Say("Shown.")
			}))
			u.run("fm", "init", flag)
			u.run(claude, "-p", "/fm:status")
			close(asked)
			first := <-asked
			var results []messages.Result
			for r := range asked {
				if result, ok := r.Result(); ok {
					results = append(results, result)
				}
			}
			if !strings.Contains(first.Text(), "Show the output as it is, in a code block.") || strings.Contains(first.Text(), "sha256") {
				t.Errorf("the command was not expanded, or with its seal: %s", first.Prompt())
			}
			if len(results) < 2 || !strings.Contains(results[0].Text, "nothing has been started in") {
				t.Fatalf("fm status was not run: %+v", results)
			}
			if last := results[len(results)-1]; !last.Error || strings.Contains(last.Text, "nothing has been started") {
				t.Errorf("fm stop was run by /fm:status: %+v", last)
			}
		})
	}
}

// A worker finds the command of its own fm also where the project brings an
// older one: two plugins of one name, and commands of the same name.
func TestRealClaudeFindsTheWorkersCommandBesideTheProjects(t *testing.T) {
	t.Parallel()
	claude := realClaude(t)
	asked := make(chan messages.Request, 20)
	u := newUser(t, messages.Serve(t, func(r messages.Request) messages.Reply {
		asked <- r
		return messages.Say("Done.")
	}))
	u.run("fm", "init", "--plugin")
	u.run("fm", "init", "--commands")
	own := filepath.Join(u.dir, "own")
	if err := plugin.Install(own); err != nil {
		t.Fatal(err)
	}
	u.run(claude, "-p", "--plugin-dir", own, "--", "/work-on-subissue 456")
	first := <-asked
	if !strings.Contains(first.Text(), "You work alone in a git worktree") || !strings.Contains(first.Text(), own+"/references/completion.md") {
		t.Errorf("the worker's command was not found, or another one: %s", first.Prompt())
	}
}

// A user has a home in which the folder is trusted, and a repository.
type user struct {
	*testing.T
	dir string
	env []string
}

func newUser(t *testing.T, url string) *user {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	u := &user{T: t, dir: filepath.Join(top, "shop")}
	u.env = []string{
		"HOME=" + top, "PATH=" + binary + string(os.PathListSeparator) + os.Getenv("PATH"), "TMPDIR=" + top, "SHELL=/bin/sh",
		"ANTHROPIC_BASE_URL=" + url, "ANTHROPIC_API_KEY=dummy-key-for-a-scripted-api-0123456789",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1",
	}
	trust := `{"hasCompletedOnboarding": true, "projects": {"` + u.dir + `": {"hasTrustDialogAccepted": true}}}`
	if err := os.WriteFile(filepath.Join(top, ".claude.json"), []byte(trust), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(u.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	u.run("git", "init", "-q")
	return u
}

func (u *user) run(name string, args ...string) {
	u.Helper()
	ctx, cancel := context.WithTimeout(u.Context(), time.Minute)
	defer cancel()
	if name == "fm" {
		name = filepath.Join(binary, "fm")
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = u.dir, u.env, time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		u.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
