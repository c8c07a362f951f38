package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// guarded is a project with one issue in two parts, whose agents do what the
// steps say, in front of what is asked of them.
func guarded(tb testing.TB, config fm.Config, first []map[string]any, environ ...string) *bench {
	tb.Helper()
	config.Workers = 1
	config.Agent.Command, config.Agent.Args = filepath.Join(binary, "fm"), []string{"scripted-agent"}
	b := newBench(tb, config, environ...)
	b.environ = append(b.environ, "FM_SCENARIO="+filepath.Join(b.dir, "scenario.json"), "CLAUDE_CONFIG_DIR="+filepath.Join(b.dir, "agent"))
	if err := os.MkdirAll(b.project.Issues(), 0o700); err != nil {
		tb.Fatal(err)
	}
	for name, text := range map[string]string{
		"1-parent.md": "# Parent\n", "2-part.md": "---\nparent: 1\npriority: high\n---\n# First\n", "3-part.md": "---\nparent: 1\n---\n# Second\n",
	} {
		if err := os.WriteFile(filepath.Join(b.project.Issues(), name), []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	var tasks []map[string]any
	for _, id := range []string{"2", "3"} {
		steps := slices.Concat(first, []map[string]any{
			{"do": "write", "path": "part-" + id + ".txt", "content": "what it is about\n"},
			{"do": "commit", "message": "Write part " + id},
			{"do": "completion", "status": "SUCCESS", "summary": "Wrote it"},
		})
		tasks = append(tasks, map[string]any{"id": id, "turns": []map[string]any{{"steps": steps}}})
	}
	b.write(filepath.Join(b.dir, "scenario.json"), map[string]any{"tasks": tasks})
	return b
}

// masked runs fm as a user with a umask would.
func (b *bench) masked(umask string, words ...string) string {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), "/bin/sh", append([]string{"-c", "umask " + umask + " && exec fm \"$@\"", "fm"}, words...)...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = b.project.Root, b.environ, 5*time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("fm %s: %v\n%s", strings.Join(words, " "), err, out)
	}
	return string(out)
}

// TestWhatFMKeepsIsForItsUserAlone: whatever the umask, and although the folder
// came with the repository, nobody else can reach what agents said and did, nor
// write what fm goes by.
//
// Caught: settle without its chmod; a log that is opened with 0666.
func TestWhatFMKeepsIsForItsUserAlone(t *testing.T) {
	t.Parallel()
	for _, umask := range []string{"000", "022"} {
		t.Run(umask, func(t *testing.T) {
			t.Parallel()
			b := guarded(t, fm.Config{Verify: "./test"}, nil)
			if err := os.Chmod(b.project.Dir(), 0o755); err != nil { // as git makes it
				t.Fatal(err)
			}
			b.masked(umask, "work", "1", "--wait")
			b.masked(umask, "stop")
			if info, err := os.Stat(b.project.Dir()); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the folder: %v, %v; want 0700", info.Mode(), err)
			}
			seen := 0
			b.walk(b.project.Dir(), func(path string, info fs.FileInfo) {
				seen++
				others := info.Mode().Perm() & othersRights
				if others&othersWrite != 0 {
					t.Errorf("others may write %s (%v)", path, info.Mode())
				}
				rel, _ := filepath.Rel(b.project.Dir(), path)
				top, _, _ := strings.Cut(rel, "/")
				if others != 0 && slices.Contains([]string{"events", "journal", "launch", "logs", "plans", "status.json", "state.json", "tmux.conf", "typing", "shown.json"}, top) {
					t.Errorf("others may read %s (%v), wherever its folder stands", path, info.Mode())
				}
			})
			if seen < 30 {
				t.Errorf("only %d files were looked at", seen)
			}
			info, err := os.Stat(filepath.Join(b.dir, "tmux-"+strconv.Itoa(b.uid())))
			if err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the folder of the socket: %v, %v; want 0700", info, err)
			}
		})
	}
}

