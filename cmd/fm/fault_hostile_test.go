package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// hostileOrders is a text that orders the shell, tmux, git, a terminal and tview about,
// each of which would leave a file called canary or show what nobody wrote.
const hostileOrders = "--upload-pack=touch canary;$(touch canary)`touch canary`#(touch canary)';touch canary;'[red][\"x\"]\x1b]0;canary\a\x1b[2J\u202e\u009b31m"

// tame holds that a command prints nothing that a terminal would obey.
func (b *bench) tame(words ...string) string {
	b.Helper()
	out, _ := b.fm(words...) // also what it refuses is shown
	for i, r := range out {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r <= 0x9f || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			b.Errorf("fm %s: %U at byte %d: %q", strings.Join(words, " "), r, i, out[max(0, i-40):min(len(out), i+40)])
			break
		}
	}
	return out
}

// noCanary holds that nothing was run that came from a text.
func (b *bench) noCanary() {
	b.Helper()
	err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "canary" {
			b.Errorf("%s: something was run", path)
		}
		return nil // files come and go
	})
	if err != nil {
		b.Fatal(err)
	}
}

// TestWhatAgentsLeaveRunsNothing has agents leave hostile texts wherever they
// can: names of files, some of them in conflict with each other's, of branches and
// tags, commits' messages and authors, titles of windows and panes, while a person
// is attached whose status line shows those. Nothing of it is run, no command
// shows what a terminal obeys, and what can be merged is.
//
// Fault: F19, F21, F23, F24.
func TestWhatAgentsLeaveRunsNothing(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{Overlap: fm.OverlapConfig{Warn: true}})
	b.plain(filepath.Join(b.dir, "orders"), strings.ReplaceAll(hostileOrders, "/", "_"))
	hostile := func(word string) string {
		return `o=$(cat ` + b.dir + `/orders); git checkout -q HEAD; echo ` + word + ` >"$o" && echo ` + word + ` >"-rf" && echo ` + word + ` >"a
b" && git add -A -- . && git -c user.name="$o" -c user.email="$o" commit -qm "$o"; git tag "x\$(touch\${IFS}canary)" 2>/dev/null; git branch "subissue/9\$(touch\${IFS}canary)" 2>/dev/null
printf '\033]2;%s\007\033k%s\033\\' "#(touch canary)" "#(touch canary)" >/proc/$PPID/fd/1; true`
	}
	steps := func(word string) []doing {
		return []doing{
			{"do": "run", "argv": []string{"sh", "-c", hostile(word)}},
			{"do": "print", "text": hostileOrders},
			b.waits("go"),
			{"do": "completion", "status": "SUCCESS", "summary": hostileOrders, "files": hostileOrders, "verification": hostileOrders, "pr": hostileOrders},
		}
	}
	b.plays(acts("Left", steps("left")...), acts("Right", steps("right")...))
	b.must("work", "1", "--workers", "2")
	b.until("the conflict to be seen", 30*time.Second, func() (any, bool) {
		s := b.status()
		return s, len(s.Conflicts) > 0
	})
	outer := b.visits(1)
	b.looks(2)
	for _, words := range [][]string{{"status"}, {"overlap"}, {"queue"}, {"why", "2"}, {"debug", "2"}, {"logs", "2"}, {"logs", "worker-1"}, {"logs", "supervisor"}, {"doctor"}, {"report"}, {"inbox"}} {
		b.tame(words...)
	}
	if out, err := outer("capture-pane", "-p").CombinedOutput(); err != nil || strings.ContainsAny(string(out), "\x1b\a") {
		t.Errorf("the attached terminal shows %q, %v", out, err)
	}
	b.noCanary()
	_ = outer("kill-server").Run() // the person leaves
	b.lets("go")
	b.until("one to be merged, and the other begun again on top of it", time.Minute, func() (any, bool) {
		s := b.status()
		tasks := b.tasks()
		return tasks, s.Counts[fm.Merged] >= 1 && (tasks[0].Attempt > 1 || tasks[1].Attempt > 1 || s.Counts[fm.Merged] == 2 || s.Counts[fm.Blocked] == 1)
	})
	for _, words := range [][]string{{"status"}, {"queue"}, {"why", "2"}, {"why", "3"}, {"logs", "supervisor"}, {"report"}} {
		b.tame(words...)
	}
	b.tame("stop", "--now")
	b.tame("queue", "rebuild")
	b.noCanary()
}