// walk looks at everything below a folder, and follows no link.
func (b *bench) walk(dir string, look func(path string, info fs.FileInfo)) {
	b.Helper()
	err := filepath.Walk(dir, func(path string, info fs.FileInfo, err error) error {
		if err != nil {
			return ignoreGone(err)
		}
		if path != dir && info.Mode()&fs.ModeSymlink == 0 {
			look(path, info)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// TestSecretsStayWithTheirUser: of all secrets in the environment of who starts
// fm, the agent gets its own, and nobody else any: no process, no hook, no verify
// command, no argument, no file, no log at its loudest, and no word that fm prints.
//
// Caught: a scrub by exact names; the environment of a command in its log.
//
// Fault: F25.
func TestSecretsStayWithTheirUser(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{}
	for _, name := range []string{
		"GH_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN", "JIRA_API_TOKEN", "ANTHROPIC_API_KEY", "NPM_TOKEN", "DEPLOY_SECRET", "DB_PASSWORD",
		"AWS_SECRET_ACCESS_KEY", "npm_config__authToken", "STRIPE_API_KEY",
	} {
		secrets[name] = "hidden-" + strings.ToLower(name)
	}
	environ := []string{"FM_DEBUG=1"}
	for name, value := range secrets {
		environ = append(environ, name+"="+value)
	}
	dir := t.TempDir()
	b := guarded(t, fm.Config{Verify: "env >" + dir + "/verify.env && ./test"}, []map[string]any{
		{"do": "run", "argv": []string{"sh", "-c", "env >" + dir + "/agent.env; until test -e " + dir + "/go; do sleep 0.05; done"}},
	}, environ...)
	hook := filepath.Join(b.project.Root, ".git", "hooks", "post-commit") // of the agent's git
	if err := os.MkdirAll(filepath.Dir(hook), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hook, []byte("#!/bin/sh\nenv >"+dir+"/hook.env\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	b.must("work", "1")
	b.until("the agent to be at work", time.Minute, func() (any, bool) {
		_, err := os.Stat(filepath.Join(dir, "agent.env"))
		return b.status().Workers, err == nil
	})
	b.processesHide(secrets, "ANTHROPIC_API_KEY")
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b.until("both to be merged", time.Minute, func() (any, bool) {
		tasks := b.tasks()
		return tasks, len(tasks) == 2 && tasks[0].Status == fm.Merged && tasks[1].Status == fm.Merged
	})
	var said strings.Builder
	for _, words := range [][]string{
		{"status"},
		{"status", "--json"},
		{"debug", "2"},
		{"why", "2"},
		{"logs", "worker-1"},
		{"logs", "supervisor"},
		{"report"},
		{"doctor", "--json"},
		{"work", "--source", "github", "12"},
		{"work", "--source", "jira", "X-1"},
		{"-v", "status"},
		{"stop"},
	} {
		out, _ := b.fm(words...) // some are refused: their words are looked at all the same
		said.WriteString(out)
	}
	hides(t, "what fm prints", said.String(), secrets, "")
	for _, name := range []string{"agent.env", "verify.env", "hook.env"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		hides(t, name, string(text), secrets, "ANTHROPIC_API_KEY")
	}
	for _, at := range []string{b.project.Root, filepath.Join(b.dir, "remote.git")} {
		b.walk(at, func(path string, info fs.FileInfo) {
			if text, err := os.ReadFile(path); err == nil && info.Mode().IsRegular() {
				hides(t, path, string(text), secrets, "")
			}
		})
	}
}

// hides holds that a text has none of the secrets, but for the one named.
func hides(tb testing.TB, where, text string, secrets map[string]string, but string) {
	tb.Helper()
	for name, value := range secrets {
		if name != but && strings.Contains(text, value) {
			tb.Errorf("%s has the %s", where, name)
		}
	}
}

// processesHide looks at all that runs for the project.
func (b *bench) processesHide(secrets map[string]string, but string) {
	b.Helper()
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	seen := 0
	for _, path := range lines {
		words, _ := os.ReadFile(path) // it may be gone
		environ, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "environ"))
		if filepath.Dir(path) == fmt.Sprintf("/proc/%d", os.Getpid()) || !bytes.Contains(slices.Concat(words, environ), []byte(b.dir+"/")) {
			continue
		}
		seen++
		hides(b, "the command line "+strings.ReplaceAll(string(words), "\x00", " "), string(words), secrets, "")
		hides(b, "the environment of "+strings.ReplaceAll(string(words), "\x00", " "), string(environ), secrets, but)
	}
	if seen < 4 { // tmux, guard, supervisor, agent
		b.Errorf("only %d processes were looked at", seen)
	}
}

// TestLinksOfAnAgentLeadNowhere: an agent that can write fm's folder puts links
// to a file and a folder of its user's there. fm goes on, writes through none of
// them, and passes nothing of the file on.
//
// Caught: status.json.new opened as it stands there; a log, a lock and a launcher
// behind a link.
//
// Fault: F18, F25.
func TestLinksOfAnAgentLeadNowhere(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	precious, folder := filepath.Join(outside, "precious"), filepath.Join(outside, "folder")
	if err := os.WriteFile(precious, []byte("hidden-precious\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	plant := `cd "$FM_PROJECT/.founder-mode" && rm -rf journal/3 'journal/~all' launch/3.* && ` +
		`for at in status.json.new journal/3 'journal/~all' logs/verify-issue-3.log tmux.conf shown.json visited typing/worker-1.lock issues/4-more.md intake.lock state.json.lock; do ln -sfn ` +
		precious + ` "$at"; done; ln -sfn ` + folder + ` launch/3.1`
	b := guarded(t, fm.Config{Verify: "./test"}, []map[string]any{{"do": "run", "argv": []string{"sh", "-c", plant}}})
	b.must("work", "1")
	b.until("both to be merged", time.Minute, func() (any, bool) {
		tasks := b.tasks()
		return tasks, len(tasks) == 2 && tasks[0].Status == fm.Merged && tasks[1].Status == fm.Merged
	})
	out, _ := b.fm("status")
	more, _ := b.fm("why", "3")
	hides(t, "what fm prints", out+more, map[string]string{"file": "hidden-precious"}, "")
	if text, err := os.ReadFile(precious); err != nil || string(text) != "hidden-precious\n" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if all, err := os.ReadDir(folder); err != nil || len(all) > 0 {
		t.Errorf("the folder holds %v, %v", all, err)
	}
	b.walk(b.project.Dir(), func(path string, info fs.FileInfo) {
		if text, err := os.ReadFile(path); err == nil && info.Mode().IsRegular() {
			hides(t, path, string(text), map[string]string{"file": "hidden-precious"}, "")
		}
	})
}