// visits attaches a person in a terminal of another tmux server, and gives how to
// order that one about.
func (b *bench) visits(w fm.WorkerID) func(words ...string) *exec.Cmd {
	b.Helper()
	outer := func(words ...string) *exec.Cmd {
		cmd := exec.CommandContext(b.Context(), "tmux", append([]string{"-S", filepath.Join(b.dir, "outer"), "-f", "/dev/null"}, words...)...)
		cmd.Env = b.environ
		return cmd
	}
	if out, err := outer("new-session", "-d", "-x", "160", "-y", "50", filepath.Join(binary, "fm"), "-C", b.project.Root, "attach", w.String()).CombinedOutput(); err != nil {
		b.Fatalf("tmux: %v: %s", err, out)
	}
	b.Cleanup(func() { _ = outer("kill-server").Run() }) // mostly gone
	b.until("a person to be attached", 30*time.Second, func() (any, bool) {
		s := b.status()
		return s, len(s.Workers) >= int(w) && s.Workers[w-1].Attached > 0
	})
	return outer
}

// TestHostileSettingsAndWordsAreRefused gives fm what nobody means well in every
// setting, argument, line of the queue and variable of the environment that ends up
// in a command of git's or tmux's. It is refused in one line, or taken as it is;
// nothing of it is run, and nothing is written outside of the project. Caught: a
// GIT_DIR of the user's shell that every agent inherited, which committed there.
//
// Fault: F19, F20, F21, F22.
func TestHostileSettingsAndWordsAreRefused(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{},
		"GIT_DIR=/nonexistent", "GIT_INDEX_FILE=/nonexistent", "GIT_PAGER=touch canary", "PAGER=touch canary", "GIT_EDITOR=touch canary", "EDITOR=touch canary",
		"TMUX=/tmp/$(touch canary),1,0", "TMUX_PANE=%$(touch canary)", "LC_ALL=$(touch canary)", "FM_TASK=../../x", "FM_ATTEMPT=-1", "COLUMNS=$(touch canary)",
	)
	b.plays(acts("One", done("one")...))
	ids := []string{"../../x", "-rf", ".", "..", "a/b", strings.Repeat("9", 300), "1\u202e2", "аpple", "1;touch canary", "$(touch canary)", "--upload-pack=touch canary", "=worker-1", "worker-1:0", "#(touch canary)"}
	for _, id := range ids {
		for _, words := range [][]string{{"work"}, {"why"}, {"attach"}, {"queue", "retry"}, {"restore"}, {"logs"}} {
			if out, err := b.fm(append(words, "--", id)...); err == nil {
				t.Errorf("fm %s %q was taken: %s", strings.Join(words, " "), id, out)
			}
			b.noEscape(id)
		}
	}
	b.must("work", "1", "--workers", "1")
	lines := ""
	for _, id := range ids {
		lines += fmt.Sprintf("1|1|%s|pending||\n1|%s|%d|pending||t=%s\n", strings.ReplaceAll(id, "|", ""), id, len(lines)+100, id)
	}
	f, err := os.OpenFile(b.project.Queue(), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(lines); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	b.once("2")
	b.until("the lines to be looked at", 30*time.Second, func() (any, bool) {
		text, err := os.ReadFile(b.project.Queue())
		return string(text), err == nil && strings.Count(string(text), "#!bad") >= len(ids)
	})
	for _, task := range b.tasks() {
		if _, err := strconv.Atoi(string(task.ID)); err != nil {
			t.Errorf("a task with the id %q", task.ID)
		}
	}
	b.tame("status")
	b.tame("queue")
	b.must("stop", "--now")
	for _, setting := range []fm.Config{
		{Base: "--upload-pack=touch canary"},
		{Base: "$(touch canary)"},
		{Base: "../../x"},
		{Remote: "--upload-pack=touch canary"},
		{Remote: "ext::sh -c touch% canary"},
		{Remote: "-x"},
		{WorktreeDir: "-rf"},
		{WorktreeDir: "#(touch canary)"},
		{Source: "$(touch canary)"},
		{Agent: fm.AgentConfig{Model: "--dangerously-skip-permissions"}},
	} {
		setting.Agent.Command, setting.Agent.Args = filepath.Join(binary, "fm"), []string{"scripted-agent"}
		b.write(b.project.ConfigFile(), setting)
		issue := b.issue("Again", "Once more.")
		out, err := b.fm("fix", string(issue))
		if usable := setting.WorktreeDir != "" || setting.Agent.Model != ""; (err == nil) != usable || !usable && strings.Count(out, "\n") != 1 {
			t.Errorf("%+v: got %v and %q", setting, err, out)
		}
		b.tame("doctor")
		b.tame("status")
		b.must("stop", "--now")
	}
	b.noCanary()
}

// noEscape holds that no id led out of the project's folders.
func (b *bench) noEscape(id string) {
	b.Helper()
	for _, dir := range []string{b.project.Dir(), filepath.Join(b.project.Root, ".worktrees"), b.project.File("events"), b.project.File("issues")} {
		if at := filepath.Clean(filepath.Join(dir, id)); !strings.HasPrefix(at, dir+"/") && len(id) < 200 && strings.HasSuffix(id, "x") {
			if _, err := os.Lstat(at); err == nil {
				b.Errorf("%s was made for the id %q", at, id)
			}
		}
	}
}
